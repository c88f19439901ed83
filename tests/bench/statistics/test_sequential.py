"""Looking again with more seeds: how often a difference is found where there is none."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import stdtr

from bench.statistics.comparison import estimate, holm
from bench.statistics.sequential import Looks

COUNTS = (3, 6, 12, 24, 48)


def test_looks_double_up_to_the_limit() -> None:
    looks = Looks([3])
    counts = []
    while count := looks.following(max(looks.counts), 20):
        looks = looks.adding(count)
        counts.append(count)
    assert counts == [6, 12, 20]
    assert Looks([3, 6, 12]).following(3, 20) == 6  # a row that stopped early takes the look that was had
    assert Looks([3, 6, 12]).following(4, 5) is None
    assert Looks().following(5, 20) == 10


def test_all_looks_together_spend_the_level() -> None:
    looks = Looks(COUNTS)
    shares = [looks.share(n) for n in COUNTS]
    assert shares == [1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32]
    assert sum(shares) < 1
    assert looks.share(11) == looks.share(12)  # a seed that failed
    assert Looks().share(7) == 1


def p_values(differences: np.ndarray, ratio: float) -> np.ndarray:
    """Of (paths, n): the two-sided p of each path's mean."""
    n = differences.shape[1]
    scale = differences.std(axis=1, ddof=1) * np.sqrt(1 / n + ratio)
    return np.asarray(2 * stdtr(n - 1, -abs(differences.mean(axis=1)) / scale))


def test_the_simulation_takes_the_p_of_the_boards() -> None:
    values = np.random.default_rng(1).normal(size=(3, 6))
    found = [estimate(row, 0.3).p_value() for row in values]
    assert p_values(values, 0.3) == pytest.approx(found)


def errors(draw: Callable[[np.random.Generator], np.ndarray], ratio: float, share: Callable[[int], float]) -> float:
    """In how many of 4000 families, whose differences are all zero, some look finds one: differences
    (families, comparisons, seeds); Holm within a family."""
    values = draw(np.random.default_rng(3))
    families, k, _ = values.shape
    wrong = np.zeros(families, dtype=bool)
    for n in COUNTS:
        p = p_values(values[:, :, :n].reshape(families * k, n), ratio).reshape(families, k) / share(n)
        wrong |= np.array([min(holm(np.minimum(row, 1))) <= 0.05 for row in p])
    return float(wrong.mean())


def independent(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(size=(4000, 1, 48))


def overlapping(rng: np.random.Generator) -> np.ndarray:
    """Training sets that overlap: what all seeds have in common varies by n_test / n_train (here a third)."""
    return rng.normal(size=(4000, 1, 48)) + np.sqrt(1 / 3) * rng.normal(size=(4000, 1, 1))


def sharing_a_reference(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(size=(4000, 4, 48)) - rng.normal(size=(4000, 1, 48))


@pytest.mark.parametrize(("draw", "ratio"), [(independent, 0.0), (overlapping, 1 / 3), (sharing_a_reference, 0.0)])
def test_looking_again_errs_no_more_often_than_stated(
    draw: Callable[[np.random.Generator], np.ndarray], ratio: float
) -> None:
    """At most 5 %, and not so seldom that nothing would ever be decided; looks at the whole level err far more
    often."""
    assert 0.02 < errors(draw, ratio, Looks(COUNTS).share) <= 0.05
    assert errors(draw, ratio, lambda n: 1.0) > 0.08


def test_a_planted_difference_is_found_with_few_seeds_where_it_is_large() -> None:
    rng = np.random.default_rng(4)
    looks = Looks(COUNTS)

    def seeds(gain: float) -> float:
        needed = []
        for path in gain + rng.normal(size=(200, 48)):
            decided = [n for n in COUNTS if estimate(path[:n]).p_value() <= 0.05 * looks.share(n)]
            needed.append(decided[0] if decided else 48)
        return float(np.mean(needed))

    assert seeds(3.0) < 7 < seeds(1.0) < 30 < seeds(0.0)
