"""What the driver of engines keeps: records, and the class probabilities that come with them."""

from dataclasses import replace

import pytest

from bench import engines, running
from bench.config import Config
from bench.data import DataHome
from bench.matrix import plan
from bench.records import predictions as reading
from bench.records.predictions import Predictions
from bench.records.store import Store


@pytest.fixture
def fits(toy):
    config = Config(tasks=("toy",), methods=("none", "toy-jitter"), classifiers=("tree",), regimes=("real", "balance"))
    return [replace(fit, predictions=True) for fit in plan(config, DataHome(), "cpu").fits]


def carry_out(fits, folder):
    with Store(folder) as store, Predictions(folder) as predictions:
        running.carry_out(fits, store, "serial", engines.Settings(1, 1, folder / "spool"), predictions=predictions)
        return set(store.records)


def kept(folder):
    return {cell.id for cell in reading.read(folder / "predictions" / "toy.simulated")}


def test_every_ok_cell_has_its_probabilities_and_one_set_of_rows(fits, tmp_path):
    ids = carry_out(fits, tmp_path)
    assert kept(tmp_path) == ids
    assert len(ids) == 2
    assert len(list(reading.read_rows(tmp_path / "predictions" / "toy.simulated"))) == 1


def test_what_is_not_wanted_is_not_kept(fits, tmp_path):
    carry_out([replace(fit, predictions=False) for fit in fits], tmp_path)
    assert not (tmp_path / "predictions").exists()


def test_lost_probabilities_are_made_again_and_records_stay(fits, tmp_path):
    carry_out(fits, tmp_path)
    place = tmp_path / "predictions" / "toy.simulated"
    for path in place.glob("[pc]*.parquet"):
        path.unlink()
    before = (tmp_path / "records.jsonl").read_bytes()
    with Store(tmp_path) as store, Predictions(tmp_path) as predictions:
        assert running.missing(fits, store) == []
        again = running.missing(fits, store, predictions)
        assert [fit.method for fit in again] == ["none", "toy-jitter"]
    carry_out(again, tmp_path)
    assert (tmp_path / "records.jsonl").read_bytes() == before
    assert len(kept(tmp_path)) == 2


def test_probabilities_that_do_not_belong_to_the_record_are_refused(fits, tmp_path, capsys):
    ids = carry_out(fits, tmp_path)
    for path in (tmp_path / "predictions" / "toy.simulated").glob("[pc]*.parquet"):
        path.unlink()
    with Store(tmp_path) as store, Predictions(tmp_path) as predictions:
        for record in store.records.values():
            record.metrics = record.metrics | {"auprc": 0.123}
        settings = engines.Settings(1, 1, tmp_path / "spool")
        running.carry_out(fits, store, "serial", settings, predictions=predictions)
        assert not any(i in predictions for i in ids)
    assert "other numbers than its record has" in capsys.readouterr().err


def test_what_an_interrupted_run_left_in_its_spool_is_taken_up(fits, tmp_path):
    from bench.engines import spool
    from bench.trial import walk

    (tmp_path / "spool").mkdir()
    for fit in fits:
        spool.write(tmp_path / "spool", walk.run(fit))
    with Store(tmp_path) as store, Predictions(tmp_path) as predictions:
        assert running.take_up_spool(store, predictions) == 2
        assert set(store.records) == kept(tmp_path)
