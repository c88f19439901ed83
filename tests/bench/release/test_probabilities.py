"""Class probabilities that a release takes: all of a task's, in files that the records alone decide, or none."""

import pytest

from bench import resample
from bench.records import predictions, replicates
from bench.records.reading import read
from bench.release import probabilities
from tests import factories


@pytest.fixture(scope="module")
def source(tmp_path_factory, toy):
    chosen = factories.config("toy-jitter", tasks=("toy", "toy-fixed"), regimes=("balance",), seeds=(0, 1))
    return factories.run(tmp_path_factory.mktemp("run"), chosen, probabilities=True)


def files(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.parquet")}


def published(source, target, records=None, **more):
    target.mkdir(exist_ok=True)
    probabilities.publish(source, target, list(read(source)) if records is None else records, **more)
    return target


def test_all_that_records_have_is_taken_with_the_draws(source, tmp_path):
    target = published(source, tmp_path / "a")
    for task in ("toy", "toy-fixed"):
        place = f"predictions/{task}.simulated"
        key = {cell.id: cell for cell in predictions.read(source / place)}
        assert {cell.id: cell for cell in predictions.read(target / place)} == key
        assert {p.name.partition("-")[0] for p in (target / place).iterdir()} == {"rows", "part"}
    fixed = {r.id for r in read(source) if r.task == "toy-fixed"}
    assert set(replicates.read(target)) == fixed == set(dict(resample.derived(source, fixed)))
    assert not (source / "replicates.parquet").exists()


def test_the_same_records_give_the_same_files(source, tmp_path):
    target = published(source, tmp_path / "a")
    assert files(published(target, tmp_path / "b", list(read(source))[::-1])) == files(target)


def test_cells_of_no_record_are_left_out(source, tmp_path):
    some = [record for record in read(source) if record.seed == 0 and record.task == "toy"]
    target = published(source, tmp_path / "a", some)
    assert [p.name for p in (target / "predictions").iterdir()] == ["toy.simulated"]
    assert {cell.id for cell in predictions.read(target / "predictions" / "toy.simulated")} == {r.id for r in some}
    assert len(list((target / "predictions" / "toy.simulated").glob("rows-*"))) == 1


@pytest.mark.parametrize("limit", [1e-5, 1e-3])  # too much to be packed, and packed
def test_a_task_that_takes_too_much_keeps_its_draws(source, tmp_path, capsys, limit):
    target = published(source, tmp_path / "a", limit_mb=limit)
    assert not (target / "predictions").exists()
    assert len(replicates.read(target)) == 4
    out = capsys.readouterr().out
    assert f"probabilities of toy.simulated are left out: they take more than {limit:g} MB\n" in out
    assert f"toy-fixed.simulated are left out: they take more than {limit:g} MB; the draws made of them stay\n" in out


def test_a_task_has_all_or_none(source, tmp_path, capsys):
    records = list(read(source))
    lost = next(record for record in records if record.task == "toy")
    other = [factories.record(**{**{k: getattr(lost, k) for k in ("task", "source")}, "id": "x"}), *records]
    target = published(source, tmp_path / "a", other)
    assert [p.name for p in (target / "predictions").iterdir()] == ["toy-fixed.simulated"]
    assert "toy.simulated are left out: 1 of 5 records have none; augbench run --retry" in capsys.readouterr().out
