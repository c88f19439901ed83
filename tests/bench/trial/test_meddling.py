"""What a method or classifier is handed is its own: nothing it does to that reaches the trial."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from bench import registry
from bench.config import Config
from bench.data import DataHome
from bench.engines import _apart
from bench.matrix import plan
from bench.trial import walk
from bench.trial.events import Ended

MEDDLER = Path(__file__).parents[2] / "plugins" / "meddler.py"


@pytest.fixture(autouse=True)
def _plugins(toy):
    registry.load_plugin(MEDDLER)


def fits(*methods, classifiers=("xgboost",)):
    config = Config(tasks=("toy",), methods=methods, classifiers=classifiers, regimes=("real", "balance", "tstr"))
    return plan(config, DataHome(), "cpu").fits


def records(*methods, **more):
    found = [e.record for fit in fits(*methods, **more) for e in walk.run(fit) if isinstance(e, Ended)]
    return {(r.method, r.classifier, r.regime): r for r in found}


@pytest.mark.parametrize("name", ["meddle-labels", "meddle-schema", "meddle-later"])
def test_what_a_method_does_to_labels_schema_and_its_rows_afterwards_has_no_effect(name):
    found = records(name)
    for regime, rows in (("balance", 192), ("tstr", 120)):
        record = found[name, "xgboost", regime]
        assert (record.status, record.n_train) == ("ok", rows)
        assert record.metrics["auprc"] > 0.5
        assert list(record.train_classes) == ["many", "few"]


def test_rows_that_are_no_copies_cannot_be_written_to():
    record = records("meddle-monitor")["meddle-monitor", "xgboost", "tstr"]
    assert record.status == "error"
    assert "WRITEABLE" in record.reason


def test_a_classifier_that_changes_its_rows_changes_no_later_cell():
    alone, beside = records("none"), records("none", classifiers=("meddle-rows", "xgboost"))
    assert beside["none", "xgboost", "real"].metrics == alone["none", "xgboost", "real"].metrics


def test_errors_that_cannot_be_written_down_are_errors_all_the_same():
    found = records("raise-mute", "raise-end")
    assert found["raise-mute", "xgboost", "tstr"].reason == "Silent: (its message cannot be had: RuntimeError)"
    assert found["raise-end", "xgboost", "tstr"].error == "GeneratorExit"
    assert {r.status for (method, *_), r in found.items() if method != "none"} == {"error"}


def test_a_full_disk_is_no_result_of_a_method_but_its_word_alone_is(monkeypatch):
    assert records("raise-full")["raise-full", "xgboost", "tstr"].status == "error"
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=0))
    with pytest.raises(OSError, match="No space left"):
        records("raise-full")


def test_each_classifier_of_a_plugin_has_a_job_of_its_own():
    (fit,) = fits("none", classifiers=("xgboost", "meddle-rows", "tree"))
    parts = _apart(fit)
    assert [[cell.classifier for cell in part.cells] for part in parts] == [["xgboost", "tree"], ["meddle-rows"]]
    assert {part.id for part in parts} == {fit.id}
