"""From records to findings: the interval of each quantity of a claim, held against its band."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bench.boards.cells import test_train_ratio
from bench.claims.files import Claim, Quantity
from bench.claims.selection import configuration, matches, resolve, variants
from bench.records.record import Record
from bench.statistics.comparison import Interval, mean_interval

Outcome = Literal["agrees", "disagrees", "open", "no record"]


@dataclass(frozen=True)
class Finding:
    """One quantity in one run. ``outcome`` is None where it is only shown."""

    row: Quantity
    interval: Interval | None
    outcome: Outcome | None


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


def judge(claim: Claim, arm: str, budget: str, source: str, by_task: Mapping[str, Sequence[Record]]) -> Run:
    """One arm's findings from the newest record of each cell and seed. Records of other sources do not count."""
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
        run.findings.append(_finding(row, parts, references, source))
    return run


def _baseline(cell: Mapping[str, str]) -> dict[str, str]:
    """The cell of no augmentation beside a cell: it counts the real training rows."""
    kept = {key: cell[key] for key in ("variant", "task", "classifier") if key in cell}
    return {**kept, "method": "none"}


def _finding(
    row: Quantity, parts: list[dict[int, Record]], references: list[dict[int, Record]], source: str
) -> Finding:
    values = []
    seeds = sorted(set.intersection(*(set(part) for part in parts)))
    for seed in seeds:
        numbers = [_number(p[seed], c.get("metric", row.metric)) for p, c in zip(parts, row.cells, strict=True)]
        if any(number is None for number in numbers):
            continue
        of, rest = numbers[: len(row.of)], numbers[len(row.of) :]
        if row.over:
            if min(numbers) > 0:  # type: ignore[type-var, operator]
                values.append(math.log(of[0] / rest[0]))  # type: ignore[operator]
        else:
            values.append(math.fsum(of) - math.fsum(rest))  # type: ignore[arg-type]
    judged = source in row.judged_on
    if not values:
        return Finding(row, None, "no record" if judged else None)
    ratios = [test_train_ratio([r[s] for s in seeds if s in r]) for r in references]
    interval = mean_interval(values, max(r or 0.0 for r in ratios))
    if None in ratios:  # no record of no augmentation says how many real rows there were
        interval = Interval(interval.mean, None, None, interval.n)
    if row.over:
        low, high = (None if end is None else math.exp(end) for end in (interval.low, interval.high))
        interval = Interval(math.exp(interval.mean), low, high, interval.n)
    if not judged or row.band is None:
        return Finding(row, interval, None)
    if interval.low is None or interval.high is None:
        return Finding(row, interval, "open")
    least, most = row.band
    if least <= interval.low and interval.high <= most:
        return Finding(row, interval, "agrees")
    return Finding(row, interval, "disagrees" if interval.high < least or most < interval.low else "open")


def _number(record: Record, path: str) -> float | None:
    """The number at ``metrics.f1`` of a record; None if the record does not hold it."""
    field, *rest = path.split(".")
    value: Any = getattr(record, field, None)
    for key in rest:
        value = value.get(key) if isinstance(value, Mapping) else None
    return float(value) if isinstance(value, int | float) else None
