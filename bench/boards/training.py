"""How long the methods of a board trained, as a part of their published training, and whether they were tuned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from bench.boards.board import NONE, Column, Row
from bench.records.record import Record, Trained

KEY = "trained_share"
COLUMN = Column("trained (of published)", KEY, "part")


def share(records: Sequence[Record]) -> float | None:
    """Their training as a part of the published one, the least where they differ (which the board's options show); None
    where the method does not train, or nothing is published."""
    return min((record.trained.share for record in records if record.trained), default=None)


def over(rows: Sequence[Row]) -> Row:
    """The least and the most of rows of several boards, as a row over all tasks has them."""
    known = [row[KEY] for row in rows if row[KEY] is not None]
    return {KEY: min(known, default=None), f"{KEY}_most": max(known, default=None)}


def percent(part: float) -> str:
    """``"3 %"``, ``"0.8 %"``, ``"250 %"``."""
    value = 100 * part
    return f"{value:.0f} %" if value >= 1 else f"{value:.1g} %"


def span(row: Row, key: str = KEY) -> str:
    """What a row shows: ``"3 %"``, ``"3 % to 40 %"`` over several tasks, or an en dash."""
    if row[key] is None:
        return NONE
    ends = dict.fromkeys(percent(part) for part in (row[key], row.get(f"{key}_most")) if part is not None)
    return " to ".join(ends)


def words(row: Row) -> str:
    """``" (trained: 3 % of published)"``, to stand behind a method's name; nothing for one that does not train."""
    return "" if row[KEY] is None else f" (trained: {span(row)} of published)"


def notes(used: Sequence[Record]) -> list[str]:
    """What 100 % is for each method, and whether any settings were tuned."""
    if not used:
        return []
    told: dict[str, dict[Trained, None]] = defaultdict(dict)
    for record in sorted(used, key=lambda record: record.method):
        if record.trained:
            told[record.method][record.trained] = None
    lines = []
    if told:
        texts = [f"{method} {' or '.join(map(_words, found))}" for method, found in told.items()]
        lines.append(f"trained: how far, of how far its source trained it; published lengths: {'; '.join(texts)}")
    tuned = sorted({record.method for record in used if record.tuned is not None})
    said = f"settings tuned on validation rows: {', '.join(tuned)}" if tuned else "no method's settings were tuned"
    return [*lines, said]


def _words(trained: Trained) -> str:
    source = f" ({trained.source})" if trained.source else ""
    return f"{trained.length:g} of {trained.published:g} {trained.unit}{source}"
