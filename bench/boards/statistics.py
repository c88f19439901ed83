"""What a task board says of differences beyond their mean: intervals, tests and verdicts.

Every row is compared with the reference (no augmentation) by the same classifier, and any two rows of one classifier
with each other, at matched seeds. The region of practical equivalence is ``ROPE`` wide on both sides of zero, in the
unit of the metric that the board is sorted by.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from bench.boards.board import Name, Row, axes_of
from bench.boards.cells import Cells, higher_is_better, is_reference, label, test_train_ratio, use
from bench.statistics.comparison import EXACT, bootstrap_intervals, holm, mean_interval, verdict, wilcoxon

ROPE = 0.01
LEVEL = 0.95
#: fewer differences than this have no bootstrap interval: there is next to nothing to draw from
FEWEST = 3


def add(rows: Sequence[Row], primary: str) -> None:
    """Put into each row what is known of its difference to the reference in ``primary``.

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


def pairs(cells: Mapping[Name, Cells], rows: Sequence[Row], reference: str, primary: str) -> list[Row]:
    """Any two rows of one classifier that use synthetic rows alike (added to real ones, or alone), at matched seeds.

    ``rows`` give the order: the first of two stands higher on the board. ``diff_mean`` is first minus second;
    ``verdict`` says what the first is; ``p_holm`` is adjusted over all pairs of the classifier and use.
    """
    scores = {
        name: {key: record.metrics[primary] for key, record in records.ok.items() if primary in record.metrics}
        for name, records in cells.items()
    }
    ratios = _Ratios(cells, reference)
    scored = [name for name in map(Name.of_row, rows) if scores[name]]
    axes = axes_of(list(cells))
    found = []
    for a, b in combinations(scored, 2):
        if a.classifier != b.classifier or use(a.regime) != use(b.regime):
            continue
        shared = [key for key in scores[a] if key in scores[b]]
        if shared:
            differences = [scores[a][key] - scores[b][key] for key in shared]
            found.append(_pair(a, b, axes) | _compared(differences, ratios.of(shared), higher_is_better(primary)))
    _adjust(found, lambda pair: (pair["classifier"], use(pair["regime_a"])))
    return found


class _Ratios:
    """The test/train ratio of matched seeds, which the reference's records tell: they count the real rows."""

    def __init__(self, cells: Mapping[Name, Cells], reference: str) -> None:
        references = [found for name, found in cells.items() if is_reference(name, reference)]
        self._records = {key: record for found in references for key, record in found.ok.items()}
        self._known: dict[tuple[int, ...], float | None] = {}

    def of(self, keys: Sequence[int]) -> float | None:
        """None where the reference lacks a seed."""
        shared = tuple(keys)
        if shared not in self._known:
            known = all(key in self._records for key in shared)
            self._known[shared] = test_train_ratio([self._records[key] for key in shared]) if known else None
        return self._known[shared]


def _pair(a: Name, b: Name, axes: Sequence[str]) -> Row:
    """What two rows are called, with those of ``ROW_AXES`` that the board has."""
    sides = (("a", a), ("b", b))
    names = {f"{part}_{end}": getattr(name, part) for end, name in sides for part in ("method", "regime", *axes)}
    return {"classifier": a.classifier, **names}


def side(pair: Row, end: str) -> Name:
    """The name of one of a pair's rows, ``a`` or ``b``."""
    found = (pair[f"method_{end}"], pair["classifier"], pair[f"regime_{end}"])
    return Name(*found, pair.get(f"tuned_{end}"), pair.get(f"epsilon_{end}"))


def _compared(differences: Sequence[float], ratio: float | None, higher: bool) -> Row:
    interval = mean_interval(differences, ratio or 0.0)
    better = differences if higher else [-d for d in differences]
    return {
        "n": len(differences),
        "diff_mean": interval.mean,
        "diff_ci95": interval.half if ratio is not None else None,
        "p": wilcoxon(differences) if len(differences) > 1 else None,
        "p_holm": None,
        "verdict": _verdict(better, ratio, limit=0)["verdict"],
    }


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
    if tested := [row for row in rows if row["p"] is not None]:
        lines.append(_tests(tested))
    if any(row[f"{primary}_diff_mean"] is not None and row["test_train_ratio"] is None for row in rows):
        lines.append(
            "Δ in brackets: bootstrap interval (BCa, Efron 1987) where n_test or n_train is not known, so that it is "
            "not corrected for overlapping training sets and there is no verdict"
        )
    return lines


def _tests(tested: Sequence[Row]) -> str:
    """Which test gave the p-values of these rows, and over how many it was adjusted."""
    n, counts = max(len(row["diff_by_seed"]) for row in tested), Counter(row["classifier"] for row in tested)
    families = "/".join(map(str, sorted(set(counts.values()))))
    exact, floor = "exact", f"{n} seeds give at least 2/2^{n} = {2 / 2**n:.2g} before adjusting"
    if n > EXACT:
        exact, floor = f"exact up to {EXACT} seeds, by Edgeworth's expansion beyond", f"{n} seeds"
    return (
        f"p (Holm): Wilcoxon's signed-rank test of Δ, {exact}, adjusted over the {families} rows of "
        f"{'each' if len(counts) > 1 else 'the'} classifier on this board; {floor}"
    )
