"""Class probabilities beside the records: whole or not there, never doubled, and no record is lost with them."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from bench.errors import HarnessError
from bench.records.predicted import Predicted, ScoredRows, pack, unpack, unpack_rows
from bench.records.predictions import GATHERED, Predictions, read, read_rows


def some_rows(n=6, seed=0):
    rng = np.random.default_rng(seed)
    arrays = {"rows": rng.permutation(1000)[:n], "labels": rng.integers(0, 2, n), "units": np.arange(n)}
    return ScoredRows(
        task="pima", source="real", classes=("no", "yes"), rare=1, fixed="rows",
        **{name: values.astype("<i8").tobytes() for name, values in arrays.items()},
    )  # fmt: skip


def cell(key, rows, classes=2, **more):
    proba = np.random.default_rng(len(key)).dirichlet(np.ones(classes), size=len(rows.rows) // 8)
    return Predicted.of(proba, id=key, tested=rows.key, **more)


def kept(folder):
    return sorted(p.id for p in read(folder / "predictions" / "pima.real"))


def test_rows_and_probabilities_come_back_bit_by_bit(tmp_path):
    rows, proba = some_rows(), np.random.default_rng(1).dirichlet(np.ones(3), size=6).astype(np.float32)
    three = Predicted.of(proba, id="2-a", tested=rows.key, threshold=0.25, rare_classes=(0, 2))
    (tmp_path / "x.parquet").write_bytes(pack([three, cell("2-b", rows)]))
    first, second = unpack(tmp_path / "x.parquet")
    assert first == three
    assert np.array_equal(first.probabilities(), proba.astype(np.float64))
    assert second.probabilities().sum(1) == pytest.approx(np.ones(6))
    assert second.threshold is None
    with Predictions(tmp_path) as store:
        store.add(rows)
        store.append(three)
    (back,) = read_rows(tmp_path / "predictions" / "pima.real")
    assert (back, back.key) == (rows, rows.key)


def test_a_reader_without_augbench_finds_columns(tmp_path):
    rows = some_rows()
    with Predictions(tmp_path) as store:
        store.add(rows)
        store.append(cell("2-a", rows))
    place = tmp_path / "predictions" / "pima.real"
    table = pq.read_table(next(place.glob("cell-*")))
    assert table.schema.field("proba").type.value_type == "float"
    assert len(table["proba"][0]) == 6  # of two classes the second's alone
    assert pq.read_table(next(place.glob("rows-*"))).column_names == ["row", "label", "unit"]


def test_a_cell_is_on_disk_at_once_and_never_doubled(tmp_path):
    rows = some_rows()
    with Predictions(tmp_path) as store:
        store.add(rows)
        assert store.append(cell("2-a", rows))
        assert kept(tmp_path) == ["2-a"]
        assert not store.append(cell("2-a", rows))
    with Predictions(tmp_path) as store:
        assert "2-a" in store
        assert not store.append(cell("2-a", rows))
        assert store.append(cell("2-b", rows))  # of rows that an earlier run wrote
    assert kept(tmp_path) == ["2-a", "2-b"]


def test_many_cells_become_one_file_and_stay_the_same(tmp_path):
    rows = some_rows()
    cells = [cell(f"2-{i:03}", rows) for i in range(GATHERED + 5)]
    with Predictions(tmp_path) as store:
        store.add(rows)
        for one in cells:
            store.append(one)
    place = tmp_path / "predictions" / "pima.real"
    assert sorted(p.name for p in place.glob("part-*")) == ["part-0000.parquet", "part-0001.parquet"]
    assert not list(place.glob("cell-*"))
    assert sorted(read(place), key=lambda c: c.id) == cells


def test_killed_between_a_part_and_the_end_of_its_cells_nothing_is_doubled(tmp_path):
    rows = some_rows()
    with Predictions(tmp_path) as store:
        store.add(rows)
        store.append(cell("2-a", rows))
        store.append(cell("2-b", rows))
    place = tmp_path / "predictions" / "pima.real"
    (place / "cell-2-a.parquet").write_bytes(pack([cell("2-a", rows)]))
    assert kept(tmp_path) == ["2-a", "2-b"]


@pytest.mark.parametrize("cut", [0, 40, -1])
def test_a_damaged_file_is_said_and_costs_its_own_cells_alone(tmp_path, cut, capsys):
    rows = some_rows()
    with Predictions(tmp_path) as store:
        store.add(rows)
        store.append(cell("2-a", rows))
    place = tmp_path / "predictions" / "pima.real"
    part = place / "cell-2-b.parquet"
    part.write_bytes(pack([cell("2-b", rows)])[:cut])
    (place / ".cell-2-c.parquet").write_bytes(b"half")
    with Predictions(tmp_path) as store:
        assert "2-a" in store
        assert "2-b" not in store
        assert store.append(cell("2-b", rows))
    assert "1 damaged files of class probabilities" in capsys.readouterr().err
    assert kept(tmp_path) == ["2-a", "2-b"]
    assert not list(place.glob(".*"))


def test_damaged_rows_are_written_again(tmp_path):
    rows = some_rows()
    with Predictions(tmp_path) as store:
        store.add(rows)
    path = next((tmp_path / "predictions" / "pima.real").glob("rows-*"))
    path.write_bytes(b"PAR1")
    with Predictions(tmp_path) as store:
        store.add(rows)
    assert unpack_rows(path) == rows


def test_a_task_that_has_enough_keeps_no_more_and_says_so_once(tmp_path, capsys):
    rows = some_rows(n=250)
    with Predictions(tmp_path, limit_mb=0.0025) as store:
        store.add(rows)
        assert [store.append(cell(f"2-{i}", rows)) for i in range(4)] == [True, True, False, False]
    assert capsys.readouterr().err.count("further cells keep none") == 1


def test_a_full_disk_is_the_harness_and_what_was_kept_stays(tmp_path, monkeypatch):
    rows = some_rows()
    with Predictions(tmp_path) as store:
        store.add(rows)
        store.append(cell("2-a", rows))

        def full(number):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(HarnessError, match="--no-predictions"):
            store.append(cell("2-b", rows))
        assert "2-b" not in store
    assert kept(tmp_path) == ["2-a"]


def test_the_key_tells_rows_apart():
    assert some_rows().key == some_rows().key
    assert len({some_rows().key, some_rows(seed=1).key, some_rows(n=5).key}) == 3
