"""Closed forms, published examples and controls of the statistics."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bench.statistics import comparison

# t quantiles at 0.975 from the tables
T = {1: 12.7062, 4: 2.77645, 9: 2.26216}

numbers = st.lists(st.floats(-1, 1, width=32), min_size=2, max_size=20)


def test_mean_interval_is_the_t_interval() -> None:
    values = [0.1, 0.2, 0.3, 0.4, 0.5]
    found = comparison.mean_interval(values)
    assert found.mean == pytest.approx(0.3)
    assert found.half == pytest.approx(T[4] * math.sqrt(0.025) / math.sqrt(5), rel=1e-5)
    assert found.high == pytest.approx(found.mean + found.half)
    assert found.low == pytest.approx(found.mean - found.half)


def test_nadeau_bengio_widens_by_the_test_train_ratio() -> None:
    """Nadeau and Bengio (2003): variance of the mean = s^2 (1/J + n2/n1); J = 10 hold-outs of 20 % against 60 %."""
    differences = np.arange(10) / 100
    spread = np.std(differences, ddof=1)
    found = comparison.mean_interval(differences, ratio=1 / 3)
    assert found.half == pytest.approx(T[9] * spread * math.sqrt(1 / 10 + 1 / 3), rel=1e-5)


def test_one_value_has_no_interval() -> None:
    found = comparison.mean_interval([0.7], ratio=0.3)
    assert (found.mean, found.low, found.high, found.half, found.n) == (0.7, None, None, None, 1)


@pytest.mark.parametrize("values", [[], [0.1, math.nan], [[0.1, 0.2]]])
def test_bad_values_are_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        comparison.mean_interval(values)


def test_negative_ratio_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        comparison.mean_interval([0.1, 0.2], ratio=-0.1)


@given(numbers, st.floats(0, 2), st.floats(-1, 1))
def test_mean_interval_moves_with_the_values_and_grows_with_the_ratio(
    values: list[float], ratio: float, shift: float
) -> None:
    plain, wide = comparison.mean_interval(values), comparison.mean_interval(values, ratio)
    moved = comparison.mean_interval([v + shift for v in values], ratio)
    assert plain.half is not None
    assert wide.half is not None
    assert wide.half >= plain.half
    assert moved.mean == pytest.approx(wide.mean + shift, abs=1e-9)
    assert moved.half == pytest.approx(wide.half, abs=1e-6)


def test_mean_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    draws = rng.normal(0.3, 1.0, size=(2000, 5))
    found = [comparison.mean_interval(row) for row in draws]
    hit = np.mean([f.low <= 0.3 <= f.high for f in found if f.low is not None and f.high is not None])
    assert 0.935 < hit < 0.965


def test_bootstrap_interval_covers_and_is_repeatable() -> None:
    values = np.random.default_rng(1).normal(0.2, 0.1, 40)
    (one,), (two,) = comparison.bootstrap_intervals([values]), comparison.bootstrap_intervals([values])
    assert one == two
    assert one.low is not None
    assert one.high is not None
    normal = 1.96 * values.std(ddof=1) / math.sqrt(40)
    assert one.low == pytest.approx(values.mean() - normal, abs=0.006)
    assert one.high == pytest.approx(values.mean() + normal, abs=0.006)


def test_bootstrap_agrees_with_scipy_whatever_stands_beside_it() -> None:
    from scipy.stats import bootstrap

    table = [np.random.default_rng(i).exponential(size=n) for i, n in enumerate((6, 9, 6))]
    for values, found in zip(table, comparison.bootstrap_intervals(table), strict=True):
        alone = bootstrap((values,), np.mean, n_resamples=1999, rng=np.random.default_rng(0)).confidence_interval
        assert (found.low, found.high) == pytest.approx((alone.low, alone.high))
        assert (found.mean, found.n) == (pytest.approx(values.mean()), len(values))


def test_bootstrap_of_equal_values_has_no_width_and_of_one_no_interval() -> None:
    equal, single = comparison.bootstrap_intervals([[0.25] * 3, [0.2]])
    assert equal == comparison.Interval(0.25, 0.25, 0.25, 3)
    assert single == comparison.Interval(0.2, None, None, 1)


def test_holm_textbook() -> None:
    """p = 0.01, 0.04, 0.03, 0.005: the step-down products 0.02, 0.03, 0.06 and the running maximum."""
    assert comparison.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert comparison.holm([]) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_agrees_with_statsmodels(p_values: list[float]) -> None:
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    assert np.allclose(comparison.holm(p_values), multitest.multipletests(p_values, method="holm")[1])


def test_wilcoxon_is_exact() -> None:
    rising = [0.01, 0.02, 0.03, 0.04, 0.05]
    assert comparison.wilcoxon(rising) == 2 / 2**5
    assert comparison.wilcoxon([*rising, 0.06]) == 2 / 2**6
    assert comparison.wilcoxon([-0.01, *rising[1:]]) == 4 / 2**5
    assert comparison.wilcoxon([0.0] * 6) == 1.0


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=8).filter(any))
@settings(max_examples=40, deadline=None)
def test_wilcoxon_agrees_with_scipy_on_ties_and_zeros(values: list[int]) -> None:
    from scipy.stats import wilcoxon

    assert comparison.wilcoxon(np.array(values) / 10) == pytest.approx(wilcoxon(values).pvalue)


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("shift", [0.0, 0.15, 0.3])
def test_wilcoxon_of_many_is_as_good_as_exact(monkeypatch: pytest.MonkeyPatch, tied: bool, shift: float) -> None:
    values = np.random.default_rng(3).normal(shift, 1, comparison.EXACT + 20).round(1 if tied else 9)
    found = comparison.wilcoxon(values)
    monkeypatch.setattr(comparison, "EXACT", 1000)
    exact = comparison.wilcoxon(values)
    assert found == pytest.approx(exact, abs=3e-7, rel=1e-3)
    assert found != exact  # it went the other way


def test_wilcoxon_of_hundreds_of_seeds_stays_between_its_bounds() -> None:
    assert comparison.wilcoxon(np.arange(1, 401)) >= 2 / 2**400
    assert comparison.wilcoxon([1.0, -1.0] * 200) == 1.0


def test_the_size_of_a_draw_changes_no_bootstrap_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    table = [np.random.default_rng(i).normal(size=7) for i in range(5)]
    whole = comparison.bootstrap_intervals(table)
    monkeypatch.setattr(comparison, "DRAWN", 1)
    assert comparison.bootstrap_intervals(table) == whole


def test_wilcoxon_demsar_example() -> None:
    """Demsar (2006), table 2: C4.5 against C4.5+m; T = 12 of 14 data sets is below the 0.05 critical value 21."""
    differences = [0.005, -0.008, 0.017, 0.033, 0.006, -0.005, 0.007, 0, 0.063, 0, 0.022, 0.047, 0.009, 0.021]
    assert comparison.wilcoxon(differences) < 0.05


def test_verdict_agrees_with_baycomp_where_it_has_the_same_correction() -> None:
    """baycomp's own entry corrects for n folds: a ratio of 1 / (n - 1)."""
    baycomp = pytest.importorskip("baycomp")
    rng = np.random.default_rng(2)
    x = rng.normal(0.7, 0.02, 10)
    y = x + rng.normal(0.01, 0.02, 10)
    worse, equivalent, better = baycomp.two_on_single(x, y, rope=0.01)
    found = comparison.verdict(y - x, ratio=1 / 9, rope=0.01)
    assert (found.p_better, found.p_equivalent, found.p_worse) == pytest.approx((better, equivalent, worse))


@settings(max_examples=40, deadline=None)
@given(numbers, st.floats(0, 2), st.sampled_from([0.001, 0.01, 0.1]))
def test_verdict_agrees_with_baycomps_posterior(values: list[float], ratio: float, rope: float) -> None:
    single = pytest.importorskip("baycomp.single")
    variance = np.var(values, ddof=1) * (1 / len(values) + ratio)
    assume(variance > 1e-12)
    posterior = single.Posterior(np.mean(values), variance, len(values) - 1, rope)
    found = comparison.verdict(values, ratio, rope)
    assert [found.p_worse, found.p_equivalent, found.p_better] == pytest.approx(list(posterior.probs()), abs=1e-9)


@pytest.mark.parametrize(
    ("values", "outcome"), [([0.0] * 3, "equivalent"), ([0.02] * 3, "better"), ([-1.0] * 3, "worse")]
)
def test_differences_without_spread_are_decided(values: list[float], outcome: str) -> None:
    found = comparison.verdict(values, ratio=1 / 3)
    assert (found.outcome, found.more_seeds) == (outcome, None)


@pytest.mark.parametrize(("shift", "outcome"), [(0.1, "better"), (0.0, "equivalent"), (-0.1, "worse")])
def test_verdict_controls(shift: float, outcome: str) -> None:
    differences = shift + np.array([-1, 1, -1, 1, 0]) * 1e-3
    found = comparison.verdict(differences, ratio=1 / 3)
    assert found.outcome == outcome
    assert found.more_seeds is None
    assert found.p_better + found.p_equivalent + found.p_worse == pytest.approx(1)


def test_more_seeds_is_the_first_count_that_decides() -> None:
    from scipy import stats

    differences = np.array([0.02, 0.05, 0.08])
    found = comparison.verdict(differences, ratio=0.02, rope=0.01)
    assert found.outcome == "undecided"
    assert found.more_seeds is not None

    def better(n: int) -> float:
        scale = differences.std(ddof=1) * math.sqrt(1 / n + 0.02)
        return float(stats.t.sf(0.01, n - 1, differences.mean(), scale))

    n = len(differences) + found.more_seeds
    assert better(n) >= 0.95 > better(n - 1)


def test_no_number_of_seeds_decides_below_the_floor_of_the_correction() -> None:
    found = comparison.verdict([-0.05, 0.0, 0.08, 0.02, 0.01], ratio=1 / 3, rope=0.01)
    assert (found.outcome, found.more_seeds) == ("undecided", None)
