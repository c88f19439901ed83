"""What a task board says of differences beyond their mean: intervals, tests and verdicts.

Every row is compared with none/real by the same classifier, and any two rows of one classifier with each other, at
matched seeds. The region of practical equivalence is ``ROPE`` wide on both sides of zero, in the unit of the metric
that the board is sorted by.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from bench.boards.cells import higher_is_better, label, pair_key, test_train_ratio, use
from bench.records.record import Record
from bench.statistics.comparison import bootstrap_intervals, holm, mean_interval, verdict, wilcoxon

Row = dict[str, Any]
Names = tuple[str, str, str]

ROPE = 0.01
LEVEL = 0.95
#: fewer differences than this have no bootstrap interval: there is next to nothing to draw from
FEWEST = 3


def add(rows: Sequence[Row], primary: str) -> None:
    """Put into each row what is known of its difference to none/real in ``primary``.

    ``{primary}_diff_low/high`` (bootstrap), ``p`` and ``p_holm`` (over the rows of its classifier), ``verdict``,
    ``p_better``, ``p_equivalent``, ``p_worse``, ``more_seeds``; None where there is nothing to tell it from.
    """
    sign = 1 if higher_is_better(primary) else -1
    for row in rows:
        differences = list(row["diff_by_seed"].values())
        row |= {f"{primary}_diff_low": None, f"{primary}_diff_high": None, "rope": ROPE if differences else None}
        row |= _verdict([sign * d for d in differences], row["test_train_ratio"])
        row |= {"p": wilcoxon(differences) if len(differences) > 1 else None, "p_holm": None}
    _adjust(rows, lambda row: row["classifier"])
    several = [row for row in rows if len(row["diff_by_seed"]) >= FEWEST]
    if several:
        found = bootstrap_intervals([list(row["diff_by_seed"].values()) for row in several], LEVEL)
        for row, interval in zip(several, found, strict=True):
            row[f"{primary}_diff_low"], row[f"{primary}_diff_high"] = interval.low, interval.high


def pairs(cells: Mapping[Names, Sequence[Record]], rows: Sequence[Row], primary: str) -> list[Row]:
    """Any two rows of one classifier that use synthetic rows alike (added to real ones, or alone), at matched seeds.

    ``rows`` give the order: the first of two stands higher on the board. ``diff_mean`` is first minus second;
    ``verdict`` says what the first is; ``p_holm`` is adjusted over all pairs of the classifier and use.
    """
    sign = 1 if higher_is_better(primary) else -1
    values: dict[Names, dict[Any, float]] = {}
    references: dict[Any, Record] = {}
    for names, records in cells.items():
        ok = {pair_key(r): r for r in records if r.ok and primary in r.metrics}
        values[names] = {key: r.metrics[primary] for key, r in ok.items()}
        if (names[0], names[2]) == ("none", "real"):
            references |= ok
    ordered = [(row["method"], row["classifier"], row["regime"]) for row in rows]
    found = []
    ratios: dict[tuple[Any, ...], float | None] = {}
    for a, b in combinations([names for names in ordered if values[names]], 2):
        if a[1] != b[1] or use(a[2]) != use(b[2]):
            continue
        shared = [key for key in values[a] if key in values[b]]
        if not shared:
            continue
        differences = [values[a][key] - values[b][key] for key in shared]
        if (keys := tuple(shared)) not in ratios:
            known = all(key in references for key in keys)
            ratios[keys] = test_train_ratio([references[key] for key in keys]) if known else None
        ratio = ratios[keys]
        interval = mean_interval(differences, ratio or 0.0)
        found.append({
            "classifier": a[1],
            "method_a": a[0],
            "regime_a": a[2],
            "method_b": b[0],
            "regime_b": b[2],
            "n": len(shared),
            "diff_mean": interval.mean,
            "diff_ci95": interval.half if ratio is not None else None,
            "p": wilcoxon(differences) if len(shared) > 1 else None,
            "p_holm": None,
            "verdict": _verdict([sign * d for d in differences], ratio, limit=0)["verdict"],
        })  # fmt: skip
    _adjust(found, lambda pair: (pair["classifier"], use(pair["regime_a"])))
    return found


def _verdict(differences: Sequence[float], ratio: float | None, limit: int = 1000) -> Row:
    if len(differences) < 2 or ratio is None:
        return dict.fromkeys(("verdict", "p_better", "p_equivalent", "p_worse", "more_seeds"))
    found = verdict(differences, ratio, ROPE, LEVEL, limit)
    return {
        "verdict": found.outcome,
        "p_better": found.p_better,
        "p_equivalent": found.p_equivalent,
        "p_worse": found.p_worse,
        "more_seeds": found.more_seeds,
    }


def _adjust(rows: Sequence[Row], key: Any) -> None:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        if row["p"] is not None:
            groups[key(row)].append(row)
    for group in groups.values():
        for row, p in zip(group, holm([row["p"] for row in group]), strict=True):
            row["p_holm"] = p


def notes(rows: Sequence[Row], primary: str) -> list[str]:
    """How verdict, p and bootstrap interval were taken; nothing where no row has them."""
    lines = []
    if any(row["verdict"] for row in rows):
        lines.append(
            f"verdict on Δ: Bayesian correlated t-test (Corani and Benavoli 2015) at {100 * LEVEL:.0f} % of the "
            f"posterior; within ± {ROPE:g} {label(primary)} is equivalent; undecided (+4): 4 more "
            "seeds would decide, if mean and spread stay; undecided without a number: seeds alone would not, only more "
            "test rows"
        )
    tested = [row for row in rows if row["p"] is not None]
    if tested:
        n, k = (max(len(row["diff_by_seed"]) for row in tested), len({row["classifier"] for row in tested}))
        families = sorted(
            {sum(row["classifier"] == c for row in tested) for c in {row["classifier"] for row in tested}}
        )
        lines.append(
            f"p (Holm): Wilcoxon's signed-rank test of Δ, exact, adjusted over the {'/'.join(map(str, families))} rows "
            f"of {'each' if k > 1 else 'the'} classifier on this board; {n} seeds give at least 2/2^{n} = "
            f"{2 / 2**n:.2g} before adjusting"
        )
    if any(row[f"{primary}_diff_mean"] is not None and row["test_train_ratio"] is None for row in rows):
        lines.append(
            "Δ in brackets: bootstrap interval (BCa, Efron 1987) where n_test or n_train is not known, so that it is "
            "not corrected for overlapping training sets and there is no verdict"
        )
    return lines
