"""The file of metrics over draws of the test rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.errors import BenchError
from bench.records import replicates
from bench.records.files import REPLICATES
from bench.records.replicates import Replicate


def some() -> dict[str, Replicate]:
    values = {"auprc": np.linspace(0, 1, 5), "f1": np.array([0.5, np.nan, 0.25, 0, 1])}
    return {"b": Replicate(3, values), "a": Replicate(22, {"auprc": np.zeros(5)})}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    assert replicates.read(tmp_path) == {}
    replicates.write(tmp_path, some())
    found = replicates.read(tmp_path)
    assert {key: one.units for key, one in found.items()} == {"a": 22, "b": 3}
    for name, values in some()["b"].values.items():
        assert np.allclose(found["b"].values[name], values, atol=1e-7, equal_nan=True)
    before = (tmp_path / REPLICATES).read_bytes()
    replicates.write(tmp_path, dict(reversed(some().items())))
    assert (tmp_path / REPLICATES).read_bytes() == before
    replicates.write(tmp_path, {})
    assert replicates.read(tmp_path) == {}


@pytest.mark.parametrize("content", [b"", b"PAR1 no", b"cut"])
def test_a_damaged_file_is_one_line(tmp_path: Path, content: bytes) -> None:
    replicates.write(tmp_path, some())
    whole = (tmp_path / REPLICATES).read_bytes()
    (tmp_path / REPLICATES).write_bytes(whole[:-9] if content == b"cut" else content)
    with pytest.raises(BenchError, match=r"replicates.parquet is damaged .*augbench board makes it again"):
        replicates.read(tmp_path)
