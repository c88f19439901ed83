import functools
import json

import numpy as np
import pytest
from msgspec import structs

from bench import registry, seeds, selftest
from bench.errors import BenchError
from bench.trial import regimes, walk
from bench.trial import rows as trial_rows


@pytest.fixture(autouse=True, scope="module")
def _planted():
    """The controls are registered for these tests alone, and workers' caches hold none of their rows afterwards."""
    registry.discover()
    before = {kind: dict(known._entries) for kind, known in registry.BY_KIND.items()}
    yield
    for kind, known in registry.BY_KIND.items():
        known._entries = before[kind]
    _forget()


def _forget():
    trial_rows._rows.cache_clear()
    trial_rows.load_task.cache_clear()


@pytest.fixture
def fault(monkeypatch):
    """Plants a fault and runs some controls: which of the landings go wrong, by control."""

    def run(where, name, value, *controls):
        monkeypatch.setattr(where, name, value)
        _forget()
        try:
            rows = selftest.judge(*selftest.run(1, "serial", controls))
        finally:
            _forget()
        return {(r["control"], r["measure"]): r for r in rows if r["control"] in ("none", *controls) and not r["ok"]}

    return run


@pytest.fixture(scope="module")
def sound():
    """Records, boards and rows of the suite as it is, one seed."""
    records, boards = selftest.run(1, "serial")
    return records, boards, selftest.judge(records, boards)


def test_every_control_of_a_sound_suite_lands(sound):
    _, _, rows = sound
    assert [r for r in rows if not r["ok"]] == []
    planted = {e.name for e in registry.methods if e.file == selftest.CONTROLS.resolve()}
    assert {r["control"] for r in rows} == {"none", *planted}


def test_the_file_says_what_was_found(sound, tmp_path, monkeypatch, capsys):
    records, boards, rows = sound
    monkeypatch.setattr(selftest, "run", lambda seeds, engine: (records, boards))
    assert selftest.selftest(tmp_path / "a", 1) == 0
    assert selftest.selftest(tmp_path / "b", 1) == 0
    text = (tmp_path / "a" / "selftest.json").read_text(encoding="utf-8")
    assert text == (tmp_path / "b" / "selftest.json").read_text(encoding="utf-8")
    content = json.loads(text)
    assert content["passed"] is True
    assert content["seeds"] == 1
    assert content["code"] == records[0].hashes["code_bench"]
    assert content["controls"] == rows
    assert set(rows[0]) == {"control", "task", "measure", "expected", "found", "low", "high", "ok", "why"}
    assert "self-test passed" in capsys.readouterr().out


def test_a_failing_self_test_names_the_control_and_exits_1(sound, tmp_path, monkeypatch, capsys):
    records, boards, _ = sound
    broken = [
        structs.replace(r, privacy=r.privacy | {"membership_auc": 0.5}) if r.method == "control-copies" else r
        for r in records
    ]
    monkeypatch.setattr(selftest, "run", lambda seeds, engine: (broken, boards))
    assert selftest.selftest(tmp_path, 1) == 1
    assert "control-copies (membership_auc)" in capsys.readouterr().out
    assert json.loads((tmp_path / "selftest.json").read_text(encoding="utf-8"))["passed"] is False


def test_a_method_that_scored_nothing_is_said(sound):
    records, boards, _ = sound
    rest = [r for r in records if r.method != "control-truth"]
    rows = [r for r in selftest.judge(rest, boards) if not r["ok"]]
    assert {r["control"] for r in rows} == {"control-truth"}
    assert all(r["found"] is None and r["why"] == "no value: no record" for r in rows if r["measure"] != "Δ roc_auc")


def test_without_a_score_of_the_reference_there_is_no_verdict():
    with pytest.raises(BenchError, match="the reference could not be scored"):
        selftest.judge([], [])


def test_a_seed_at_least_is_needed(tmp_path):
    with pytest.raises(BenchError, match="1 to 50 seeds, not 0"):
        selftest.selftest(tmp_path, 0)


def test_a_blind_peek_measure_is_noticed(fault):
    wrong = fault(
        walk, "peeked", lambda *_: {"test_copies": 0.0, "peek_auc": 0.5}, "control-test-rows", "control-disguised"
    )
    assert set(wrong) == {
        ("control-test-rows", "test_copies"),
        ("control-test-rows", "peek_auc"),
        ("control-disguised", "peek_auc"),
    }


def test_swapped_labels_are_noticed(fault):
    whole = regimes.Regime.training_rows

    def swapped(self, X, y, synthetic, synthetic_y):
        rows, labels = whole(self, X, y, synthetic, synthetic_y)
        return rows, 1 - labels if len(synthetic) else labels

    wrong = fault(regimes.Regime, "training_rows", swapped, "control-copies")
    assert set(wrong) == {("control-copies", "Δ roc_auc")}


def test_test_rows_shown_to_methods_are_noticed(fault):
    class Leaky(trial_rows.TrialRows):
        def __init__(self, *given):
            super().__init__(*given)
            self.X_shown = np.concatenate([self.X, self.X_test_rows])
            self.y_shown = np.concatenate([self.y, self.y_test])

    wrong = fault(trial_rows, "_rows", _cached(Leaky), "control-copies")
    assert {("control-copies", "test_copies"), ("control-copies", "peek_auc")} <= set(wrong)


def test_test_rows_within_reach_of_a_method_are_noticed(fault):
    method = walk.TrialRun._method

    def careless(self, rows):
        made = method(self, rows)
        made.monitor.rows = rows  # everything the trial holds
        return made

    wrong = fault(walk.TrialRun, "_method", careless, "control-peek")
    assert ("control-peek", "ok") in wrong
    assert (
        "rows that are not training rows are in reach, at self.monitor.rows"
        in wrong["control-peek", "test_copies"]["why"]
    )


def test_a_scaler_that_saw_every_row_is_noticed(fault):
    class Everything(trial_rows.Preprocess):
        def fit(self, X):
            return super().fit(np.concatenate([X, X[:1] + 1]))

    wrong = fault(trial_rows, "Preprocess", Everything, "control-test-rows")
    assert "not the training rows of any split" in wrong["control-test-rows", "roc_auc"]["why"]


def test_training_on_test_rows_is_noticed(fault):
    class Trained(trial_rows.TrialRows):
        def __init__(self, *given):
            super().__init__(*given)
            self.X = np.concatenate([self.X, self.X_test_rows])
            self.y = np.concatenate([self.y, self.y_test])

    assert ("none", "roc_auc") in fault(trial_rows, "_rows", _cached(Trained), "control-nothing")


JUDGED = ("control-nothing", "control-copies", "control-seeds")


def test_unmatched_seeds_are_noticed(fault):
    """Also where every method has seeds of its own, in which no classifier of the suite differs much."""
    derive = seeds.derive
    counter = iter(range(10_000))

    def unmatched(base, *axes):
        return derive(base, *axes, *([next(counter)] if axes[0] == "classifier" else []))

    assert ("control-nothing", "differing") in fault(seeds, "derive", unmatched, *JUDGED)


def test_seeds_that_do_not_reach_a_draw_are_noticed(fault):
    derive = seeds.derive

    def ignored(base, *axes):
        return 7 if axes[0] == "sample" else derive(base, *axes)

    assert set(fault(seeds, "derive", ignored, *JUDGED)) == {("control-seeds", "ok")}


def test_a_threshold_of_the_test_rows_is_noticed(fault):
    class Peeked(trial_rows.TrialRows):
        """What tunes a threshold is given the test rows as validation rows."""

        def __init__(self, *given):
            super().__init__(*given)
            self.X_valid, self.y_valid = self.X_test, self.y_test

    assert ("none", "f1_tuned") in fault(trial_rows, "_rows", _cached(Peeked), *JUDGED)


def test_a_sign_and_an_interval_are_noticed(fault, monkeypatch):
    from bench.boards import spread
    from bench.statistics import comparison

    plain = comparison.estimate
    wrong = fault(spread, "estimate", lambda values, ratio, *rest: plain(values, 0.0, *rest), *JUDGED)
    assert set(wrong) == {("control-copies", "Δ half")}
    wrong = fault(spread, "estimate", lambda values, *rest: plain([-v for v in values], *rest), *JUDGED)
    assert ("control-copies", "Δ roc_auc") in wrong


def test_a_failed_method_that_is_scored_is_noticed(fault):
    def forgiving(self, method, regime, rows):
        return rows.X, rows.y

    wrong = fault(walk.TrialRun, "_draw", forgiving, "control-nan")
    assert set(wrong) == {("control-nan", "invalid"), ("control-nan", "scored")}


def test_a_blind_detector_is_noticed(fault):
    from bench.measures import fidelity

    wrong = fault(fidelity, "detectors", lambda *_: {"xgboost_auc": 0.5, "logistic_auc": 0.5}, "control-noise")
    assert set(wrong) == {("control-noise", "xgboost_auc")}


def _cached(rows):
    """Rows by another class, with the cache's interface that the tests clear."""
    return functools.lru_cache(maxsize=1)(rows)
