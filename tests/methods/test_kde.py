"""Kernel densities: the bandwidths are those of the rules, and drawn rows are spread as the estimate says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import gaussian_kde, kstest, norm

from bench.errors import BenchError, Unsuitable
from bench.task import Column, Schema
from methods.kde import KDE, SHARES

NUMBERS = Schema("tabular", (2,), ("a", "b"), (Column("u"), Column("v")))
ONE = Schema("tabular", (1,), ("a",), (Column("u"),))
MIXED = Schema("tabular", (3,), ("a",), (Column("u"), Column("c", ("x", "y")), Column("k")))


def test_scotts_bandwidth_is_scipys_of_each_column() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 2)) * [1, 5]
    model = KDE().fit(X, np.zeros(200, np.int64), NUMBERS).models_[0]
    np.testing.assert_allclose(model.widths, gaussian_kde(X.T).factor * X.std(axis=0))


@pytest.mark.parametrize("bandwidth", [0.4, "scott"])
def test_draws_follow_the_estimate(bandwidth: float | str) -> None:
    X = np.array([-3.0, -1, 0, 2, 7])
    method = KDE(bandwidth).fit(X[:, None], np.zeros(5, np.int64), ONE)
    width = method.models_[0].widths[0]
    assert width == pytest.approx(X.std() * (0.4 if bandwidth == 0.4 else 5**-0.2))
    drawn = method.sample(np.zeros(20_000, np.int64))[:, 0]
    assert kstest(drawn, lambda x: norm.cdf((x[:, None] - X) / width).mean(axis=1)).pvalue > 0.01
    assert drawn.var() == pytest.approx(X.var() + width**2, rel=0.05)


def test_cross_validation_finds_the_narrow_modes_that_scotts_rule_blurs() -> None:
    rng = np.random.default_rng(0)
    X = (rng.normal(scale=0.05, size=400) + rng.integers(0, 2, 400))[:, None]
    y = np.zeros(400, np.int64)
    scott, tried = (KDE(rule).fit(X, y, ONE).models_[0].widths[0] for rule in ("scott", "cv"))
    assert 0.01 < tried < 0.06 < scott
    assert np.isclose(tried / scott, SHARES).any()
    smooth = rng.normal(size=(400, 1))
    scott, tried = (KDE(rule).fit(smooth, y, ONE).models_[0].widths[0] for rule in ("scott", "cv"))
    assert 0.5 < tried / scott < 2.1


def test_classes_are_apart_and_constants_and_categories_are_those_of_rows() -> None:
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=60), rng.integers(0, 2, 60), np.full(60, 0.1)])
    X[:, 0] += 100 * X[:, 1]
    rows = KDE("cv").fit(X, np.zeros(60, np.int64), MIXED).sample(np.zeros(500, np.int64))
    np.testing.assert_array_equal(rows[:, 1], rows[:, 0] > 50)
    assert set(rows[:, 2]) == {0.1}
    two = np.repeat([0, 1], 30)
    far = rng.normal(size=(60, 2)) + 1000 * two[:, None]
    drawn = KDE().fit(far, two, NUMBERS).sample(np.array([1, 0, 1]))
    np.testing.assert_array_equal(drawn[:, 0] > 500, [True, False, True])


def test_what_makes_no_sense_is_said() -> None:
    y = np.zeros(2, np.int64)
    for bandwidth in (0.0, -1, "silverman", float("nan")):
        with pytest.raises(BenchError, match="kde: bandwidth must be"):
            KDE(bandwidth).fit(np.ones((2, 1)), y, ONE)
    only = Schema("tabular", (1,), ("a",), (Column("c", ("x", "y")),))
    with pytest.raises(Unsuitable, match="these rows have none"):
        KDE().fit(np.ones((2, 1)), y, only)
    with pytest.raises(BenchError, match="class 'b' has no training rows"):
        KDE().fit(np.ones((2, 2)), y, NUMBERS).sample(np.array([1]))
