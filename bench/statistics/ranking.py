"""Standing of methods over many tasks: pure functions of arrays.

Scores are turned so that more is better. Slow libraries (scipy.stats, pandas, bencheval) are imported where used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.statistics.comparison import Interval, bootstrap_intervals

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


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
    with np.errstate(invalid="ignore"):  # where all tie there is nothing to test: NaN
        chi_square, p_value = friedmanchisquare(*table.T)
    q = float(studentized_range.ppf(level, k, np.inf)) / 2**0.5
    return Ranking(
        methods=tuple(methods),
        ranks=tuple(bootstrap_intervals(list(table.T), level, random_state=random_state)),
        chi_square=float(chi_square),
        p_value=float(p_value),
        critical_difference=q * (k * (k + 1) / (6 * n)) ** 0.5,
        p_values=np.asarray(posthoc_nemenyi_friedman(table), dtype=np.float64),
        n_tasks=n,
    )


#: where bencheval's Elo begins
START = 1000.0


@dataclass(frozen=True)
class Rating:
    """A method's standing against all others: win rate in [0, 1], Elo with its bootstrap interval over tasks."""

    method: str
    win_rate: float
    elo: Interval
    coverage: float


def ratings(results: Sequence[tuple[str, str, str, float]], rounds: int = 200, random_state: int = 0) -> list[Rating]:
    """Win rate and Elo from ``(method, task, split, score)`` rows, more is better, by bencheval; best first.

    Two methods meet wherever both have a score at the same task and split (a seed, say), and every task weighs the
    same. A missing cell is a meeting that did not happen: it lowers ``coverage`` (share of all (task, split) with a
    score). The mean Elo is 1000. The interval is over the draws of tasks that a method has a score on, and there is
    none for a method with one task. A method that met nobody is left out. Raises ``ValueError`` where nobody met.
    """
    import warnings

    import pandas as pd
    from bencheval.elo_utils import EloHelper
    from bencheval.winrate_utils import compute_winrate

    frame = pd.DataFrame(results, columns=["method", "task", "split", "score"])
    frame["error"] = -frame["score"]
    share = frame["method"].value_counts() / frame.drop_duplicates(["task", "split"]).shape[0]
    frame = frame[frame.groupby(["task", "split"])["method"].transform("nunique") > 1]  # where somebody met
    methods = sorted(frame["method"].unique())
    if len(methods) < 2:
        raise ValueError("ratings need at least two methods that met")
    helper = EloHelper(error_col="error", split_col="split")
    battles = helper.convert_results_to_battles(frame)
    point = helper.compute_mle_elo(battles)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "numpy.core is deprecated", DeprecationWarning)  # inside bencheval 0.1
        draws = helper.compute_elo_ratings(battles, seed=random_state, BOOTSTRAP_ROUNDS=rounds, show_process=False)
    wins = compute_winrate(frame, error_col="error", seed_col="split")
    n_tasks = frame["task"].nunique()
    rated = []
    for name in methods:
        mine = frame[frame["method"] == name]
        own, drawn = mine["task"].nunique(), draws[name]
        if own < n_tasks:  # a draw without any task of the method leaves it where it began
            drawn = drawn[drawn != START]
        low, high = map(float, drawn.quantile([0.025, 0.975])) if own > 1 and len(drawn) else (None, None)
        rated.append(Rating(name, float(wins[name]), Interval(float(point[name]), low, high, own), float(share[name])))
    return sorted(rated, key=lambda r: (-r.elo.mean, r.method))
