from dataclasses import replace

import numpy as np
import pytest

from bench import registry
from bench.adapters import FromSampler
from bench.trial import walk
from bench.trial.events import Done, Ended, Scored
from bench.trial.rows import load_rows
from tests.factories import config, planned, walked


def events(*methods, **more):
    return [event for fit in planned(config(*methods, **more)) for event in walk.run(fit)]


def records(*methods, **more):
    return {(r.method, r.regime): r for r in walked(planned(config(*methods, **more)))}


@pytest.fixture(autouse=True)
def _toy(toy):
    pass


def test_every_cell_ends_with_a_full_record():
    found = records("toy-jitter")
    assert set(found) == {("none", "real"), ("toy-jitter", "balance"), ("toy-jitter", "tstr")}
    for record in found.values():
        assert record.status == "ok"
        assert record.n_test == 40
        assert set(record.times) == {"fit", "sample", "train", "infer", "measure"}
        assert 0 < record.metrics["auprc"] <= 1
        assert record.hashes["code"]
        assert record.versions["xgboost"]
        assert list(record.train_classes.values()) == [96, 24]
        assert list(record.test_classes.values()) == [32, 8]
        assert record.valid["auprc"] != record.metrics["auprc"]
    assert found["none", "real"].n_train == 120
    assert found["none", "real"].fidelity == {}
    assert (found["toy-jitter", "balance"].n_train, found["toy-jitter", "balance"].n_synthetic) == (192, 72)
    assert (found["toy-jitter", "tstr"].n_train, found["toy-jitter", "tstr"].n_synthetic) == (120, 120)
    assert found["toy-jitter", "tstr"].fidelity
    assert found["toy-jitter", "tstr"].privacy


def test_the_same_fit_gives_the_same_metrics():
    first, second = records("toy-jitter"), records("toy-jitter")
    for key, record in first.items():
        for part in ("id", "metrics", "fidelity", "privacy"):
            assert getattr(record, part) == getattr(second[key], part)


def test_leaving_out_a_regime_changes_nothing_of_the_others():
    both, alone = records("toy-jitter"), records("toy-jitter", regimes=("tstr",))
    assert alone["toy-jitter", "tstr"].metrics == both["toy-jitter", "tstr"].metrics
    assert alone["toy-jitter", "tstr"].id == both["toy-jitter", "tstr"].id


@pytest.mark.parametrize(
    ("method", "status", "phase", "reason"),
    [
        ("toy-error", "error", "fit", "ValueError: no luck"),
        ("toy-oom", "oom", "fit", "MemoryError: too much"),
        ("toy-short", "invalid", "sample", "InvalidRows: 72 rows asked for, 71 returned"),
    ],
)
def test_a_failure_is_a_result(method, status, phase, reason):
    found = records(method)
    record = found[method, "balance"]
    assert (record.status, record.phase, record.reason) == (status, phase, reason)
    assert record.metrics == {}
    assert found["none", "real"].status == "ok"


def test_a_bad_draw_spoils_its_regime_alone():
    found = records("toy-nan")
    assert found["toy-nan", "balance"].status == "ok"
    assert found["toy-nan", "tstr"].status == "invalid"
    assert "1 rows hold NaN" in found["toy-nan", "tstr"].reason


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.float32("nan")])
def test_a_measure_of_the_tasks_own_that_is_no_number_fails_its_cells_and_says_which(monkeypatch, value):
    monkeypatch.setattr(registry.tasks["toy"].load(), "measures", lambda *_: {"own": value})
    found = records("toy-jitter")
    assert found["none", "real"].status == "ok"
    for regime in ("balance", "tstr"):
        record = found["toy-jitter", regime]
        assert (record.status, record.metrics, record.fidelity) == ("error", {}, {})
        assert "own" in record.reason


def test_a_classifier_that_fails_spoils_its_cell_alone(monkeypatch):
    from bench.classifiers.mlp import MLP

    def fit(self, X, y, sample_weight=None):
        raise RuntimeError("did not converge")

    monkeypatch.setattr(MLP, "fit", fit)
    found = {r.classifier: r for r in walked(planned(config(classifiers=("mlp", "xgboost"), regimes=("real",))))}
    assert (found["mlp"].status, found["mlp"].phase) == ("error", "train")
    assert found["xgboost"].status == "ok"


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
    _, chosen = planned(config("toy-jitter"))
    list(walk.run(chosen))
    rows = load_rows(chosen)
    held_out = {row.tobytes() for row in np.concatenate([rows.X_valid, rows.X_test])}
    assert len(seen["X"]) == 120
    assert not held_out & {row.tobytes() for row in seen["X"]}


def test_what_a_method_does_to_its_rows_does_not_reach_the_classifier(monkeypatch):
    from bench import registry

    clean = records("toy-jitter")["toy-jitter", "balance"].metrics
    cls = registry.methods["toy-jitter"].load()
    fit = cls.fit

    def spoil(self, X, y, schema):
        fit(self, X.copy(), y, schema)
        X[:] = 0
        return self

    monkeypatch.setattr(cls, "fit", spoil)
    assert records("toy-jitter")["toy-jitter", "balance"].metrics == clean


def test_overhead_is_counted_apart():
    done = [event for event in events("toy-slow") if isinstance(event, Done)]
    assert all(d.worker_s >= d.harness_s >= 0 for d in done)
    assert any(d.worker_s - d.harness_s > 0.3 for d in done)


def test_probabilities_come_with_records_where_asked_for_and_give_their_scores():
    from bench.measures.metrics import score

    _, fit = planned(config("toy-jitter"))
    without = [event for event in walk.run(fit) if isinstance(event, Ended)]
    found = list(walk.run(replace(fit, predictions=True)))
    told = [event for event in found if isinstance(event, Scored)]
    assert len(told) == 1
    rows, cells = told[0].tested, [event for event in found if isinstance(event, Ended)]
    assert found.index(told[0]) < found.index(cells[0])
    assert [cell.record.metrics for cell in cells] == [cell.record.metrics for cell in without]
    assert all(cell.predicted is None for cell in without)
    for cell in cells:
        predicted = cell.predicted
        assert (predicted.id, predicted.tested) == (cell.record.id, rows.key)
        again = score(
            rows.numbers("labels"), predicted.probabilities(), rare=rows.rare, threshold=predicted.threshold,
            classes=rows.classes, rare_classes=predicted.rare_classes, shares=predicted.shares,
        )  # fmt: skip
        for name in ("auprc", "roc_auc", "brier", "f1", "f1_tuned", "mcc"):
            assert again[name] == pytest.approx(cell.record.metrics[name], abs=1e-5), name


def test_a_failed_cell_has_no_probabilities():
    _, fit = planned(config("toy-error"))
    found = list(walk.run(replace(fit, predictions=True)))
    assert not any(isinstance(event, Scored) for event in found)
    assert all(event.predicted is None for event in found if isinstance(event, Ended))


def test_missing_numbers_are_shown_to_methods_that_take_marks_and_measured_of_all(monkeypatch, names):
    shown, fit = {}, FromSampler.fit

    def watched(self, X, y, schema):
        shown[type(self).__name__] = schema
        return fit(self, X, y, schema)

    monkeypatch.setattr(FromSampler, "fit", watched)
    found = records("random-over", "smote", tasks=("pima",), regimes=("real", "tstr"))
    assert {record.status for record in found.values()} == {"ok"}
    assert [column.name for column in shown["RandomOver"].columns[8:]] == [
        "glucose missing", "blood_pressure missing", "skin_thickness missing", "insulin missing", "bmi missing",
    ]  # fmt: skip
    assert len(shown["Smote"].columns) == 8
    worst = {name: found[name, "tstr"].fidelity["tv_max"] for name in ("random-over", "smote")}
    assert worst["random-over"] < 0.1 < 0.3 < worst["smote"]  # half of the insulin is missing, and never of smote's
    published = records("random-over", tasks=("pima",), regimes=("tstr",), task={"pima": {"protocol": "first"}})
    assert not shown["RandomOver"].marks
    assert "tv" not in published["random-over", "tstr"].fidelity


def resampled(*methods, **more):
    found = records(*methods, **{"regimes": ("resample",)} | more)
    return {method: record for (method, _), record in found.items()}


def test_a_resampled_training_set_is_trained_on_and_only_its_new_rows_are_measured(names):
    found = resampled("toy-halved", "random-under", "cluster-centroids", "smote-tomek", "toy-jitter")
    assert set(found) == {"none", "toy-halved", "random-under", "cluster-centroids", "smote-tomek"}  # jitter only draws
    assert {record.status for record in found.values()} == {"ok"}
    assert [(found[n].n_train, found[n].n_synthetic) for n in ("toy-halved", "random-under")] == [(60, 1), (48, 0)]
    centres = found["cluster-centroids"]
    assert centres.n_train == 48
    assert 12 < centres.n_synthetic <= 24  # the centre of one row alone is that row
    both = found["smote-tomek"]
    assert both.n_train <= 192
    assert 0 < both.n_synthetic <= 72
    for record in found.values():
        assert (record.n_test, list(record.train_classes.values())) == (40, [96, 24])
        assert set(record.times) == {"fit", "sample", "train", "infer", "measure"}
    assert found["random-under"].fidelity == found["random-under"].privacy == {}
    assert both.fidelity
    assert found["toy-halved"].privacy


def test_a_resampled_training_set_is_the_bare_samplers_on_the_trials_rows(names, monkeypatch):
    from imblearn.combine import SMOTEENN
    from xgboost import XGBClassifier

    from bench import seeds

    trained, plain = [], XGBClassifier.fit

    def spy(self, X, y, **more):
        trained.append((X.copy(), y.copy()))
        return plain(self, X, y, **more)

    monkeypatch.setattr(XGBClassifier, "fit", spy)
    fit = next(fit for fit in planned(config("smote-enn", regimes=("resample",))) if fit.method == "smote-enn")
    list(walk.run(fit))
    rows = load_rows(fit)
    seed = seeds.derive(0, "sample", "toy", "smote-enn", 0, "resample")
    X, y = SMOTEENN(random_state=seed).fit_resample(rows.X, rows.y)
    assert np.array_equal(trained[-1][0], X)
    assert np.array_equal(trained[-1][1], y)


def test_what_resample_does_to_its_rows_stays_there_and_a_bad_training_set_is_invalid():
    found = resampled("toy-spoils", "toy-one-class", "toy-undecided")
    assert found["toy-spoils"].metrics == found["none"].metrics
    assert (found["toy-spoils"].n_train, found["toy-spoils"].n_synthetic) == (120, 0)
    bad = found["toy-one-class"]
    assert (bad.status, bad.phase, bad.metrics) == ("invalid", "sample", {})
    assert "left rows of 1 of 2 classes" in bad.reason
    assert (found["toy-undecided"].status, found["toy-undecided"].phase) == ("error", "sample")
    assert "not for the regime resample" in found["toy-undecided"].reason


def test_a_cleaner_sees_filled_numbers_and_no_marks(names):
    found = resampled("tomek", "random-under", tasks=("pima",))
    assert {record.status for record in found.values()} == {"ok"}
    assert [found[name].n_synthetic for name in ("tomek", "random-under")] == [0, 0]
    assert found["tomek"].n_train < found["none"].n_train
    few = min(found["none"].train_classes.values())
    assert found["random-under"].n_train == 2 * few
