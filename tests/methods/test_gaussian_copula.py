"""The Gaussian copula finds the correlations behind what is seen, in closed form, and keeps every margin."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ks_2samp, multivariate_normal, norm, spearmanr

from bench.task import Column, Schema
from methods.gaussian_copula import GaussianCopula, Intervals, latent_correlations, root_of

TERNARY = ("r", "g", "b")


def schema(*kinds: tuple[str, ...] | None, classes: int = 1) -> Schema:
    columns = tuple(Column(f"x{i}", kind) for i, kind in enumerate(kinds))
    return Schema("tabular", (len(kinds),), tuple("ab"[:classes]), columns)


def normal(rho: float, n: int = 20_000, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).multivariate_normal([0, 0], [[1, rho], [rho, 1]], n)


def correlations(X: np.ndarray, *categorical: int) -> np.ndarray:
    columns = [Intervals.of(X[:, j], j in categorical) for j in range(X.shape[1])]
    scores = np.column_stack([column.scores[column.places] for column in columns])
    return latent_correlations(scores, np.array([column.series() for column in columns]))


@pytest.mark.parametrize("rho", [-0.7, 0.0, 0.3, 0.8])
def test_correlations_of_halves_are_sheppards(rho: float) -> None:
    """P(both above the median) = 1/4 + arcsin(rho) / 2 pi (Sheppard 1899)."""
    both = 0.25 + np.arcsin(rho) / (2 * np.pi)
    counts = np.round(20_000 * np.array([both, 0.5 - both, 0.5 - both, both])).astype(int)
    X = np.repeat([[0, 0], [0, 1], [1, 0], [1, 1]], counts, axis=0).astype(float)
    assert correlations(X, 0, 1)[0, 1] == pytest.approx(rho, abs=0.01)


def test_uneven_categories_have_the_tetrachoric_correlation() -> None:
    cut = norm.ppf(0.9)
    both = multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]]).cdf([-cut, -cut])
    counts = np.round(100_000 * np.array([0.8 + both, 0.1 - both, 0.1 - both, both])).astype(int)
    X = np.repeat([[0, 0], [0, 1], [1, 0], [1, 1]], counts, axis=0).astype(float)
    assert correlations(X, 0, 1)[0, 1] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("rho", [-0.5, 0.6])
def test_a_number_and_a_category_have_the_biserial_correlation(rho: float) -> None:
    """Of a normal and whether another is above c the covariance is rho times the density at c (Pearson 1909)."""
    X, cut = normal(rho, 100_000), norm.ppf(0.7)
    above = X[:, 1] > cut
    biserial = np.cov(X[:, 0], above)[0, 1] / norm.pdf(cut) / X[:, 0].std()
    found = correlations(np.column_stack([X[:, 0], above])[:10_000], 1)[0, 1]
    assert found == pytest.approx(biserial, abs=0.03)
    assert biserial == pytest.approx(rho, abs=0.02)


@pytest.mark.parametrize("rho", [-0.9, 0.4])
def test_numbers_have_the_correlation_of_their_normal_scores_whatever_their_scale(rho: float) -> None:
    X = normal(rho)
    found = correlations(np.column_stack([np.exp(3 * X[:, 0]), X[:, 1] ** 3]))[0, 1]
    assert found == pytest.approx(rho, abs=0.02)


def test_intervals_are_the_shares_and_scores_their_means() -> None:
    column = Intervals.of(np.repeat([2.0, 0.0, 1.0], [10, 60, 30]), True)
    assert column.values.tolist() == [0, 1, 2]
    np.testing.assert_allclose(norm.cdf(column.ends), [0, 0.6, 0.9, 1], atol=1e-12)
    draws = np.random.default_rng(0).normal(size=400_000)
    for k, score in enumerate(column.scores):
        mine = draws[(draws > column.ends[k]) & (draws < column.ends[k + 1])]
        assert score == pytest.approx(mine.mean(), abs=0.01)
    assert column.at(np.array([-9.0, column.ends[1] + 0.01, 9.0])).tolist() == [0, 1, 2]
    variance = np.sum([0.6, 0.3, 0.1] * column.scores**2)
    assert column.series()[0] == pytest.approx(variance)  # a score's covariance with its normal is its own variance
    assert 0.97 * variance < np.sum(column.series() ** 2) <= variance * (1 + 1e-9)  # Parseval


def test_draws_have_the_margins_and_the_dependence_of_the_rows() -> None:
    latent = normal(0.7, 4000)
    spiky = np.where(latent[:, 1] < 0.3, 0.0, np.exp(latent[:, 1]))
    third = np.digitize(0.8 * latent[:, 0] + 0.6 * np.random.default_rng(1).normal(size=4000), [0.2, 1.0])
    X = np.column_stack([latent[:, 0] ** 3, spiky, third]).astype(np.float32)
    labels = np.zeros(8000, dtype=np.int64)
    rows = GaussianCopula().fit(X, labels[:4000], schema(None, None, TERNARY)).sample(labels)
    for j in range(2):
        assert ks_2samp(rows[:, j], X[:, j]).statistic < 0.03
        assert X[:, j].min() <= rows[:, j].min() <= rows[:, j].max() <= X[:, j].max()
    assert np.mean(rows[:, 1] == 0) == pytest.approx(np.mean(X[:, 1] == 0), abs=0.03)
    np.testing.assert_allclose(np.bincount(rows[:, 2].astype(int)), 2 * np.bincount(third), atol=200)
    np.testing.assert_allclose(spearmanr(rows).statistic, spearmanr(X).statistic, atol=0.05)


def test_every_class_has_a_dependence_of_its_own() -> None:
    X = np.concatenate([normal(0.9, 2000), normal(-0.9, 2000)])
    y = np.repeat([0, 1], 2000)
    rows = GaussianCopula().fit(X, y, schema(None, None, classes=2)).sample(y)
    assert np.corrcoef(rows[y == 0].T)[0, 1] == pytest.approx(0.9, abs=0.03)
    assert np.corrcoef(rows[y == 1].T)[0, 1] == pytest.approx(-0.9, abs=0.03)


def test_correlations_that_do_not_fit_together_become_some_that_do() -> None:
    given = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    near = root_of(given) @ root_of(given).T
    assert np.linalg.eigvalsh(given).min() < 0 <= np.linalg.eigvalsh(near).min() + 1e-12
    np.testing.assert_allclose(np.diag(near), 1)
    assert (np.sign(near) == np.sign(given)).all()
    fine = np.array([[1, 0.3], [0.3, 1]])
    np.testing.assert_allclose(root_of(fine) @ root_of(fine).T, fine)


def test_a_constant_and_a_category_that_a_class_lacks() -> None:
    rng = np.random.default_rng(0)
    X = np.column_stack([np.full(50, 3.0), rng.integers(0, 2, 50), rng.normal(size=50)])
    rows = GaussianCopula().fit(X, np.zeros(50, np.int64), schema(None, TERNARY, None)).sample(np.zeros(500, np.int64))
    assert set(rows[:, 0]) == {3.0}
    assert set(rows[:, 1]) == {0.0, 1.0}
