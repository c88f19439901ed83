"""Comparing two methods on one task: pure functions of arrays.

Conventions: a *difference* is candidate minus reference, one value per matched seed, turned so that more is better
where a function decides who won; ``ratio`` is the number of test rows over the number of training rows.

What a mean over seeds varies by depends on what seeds draw (:class:`Estimate`):

- **Seeds draw other test rows.** Their training sets overlap, so their scores are correlated and the plain t interval
  is too narrow. Nadeau and Bengio (2003, "Inference for the generalization error", Machine Learning 52) widen the
  variance of the mean from ``s^2 / n`` to ``s^2 (1 / n + n_test / n_train)``. It does not shrink to zero: past some
  number of seeds only more data would tell more.
- **Every seed has the same test rows.** Then ``s^2 / n`` speaks of those rows alone. What other test rows (patients,
  blocks of time) would have given is added: ``rows``, the variance of the mean over seeds when its test rows are drawn
  again. That is the variance of drawing both, crossed (Owen 2007, "The pigeonhole bootstrap", Annals of Applied
  Statistics 1), which counts their interaction twice and so is wide rather than narrow; freedom by Satterthwaite
  (1946), as with three seeds normal quantiles would be far too short.

Verdicts are read off intervals, two-sided, so that the two cannot disagree (:func:`outcome`).

Slow libraries are imported where they are used: the boards need numpy and ``scipy.special`` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import fsum, isfinite
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


Outcome = Literal["better", "equivalent", "worse", "undecided"]

#: differences within ± this count as none, in the unit of the metric
ROPE = 0.01
#: numbers that a bootstrap draws at once: 80 MB of them
DRAWN = 10_000_000
#: from so many more seeds on it is said that many would be needed
MANY = 100


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


@dataclass(frozen=True)
class Estimate:
    """A mean over ``n`` seeds and what it varies by: ``variance`` between seeds (None of one seed), widened by
    ``ratio``; ``rows``, the variance that drawing its ``units`` test units again gives the mean."""

    mean: float
    n: int
    variance: float | None
    ratio: float = 0.0
    rows: float = 0.0
    units: int = 0

    def scale(self, n: Any = None) -> Any:
        """Standard error of the mean, also of other numbers of seeds ``n`` (number or array) that vary alike."""
        return np.sqrt((self.variance or 0.0) * (1 / (self.n if n is None else n) + self.ratio) + self.rows)

    def freedom(self, n: Any = None) -> Any:
        """Degrees of freedom: ``n - 1``, with test rows drawn again Satterthwaite's."""
        n = self.n if n is None else n
        if not self.rows:
            return n - 1
        seeds = (self.variance or 0.0) * (1 / n + self.ratio)
        return (seeds + self.rows) ** 2 / (seeds**2 / (n - 1) + self.rows**2 / (self.units - 1))

    def half(self, alpha: float = 0.05, n: Any = None) -> Any:
        """Half the width of the two-sided interval at level ``1 - alpha``; None of one seed."""
        if self.variance is None:
            return None
        if n is None:
            return _t_quantile(self.freedom(), 1 - alpha / 2) * float(self.scale())
        from scipy.special import stdtrit

        return stdtrit(self.freedom(n), 1 - alpha / 2) * self.scale(n)

    def interval(self, alpha: float = 0.05) -> Interval:
        half = self.half(alpha)
        if half is None:
            return Interval(self.mean, None, None, self.n)
        return Interval(self.mean, self.mean - half, self.mean + half, self.n)

    def p_value(self) -> float:
        """Two-sided, of a mean of zero: at most ``alpha`` exactly where the interval at ``1 - alpha`` leaves out
        zero. 1 of one seed."""
        from scipy.special import stdtr

        scale = float(self.scale())
        if self.variance is None or self.mean == 0:
            return 1.0
        return 2 * float(stdtr(self.freedom(), -abs(self.mean) / scale)) if scale else 0.0

    def outside(self, rope: float = ROPE) -> tuple[float, float]:
        """How probable a mean below ``-rope`` and one above ``rope`` are, under a flat prior: the Bayesian correlated
        t-test (Corani and Benavoli 2015; Benavoli et al. 2017, JMLR 18), Student's t around the mean. Without spread,
        where the mean is."""
        from scipy.special import stdtr

        scale = float(self.scale())
        if scale == 0:
            return float(self.mean < -rope), float(self.mean > rope)
        freedom = self.freedom()
        return float(stdtr(freedom, (-rope - self.mean) / scale)), float(stdtr(freedom, (self.mean - rope) / scale))


def estimate(
    values: ArrayLike, ratio: float = 0.0, drawn: NDArray[np.float64] | None = None, units: int = 0
) -> Estimate:
    """The mean of ``values`` (n,), one a seed, with what it varies by.

    ratio : Nadeau and Bengio's correction, of seeds that draw other test rows.
    drawn : (k, n), the same values over ``k`` draws of the ``units`` test units that all seeds share; draws that do
        not define a value hold NaN and are left out.

    Raises ``ValueError`` for no value, one that is not finite, or a negative ratio.
    """
    numbers = _finite(values).tolist()
    if ratio < 0:
        raise ValueError(f"the test/train ratio must not be negative, got {ratio}")
    n, mean = len(numbers), fsum(numbers) / len(numbers)
    variance = fsum((x - mean) ** 2 for x in numbers) / (n - 1) if n > 1 else None
    if drawn is None:
        return Estimate(mean, n, variance, ratio)
    means = drawn.mean(axis=1)
    means = means[np.isfinite(means)]
    # a bootstrap's variance of a mean of u units is (u - 1) / u times the unbiased one
    rows = float(means.var(ddof=1)) * units / (units - 1) if len(means) > 1 and units > 1 else 0.0
    return Estimate(mean, n, variance, ratio, rows, units)


def mean_interval(values: ArrayLike, ratio: float = 0.0, level: float = 0.95) -> Interval:
    """Mean of ``values`` (n,) with its t interval; ``ratio`` > 0 applies the Nadeau-Bengio correction.

    Half width: ``t(n - 1) * s * sqrt(1 / n + ratio)``. One value has no interval. Raises ``ValueError`` for none, for
    a value that is not finite, or for a negative ratio.
    """
    return estimate(values, ratio).interval(1 - level)


def outcome(interval: Interval, rope: float = ROPE) -> Outcome:
    """What an interval of a difference says, more being better: ``equivalent`` if all of it lies within ± ``rope``,
    ``better`` or ``worse`` if else it leaves out zero, ``undecided`` if it does not, or is none."""
    low, high = interval.low, interval.high
    if low is None or high is None:
        return "undecided"
    if -rope <= low and high <= rope:
        return "equivalent"
    return "better" if low > 0 else "worse" if high < 0 else "undecided"


def more_seeds(found: Estimate, alpha: float = 0.05, rope: float = ROPE, limit: int = 1000) -> str | None:
    """How many more seeds would decide, if mean and spread stay: ``"1 to 10"``, ``"10 to 100"`` or ``"many"``, as a few
    seeds tell no more than that. None where up to ``limit`` seeds would not: only more data would."""
    if found.variance is None or limit <= found.n:
        return None
    counts = np.arange(found.n + 1, limit + 1)
    half = found.half(alpha, counts)
    decided = np.flatnonzero((abs(found.mean) > half) | (abs(found.mean) + half <= rope))
    if not len(decided):
        return None
    more = int(decided[0]) + 1
    return "1 to 10" if more <= 10 else f"10 to {MANY}" if more <= MANY else "many"


def _finite(values: ArrayLike, least: int = 1) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or array.size < least or not np.isfinite(array).all():
        raise ValueError(f"expected at least {least} finite numbers in one dimension, got {array!r}")
    return array


@cache
def _t_quantile(freedom: float, probability: float) -> float:
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


def holm_levels(p_values: ArrayLike, alpha: float = 0.05) -> list[float]:
    """The level (k,) at which Holm's procedure tests each of the hypotheses with these p-values (k,).

    Sorted, the i-th is tested at ``alpha / (k - i + 1)``; from the first that is not rejected on, all are left at its
    level. So an interval at ``1 - level`` leaves out zero exactly where Holm rejects, at ``holm(p) <= alpha``.
    """
    values = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    stepped = alpha / np.arange(len(values), 0, -1)
    failed = np.flatnonzero(values[order] > stepped)
    if len(failed):
        stepped[failed[0] :] = stepped[failed[0]]
    levels = np.empty_like(values)
    levels[order] = stepped
    return [float(level) for level in levels]
