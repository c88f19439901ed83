"""From records to findings: the interval of each quantity of a claim, held against its band."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from bench.boards.spread import Replicates, test_train_ratio
from bench.claims.files import Claim, Quantity
from bench.claims.selection import configuration, matches, reference, resolve, variants
from bench.records.record import Record
from bench.statistics.comparison import Interval, estimate

if TYPE_CHECKING:
    from numpy.typing import NDArray

Outcome = Literal["agrees", "disagrees", "open", "no record"]


@dataclass(frozen=True)
class Finding:
    """One quantity in one run. ``outcome`` is None where it is only shown."""

    row: Quantity
    interval: Interval | None
    outcome: Outcome | None
    #: the most that could be gained over what is taken away; None where nothing limits it
    room: float | None = None
    #: what the interval is over beside seeds, where these have the same test rows; "" where they have others
    over: str = ""

    @property
    def crowded(self) -> bool:
        """Whether there is no room for what was claimed, so that it can be neither confirmed nor denied here."""
        return self.room is not None and self.row.band is not None and self.room < self.row.band[0]


@dataclass
class Run:
    """What the records say of one arm at one budget on one source."""

    findings: list[Finding]
    records: list[Record]
    wanted: int
    failed: list[Record] = field(default_factory=list)

    @property
    def coverage(self) -> float:
        return len(self.records) / self.wanted if self.wanted else 0.0

    @property
    def missing(self) -> int:
        """Cells that have not been run yet; one that failed has been."""
        return self.wanted - len(self.records) - len(self.failed)

    @property
    def outcome(self) -> Outcome:
        judged = [f.outcome for f in self.findings if f.outcome]
        if not self.records:
            return "no record"
        if self.missing:
            return "open"
        if "disagrees" in judged:
            return "disagrees"
        return "agrees" if judged and set(judged) == {"agrees"} else "open"

    @property
    def by_sign(self) -> bool:
        """Whether all that was judged was judged by its sign."""
        judged = [f.row.by_sign for f in self.findings if f.outcome]
        return bool(judged) and all(judged)


def judge(
    claim: Claim,
    arm: str,
    budget: str,
    source: str,
    by_task: Mapping[str, Sequence[Record]],
    replicates: Replicates | None = None,
) -> Run:
    """One arm's findings from the newest record of each cell and seed. Records of other sources do not count.

    ``replicates`` are metrics over draws of the test rows, for intervals where every seed has the same test rows.
    """
    configs = {v: configuration(claim, arm, budget, source, v) for v in variants(claim, arm)}
    cells: dict[tuple[str, ...], dict[int, Record]] = {}
    run = Run([], [], 0)

    def seeds_of(cell: Mapping[str, str]) -> dict[int, Record]:
        """Of a cell the record of each seed."""
        variant = cell.get("variant", "")
        config = configs[variant]
        full = resolve(config, cell, claim)
        key = (variant, *full.values())
        if key not in cells:
            same = [r for r in by_task.get(full["task"], ()) if r.source == source and matches(r, config, full)]
            newest = {r.seed: r for r in same}
            cells[key] = {seed: r for seed, r in sorted(newest.items()) if r.ok}
            run.wanted += len(config.seeds)
            run.records += cells[key].values()
            run.failed += [r for r in newest.values() if not r.ok]
        return cells[key]

    for row in claim.rows:
        parts = [seeds_of(cell) for cell in row.cells]
        references = [seeds_of(_baseline(cell)) for cell in row.cells]
        run.findings.append(_finding(row, parts, references, source, replicates or {}))
    return run


def _baseline(cell: Mapping[str, str]) -> dict[str, str]:
    """The cell of no augmentation beside a cell: it counts the real training rows."""
    kept = {key: cell[key] for key in ("variant", "task", "classifier") if key in cell}
    return {**kept, "method": reference()}


def _finding(
    row: Quantity,
    parts: list[dict[int, Record]],
    references: list[dict[int, Record]],
    source: str,
    replicates: Replicates,
) -> Finding:
    seeds = sorted(set.intersection(*(set(part) for part in parts)))
    shared = [[part[seed] for seed in seeds] for part in parts]  # of each cell
    both = [(value, each) for each in zip(*shared, strict=True) if (value := _value(row, each)) is not None]
    judged = source in row.judged_on
    if not both:
        return Finding(row, None, "no record" if judged else None)
    ratios = [test_train_ratio([base[seed] for seed in seeds if seed in base]) for base in references]
    values, cells = [value for value, _ in both], list(zip(*(each for _, each in both), strict=True))
    interval, over = _interval(row, values, ratios, cells, replicates)
    found = Finding(row, interval, None, _room(row, shared), over)
    return _judged(found) if judged else found


def _judged(found: Finding) -> Finding:
    """The finding with its outcome, where there is a band to hold it against."""
    if found.row.band is None or found.interval is None:
        return found
    return replace(found, outcome="open" if found.crowded else _outcome(found.interval, found.row.band))


def _room(row: Quantity, parts: Sequence[Sequence[Record]]) -> float | None:
    """What a metric that ends at ``row.most`` could gain over the mean of what is taken away."""
    if row.most is None or not row.minus:
        return None
    rest = list(zip(parts, row.cells, strict=True))[len(row.of) :]
    taken = [[_number(r, cell.get("metric", row.metric)) or 0.0 for r in part] for part, cell in rest]
    return row.most * len(row.of) - math.fsum(math.fsum(values) / len(values) for values in taken)


def _value(row: Quantity, records: Sequence[Record]) -> float | None:
    """The quantity at one seed, of one record a cell; of a ratio its logarithm. None where it is not defined."""
    found = [_number(r, cell.get("metric", row.metric)) for r, cell in zip(records, row.cells, strict=True)]
    numbers = [number for number in found if number is not None]
    if len(numbers) < len(found):
        return None
    of, rest = numbers[: len(row.of)], numbers[len(row.of) :]
    if row.over:
        return math.log(of[0] / rest[0]) if min(numbers) > 0 else None
    return math.fsum(of) - math.fsum(rest)


def _interval(
    row: Quantity,
    values: Sequence[float],
    ratios: Sequence[float | None],
    cells: Sequence[Sequence[Record]],
    replicates: Replicates,
) -> tuple[Interval, str]:
    """The interval of a mean over seeds, and what it is over beside these; without ends where no record of no
    augmentation says how many real rows there were. Of logarithms it is turned back.

    Where every seed has the same test rows they are drawn again, crossed with seeds, as on boards; where nothing was
    kept to draw them by, the interval is of these rows alone."""
    known = [ratio for ratio in ratios if ratio is not None]
    whole = len(known) == len(ratios)
    fixed = whole and not any(known) and any(path.startswith("metrics.") for path in _paths(row))
    drawn = _drawn(row, cells, replicates) if fixed else None
    units = 0 if drawn is None else min(replicates[one[0].id].units for one in cells)
    found = estimate(values, max(known, default=0.0), drawn, units).interval()
    over = f"{units} test units" if units else "these test rows alone" if fixed else ""
    if not whole:
        found = Interval(found.mean, None, None, found.n)
    return (found if row.over is None else _turned_back(found)), over


def _turned_back(found: Interval) -> Interval:
    """The interval of a ratio, from that of its logarithm."""
    low, high = (None if end is None else math.exp(end) for end in (found.low, found.high))
    return Interval(math.exp(found.mean), low, high, found.n)


def _paths(row: Quantity) -> list[str]:
    """Where a record holds the number of each of the quantity's cells."""
    return [cell.get("metric", row.metric) for cell in row.cells]


def _drawn(row: Quantity, cells: Sequence[Sequence[Record]], replicates: Replicates) -> NDArray[np.float64] | None:
    """The quantity over draws of the test rows, (draws, seeds); None where some cell's were not kept."""
    each = []
    for path, records in zip(_paths(row), cells, strict=True):
        name = path.removeprefix("metrics.")
        kept = [replicates[r.id].values.get(name) for r in records if r.id in replicates]
        values = [one for one in kept if one is not None]
        if len(values) < len(records):
            return None
        each.append(np.stack(values, axis=1))
    count = len(row.of)
    if row.over is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            turned: NDArray[np.float64] = np.log(each[0] / each[1])
        return turned
    total: NDArray[np.float64] = sum(each[:count]) - sum(each[count:])  # type: ignore[assignment]
    return total


def _outcome(interval: Interval, band: tuple[float, float]) -> Outcome:
    if interval.low is None or interval.high is None:
        return "open"
    least, most = band
    if least <= interval.low and interval.high <= most:
        return "agrees"
    return "disagrees" if interval.high < least or most < interval.low else "open"


def _number(record: Record, path: str) -> float | None:
    """The number at ``metrics.f1`` of a record; None if the record does not hold it."""
    field, *rest = path.split(".")
    value: Any = getattr(record, field, None)
    for key in rest:
        value = value.get(key) if isinstance(value, Mapping) else None
    return float(value) if isinstance(value, int | float) else None
