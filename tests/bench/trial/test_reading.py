"""What a task, a classifier and a method may give: rows of the contract, probabilities, metrics that there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bench import registry
from bench.errors import DataUnavailable, InvalidData
from bench.records.record import decode, encode
from bench.running import refused
from bench.task import Column
from bench.trial import estimators, rows
from bench.trial.reading import check_primary
from tests.factories import config, planned, walked


def lay_out(*methods, regimes=("real", "balance", "tstr")):
    return planned(config(*methods, regimes=regimes, named={"tasks"}))


def records(*methods, **more):
    """By method and regime; the rows are read anew."""
    rows.load_task.cache_clear()
    rows._rows.cache_clear()
    return {(r.method, r.regime): r for r in walked(lay_out(*methods, **more))}


@pytest.fixture(autouse=True)
def _toy(toy) -> Iterator[None]:
    yield
    rows.load_task.cache_clear()
    rows._rows.cache_clear()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda p: p * np.nan, "40 rows of probabilities hold NaN or infinity"),
        (lambda p: p + np.array([0, np.inf]), "40 rows of probabilities hold NaN or infinity"),
        (lambda p: p * 2 - 0.5, "outside [0, 1]"),
        (lambda p: p / 2, "the probabilities of a row sum to 0.5, not to 1"),
        (lambda p: p[:, 0], "probabilities have shape (40,), not (40, 2)"),
        (lambda p: p[1:], "probabilities have shape (39, 2), not (40, 2)"),
        (lambda p: "likely", "probabilities are no numbers but str"),
    ],
)
def test_what_is_no_probability_is_invalid_and_spoils_its_cell_alone(monkeypatch, spoil, reason):
    from bench.classifiers.xgboost import XGBoost

    right = XGBoost.predict_proba
    monkeypatch.setattr(XGBoost, "predict_proba", lambda self, X: spoil(right(self, X)))
    found = records("toy-jitter")
    assert {r.status for r in found.values()} == {"invalid"}
    for record in found.values():
        assert reason in record.reason
        assert record.phase == "infer"
        assert record.metrics == {}
        assert decode(encode(record)) == record


def test_what_a_method_makes_of_probabilities_is_checked_too(monkeypatch):
    method = registry.methods["toy-jitter"].load()
    monkeypatch.setattr(method, "adjust", lambda self, proba: proba * 3, raising=False)
    found = records("toy-jitter")
    assert found["none", "real"].status == "ok"
    assert found["toy-jitter", "tstr"].status == "invalid"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda d: replace(d, y=pd.Series(d.y, index=range(len(d.y))[::-1])), "y is a pandas"),
        (lambda d: replace(d, y=np.where(d.y == 1, "few", "many")), "y holds words"),
        (lambda d: replace(d, schema=replace(d.schema, rare=2)), "rare must be the index of a class"),
    ],
)
def test_a_task_that_breaks_the_contract_is_refused_when_it_is_read(monkeypatch, spoil, reason):
    task = registry.tasks["toy"].load()
    read = task.read
    monkeypatch.setattr(task, "read", lambda self, origin: spoil(read(self, origin)))
    found = records("toy-jitter")
    assert {(r.status, r.phase) for r in found.values()} == {("error", "load")}
    assert all(r.reason.startswith(f"InvalidData: {reason}") for r in found.values())


@pytest.mark.parametrize("where", ["__init__", "warm_up"])
@pytest.mark.parametrize("kind", [DataUnavailable, InvalidData, ValueError])
def test_a_method_that_cannot_be_made_fails_and_its_task_does_not(monkeypatch, where, kind):
    """Whatever class of error a method raises: weights that are not here are no rows that are not here."""
    method = registry.methods["toy-jitter"].load()
    made = method.__init__

    def fails(self, *args, **more):
        made(self, *args, **more)
        raise kind("the weights are not here")

    monkeypatch.setattr(method, where, fails, raising=False)
    monkeypatch.setattr(estimators, "_warm", set())
    found = records("toy-jitter")
    assert found["none", "real"].status == "ok"
    for regime in ("balance", "tstr"):
        record = found["toy-jitter", regime]
        assert (record.status, record.phase, record.error) == ("error", "prepare", kind.__name__)
        assert not refused(record)


def test_exact_floats_are_labels_as_good_as_whole_numbers(monkeypatch):
    task = registry.tasks["toy"].load()
    read = task.read
    before = records("toy-jitter")
    monkeypatch.setattr(task, "read", lambda self, origin: (d := read(self, origin), replace(d, y=d.y * 1.0))[1])
    after = records("toy-jitter")
    assert {k: r.metrics for k, r in after.items()} == {k: r.metrics for k, r in before.items()}


def test_a_primary_metric_that_the_task_cannot_have_is_refused(monkeypatch):
    task = registry.tasks["toy"].load()
    monkeypatch.setattr(task, "primary", "auprcc")
    with pytest.raises(InvalidData, match="task 'toy': primary 'auprcc' is not a metric; did you mean 'auprc'"):
        check_primary(task("toy"))
    monkeypatch.setattr(task, "primary", "recall_fwe")  # could be of a class; only the rows tell
    found = records("toy-jitter")
    assert {r.status for r in found.values()} == {"error"}
    assert "primary 'recall_fwe' is not a metric of a task of 2 classes" in found["none", "real"].reason


def test_a_method_unfit_for_categories_skips_rows_that_have_one_undeclared(monkeypatch):
    task = registry.tasks["toy"].load()
    read = task.read

    def coded(self, origin):
        data = read(self, origin)
        columns = (*data.schema.columns[:2], Column("kind", ("x", "y")))
        X = np.column_stack([data.X[:, :2], np.arange(len(data)) % 2]).astype(np.float32)
        return replace(data, X=X, schema=replace(data.schema, columns=columns))

    monkeypatch.setattr(task, "read", coded)
    found = records("adasyn", regimes=("real", "balance"))
    assert found["none", "real"].status == "ok"
    assert found["adasyn", "balance"].status == "skipped"
    assert "adasyn does not take categorical rows; 'kind' is categorical" in found["adasyn", "balance"].reason
