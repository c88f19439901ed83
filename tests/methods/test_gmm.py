"""Gaussian mixtures: as many components as there are, their moments, and categories as each of them has them."""

from __future__ import annotations

import numpy as np
import pytest

from bench.errors import BenchError, Unsuitable
from bench.task import Column, Schema
from methods.gmm import GaussianMixtures

NUMBERS = Schema("tabular", (2,), ("a", "b"), (Column("u"), Column("v")))
MIXED = Schema("tabular", (3,), ("a",), (Column("u"), Column("v"), Column("c", ("x", "y", "z"))))


def zeros(n: int) -> np.ndarray:
    return np.zeros(n, dtype=np.int64)


def clouds(count: int, n: int = 600) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    which = rng.integers(0, count, n)
    return rng.normal(size=(n, 2)) + 12 * np.column_stack([which, which % 2]), which


@pytest.mark.parametrize("count", [1, 2, 4])
def test_bic_finds_the_number_of_clouds(count: int) -> None:
    X, _ = clouds(count)
    assert GaussianMixtures().fit(X, zeros(600), NUMBERS).models_[0].mixture.n_components == count


def test_one_component_has_the_moments_of_the_class() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(500, 2)) @ [[2, 1], [0, 0.5]] + [5, -3]
    rows = GaussianMixtures(components=1).fit(X, zeros(500), NUMBERS).sample(zeros(50_000))
    np.testing.assert_allclose(rows.mean(axis=0), X.mean(axis=0), atol=0.05)
    np.testing.assert_allclose(np.cov(rows.T), np.cov(X.T), rtol=0.05)


def test_categories_follow_their_component_in_their_shares() -> None:
    X, which = clouds(2)
    rng = np.random.default_rng(1)
    codes = np.where(which == 0, 0, 1 + (rng.random(600) < 0.25))
    rows = GaussianMixtures().fit(np.column_stack([X, codes]), zeros(600), MIXED).sample(zeros(20_000))
    np.testing.assert_array_equal(rows[:, 2] == 0, rows[:, 0] < 6)
    np.testing.assert_allclose(np.bincount(rows[:, 2].astype(int)) / 20_000, np.bincount(codes) / 600, atol=0.015)


def test_a_class_of_few_rows_has_one_component_and_no_peaks_on_them() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(5, 2))
    method = GaussianMixtures().fit(X, zeros(5), NUMBERS)
    assert method.models_[0].mixture.n_components == 1
    rows = method.sample(zeros(200))
    nearest = np.linalg.norm(rows[:, None] - X[None], axis=2).min(axis=1)
    assert np.median(nearest) > 0.05


def test_a_constant_stays_and_classes_are_apart() -> None:
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 40)
    X = np.column_stack([np.full(80, 0.1), rng.normal(size=80) + 1000 * y])
    rows = GaussianMixtures().fit(X, y, NUMBERS).sample(np.array([1, 0, 1]))
    assert set(rows[:, 0]) == {0.1}
    np.testing.assert_array_equal(rows[:, 1] > 500, [True, False, True])


def test_what_makes_no_sense_is_said() -> None:
    for options in ({"components": 0}, {"max_iter": 0}, {"covariance_type": "round"}):
        with pytest.raises(BenchError, match=f"gmm: {next(iter(options))} must be"):
            GaussianMixtures(**options).fit(np.ones((3, 2)), zeros(3), NUMBERS)
    with pytest.raises(Unsuitable, match="needs 2 training rows of class 'b', there are 1"):
        GaussianMixtures().fit(np.random.default_rng(0).normal(size=(4, 2)), np.array([0, 0, 0, 1]), NUMBERS)
