"""Class probabilities and the rows they are of, in Parquet files: the same bits back, and what is damaged is said."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.records.predicted import Predicted, ScoredRows, ids, pack, pack_rows, unpack, unpack_rows


def rows(**changes: object) -> ScoredRows:
    arrays = {name: np.arange(4, dtype="<i8") + i for i, name in enumerate(("rows", "labels", "units"))}
    made = ScoredRows(
        task="pima", source="real", classes=("no", "yes"), **{name: array.tobytes() for name, array in arrays.items()}
    )
    return msgspec.structs.replace(made, **changes)


def cell(classes: int, key: str = "2-a", **known: object) -> Predicted:
    proba = np.random.default_rng(0).dirichlet(np.ones(classes), size=4).astype(np.float32)
    return Predicted.of(proba, id=key, tested="2-b", **known)


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_probabilities_are_those_that_were_given(classes: int) -> None:
    given = np.random.default_rng(0).dirichlet(np.ones(classes), size=4).astype(np.float32)
    found = cell(classes).probabilities()
    assert found.dtype == np.float64
    assert found.shape == (4, classes)
    np.testing.assert_allclose(found, given, rtol=0, atol=1e-7)
    np.testing.assert_array_equal(found[:, 1:], given[:, 1:])


def test_cells_of_any_number_of_classes_share_a_file(tmp_path: Path) -> None:
    several = [cell(2, "2-a", threshold=0.25), cell(3, "2-b", rare_classes=(0, 2)), cell(2, "2-c", shares=(0.9, 0.1))]
    (tmp_path / "part").write_bytes(pack(several))
    assert list(unpack(tmp_path / "part")) == several
    assert ids(tmp_path / "part") == ["2-a", "2-b", "2-c"]


def test_a_file_of_no_cells(tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(pack([]))
    assert list(unpack(tmp_path / "part")) == ids(tmp_path / "part") == []


def test_rows_come_back_with_their_key(tmp_path: Path) -> None:
    made = rows(rare=1, fixed="groups")
    (tmp_path / "rows").write_bytes(pack_rows(made))
    found = unpack_rows(tmp_path / "rows")
    assert found == made
    assert found.key == made.key
    assert found.numbers("labels").tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "change",
    [
        {"task": "digits"}, {"source": "simulated"}, {"classes": ("no", "maybe")}, {"rare": 0}, {"fixed": "blocks"},
        *({name: bytes(32)} for name in ("rows", "labels", "units")),
    ],
)  # fmt: skip
def test_everything_about_rows_moves_their_key(change: dict[str, object]) -> None:
    assert rows(**change).key != rows().key


@pytest.mark.parametrize("data", [b"", b"PAR1", b"x" * 100])
@pytest.mark.parametrize("read", [unpack_rows, ids, lambda path: list(unpack(path))])
def test_a_damaged_file_is_a_value_error(tmp_path: Path, read: object, data: bytes) -> None:
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(ValueError, match="Arrow"):
        read(tmp_path / "file")  # type: ignore[operator]


def test_another_table_is_a_value_error(tmp_path: Path) -> None:
    pq.write_table(pa.table({"row": [1], "id": ["a"]}), tmp_path / "file")
    with pytest.raises(ValueError, match="KeyError"):
        unpack_rows(tmp_path / "file")
    with pytest.raises(ValueError, match="KeyError"):
        list(unpack(tmp_path / "file"))
