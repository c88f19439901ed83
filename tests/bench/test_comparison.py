"""Closed forms, published examples and controls of the statistics."""

from __future__ import annotations

import math
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import comparison

needs_baycomp = pytest.mark.skipif(not find_spec("baycomp"), reason="baycomp is not installed")
needs_posthocs = pytest.mark.skipif(not find_spec("scikit_posthocs"), reason="scikit-posthocs is not installed")
needs_statsmodels = pytest.mark.skipif(not find_spec("statsmodels"), reason="statsmodels is not installed")
needs_bencheval = pytest.mark.skipif(not find_spec("bencheval"), reason="bencheval is not installed")

# t quantiles at 0.975 from the tables
T = {1: 12.7062, 4: 2.77645, 9: 2.26216}

numbers = st.lists(st.floats(-1, 1, width=32), min_size=2, max_size=20)

# Demsar (2006), table 6: ranks of C4.5, +m, +cf, +m+cf by AUC on 14 data sets
DEMSAR = [
    (4, 3, 2, 1), (1, 2, 3, 4), (4, 1, 2, 3), (4, 1, 3, 2), (4, 2, 3, 1), (1, 2.5, 4, 2.5), (3, 2, 4, 1),
    (2.5, 2.5, 4, 1), (4, 3, 2, 1), (2.5, 2.5, 2.5, 2.5), (4, 2.5, 1, 2.5), (3, 2, 4, 1), (4, 1, 2, 3), (3, 1, 4, 2),
]  # fmt: skip


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
    one, two = comparison.bootstrap_interval(values), comparison.bootstrap_interval(values)
    assert one == two
    assert one.low is not None
    assert one.high is not None
    normal = 1.96 * values.std(ddof=1) / math.sqrt(40)
    assert one.low == pytest.approx(values.mean() - normal, abs=0.006)
    assert one.high == pytest.approx(values.mean() + normal, abs=0.006)


def test_bootstrap_of_equal_values_has_no_width_and_of_one_no_interval() -> None:
    assert comparison.bootstrap_interval([0.25] * 3) == comparison.Interval(0.25, 0.25, 0.25, 3)
    assert comparison.bootstrap_interval([0.2]).low is None


@needs_statsmodels
def test_holm_textbook() -> None:
    """p = 0.01, 0.04, 0.03, 0.005: the step-down products 0.02, 0.03, 0.06 and the running maximum."""
    found = comparison.holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005})
    assert found == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06, "d": 0.02})
    assert comparison.holm({}) == {}


@needs_statsmodels
def test_wilcoxon_exact_and_adjusted() -> None:
    rising = [0.01, 0.02, 0.03, 0.04, 0.05]
    assert comparison.wilcoxon_holm({"five": rising})["five"] == pytest.approx(2 / 2**5)
    assert comparison.wilcoxon_holm({"six": [*rising, 0.06]})["six"] == pytest.approx(2 / 2**6)
    both = comparison.wilcoxon_holm({"six": [*rising, 0.06], "none": [0.0] * 6})
    assert both == pytest.approx({"six": 2 * 2 / 2**6, "none": 1.0})


@needs_statsmodels
def test_wilcoxon_demsar_example() -> None:
    """Demsar (2006), table 2: C4.5 against C4.5+m; T = 12 of 14 data sets is below the 0.05 critical value 21."""
    differences = [0.005, -0.008, 0.017, 0.033, 0.006, -0.005, 0.007, 0, 0.063, 0, 0.022, 0.047, 0.009, 0.021]
    assert comparison.wilcoxon_holm({"m": differences})["m"] < 0.05


@needs_baycomp
def test_verdict_agrees_with_baycomp_where_it_has_the_same_correction() -> None:
    """baycomp's own entry corrects for n folds: a ratio of 1 / (n - 1)."""
    import baycomp

    rng = np.random.default_rng(2)
    x = rng.normal(0.7, 0.02, 10)
    y = x + rng.normal(0.01, 0.02, 10)
    worse, equivalent, better = baycomp.two_on_single(x, y, rope=0.01)
    found = comparison.verdict(y - x, ratio=1 / 9, rope=0.01)
    assert (found.p_better, found.p_equivalent, found.p_worse) == pytest.approx((better, equivalent, worse))


@needs_baycomp
@pytest.mark.parametrize(("shift", "outcome"), [(0.1, "better"), (0.0, "equivalent"), (-0.1, "worse")])
def test_verdict_controls(shift: float, outcome: str) -> None:
    differences = shift + np.array([-1, 1, -1, 1, 0]) * 1e-3
    found = comparison.verdict(differences, ratio=1 / 3)
    assert found.outcome == outcome
    assert found.more_seeds is None
    assert found.p_better + found.p_equivalent + found.p_worse == pytest.approx(1)


@needs_baycomp
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


@needs_baycomp
def test_no_number_of_seeds_decides_below_the_floor_of_the_correction() -> None:
    found = comparison.verdict([-0.05, 0.0, 0.08, 0.02, 0.01], ratio=1 / 3, rope=0.01)
    assert (found.outcome, found.more_seeds) == ("undecided", None)


@given(st.lists(st.lists(st.integers(0, 5), min_size=4, max_size=4), min_size=1, max_size=8))
def test_ranks_agree_with_scipy(scores: list[list[int]]) -> None:
    from scipy.stats import rankdata

    found = comparison.ranks(scores)
    assert np.allclose(found, rankdata(-np.array(scores), axis=1))
    assert np.allclose(found.sum(axis=1), 10)


@needs_posthocs
def test_ranking_demsar_example() -> None:
    """Demsar (2006), section 3.2: mean ranks, chi square 9.28 (before scipy's correction for ties), CD 1.25 at 0.05
    and 1.12 at 0.10."""
    scores = -np.array(DEMSAR)
    names = ["C4.5", "m", "cf", "m+cf"]
    found = comparison.ranking(names, scores)
    assert [r.mean for r in found.ranks] == pytest.approx([3.143, 2.000, 2.893, 1.964], abs=5e-4)
    ties = 1 - (3 * 6 + 60) / (14 * (4**3 - 4))
    assert found.chi_square * ties == pytest.approx(9.28, abs=0.01)
    assert found.p_value < 0.05
    assert found.critical_difference == pytest.approx(1.25, abs=0.005)
    assert comparison.ranking(names, scores, level=0.9).critical_difference == pytest.approx(1.12, abs=0.005)
    assert np.allclose(np.diag(found.p_values), 1)
    for i in range(4):
        for j in range(i):
            apart = abs(found.ranks[i].mean - found.ranks[j].mean) >= found.critical_difference
            assert (found.p_values[i, j] <= 0.05) == apart
    for interval in found.ranks:
        assert interval.low is not None
        assert interval.high is not None
        assert interval.low <= interval.mean <= interval.high


@needs_posthocs
def test_ranking_leaves_out_incomplete_tasks() -> None:
    scores = -np.array(DEMSAR)
    holed = np.vstack([scores, [np.nan, 1, 2, 3]])
    names = ["a", "b", "c", "d"]
    assert comparison.ranking(names, holed).n_tasks == 14
    assert comparison.ranking(names, holed).chi_square == comparison.ranking(names, scores).chi_square
    with pytest.raises(ValueError, match="three named methods"):
        comparison.ranking(names[:2], scores[:, :2])


@needs_bencheval
def test_elo_of_two_methods_is_the_logit_of_the_win_rate() -> None:
    """Bradley-Terry with two players: Elo difference = 400 log10(w / (1 - w)); three of four tasks won is 190.8."""
    results = [(m, f"t{t}", 0, s) for t in range(4) for m, s in (("a", 0.8 if t else 0.2), ("b", 0.5))]
    a, b = comparison.ratings(results)
    assert (a.method, a.win_rate, b.win_rate) == ("a", 0.75, 0.25)
    assert a.elo.mean - b.elo.mean == pytest.approx(400 * math.log10(3), abs=0.1)
    assert a.elo.low is not None
    assert a.elo.high is not None
    assert a.elo.low < a.elo.mean < a.elo.high
    anchored = comparison.ratings(results, anchor="b")
    assert anchored[1].elo.mean == pytest.approx(1000)


@needs_bencheval
@settings(max_examples=10, deadline=None)
@given(st.sets(st.tuples(st.sampled_from("abc"), st.integers(0, 2), st.integers(0, 1)), max_size=6))
def test_missing_cells_lower_coverage_and_stop_nothing(missing: set[tuple[str, int, int]]) -> None:
    score = {"a": 0.9, "b": 0.6, "c": 0.3}
    missing -= {(m, 0, 0) for m in "abc"}  # one place where all meet
    results = [(m, f"t{t}", s, score[m]) for m in "abc" for t in range(3) for s in range(2) if (m, t, s) not in missing]
    found = comparison.ratings(results, rounds=5)
    units = {(t, s) for _, t, s, _ in results}
    assert [r.method for r in found] == ["a", "b", "c"]
    for rating in found:
        assert rating.coverage == pytest.approx(sum(r[0] == rating.method for r in results) / len(units))
    assert (found[0].win_rate, found[2].win_rate) == (1.0, 0.0)
