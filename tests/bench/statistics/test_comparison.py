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


@settings(deadline=None)
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


def test_the_size_of_a_draw_changes_no_bootstrap_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    table = [np.random.default_rng(i).normal(size=7) for i in range(5)]
    whole = comparison.bootstrap_intervals(table)
    monkeypatch.setattr(comparison, "DRAWN", 1)
    assert comparison.bootstrap_intervals(table) == whole


def test_holm_levels_textbook() -> None:
    """p = 0.01, 0.04, 0.03, 0.005 at 0.05: tested at 0.05/4, 0.05/3, 0.05/2; the third fails, so the fourth is left at
    its level although 0.04 < 0.05."""
    assert comparison.holm_levels([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.05 / 3, 0.025, 0.025, 0.0125])
    assert comparison.holm_levels([]) == []


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_rejects_exactly_what_its_levels_do(p_values: list[float]) -> None:
    adjusted, levels = comparison.holm(p_values), comparison.holm_levels(p_values)
    for p, one, level in zip(p_values, adjusted, levels, strict=True):
        assume(abs(one - 0.05) > 1e-12)
        assert (one <= 0.05) == (p <= level)


@settings(max_examples=60, deadline=None)
@given(numbers, st.floats(0, 1), st.sampled_from([0.05, 0.01, 0.0125]))
def test_p_and_interval_say_the_same(values: list[float], ratio: float, alpha: float) -> None:
    found = comparison.estimate(values, ratio)
    interval, p = found.interval(alpha), found.p_value()
    assume(abs(p - alpha) > 1e-9)
    assert interval.low is not None
    assert interval.high is not None
    assert (interval.low > 0 or interval.high < 0) == (p < alpha)


def test_p_value_is_that_of_the_t_test() -> None:
    from scipy.stats import ttest_1samp

    values = [0.02, 0.05, 0.08, -0.01]
    assert comparison.estimate(values).p_value() == pytest.approx(ttest_1samp(values, 0).pvalue)
    assert comparison.estimate([0.3]).p_value() == 1.0
    assert comparison.estimate([0.3, 0.3]).p_value() == 0.0
    assert comparison.estimate([0.0, 0.0]).p_value() == 1.0


def test_probabilities_agree_with_baycomp_where_it_has_the_same_correction() -> None:
    """baycomp's own entry corrects for n folds: a ratio of 1 / (n - 1)."""
    baycomp = pytest.importorskip("baycomp")
    rng = np.random.default_rng(2)
    x = rng.normal(0.7, 0.02, 10)
    y = x + rng.normal(0.01, 0.02, 10)
    worse, _, better = baycomp.two_on_single(x, y, rope=0.01)
    assert comparison.estimate(y - x, ratio=1 / 9).outside() == pytest.approx((worse, better))


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-0.01, 0.01, "equivalent"), (0.002, 0.009, "equivalent"), (0.002, 0.03, "better"), (-0.5, -0.001, "worse"),
        (-0.001, 0.02, "undecided"), (0.0, 0.02, "undecided"), (None, None, "undecided"),
    ],
)  # fmt: skip
def test_a_verdict_is_read_off_the_interval(low: float | None, high: float | None, said: str) -> None:
    assert comparison.outcome(comparison.Interval(0.0, low, high, 3)) == said


@pytest.mark.parametrize(
    ("values", "outcome"), [([0.0] * 3, "equivalent"), ([0.02] * 3, "better"), ([-1.0] * 3, "worse")]
)
def test_differences_without_spread_are_decided(values: list[float], outcome: str) -> None:
    assert comparison.outcome(comparison.estimate(values, ratio=1 / 3).interval()) == outcome


def test_more_seeds_is_an_order_of_magnitude() -> None:
    from scipy import stats

    differences = np.array([0.02, 0.05, 0.08])
    found = comparison.estimate(differences, ratio=0.02)
    assert comparison.outcome(found.interval()) == "undecided"

    def excludes_zero(n: int) -> bool:
        half = stats.t.ppf(0.975, n - 1) * differences.std(ddof=1) * math.sqrt(1 / n + 0.02)
        return bool(half < differences.mean())

    first = next(n for n in range(4, 100) if excludes_zero(n))
    assert first - 3 <= 10
    assert comparison.more_seeds(found) == "1 to 10"
    assert comparison.more_seeds(comparison.estimate(differences - 0.034)) == "10 to 100"
    assert comparison.more_seeds(comparison.estimate(differences - 0.0442)) == "many"


def test_no_number_of_seeds_decides_below_the_floor_of_the_correction() -> None:
    assert comparison.more_seeds(comparison.estimate([-0.05, 0.0, 0.08, 0.02, 0.01], ratio=1 / 3)) is None
    assert comparison.more_seeds(comparison.estimate([0.1])) is None


def rows_drawn_again(values: np.ndarray, rng: np.random.Generator, k: int = 200) -> comparison.Estimate:
    """The estimate of values (n seeds, u rows), rows drawn again."""
    units = values.shape[1]
    weights = rng.multinomial(units, np.full(units, 1 / units), size=k)
    return comparison.estimate(values.mean(axis=1), 0.0, weights @ values.T / units, units)


def test_the_variance_of_rows_is_that_of_a_mean() -> None:
    """Of a metric that is a mean over rows: the variance of the mean over seeds is s_u^2 / u, whatever the draws."""
    from scipy.stats import t

    rng = np.random.default_rng(0)
    values = rng.normal(size=(4, 50)) * 0.1 + rng.normal(size=50)
    found = rows_drawn_again(values, rng, 20_000)
    assert found.rows == pytest.approx(values.mean(axis=0).var(ddof=1) / 50, rel=0.03)
    seeds = values.mean(axis=1).var(ddof=1) / 4
    assert found.scale() == pytest.approx(math.sqrt(seeds + found.rows))
    freedom = (seeds + found.rows) ** 2 / (seeds**2 / 3 + found.rows**2 / 49)
    assert found.freedom() == pytest.approx(freedom)
    half = found.half()
    assert half == pytest.approx(float(t.ppf(0.975, freedom)) * found.scale())


def test_draws_that_do_not_define_a_metric_are_left_out() -> None:
    drawn = np.array([[0.1, 0.3], [math.nan, 0.2], [0.2, 0.4]])
    found = comparison.estimate([0.1, 0.2], 0.0, drawn, units=5)
    assert found.rows == pytest.approx(np.var([0.2, 0.3], ddof=1) * 5 / 4)


@pytest.mark.parametrize(("seeds", "units"), [(3, 22), (3, 500), (10, 22)])
@pytest.mark.parametrize("spread", [(1.0, 0.2), (0.2, 1.0), (0.6, 0.6)])
def test_intervals_with_test_rows_cover_as_often_as_they_say(
    seeds: int, units: int, spread: tuple[float, float]
) -> None:
    """Seeds and test units both random, with an interaction: at least 93 % of 300 intervals hold the true mean. Over
    seeds alone, as few as one in four would where test units vary most."""
    rng = np.random.default_rng(5)
    of_seeds, of_units = spread
    hits = alone = 0
    for _ in range(300):
        main = 0.3 + of_seeds * rng.normal(size=(seeds, 1)) / 5 + of_units * rng.normal(size=units)
        values = main + 0.5 * rng.normal(size=(seeds, units))
        found = rows_drawn_again(values, rng)
        hits += abs(found.mean - 0.3) <= found.half()
        alone += abs(found.mean - 0.3) <= comparison.estimate(values.mean(axis=1)).half()
    assert hits / 300 >= 0.93
    if spread == (0.2, 1.0) and seeds == 10:
        assert alone / 300 < 0.8
