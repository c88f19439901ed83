"""Rows of known worth: what they are, and where measures place them."""

from __future__ import annotations

import numpy as np
import pytest

from bench.task import Column, Schema
from bench.trial.references import draws, references

COLUMNS = (Column("u"), Column("v"), Column("kind", ("a", "b", "c")))


class Rows:
    """Two classes, two numbers that go together, one category; as a trial holds them."""

    def __init__(self, n: int = 600) -> None:
        self.schema = Schema("tabular", (3,), ("many", "few"), COLUMNS, rare=1)
        parts = [self._part(size, seed) for size, seed in ((n, 1), (n // 3, 2), (n // 3, 3))]
        (self.X, self.y), (self.X_valid_rows, self.y_valid), (self.X_test_rows, self.y_test) = parts
        self.task = self.scale = self

    def _part(self, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(seed)
        y = (np.arange(n) % 3 == 0).astype(np.int64)
        u = rng.normal(size=n) + y
        return np.stack([u, u + 0.1 * rng.normal(size=n), rng.integers(0, 3, n)], axis=1).astype(np.float32), y

    def inverse(self, X: np.ndarray) -> np.ndarray:
        return X

    def land(self, X: np.ndarray) -> np.ndarray:
        return X

    def measures(self, X: np.ndarray, y: np.ndarray) -> dict[str, float]:
        return {"own": float(len(X))}


def test_draws_are_what_they_are_called() -> None:
    rows = Rows()
    labels = np.repeat([0, 1], [400, 200])
    found = {name: (X, y) for name, X, y in draws(rows, labels, 0)}
    assert list(found) == ["held-out", "jittered", "shuffled"]
    assert np.array_equal(found["held-out"][0], rows.X_test_rows)
    jittered, y = found["jittered"]
    assert np.array_equal(y, labels)
    assert np.array_equal(jittered[:, 2], jittered[:, 2].round())  # categories as they are
    near = np.abs(jittered[:, None, :2] - rows.X[None, :, :2]).max(axis=2).min(axis=1)
    assert 0 < near.max() < 0.06
    shuffled, y = found["shuffled"]
    for code in (0, 1):
        for column in range(3):
            assert np.array_equal(np.sort(shuffled[y == code, column]), np.sort(rows.X[rows.y == code, column]))
    assert np.corrcoef(rows.X[rows.y == 0, :2].T)[0, 1] > 0.9
    assert abs(np.corrcoef(shuffled[y == 0, :2].T)[0, 1]) < 0.2


def test_rows_to_fill_a_class_up_are_of_that_class_alone() -> None:
    rows = Rows()
    found = {name: (X, y) for name, X, y in draws(rows, np.ones(500, dtype=np.int64), 0)}
    assert all((y == 1).all() for _, y in found.values())
    assert len(found["jittered"][0]) == 500  # each of 200 rows two or three times
    assert len(found["held-out"][0]) == (rows.y_test == 1).sum()


def test_measures_tell_them_apart() -> None:
    found = references(Rows(), {}, 0, "cpu")
    kinds = ("held-out", "jittered", "shuffled")
    assert set(found) == {f"{regime} {kind}" for regime in ("tstr", "balance") for kind in kinds}
    held, jittered, shuffled = (found[f"tstr {kind}"] for kind in kinds)
    assert held["xgboost_auc"] == pytest.approx(0.5, abs=0.1)
    assert held["near_duplicates"] == pytest.approx(0.05, abs=0.06)
    assert held["membership_ratio_auc"] == pytest.approx(0.5, abs=0.1)
    assert jittered["near_duplicates"] > 0.3
    assert shuffled["xgboost_auc"] > 0.8
    assert shuffled["association"] > 3 * held["association"]
    assert shuffled["ks"] < 0.1
    assert (held["own"], shuffled["own"]) == (200, 600)


def test_what_there_is_no_time_for_is_left_out() -> None:
    found = references(Rows(), {}, 0, "cpu", seconds=1e-9)
    assert list(found) == ["tstr held-out"]
