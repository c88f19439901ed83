"""What a task board says of differences beyond their mean: intervals, tests and verdicts.

Every row is compared with the reference (no augmentation) by the same classifier, and any two rows of one classifier
with each other, at matched seeds. The primary comparisons are those that were declared before anything was run; they
are corrected among themselves by Holm's procedure, each printed with the interval at the level that it is tested at, so
that verdict and interval say the same. Everything else is exploratory, at 95 % each.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from bench.boards.board import Name, Row, axes_of
from bench.boards.cells import Cells, higher_is_better, is_reference, label, use
from bench.boards.spread import Replicates, of_these_rows_alone, spread, test_train_ratio
from bench.records.record import Record
from bench.statistics.comparison import ROPE, Estimate, holm, holm_levels, more_seeds, outcome
from bench.statistics.sequential import Looks

ALPHA = 0.05
PRIMARY, EXPLORATORY = "primary", "exploratory"


@dataclass(frozen=True)
class Plan:
    """What was declared of a task before it was run: the primary comparisons (method, classifier, regime), and the
    numbers of seeds that they are looked at with."""

    declared: Collection[tuple[str, str, str]] = ()
    looks: Looks = field(default_factory=Looks)


def add(rows: Sequence[tuple[Row, Estimate | None]], primary: str, plan: Plan) -> None:
    """Put into each row what is known of its difference to the reference in ``primary``.

    ``comparison`` (primary or exploratory), ``alpha`` and ``{primary}_diff_half``, half the width of the interval at
    ``1 - alpha``, which is the one that is shown; ``verdict`` read off it; ``p`` (of exploratory rows uncorrected),
    ``p_holm`` of primary ones; ``p_better``, ``p_equivalent``, ``p_worse``; ``more_seeds``. None where there is
    nothing to tell it from. A primary comparison whose differences are all zero, as those of a method that the metric
    cannot see, is no test: it has no ``p_holm`` and takes no share of the error.
    """
    sign = 1 if higher_is_better(primary) else -1
    tested = []
    for row, found in rows:
        row |= dict.fromkeys((f"{primary}_diff_half", "comparison", "alpha", *_verdict(None, None, ALPHA, True)))
        row |= dict.fromkeys(("p_holm", "more_seeds"))
        row["rope"] = ROPE if found else None
        if found is None:
            continue
        mine = (row["method"], row["classifier"], row["regime"]) in plan.declared
        row |= {"comparison": PRIMARY if mine else EXPLORATORY, "alpha": ALPHA}
        row |= {f"{primary}_diff_half": found.half(ALPHA)} | _verdict(found, row["test_train_ratio"], ALPHA, sign > 0)
        if mine and row["verdict"] and (found.mean or found.variance):
            tested.append((row, replace(found, mean=sign * found.mean)))
        elif row["verdict"] == "undecided":
            row["more_seeds"] = more_seeds(found, ALPHA)
    _correct(tested, primary, plan.looks)


def _correct(tested: Sequence[tuple[Row, Estimate]], primary: str, looks: Looks) -> None:
    """Correct the primary comparisons among themselves; estimates are turned so that more is better."""
    spent = [looks.share(found.n) for _, found in tested]
    p_values = [min(1.0, found.p_value() / part) for (_, found), part in zip(tested, spent, strict=True)]
    steps = zip(tested, spent, holm(p_values), holm_levels(p_values, ALPHA), strict=True)
    for (row, found), part, adjusted, level in steps:
        alpha = level * part
        row |= {"p_holm": adjusted, "alpha": alpha, f"{primary}_diff_half": found.half(alpha)}
        row["verdict"] = outcome(found.interval(alpha))
        row["more_seeds"] = more_seeds(found, alpha) if row["verdict"] == "undecided" else None


def _verdict(found: Estimate | None, ratio: float | None, alpha: float, higher: bool) -> Row:
    """Verdict, p and probabilities; all None without an interval, or with one of these test rows alone."""
    keys = ("verdict", "p", "p_better", "p_equivalent", "p_worse")
    if found is None or found.variance is None or of_these_rows_alone(found, ratio):
        return dict.fromkeys(keys)
    turned = found if higher else replace(found, mean=-found.mean)
    worse, better = turned.outside()
    told = outcome(turned.interval(alpha)), found.p_value(), better, 1 - better - worse, worse
    return dict(zip(keys, told, strict=True))


def pairs(
    cells: Mapping[Name, Cells], rows: Sequence[Row], reference: str, primary: str, replicates: Replicates
) -> list[Row]:
    """Any two rows of one classifier that use synthetic rows alike (added to real ones, or alone), at matched seeds.

    ``rows`` give the order: the first of two stands higher on the board. ``diff_mean`` is first minus second, with half
    of its 95 % interval; ``verdict`` says what the first is. All of them are exploratory.
    """
    scored = {
        name: {key: record for key, record in own.ok.items() if primary in record.metrics}
        for name, own in cells.items()
    }
    ratios, axes, higher = _Ratios(cells, reference), axes_of(list(cells)), higher_is_better(primary)
    found = []
    for a, b in combinations([name for name in map(Name.of_row, rows) if scored[name]], 2):
        shared = [key for key in scored[a] if key in scored[b]] if _alike(a, b) else []
        if shared:
            sides = [[scored[name][key] for key in shared] for name in (a, b)]
            compared = _compared(sides, primary, ratios.of(shared), replicates, higher)
            found.append(_pair(a, b, axes) | compared)
    return found


def _alike(a: Name, b: Name) -> bool:
    return a.classifier == b.classifier and use(a.regime) == use(b.regime)


def _compared(
    sides: Sequence[Sequence[Record]], primary: str, ratio: float | None, replicates: Replicates, higher: bool
) -> Row:
    differences = [a.metrics[primary] - b.metrics[primary] for a, b in zip(*sides, strict=True)]
    found = spread(differences, sides, primary, ratio, replicates)
    verdict = _verdict(found, ratio, ALPHA, higher)
    told = {"n": found.n, "diff_mean": found.mean, "diff_ci95": found.half()}
    return told | {key: verdict[key] for key in ("p", "verdict")}


class _Ratios:
    """The test/train ratio of matched seeds, which the reference's records tell: they count the real rows."""

    def __init__(self, cells: Mapping[Name, Cells], reference: str) -> None:
        own = [found for name, found in cells.items() if is_reference(name, reference)]
        self._records = {key: record for found in own for key, record in found.ok.items()}
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


def notes(rows: Sequence[Row], primary: str, plan: Plan) -> list[str]:
    """How verdict, p and interval belong together; nothing where no row has them."""
    lines = []
    if any(row["verdict"] for row in rows):
        lines.append(
            f"verdict: read off the interval of Δ that is shown: equivalent, all of it within ± {ROPE:g} "
            f"{label(primary)}; better or worse, else without zero; undecided, else; in brackets how many more seeds "
            "would decide if mean and spread stay, no number where only more data would"
        )
        lines.append(_comparisons(rows))
        if plan.looks.counts:
            counts = ", ".join(map(str, plan.looks.counts))
            lines.append(
                f"seeds were added until a primary comparison was decided, looked at with {counts} seeds: the k-th "
                f"look spends {100 * ALPHA:g} %/2^k, so that all looks together err no more often than one would"
            )
    if any(row[f"{primary}_diff_mean"] is not None and row["test_train_ratio"] is None for row in rows):
        lines.append("Δ without an interval: n_test or n_train is not known, so there is no verdict either")
    return lines


def _comparisons(rows: Sequence[Row]) -> str:
    corrected = [row for row in rows if row["p_holm"] is not None]
    if not corrected:
        return (
            "every comparison is exploratory, as no primary ones were declared before the run: at 95 % each, not "
            f"corrected for being one of {sum(row['verdict'] is not None for row in rows)}"
        )
    untested = sum(row["comparison"] == PRIMARY and row["verdict"] is not None for row in rows) - len(corrected)
    beside = f" ({untested} more, with no difference at all, need no test)" if untested else ""
    return (
        f"primary: {len(corrected)} comparisons declared before the run{beside}, corrected among themselves (Holm "
        "1979, t-test of Δ): each has the interval at the level that it is tested at, and the chance that any of their "
        "betters and worses is wrong is at most 5 %; exploratory: every other row, at 95 % each, not corrected"
    )
