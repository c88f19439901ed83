"""The monitor: which steps, what it keeps, what it survives."""

import json
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.task import Column, Schema
from bench.trial.monitor import TrainingMonitor

TABLE = Schema("tabular", (3,), ("common", "rare"), tuple(Column(f"c{i}") for i in range(3)), rare=1)
IMAGE = Schema("image", (1, 4, 4), tuple("abcdefghijkl"))


def table(n=200, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    return rng.normal(y[:, None] * 10.0, 1, (n, 3)).astype(np.float32), y


def monitor(**options):
    X, y = table()
    return TrainingMonitor(X, y, TABLE, **options)


@given(total=st.integers(1, 3000), points=st.integers(1, 40))
def test_wants_is_evenly_spaced_and_ends_on_the_last_step(total, points):
    m = monitor(points=points)
    steps = [s for s in range(1, total + 1) if m.wants(s, total)]
    assert len(steps) == min(points, total)
    assert steps[-1] == total
    gaps = np.diff([0, *steps])
    assert gaps.max() - gaps.min() <= 1


def test_what_there_is_so_far_is_saved_now_and_then(monkeypatch):
    X, y = table()
    clock = iter([0.0, 3.0, 11.0, 11.0, 12.0]).__next__
    monkeypatch.setattr("bench.trial.monitor.time.monotonic", clock)
    seen = []
    m = TrainingMonitor(X, y, TABLE, save=lambda monitor: seen.append(len(monitor.history)))
    for step in (1, 2, 3):
        m.record(step, {"g": 1.0}, lambda: (X, y))
    assert seen == [2]  # at 11 seconds; not at 3 nor at 12


def test_a_phase_without_draws_keeps_its_losses_alone():
    m = monitor()
    m.record(1, {"reconstruction": 0.5}, None, part="embed")
    assert m.history == [{"step": 1, "part": "embed", "reconstruction": 0.5, "detector": None}]
    assert m.snapshots == []


def test_rows_are_judged_against_real_rows_of_their_own_classes():
    """Perfect rows of the rare class alone must not look wrong because the training rows are mostly another class."""
    rare = np.random.default_rng(1).normal(10, 1, (100, 3)).astype(np.float32)
    m = monitor()
    m.record(1, {"g": 1.0}, lambda: (rare, np.ones(100, dtype=np.int64)), part="rare")
    assert 0.3 < m.history[0]["detector"] < 0.7
    m.record(2, {"g": 1.0}, lambda: (rare - 10, np.ones(100, dtype=np.int64)), part="rare")
    assert m.history[1]["detector"] > 0.95


def test_losses_gap_and_pause():
    log = []

    @contextmanager
    def pause():
        log.append("stopped")
        yield
        log.append("running")

    def draw():
        log.append("drawn")
        return table(seed=1)

    m = monitor(pause=pause)
    m.record(5, {"g": np.float32(0.5), "d_real": 0.75, "d_synthetic": 0.25}, draw)
    assert log == ["stopped", "drawn", "running"]
    assert m.history[0] == {"step": 5, "part": "", "g": 0.5, "d_real": 0.75, "d_synthetic": 0.25, "gap": 0.5} | {
        "detector": m.history[0]["detector"]
    }
    assert len(m.snapshots[0].rows) == 200


def fails():
    raise RuntimeError("no rows yet")


@pytest.mark.parametrize(
    ("draw", "reason"),
    [
        (fails, "RuntimeError: no rows yet"),
        (lambda: (np.full((8, 3), np.nan, np.float32), np.arange(8) % 2), "invalid rows: 8 rows hold NaN"),
        (lambda: (table()[0][:2], table()[1][:2]), "ValueError: the detector needs 4 rows"),
    ],
)
def test_a_failed_draw_leaves_its_reason_and_training_goes_on(draw, reason):
    m = monitor()
    m.record(1, {"g": 1.0}, draw)
    assert reason in m.history[0]["reason"]
    assert m.history[0]["detector"] is None
    assert m.snapshots == []


def test_history_is_json_even_when_the_losses_are_not_finite():
    m = monitor()
    m.record(1, {"g": float("nan"), "d_real": float("inf"), "d_synthetic": 0.0}, table)
    text = json.dumps(m.history, allow_nan=False)
    assert json.loads(text)[0]["reason"] == "loss g is nan; loss d_real is inf"


def test_an_interrupt_is_not_swallowed():
    def draw():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        monitor().record(1, {}, draw)


def test_four_images_of_ten_classes_are_kept():
    rng = np.random.default_rng(0)
    X, y = rng.random((240, 1, 4, 4)).astype(np.float32), np.arange(240) % 12
    m = TrainingMonitor(X, y, IMAGE)
    m.record(1, {"g": 1.0}, lambda: (X, y))
    assert np.bincount(m.snapshots[0].labels).tolist() == [4] * 10
    m = TrainingMonitor(X, y, IMAGE, keep=False)
    m.record(1, {"g": 1.0}, lambda: (X, y))
    assert m.snapshots == []
