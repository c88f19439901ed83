"""How a record and its repetition compare: equal to the last bit, equal within what another processor, number of
threads or version of a library explains, or different.

``tolerances.toml`` states the tolerances and how they were measured. They count only where the platform is another
one: on the same processor, with the same threads and versions, an honest record comes out the same to the last bit.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from bench.measures.naming import as_tested
from bench.records.record import Record

#: what must come out the same, beside the status: all that a cell measures of rows, and nothing of the clock
COMPARED = ("metrics", "fidelity", "privacy", "n_train", "n_synthetic", "n_test")
Answer = Literal["equal", "within tolerance", "different"]


@dataclass(frozen=True)
class Outcome:
    """How a record and its repetition compare. ``numbers`` were compared; ``differences`` in words, none if all are the
    same; ``tolerated`` says why those that differ may, "" where they may not."""

    numbers: int
    differences: tuple[str, ...]
    tolerated: str = ""

    @property
    def answer(self) -> Answer:
        if not self.differences:
            return "equal"
        return "within tolerance" if self.tolerated else "different"

    @property
    def match(self) -> bool:
        return self.answer != "different"

    def __str__(self) -> str:
        if self.answer == "equal":
            return f"match, {self.numbers} numbers equal to the last bit" if self.numbers else "match, it fails alike"
        head = f"match within tolerance ({self.tolerated})" if self.tolerated else "NO MATCH"
        return f"{head}: {'; '.join(self.differences)}"


def compare(then: Record, now: Record) -> Outcome:
    """Compare what two records of one cell found."""
    if (then.status, then.phase) != (now.status, now.phase):
        return Outcome(0, (f"was {_end(then)}, is {_end(now)}",))
    old, new = numbers(then), numbers(now)
    found = _others(then, now, old, new)
    gaps = {name: abs(old[name] - new[name]) for name in old if name in new and old[name] != new[name]}
    if not gaps:
        return Outcome(len(old), tuple(found))
    worst = max(gaps, key=lambda name: (math.isnan(gaps[name]), gaps[name]))
    said = (
        f"{len(gaps)} of {len(old)} numbers differ, most of all {worst} by {gaps[worst]:.3g} "
        f"({old[worst]!r} then, {new[worst]!r} now)"
    )
    why = "" if found else elsewhere(then, now)
    allowed = _tolerances()[group(then)]
    within = all(gap <= _allowed(allowed, name, old[name]) for name, gap in gaps.items())
    return Outcome(len(old), (*found, said), why if within else "")


def _others(then: Record, now: Record, old: Mapping[str, float], new: Mapping[str, float]) -> list[str]:
    """What differs and no platform explains: test rows, and which numbers there are. A record of an older schema has
    none of the measures that came later."""
    found = []
    if (test := then.hashes.get("test")) != now.hashes.get("test"):
        found.append(f"other test rows (hash {test} then, {now.hashes.get('test')} now)")
    for here, there, where in ((old, new, "not found again"), (new, old, "found now alone")):
        if where == "found now alone" and then.schema < now.schema:
            continue
        if alone := [name for name in here if name not in there]:
            found.append(f"{where}: {', '.join(alone)}")
    return found


def elsewhere(then: Record, now: Record) -> str:
    """What of the platform is not the same, in words; "" where all is."""
    parts = []
    if then.machine.cpu != now.machine.cpu:
        parts.append("another processor")
    if then.threads != now.threads:
        parts.append("other threads")
    names = {**then.versions, **now.versions}
    if others := [name for name in names if then.versions.get(name) != now.versions.get(name)]:
        parts.append(f"other versions of {', '.join(others)}")
    return ", ".join(parts)


def group(record: Record) -> str:
    """Which tolerances hold for a record: training carries a difference in the last digit far."""
    return "untrained" if record.trained is None else "trained"


def kind_of(name: str) -> str:
    """Which tolerance of its group holds for a number. Metrics at a threshold that was chosen move with the choice,
    which may be another where two are nearly as good; a slope has no bounds, as other metrics have."""
    if name == "metrics.calibration_slope":
        return "slope"
    return "tuned" if as_tested(name).endswith("_tuned") or "_at_precision_" in name else name.partition(".")[0]


def _allowed(allowed: Mapping[str, float], name: str, value: float) -> float:
    """By how much a number may differ: of those above 1 in proportion. Counts may not."""
    return allowed.get(kind_of(name), 0.0) * max(1.0, abs(value))


@cache
def _tolerances() -> dict[str, dict[str, float]]:
    stated: dict[str, dict[str, float]] = tomllib.loads(
        Path(__file__).with_name("tolerances.toml").read_text(encoding="utf-8")
    )["tolerances"]
    return stated


def _end(record: Record) -> str:
    return record.status if record.ok else f"{record.status} in {record.phase} ({record.reason})"


def numbers(record: Record) -> dict[str, float]:
    """The compared numbers of a record by name, such as ``metrics.auprc``."""
    found: dict[str, float] = {}
    for key in COMPARED:
        value = getattr(record, key)
        named = {f"{key}.{name}": part for name, part in value.items()} if isinstance(value, dict) else {key: value}
        found |= {name: part for name, part in named.items() if part is not None}
    return found
