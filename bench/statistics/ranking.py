"""Standing of methods over many tasks: pure functions of arrays.

Scores are turned so that more is better. Slow libraries (scipy.stats, pandas, bencheval) are imported where used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from bench.statistics.comparison import Interval, bootstrap_intervals

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, kw_only=True)
class Friedman:
    """Friedman's test over ``n_tasks`` tasks, with Nemenyi's critical difference: two methods whose mean ranks differ
    by at least that differ at the level."""

    chi_square: float
    p_value: float
    critical_difference: float
    n_tasks: int


@dataclass(frozen=True, kw_only=True)
class Ranking(Friedman):
    """The same with mean ranks (``ranks``, 1 is best, with bootstrap intervals over tasks) and Nemenyi's ``p_values``
    (k, k)."""

    methods: tuple[str, ...]
    ranks: tuple[Interval, ...]
    p_values: NDArray[np.float64]


def ranks(scores: ArrayLike) -> NDArray[np.float64]:
    """Rank each row of ``scores`` (n_tasks, k), more is better: 1 is best, ties share the average."""
    array = np.asarray(scores, dtype=np.float64)
    above = (array[:, None, :] > array[:, :, None]).sum(axis=2)
    equal = (array[:, None, :] == array[:, :, None]).sum(axis=2)
    return np.asarray(above + (equal + 1) / 2, dtype=np.float64)


def friedman(scores: ArrayLike, level: float = 0.95) -> Friedman:
    """Friedman's test and the critical difference of Nemenyi's post-hoc test (Demsar 2006, JMLR 7), by scipy.

    ``scores`` (n_tasks, k), more is better, without gaps. ``CD = q(level, k) sqrt(k (k + 1) / (6 n_tasks))`` with ``q``
    the studentized range over sqrt(2). Raises ``ValueError`` for fewer than three methods or two tasks.
    """
    from scipy.stats import friedmanchisquare, studentized_range

    array = np.asarray(scores, dtype=np.float64)
    n, k = array.shape
    if k < 3 or n < 2:
        raise ValueError(f"Friedman's test needs three named methods and two complete tasks, got {k} and {n}")
    with np.errstate(invalid="ignore"):  # where all tie there is nothing to test: NaN
        chi_square, p_value = friedmanchisquare(*ranks(array).T)
    q = float(studentized_range.ppf(level, k, np.inf)) / 2**0.5
    return Friedman(
        chi_square=float(chi_square),
        p_value=float(p_value),
        critical_difference=q * (k * (k + 1) / (6 * n)) ** 0.5,
        n_tasks=n,
    )


def ranking(methods: Sequence[str], scores: ArrayLike, level: float = 0.95, random_state: int = 0) -> Ranking:
    """:func:`friedman` with mean ranks and Nemenyi's p-values, by scikit-posthocs; a task on which any method has no
    score (NaN) is left out, as the test needs complete blocks. Raises ``ValueError`` as it does, and for another number
    of names."""
    from scikit_posthocs import posthoc_nemenyi_friedman

    array = np.asarray(scores, dtype=np.float64)
    array = array[np.isfinite(array).all(axis=1)]
    if array.shape[1] != len(methods):
        raise ValueError(f"{len(methods)} names of {array.shape[1]} methods")
    test, table = friedman(array, level), ranks(array)
    return Ranking(
        **vars(test),
        methods=tuple(methods),
        ranks=tuple(bootstrap_intervals(list(table.T), level, random_state=random_state)),
        p_values=np.asarray(posthoc_nemenyi_friedman(table), dtype=np.float64),
    )


#: where bencheval's Elo begins
START = 1000.0


@dataclass(frozen=True)
class Rating:
    """A method's standing against all others: win rate in [0, 1], Elo with its bootstrap interval over tasks, None
    where it is withheld."""

    method: str
    win_rate: float
    elo: Interval | None
    coverage: float


def ratings(
    results: Sequence[tuple[str, str, str, float]], rounds: int = 200, random_state: int = 0, fewest: int = 1
) -> list[Rating]:
    """Win rate and Elo from ``(method, task, split, score)`` rows, more is better, Elo by bencheval; by win rate, best
    first.

    The win rate is, on each task, the share of a method's meetings that it won, a tie being half, and of these the mean
    over its tasks. Elo is withheld below ``fewest`` tasks: over two or three, one method that lost every meeting has
    whatever rating the fit stops at.

    Two methods meet wherever both have a score at the same task and split (a seed, say), and every task weighs the
    same. A missing cell is a meeting that did not happen: it lowers ``coverage`` (share of all (task, split) with a
    score). The mean Elo is 1000. The interval is over the draws of tasks that a method has a score on, and there is
    none for a method with one task. A method that met nobody is left out. Raises ``ValueError`` where nobody met, and
    for two scores of one method at the same task and split.
    """
    import pandas as pd

    table = pd.DataFrame(results, columns=["method", "task", "split", "score"]).pivot(
        index=["task", "split"], columns="method", values="score"
    )
    share = table.notna().sum() / len(table)
    table = table[table.notna().sum(axis=1) > 1].dropna(axis=1, how="all")  # where somebody met
    if table.shape[1] < 2:
        raise ValueError("ratings need at least two methods that met")
    duels = [Duels(str(task), *_duels(rows.to_numpy(dtype=np.float64))) for task, rows in table.groupby(level="task")]
    methods = [str(name) for name in table.columns]
    enough = len(duels) >= fewest
    elos = _elos(methods, duels, rounds, random_state) if enough else [None] * len(methods)
    wins = _win_rates(duels)
    rated = [
        Rating(name, float(rate), elo, float(share[name])) for name, rate, elo in zip(methods, wins, elos, strict=True)
    ]
    return sorted(rated, key=lambda r: (-round(r.win_rate, 12), r.method))


@dataclass(frozen=True)
class Duels:
    """What happened on one task: ``won[i, j]`` is the share of its splits at which i beat j, ``tied[i, j]`` that at
    which both scored the same; both (k, k), no one meets itself."""

    task: str
    won: NDArray[np.float64]
    tied: NDArray[np.float64]

    @property
    def met(self) -> NDArray[np.float64]:
        return self.won + self.won.T + self.tied


def _duels(scores: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """``won`` and ``tied`` of ``scores`` (n_splits, k), in which NaN is a meeting that did not happen."""
    won = np.stack([(mine[:, None] > scores).sum(axis=0) for mine in scores.T])
    tied = np.stack([(mine[:, None] == scores).sum(axis=0) for mine in scores.T])
    np.fill_diagonal(tied, 0)
    return won / len(scores), tied / len(scores)


def _win_rates(duels: Sequence[Duels]) -> NDArray[np.float64]:
    """The mean over tasks of the share of its meetings there that each method won, a tie being half."""
    won = np.array([(one.won + one.tied / 2).sum(axis=1) for one in duels])
    met = np.array([one.met.sum(axis=1) for one in duels])
    with np.errstate(invalid="ignore"):
        return np.asarray(np.nanmean(won / met, axis=0), dtype=np.float64)


def _elos(methods: Sequence[str], duels: Sequence[Duels], rounds: int, random_state: int) -> list[Interval]:
    """Elo of every method by bencheval, with its bootstrap interval over the tasks that the method has a score on.

    Meetings of two methods on one task that ended the same way count as one battle of their joint weight: what is
    fitted are sums of weights, so that this changes nothing but rounding, and hundreds of seeds cost no more than one.
    """
    import warnings

    import pandas as pd
    from bencheval.elo_utils import EloHelper
    from threadpoolctl import threadpool_limits

    fought = [
        (methods[i], methods[j], how, one.task, float(weight))
        for one in duels
        for i, j in combinations(range(len(methods)), 2)
        for how, weight in (("1", one.won[i, j]), ("2", one.won[j, i]), ("tie", one.tied[i, j]))
        if weight
    ]
    helper = EloHelper(error_col="error")
    battles = pd.DataFrame(fought, columns=[helper.method_1, helper.method_2, "winner", helper.task_col, "weight"])
    with warnings.catch_warnings(), threadpool_limits(1):  # the fits are small: more threads only wait for each other
        warnings.filterwarnings("ignore", "numpy.core is deprecated", DeprecationWarning)  # inside bencheval 0.1
        point = helper.compute_mle_elo(battles)
        draws = helper.compute_elo_ratings(battles, seed=random_state, BOOTSTRAP_ROUNDS=rounds, show_process=False)
    found = []
    for i, name in enumerate(methods):
        met, ratings = sum(bool(one.met[i].any()) for one in duels), draws[name]
        if met < len(duels):  # a resample without any task of the method leaves it where it began
            ratings = ratings[ratings != START]
        low, high = map(float, ratings.quantile([0.025, 0.975])) if met > 1 and len(ratings) else (None, None)
        found.append(Interval(float(point[name]), low, high, met))
    return found
