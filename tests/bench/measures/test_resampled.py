"""Metrics over draws of the test rows: what ``score`` gives on the rows that were drawn."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from bench.measures import metrics, resampled


def data(k: int, n: int = 60, seed: int = 0) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, k, n)
    proba = rng.dirichlet(np.ones(k), n).round(2)  # with ties
    proba[np.arange(n), y] += 0.3
    return y, proba / proba.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(("k", "rare"), [(2, 1), (2, 0), (4, None)])
@pytest.mark.parametrize("shares", [None, (0.7, 0.1, 0.1, 0.1)])
def test_a_draw_scores_as_its_rows_do(k: int, rare: int | None, shares: Any) -> None:
    y, proba = data(k)
    units = np.arange(60) // 3
    weights = resampled.draws(units, 1, 8)
    assert (weights.sum(axis=1) == 60).all()
    mix = None if shares is None else np.array(shares[:k]) / sum(shares[:k])
    rare_classes = () if rare is not None else (1, 3)
    found = resampled.replicates(y, proba, weights, rare=rare, rare_classes=rare_classes, shares=mix)
    assert len(found) == {2: 6, 4: 8}[k] + (0 if shares is None else {2: 3, 4: 5}[k])
    names = [f"c{i}" for i in range(k)]
    for i, draw in enumerate(weights):
        rows = np.repeat(np.arange(60), draw.astype(int))
        expected = metrics.score(
            y[rows], proba[rows], classes=names, rare=rare, rare_classes=rare_classes or None, shares=mix
        )
        for name, values in found.items():
            assert values[i] == pytest.approx(expected[name], abs=1e-12), name


def test_units_are_drawn_whole_and_as_many_as_there_are() -> None:
    units = np.array([7, 7, 2, 2, 2, 9])
    weights = resampled.draws(units, 0, 500)
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, [0, 2, 5]].sum(axis=1) == 3).all()
    assert weights[:, [0, 2, 5]].mean(axis=0) == pytest.approx(np.ones(3), abs=0.12)
    assert (weights == resampled.draws(units, 0, 500)).all()
    assert (weights != resampled.draws(units, 1, 500)).any()


def test_a_draw_without_the_rare_class_defines_no_ranking() -> None:
    y = np.array([0, 0, 0, 1])
    proba = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.2, 0.8]])
    weights = np.array([[1.0, 1.0, 2.0, 0.0], [1.0, 1.0, 1.0, 1.0]])
    found = resampled.replicates(y, proba, weights, rare=1)
    assert math.isnan(found["auprc"][0])
    assert math.isnan(found["roc_auc"][0])
    assert (found["auprc"][1], found["roc_auc"][1], found["f1"][0]) == (1, 1, 0)
