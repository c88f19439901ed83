import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bench import registry
from bench.config import Config
from bench.data import DataHome
from bench.errors import BenchError
from bench.matrix import plan
from bench.task import Column
from bench.trial import walk


def config(*methods, regimes=("real", "balance", "tstr"), **more):
    return Config(tasks=("toy",), methods=("none", *methods), classifiers=("xgboost",), regimes=regimes, **more)


def events(*methods, **more):
    matrix = plan(config(*methods, **more), DataHome(), "cpu")
    return [event for fit in matrix.fits for event in walk.run(fit)]


def records(*methods, **more):
    found = [event["record"] for event in events(*methods, **more) if "record" in event]
    return {(r["method"], r["regime"]): r for r in found}


@pytest.fixture(autouse=True)
def _toy(toy):
    pass


def test_every_cell_ends_with_a_full_record():
    found = records("toy-jitter")
    assert set(found) == {("none", "real"), ("toy-jitter", "balance"), ("toy-jitter", "tstr")}
    for record in found.values():
        assert record["status"] == "ok"
        assert record["n_test"] == 40
        assert set(record["times"]) == {"fit", "sample", "train", "infer", "measure"}
        assert 0 < record["metrics"]["auprc"] <= 1
        assert record["hashes"]["code"]
        assert record["versions"]["xgboost"]
    assert found["none", "real"]["n_train"] == 120
    assert found["none", "real"]["fidelity"] == {}
    assert (found["toy-jitter", "balance"]["n_train"], found["toy-jitter", "balance"]["n_synthetic"]) == (192, 72)
    assert (found["toy-jitter", "tstr"]["n_train"], found["toy-jitter", "tstr"]["n_synthetic"]) == (120, 120)
    assert found["toy-jitter", "tstr"]["fidelity"]
    assert found["toy-jitter", "tstr"]["privacy"]


def test_the_same_fit_gives_the_same_metrics():
    first, second = records("toy-jitter"), records("toy-jitter")
    for key, record in first.items():
        for part in ("id", "metrics", "fidelity", "privacy"):
            assert record[part] == second[key][part]


def test_leaving_out_a_regime_changes_nothing_of_the_others():
    both, alone = records("toy-jitter"), records("toy-jitter", regimes=("tstr",))
    assert alone["toy-jitter", "tstr"]["metrics"] == both["toy-jitter", "tstr"]["metrics"]
    assert alone["toy-jitter", "tstr"]["id"] == both["toy-jitter", "tstr"]["id"]


@pytest.mark.parametrize(
    ("method", "status", "phase", "reason"),
    [
        ("toy-error", "error", "fit", "ValueError: no luck"),
        ("toy-oom", "oom", "fit", "MemoryError: too much"),
        ("toy-short", "invalid", "sample", "InvalidRows: 72 rows asked for, 71 drawn"),
    ],
)
def test_a_failure_is_a_result(method, status, phase, reason):
    found = records(method)
    record = found[method, "balance"]
    assert (record["status"], record["phase"], record["reason"]) == (status, phase, reason)
    assert record["metrics"] == {}
    assert found["none", "real"]["status"] == "ok"


def test_a_bad_draw_spoils_its_regime_alone():
    found = records("toy-nan")
    assert found["toy-nan", "balance"]["status"] == "ok"
    assert found["toy-nan", "tstr"]["status"] == "invalid"
    assert "1 rows hold NaN" in found["toy-nan", "tstr"]["reason"]


def test_a_classifier_that_fails_spoils_its_cell_alone(monkeypatch):
    from bench.classifiers.mlp import MLP

    def fit(self, X, y, sample_weight=None):
        raise RuntimeError("did not converge")

    monkeypatch.setattr(MLP, "fit", fit)
    matrix = plan(
        Config(tasks=("toy",), methods=("none",), classifiers=("mlp", "xgboost"), regimes=("real",)), DataHome(), "cpu"
    )
    found = {e["record"]["classifier"]: e["record"] for e in walk.run(matrix.fits[0]) if "record" in e}
    assert (found["mlp"]["status"], found["mlp"]["phase"]) == ("error", "train")
    assert found["xgboost"]["status"] == "ok"


def test_matched_seeds_across_methods(monkeypatch):
    seen = {}
    from bench import registry

    for name in ("toy-jitter", "random-over"):
        cls = registry.methods[name].load()
        fit = cls.fit

        def spy(self, X, y, schema, fit=fit, name=name):
            seen[name] = (X.copy(), y.copy(), self.random_state)
            return fit(self, X, y, schema)

        monkeypatch.setattr(cls, "fit", spy)
    records("toy-jitter", "random-over")
    assert np.array_equal(seen["toy-jitter"][0], seen["random-over"][0])
    assert np.array_equal(seen["toy-jitter"][1], seen["random-over"][1])
    assert seen["toy-jitter"][2] != seen["random-over"][2]


def test_a_method_never_holds_test_or_validation_rows(monkeypatch, toy):
    from bench import registry

    cls = registry.methods["toy-jitter"].load()
    fit, seen = cls.fit, {}

    def spy(self, X, y, schema):
        seen["X"] = X
        return fit(self, X, y, schema)

    monkeypatch.setattr(cls, "fit", spy)
    matrix = plan(config("toy-jitter"), DataHome(), "cpu")
    chosen = next(f for f in matrix.fits if f.method == "toy-jitter")
    list(walk.run(chosen))
    rows = walk._rows(chosen.task, walk._Frozen(chosen.task_params), chosen.origin, chosen.base_seed, chosen.seed)
    held_out = {row.tobytes() for row in np.concatenate([rows.X_valid, rows.X_test])}
    assert len(seen["X"]) == 120
    assert not held_out & {row.tobytes() for row in seen["X"]}


def test_what_a_method_does_to_its_rows_does_not_reach_the_classifier(monkeypatch):
    from bench import registry

    clean = records("toy-jitter")["toy-jitter", "balance"]["metrics"]
    cls = registry.methods["toy-jitter"].load()
    fit = cls.fit

    def spoil(self, X, y, schema):
        fit(self, X.copy(), y, schema)
        X[:] = 0
        return self

    monkeypatch.setattr(cls, "fit", spoil)
    assert records("toy-jitter")["toy-jitter", "balance"]["metrics"] == clean


def test_overhead_is_counted_apart():
    done = [event["done"] for event in events("toy-slow") if "done" in event]
    assert all(d["worker_s"] >= d["harness_s"] >= 0 for d in done)
    assert any(d["worker_s"] - d["harness_s"] > 0.3 for d in done)


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
    assert {r["status"] for r in found.values()} == {"invalid"}
    for record in found.values():
        assert reason in record["reason"]
        assert record["phase"] == "infer"
        assert record["metrics"] == {}
        json.dumps(record, allow_nan=False)


def test_what_a_method_makes_of_probabilities_is_checked_too(monkeypatch):
    from bench import registry

    method = registry.methods["toy-jitter"].load()
    monkeypatch.setattr(method, "adjust", lambda self, proba: proba * 3, raising=False)
    found = records("toy-jitter")
    assert found["none", "real"]["status"] == "ok"
    assert found["toy-jitter", "tstr"]["status"] == "invalid"


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
    walk._load.cache_clear()
    walk._rows.cache_clear()
    monkeypatch.setattr(task, "read", lambda self, origin: spoil(read(self, origin)))
    found = records("toy-jitter")
    assert {(r["status"], r["phase"]) for r in found.values()} == {("error", "load")}
    assert all(r["reason"].startswith(f"InvalidData: {reason}") for r in found.values())


def test_exact_floats_are_labels_as_good_as_whole_numbers(monkeypatch):
    task = registry.tasks["toy"].load()
    read = task.read
    before = records("toy-jitter")
    walk._load.cache_clear()
    walk._rows.cache_clear()
    monkeypatch.setattr(task, "read", lambda self, origin: (d := read(self, origin), replace(d, y=d.y * 1.0))[1])
    after = records("toy-jitter")
    walk._load.cache_clear()
    walk._rows.cache_clear()
    assert {k: r["metrics"] for k, r in after.items()} == {k: r["metrics"] for k, r in before.items()}


def test_a_primary_metric_that_the_task_cannot_have_is_refused(monkeypatch):
    task = registry.tasks["toy"].load()
    monkeypatch.setattr(task, "primary", "auprcc")
    with pytest.raises(BenchError, match="task 'toy': primary 'auprcc' is not a metric; did you mean 'auprc'"):
        plan(config("toy-jitter"), DataHome(), "cpu")
    walk._load.cache_clear()
    walk._rows.cache_clear()
    monkeypatch.setattr(task, "primary", "recall_fwe")  # could be of a class; only the rows tell
    found = records("toy-jitter")
    walk._load.cache_clear()
    walk._rows.cache_clear()
    assert {r["status"] for r in found.values()} == {"error"}
    assert "primary 'recall_fwe' is not a metric of a task of 2 classes" in found["none", "real"]["reason"]


def test_a_method_unfit_for_categories_skips_rows_that_have_one_undeclared(monkeypatch):
    task = registry.tasks["toy"].load()
    read = task.read

    def coded(self, origin):
        data = read(self, origin)
        columns = (*data.schema.columns[:2], Column("kind", ("x", "y")))
        X = np.column_stack([data.X[:, :2], np.arange(len(data)) % 2]).astype(np.float32)
        return replace(data, X=X, schema=replace(data.schema, columns=columns))

    walk._load.cache_clear()
    walk._rows.cache_clear()
    monkeypatch.setattr(task, "read", coded)
    found = records("adasyn", regimes=("real", "balance"))
    walk._load.cache_clear()
    walk._rows.cache_clear()
    assert found["none", "real"]["status"] == "ok"
    assert found["adasyn", "balance"]["status"] == "skipped"
    assert "adasyn does not take categorical rows; 'kind' is categorical" in found["adasyn", "balance"]["reason"]
