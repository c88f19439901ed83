"""Comparing two methods on one task: pure functions of arrays.

Conventions: a *difference* is candidate minus reference, one value per matched seed, turned so that more is better
where a function decides who won; ``ratio`` is the number of test rows over the number of training rows.

The seeds of a benchmark draw overlapping training sets from one data set, so their scores are correlated and the plain
t interval is too narrow. Nadeau and Bengio (2003, "Inference for the generalization error", Machine Learning 52) widen
the variance of the mean from ``s^2 / n`` to ``s^2 (1 / n + n_test / n_train)``; every statement about a difference on
one task rests on that. It does not shrink to zero: past some number of seeds only more data would tell more.

Slow libraries are imported where they are used: the boards need numpy and ``scipy.special`` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import exp, fsum, isfinite, pi, sqrt
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


Outcome = Literal["better", "equivalent", "worse", "undecided"]


#: numbers that a bootstrap draws at once: 80 MB of them
DRAWN = 10_000_000


@dataclass(frozen=True)
class Interval:
    """A mean of ``n`` values with its interval; ``low`` and ``high`` are None where one value gives none."""

    mean: float
    low: float | None
    high: float | None
    n: int

    @property
    def half(self) -> float | None:
        """Half the width, for a symmetric interval written as mean ± half."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2


def _finite(values: ArrayLike, least: int = 1) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or array.size < least or not np.isfinite(array).all():
        raise ValueError(f"expected at least {least} finite numbers in one dimension, got {array!r}")
    return array


def mean_interval(values: ArrayLike, ratio: float = 0.0, level: float = 0.95) -> Interval:
    """Mean of ``values`` (n,) with its t interval; ``ratio`` > 0 applies the Nadeau-Bengio correction.

    Half width: ``t(n - 1) * s * sqrt(1 / n + ratio)``. One value has no interval. Raises ``ValueError`` for none, for
    a value that is not finite, or for a negative ratio.
    """
    numbers = _finite(values).tolist()
    if ratio < 0:
        raise ValueError(f"the test/train ratio must not be negative, got {ratio}")
    n, mean = len(numbers), fsum(numbers) / len(numbers)
    if n == 1:
        return Interval(mean, None, None, 1)
    variance = fsum((x - mean) ** 2 for x in numbers) / (n - 1)
    half = _t_quantile(n - 1, (1 + level) / 2) * sqrt(variance * (1 / n + ratio))
    return Interval(mean, mean - half, mean + half, n)


@cache
def _t_quantile(freedom: int, probability: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))


def bootstrap_intervals(
    table: Sequence[ArrayLike], level: float = 0.95, resamples: int = 1999, random_state: int = 0
) -> list[Interval]:
    """Mean of each of ``table``'s samples (n,) with its bias-corrected and accelerated bootstrap interval (Efron 1987),
    by scipy. Samples may differ in size.

    It assumes no normal differences, but independent ones: it does not know of overlapping training sets, so read it
    beside the corrected interval. Equal values give an interval of no width; one value, or a sample of which the
    method cannot tell the skewness, none. Raises ``ValueError`` for an empty sample or one that is not finite.
    """
    samples = [_finite(values) for values in table]
    found = []
    for sample in samples:  # what there is to say without drawing: nothing of one value, all of equal ones
        end = float(sample[0]) if len(sample) > 1 else None
        found.append(Interval(float(sample.mean()), end, end, len(sample)))
    for n in sorted({len(s) for s in samples}):
        where = [i for i, s in enumerate(samples) if len(s) == n and np.ptp(s) > 0]
        some = max(1, DRAWN // (n * resamples))  # each part draws the same indices, so that its size changes nothing
        for part in (where[start : start + some] for start in range(0, len(where), some)):
            ends = _bootstrap(np.stack([samples[i] for i in part]), level, resamples, random_state)
            for i, (low, high) in zip(part, ends, strict=True):
                found[i] = Interval(found[i].mean, low, high, n)
    return found


def _bootstrap(
    samples: NDArray[np.float64], level: float, resamples: int, random_state: int
) -> list[tuple[float, float] | tuple[None, None]]:
    """The ends of the interval of each of ``samples`` (k, n)."""
    import warnings

    from scipy.stats import bootstrap

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The BCa confidence interval cannot be calculated")
        ends = bootstrap(
            (samples,), np.mean, axis=-1, confidence_level=level, n_resamples=resamples,
            rng=np.random.default_rng(random_state),
        ).confidence_interval  # fmt: skip
    both = zip(np.atleast_1d(ends.low).tolist(), np.atleast_1d(ends.high).tolist(), strict=True)
    return [(low, high) if isfinite(low) and isfinite(high) else (None, None) for low, high in both]


def holm(p_values: ArrayLike) -> list[float]:
    """p-values (k,) adjusted for testing all of them (Holm 1979), in their order.

    The i-th smallest times ``k - i + 1``, never below a smaller one's, at most 1. statsmodels has it too, but takes a
    second to import, which every board would wait for.
    """
    values = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    stepped = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(stepped, 1.0)
    return [float(p) for p in adjusted]


#: up to so many differences Wilcoxon's null distribution is counted out, of more it is expanded: at 101 differences
#: p-values are off by at most 3e-7, and by less than a thousandth of themselves down to 1e-4
EXACT = 100


def wilcoxon(differences: ArrayLike) -> float:
    """Two-sided p-value of Wilcoxon's signed-rank test of ``differences`` (n,), with ties and zeros as well.

    Zeros are dropped (Wilcoxon 1945), ties share the mean rank. Up to ``EXACT`` values the null distribution is counted
    over all signs of the ranks at hand; scipy does the same by drawing every sign, which takes milliseconds to minutes
    a test. Of more values it is taken by Edgeworth's expansion. n values give at least ``2 / 2**n``, so five can never
    reach 0.05. All zeros give 1.
    """
    array = _finite(differences).round(12)  # equal differences stay equal after subtracting floats
    array = array[array != 0]
    if len(array) == 0:
        return 1.0
    _, which, counts = np.unique(np.abs(array), return_inverse=True, return_counts=True)
    doubled = (2 * (np.cumsum(counts) - counts) + counts + 1)[which]
    total = int(doubled[array > 0].sum())
    if len(array) > EXACT:
        return _expanded(doubled, total)
    lower, upper = _signed_ranks(tuple(sorted(doubled.tolist())))
    return min(1.0, 2 * min(lower[total], upper[total]))


def _expanded(doubled: NDArray[np.int64], total: int) -> float:
    """Two-sided p-value of ``total``, twice the sum of the positive ranks, by Edgeworth's expansion of its null
    distribution. The cumulants are those of random signs of the ranks at hand, of which the odd ones are zero; it is
    corrected for continuity."""
    from scipy.special import eval_hermitenorm, ndtr

    ranks = doubled.astype(np.float64)
    second, fourth, sixth = float((ranks**2).sum()) / 4, -float((ranks**4).sum()) / 8, float((ranks**6).sum()) / 4
    step = 1 if (doubled % 2).any() else 2  # from one possible total to the next
    x = (abs(total - float(ranks.sum()) / 2) - step / 2) / sqrt(second)
    excess, more = fourth / second**2, sixth / second**3
    terms = excess / 24 * eval_hermitenorm(3, x) + more / 720 * eval_hermitenorm(5, x)
    terms += excess**2 / 1152 * eval_hermitenorm(7, x)
    tail = ndtr(-x) + exp(-x * x / 2) / sqrt(2 * pi) * terms
    return float(min(1.0, max(2 * tail, 2.0 * 0.5 ** len(ranks))))


@lru_cache(maxsize=4096)
def _signed_ranks(doubled: tuple[int, ...]) -> tuple[list[float], list[float]]:
    """Chances that twice the sum of the positive ranks is at most, and at least, each of its values."""
    chances = np.ones(1)
    for rank in doubled:
        longer = np.zeros(len(chances) + rank)
        longer[: len(chances)] += chances / 2
        longer[rank:] += chances / 2
        chances = longer
    return np.cumsum(chances).tolist(), np.cumsum(chances[::-1])[::-1].tolist()


@dataclass(frozen=True)
class Verdict:
    """What the posterior of a mean difference says; the three probabilities sum to one.

    ``more_seeds`` : how many further seeds would decide an undecided one if mean and spread stay as they are; None if
    it is decided, or if no number up to the limit would: the correction's floor is then in the way.
    """

    outcome: Outcome
    p_better: float
    p_equivalent: float
    p_worse: float
    rope: float
    more_seeds: int | None = None


def verdict(
    differences: ArrayLike, ratio: float, rope: float = 0.01, level: float = 0.95, limit: int = 1000
) -> Verdict:
    """Bayesian correlated t-test (Corani and Benavoli 2015; Benavoli et al. 2017, JMLR 18).

    ``differences`` (n,), n >= 2, more is better; within ± ``rope`` counts as equivalent. A side that holds ``level``
    of the posterior, Student's t, is the outcome; otherwise it is undecided and ``more_seeds`` extrapolates up to
    ``limit`` seeds. baycomp gives the same probabilities, but only for the correction of cross-validation's folds, and
    not fast enough for all pairs of a board.
    """
    numbers = _finite(differences, least=2).tolist()
    n, mean = len(numbers), fsum(numbers) / len(numbers)
    variance = fsum((x - mean) ** 2 for x in numbers) / (n - 1)
    worse, better = _outside(mean, sqrt(variance * (1 / n + ratio)), n - 1, rope)
    sides: dict[Outcome, float] = {"better": better, "equivalent": 1 - better - worse, "worse": worse}
    outcome: Outcome = "undecided"
    for side, probability in sides.items():
        if probability >= level:
            outcome = side
    more = None
    if outcome == "undecided" and limit > n:
        counts = np.arange(n + 1, limit + 1)
        below, above = _outside(mean, np.sqrt(variance * (1 / counts + ratio)), counts - 1, rope)
        decided = np.flatnonzero(np.max([below, above, 1 - below - above], axis=0) >= level)
        more = int(decided[0]) + 1 if len(decided) else None
    return Verdict(outcome, better, sides["equivalent"], worse, rope, more)


def _outside(mean: float, scale: Any, freedom: Any, rope: float) -> tuple[Any, Any]:
    """Posterior probability below and above the region of practical equivalence; without spread, where the mean is."""
    from scipy.special import stdtr

    if np.ndim(scale) == 0 and scale == 0:
        return float(mean < -rope), float(mean > rope)
    below, above = stdtr(freedom, (-rope - mean) / scale), stdtr(freedom, (mean - rope) / scale)
    return (below, above) if np.ndim(scale) else (float(below), float(above))
