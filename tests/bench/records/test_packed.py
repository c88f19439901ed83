"""Records as a Parquet file: equal when they come back, and columns to whoever reads it without augbench."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

from bench.errors import BenchError
from bench.records import packed
from bench.records.packed import pack, unpack
from bench.records.record import Record, Trained, encode, sealed
from tests.factories import record, scored

SEVERAL = [
    sealed(one)
    for one in (
        record(metrics={"f1": 0.1 + 0.2, "tiny": 5e-324}, config={"base_seed": 1, "method": {"sizes": (1, [2.5])}}),
        scored("digits", "gan", status="timeout", output="Δ\n", limit_s=60.0),
        record(train_classes={"0": 5}, energy_j=0.0, trained=Trained(unit="steps", length=1, published=4)),
    )
]


def test_every_record_comes_back_as_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "records.parquet"
    path.write_bytes(pack(SEVERAL))
    assert list(unpack(path)) == [encode(one) for one in SEVERAL]
    monkeypatch.setattr(packed, "BATCH", 2)  # in as many pieces as it takes
    path.write_bytes(pack(SEVERAL))
    assert pq.ParquetFile(path).num_row_groups == 2
    assert list(unpack(path)) == [encode(one) for one in SEVERAL]


def test_the_same_records_give_the_same_bytes() -> None:
    assert pack(SEVERAL) == pack(list(SEVERAL))
    assert pack(SEVERAL) != pack(SEVERAL[::-1])


def test_a_row_is_a_record_and_a_column_a_field() -> None:
    table = pq.read_table(io.BytesIO(pack(SEVERAL)))
    assert table.column_names == list(Record.__struct_fields__)
    assert table["task"].to_pylist() == ["pima", "digits", "pima"]
    assert dict(table["metrics"][0].as_py()) == SEVERAL[0].metrics


def test_records_of_an_older_scheme_are_not_packed() -> None:
    old = record()
    old.schema = 1
    with pytest.raises(BenchError, match=r"records of augbench 0.1 cannot be packed anew"):
        pack([SEVERAL[0], old])


def test_a_number_that_no_column_takes_is_said() -> None:
    with pytest.raises(BenchError, match="one of the records 1 to 2 holds a number that no column takes"):
        pack([SEVERAL[0], replace(record(), seed=2**63)])


@pytest.mark.parametrize("column", ["id", "metrics", "config"])
def test_a_file_without_a_column_is_said(tmp_path: Path, column: str) -> None:
    path = tmp_path / "records.parquet"
    pq.write_table(pq.read_table(io.BytesIO(pack(SEVERAL))).drop_columns([column]), path)
    with pytest.raises(BenchError, match=rf"{path} is damaged at record 1 .*; get the file again"):
        list(unpack(path))
