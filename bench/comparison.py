"""Comparing methods: pure functions of arrays.

Conventions: a *difference* is candidate minus reference, one value per matched seed, turned so that more is better
where a function decides who won; ``ratio`` is the number of test rows over the number of training rows.

The seeds of a benchmark draw overlapping training sets from one data set, so their scores are correlated and the plain
t interval is too narrow. Nadeau and Bengio (2003, "Inference for the generalization error", Machine Learning 52) widen
the variance of the mean from ``s^2 / n`` to ``s^2 (1 / n + n_test / n_train)``; every statement about a difference on
one task rests on that. It does not shrink to zero: past some number of seeds only more data would tell more.

Slow libraries are imported where they are used: the boards need numpy and ``scipy.special`` alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import fsum, sqrt
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


Outcome = Literal["better", "equivalent", "worse", "undecided"]


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


def bootstrap_interval(
    values: ArrayLike, level: float = 0.95, resamples: int = 9999, random_state: int = 0
) -> Interval:
    """Mean of ``values`` (n,) with its bias-corrected and accelerated bootstrap interval (Efron 1987), by scipy.

    It assumes no normal differences, but independent ones: it does not know of overlapping training sets, so read it
    beside the corrected interval. Equal values give an interval of no width.
    """
    from scipy.stats import bootstrap

    array = _finite(values)
    mean = float(array.mean())
    if len(array) == 1:
        return Interval(mean, None, None, 1)
    if np.ptp(array) == 0:
        return Interval(mean, mean, mean, len(array))
    rng = np.random.default_rng(random_state)
    found = bootstrap((array,), np.mean, confidence_level=level, n_resamples=resamples, rng=rng).confidence_interval
    return Interval(mean, float(found.low), float(found.high), len(array))


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """p-values adjusted for testing all of them (Holm 1979), by statsmodels. Keys keep their order."""
    from statsmodels.stats.multitest import multipletests

    if not p_values:
        return {}
    adjusted = multipletests(list(p_values.values()), method="holm")[1]
    return dict(zip(p_values, map(float, adjusted), strict=True))


def wilcoxon_holm(differences: Mapping[str, ArrayLike]) -> dict[str, float]:
    """Holm-adjusted p-values of Wilcoxon's signed-rank test, two-sided, of each method's differences (n,).

    Exact for small samples, so ``n`` seeds give at least ``2 / 2**n``: five can never reach 0.05. All zeros give 1.
    """
    from scipy.stats import wilcoxon

    raw = {}
    for name, values in differences.items():
        array = _finite(values)
        raw[name] = float(wilcoxon(array).pvalue) if array.any() else 1.0
    return holm(raw)


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
    """Bayesian correlated t-test (Corani and Benavoli 2015; Benavoli et al. 2017, JMLR 18), by baycomp.

    ``differences`` (n,), n >= 2, more is better; within ± ``rope`` counts as equivalent. A side that holds ``level``
    of the posterior is the outcome, otherwise it is undecided and ``more_seeds`` extrapolates.
    """
    from baycomp.single import Posterior
    from scipy.special import stdtr

    array = _finite(differences, least=2)
    n, mean, variance = len(array), float(array.mean()), float(array.var(ddof=1))
    worse, equivalent, better = Posterior(mean, variance * (1 / n + ratio), n - 1, rope).probs()
    sides: dict[Outcome, float] = {"better": better, "equivalent": equivalent, "worse": worse}
    outcome: Outcome = "undecided"
    for side, probability in sides.items():
        if probability >= level:
            outcome = side
    more = None
    if outcome == "undecided":
        counts = np.arange(n + 1, limit + 1)
        scale = np.sqrt(variance * (1 / counts + ratio))
        below, above = stdtr(counts - 1, (-rope - mean) / scale), stdtr(counts - 1, (mean - rope) / scale)
        decided = np.flatnonzero(np.max([below, above, 1 - below - above], axis=0) >= level)
        more = int(decided[0]) + 1 if len(decided) else None
    return Verdict(outcome, float(better), float(equivalent), float(worse), rope, more)


@dataclass(frozen=True)
class Ranking:
    """Friedman's test over tasks with Nemenyi's critical difference; mean ranks, 1 is best.

    ``ranks`` : mean rank and its bootstrap interval over tasks. Two methods whose mean ranks differ by at least
    ``critical_difference`` differ at the level; ``p_values`` (k, k) are Nemenyi's. ``n_tasks`` complete tasks.
    """

    methods: tuple[str, ...]
    ranks: tuple[Interval, ...]
    chi_square: float
    p_value: float
    critical_difference: float
    p_values: NDArray[np.float64]
    n_tasks: int


def ranks(scores: ArrayLike) -> NDArray[np.float64]:
    """Rank each row of ``scores`` (n_tasks, k), more is better: 1 is best, ties share the average."""
    array = np.asarray(scores, dtype=np.float64)
    above = (array[:, None, :] > array[:, :, None]).sum(axis=2)
    equal = (array[:, None, :] == array[:, :, None]).sum(axis=2)
    return np.asarray(above + (equal + 1) / 2, dtype=np.float64)


def ranking(methods: Sequence[str], scores: ArrayLike, level: float = 0.95, random_state: int = 0) -> Ranking:
    """Friedman's test and Nemenyi's post-hoc test (Demsar 2006, JMLR 7), by scipy and scikit-posthocs.

    ``scores`` (n_tasks, k), more is better; a task on which any method has none (NaN) is left out, as the test needs
    complete blocks. ``CD = q(level, k) sqrt(k (k + 1) / (6 n_tasks))`` with ``q`` the studentized range over sqrt(2).
    Raises ``ValueError`` for fewer than three methods or two complete tasks.
    """
    from scikit_posthocs import posthoc_nemenyi_friedman
    from scipy.stats import friedmanchisquare, studentized_range

    array = np.asarray(scores, dtype=np.float64)
    array = array[np.isfinite(array).all(axis=1)]
    n, k = array.shape
    if k < 3 or n < 2 or k != len(methods):
        raise ValueError(f"Friedman's test needs three named methods and two complete tasks, got {k} and {n}")
    table = ranks(array)
    chi_square, p_value = friedmanchisquare(*table.T)
    q = float(studentized_range.ppf(level, k, np.inf)) / 2**0.5
    return Ranking(
        methods=tuple(methods),
        ranks=tuple(bootstrap_interval(column, level, random_state=random_state) for column in table.T),
        chi_square=float(chi_square),
        p_value=float(p_value),
        critical_difference=q * (k * (k + 1) / (6 * n)) ** 0.5,
        p_values=np.asarray(posthoc_nemenyi_friedman(table), dtype=np.float64),
        n_tasks=n,
    )


@dataclass(frozen=True)
class Rating:
    """A method's standing against all others: win rate in [0, 1], Elo with its bootstrap interval over tasks."""

    method: str
    win_rate: float
    elo: Interval
    coverage: float


def ratings(
    results: Sequence[tuple[str, str, int, float]], anchor: str | None = None, rounds: int = 200, random_state: int = 0
) -> list[Rating]:
    """Win rate and Elo from ``(method, task, seed, score)`` rows, more is better, by bencheval; best first.

    Two methods meet wherever both have a score at the same task and seed, and every task weighs the same. A missing
    cell is a meeting that did not happen: it lowers ``coverage`` (share of all (task, seed) with a score). ``anchor``
    is the method that Elo 1000 is given to; without one the mean is. Raises ``ValueError`` for fewer than two methods.
    """
    import warnings

    import pandas as pd
    from bencheval.elo_utils import EloHelper
    from bencheval.winrate_utils import compute_winrate

    frame = pd.DataFrame(results, columns=["method", "task", "seed", "score"])
    frame["error"] = -frame["score"]
    methods = sorted(frame["method"].unique())
    if len(methods) < 2:
        raise ValueError("ratings need at least two methods")
    helper = EloHelper(error_col="error", split_col="seed")
    battles = helper.convert_results_to_battles(frame)
    options = {"calibration_framework": anchor, "calibration_elo": 1000 if anchor else None}
    point = helper.compute_mle_elo(battles, **options)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "numpy.core is deprecated", DeprecationWarning)  # inside bencheval 0.1
        draws = helper.compute_elo_ratings(
            battles, seed=random_state, BOOTSTRAP_ROUNDS=rounds, show_process=False, **options
        )
    wins = compute_winrate(frame, error_col="error", seed_col="seed")
    units, n_tasks = frame.drop_duplicates(["task", "seed"]).shape[0], frame["task"].nunique()
    rated = []
    for name in methods:
        low, high = (float(v) for v in draws[name].quantile([0.025, 0.975])) if n_tasks > 1 else (None, None)
        elo = Interval(float(point[name]), low, high, n_tasks)
        rated.append(Rating(name, float(wins[name]), elo, float((frame["method"] == name).sum() / units)))
    return sorted(rated, key=lambda r: (-r.elo.mean, r.method))
