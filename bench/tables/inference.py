"""What a column of a table is: integers, decimals, a category, truth values, dates, or nothing to learn from.

It is inferred from all of its cells. Text that holds numbers or dates alone is numbers or dates. Left out are columns
with one value alone, ids (whole numbers that count rows, text that is nearly always another) and free text; why is
kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from bench.dataset import Column
from bench.errors import InvalidData
from bench.tables.columns import Cells, Kind, TableColumn

#: different values of a column of text at most; beyond it is free text
MOST_CATEGORIES = 100
#: of a column of text that is nearly always another, an id
ID_SHARE = 0.95
#: formats of dates that are found out, the first that fits all cells
DATES = (
    "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%d.%m.%Y", "%m/%d/%Y",
    "%d/%m/%Y", "%d.%m.%Y %H:%M",
)  # fmt: skip
_TRUTH = ({"true", "false"}, {"yes", "no"}, {"y", "n"}, {"t", "f"})
_FORMULA = r"^\s*(=|[+@-].*[A-Za-z]\w*[|(])"
_ID_NAME = re.compile(r"(^|[ _.-])(id|uuid|guid|index|key)$|^unnamed: 0$|[a-z]I[dD]$", re.I)


def infer(cells: Cells, told: Mapping[str, Any] | None = None) -> TableColumn:
    """What the column is; ``told`` is what the user says of it (``bench.tables.options``).

    Raises ``InvalidData`` for a column that is not what the user says, that holds infinity or formulas of a
    spreadsheet.
    """
    told = told or {}
    kind = told.get("kind")
    if kind == "leave out":
        return _left_out(cells, "as you said")
    start = TableColumn(cells.name, "leave out", missing=int(cells.gaps.sum()), blank=_blank(cells), point=cells.point)
    if not cells.name.strip():
        kind = kind or "leave out"
        start = replace(start, why="it has no name")
    if cells.is_text:
        _refuse_formulas(cells)
    found = start if kind == "leave out" else _as(kind, cells, start, told) if kind else _guess(cells, start, told)
    bounds = {key: told[key] for key in ("decimals", "low", "high", "unit") if key in told}
    return replace(found, **bounds)


def _left_out(cells: Cells, why: str) -> TableColumn:
    return TableColumn(cells.name, "leave out", why, int(cells.gaps.sum()), _blank(cells))


def _blank(cells: Cells) -> str | None:
    """How most cells without a value are written."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not cells.is_text or not cells.gaps.any():
        return "" if cells.is_text else None
    counts = pc.value_counts(cells.values.filter(pa.array(cells.gaps)))
    best = max(counts.to_pylist(), key=lambda one: one["counts"])["values"]
    return best if best is None else str(best)


def _refuse_formulas(cells: Cells) -> None:
    import pyarrow.compute as pc

    found = cells.values.filter(pc.match_substring_regex(cells.values, _FORMULA))
    if len(found):
        shown = str(found[0].as_py())[:40]
        raise InvalidData(
            f"column {cells.name!r} holds a formula of a spreadsheet ({shown!r}); save its values, or leave the column "
            "out in the TOML file"
        )


def _as(kind: str, cells: Cells, start: TableColumn, told: Mapping[str, Any]) -> TableColumn:
    """The column as the user says it is. Raises ``InvalidData``."""
    if kind in ("category", "boolean"):
        return _category(cells, start, "category" if kind == "category" else "boolean")
    found = _date(cells, start, told.get("format", "")) if kind == "date" else _number(cells, start)
    if found is None or (kind == "integer" and found.kind == "decimal"):
        raise InvalidData(f"column {cells.name!r} is said to be {kind} and holds {_odd(cells, kind)}")
    return replace(found, kind="decimal") if kind == "decimal" else found


def _odd(cells: Cells, kind: str) -> str:
    """A cell that is not of the kind, for a message."""
    for value in cells.known.to_pylist():
        if kind == "date" or not re.fullmatch(
            r"[+-]?\d+(\.0*)?" if kind == "integer" else r"[+-]?[\d.eE+-]+", str(value)
        ):
            return f"{value!r}"[:60]
    return "other values"


def _guess(cells: Cells, start: TableColumn, told: Mapping[str, Any]) -> TableColumn:
    import pyarrow as pa
    import pyarrow.compute as pc

    known, n = cells.known, len(cells.known)
    if not n:
        return replace(start, why="it is empty")
    if pa.types.is_nested(known.type) or pa.types.is_binary(known.type):
        return replace(start, why=f"it holds {known.type}")
    distinct = n if pa.types.is_dictionary(known.type) else pc.count_distinct(known).as_py()
    if distinct == 1 and not start.missing:
        return replace(start, why="it has one value alone")
    if pa.types.is_boolean(known.type):
        return _category(cells, start, "boolean")
    if found := _number(cells, start):
        return _counted(cells, found, distinct)
    if found := _date(cells, start, told.get("format", "")):
        return found
    return _worded(cells, start, distinct)


def _worded(cells: Cells, start: TableColumn, distinct: int) -> TableColumn:
    """Text, and categories that are declared as such."""
    import pyarrow as pa
    import pyarrow.compute as pc

    known = cells.known
    if pa.types.is_dictionary(known.type):
        return _category(cells, start, "category")
    if not cells.is_text:
        return replace(start, why=f"it holds {known.type}")
    if {str(word).lower() for word in pc.unique(known).to_pylist()[:3]} in _TRUTH:
        return _category(cells, start, "boolean")
    if distinct > ID_SHARE * len(known) and distinct > 2:
        return replace(start, why="an id: nearly every value is another")
    if distinct > MOST_CATEGORIES:
        return replace(start, why=f"text of {distinct:,} different values")
    return _category(cells, start, "category")


def _counted(cells: Cells, found: TableColumn, distinct: int) -> TableColumn:
    """Numbers, unless they are the names of rows, or truth values."""
    numbers = cells.numbers
    assert numbers is not None
    low, high, n = float(numbers.min()), float(numbers.max()), len(numbers)
    if found.kind != "integer":
        return found
    if max(abs(low), abs(high)) > 2**53:
        return replace(found, kind="leave out", why="whole numbers of more than 53 bits, as ids are")
    if distinct == n and n > 2 and (high - low == n - 1 or _ID_NAME.search(cells.name.strip())):
        return replace(found, kind="leave out", why="an id: every row has another number")
    if distinct == 2 and (low, high) == (0, 1):
        return _category(cells, found, "boolean")
    return found


def _number(cells: Cells, start: TableColumn) -> TableColumn | None:
    numbers = cells.numbers
    if numbers is None or not len(numbers):
        return None
    if np.isinf(numbers).any():
        raise InvalidData(f"column {cells.name!r} holds infinity; mend the file or leave the column out")
    decimals = Column.of(cells.name, numbers).decimals
    whole = decimals == 0 or bool(np.abs(numbers).max() > 2**52 and (numbers == np.rint(numbers)).all())
    return replace(start, kind="integer" if whole else "decimal", decimals=decimals, digits=_digits(cells))


def _digits(cells: Cells) -> int | None:
    """How many digits stand behind the point of every known cell; None where they differ, or are written otherwise."""
    import pyarrow.compute as pc

    if not cells.is_text:
        return None
    point = re.escape(cells.point)
    first = re.fullmatch(rf"[+-]?\d*(?:{point}(\d+))?", str(cells.known[0].as_py()))
    if first is None:
        return None
    digits = len(first[1] or "")
    form = rf"^[+-]?\d*{point}\d{{{digits}}}$" if digits else r"^[+-]?\d+$"
    return digits if pc.all(pc.match_substring_regex(cells.known, form)).as_py() else None


def _date(cells: Cells, start: TableColumn, format: str) -> TableColumn | None:
    """Dates, or None. Raises ``InvalidData`` where day and month cannot be told apart."""
    formats = (format,) if format else DATES if cells.is_text else ("",)
    fitting = [(form, times) for form in formats if (times := cells.dates(form)) is not None and len(times)]
    if not fitting:
        return None
    if len(fitting) > 1 and {form for form, _ in fitting} == {"%m/%d/%Y", "%d/%m/%Y"}:
        return replace(start, why='dates whose day and month cannot be told apart; give kind = "date" and a format')
    form, times = fitting[0]
    origin = int(times.min())
    step = int(np.gcd.reduce(np.unique(times - origin))) or 86_400_000_000
    for unit in (86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000):
        if step % unit == 0:
            step = unit
            break
    return replace(start, kind="date", format=form, origin=origin, step=step, decimals=0)


def _category(cells: Cells, start: TableColumn, kind: Kind) -> TableColumn:
    """A category of its values as they stand. Raises ``InvalidData`` for one that could not be printed."""
    import pyarrow as pa
    import pyarrow.compute as pc

    words = pc.unique(cells.words.filter(pa.array(~cells.gaps)))
    names = tuple(sorted(map(str, words.to_pylist())))
    if not names:
        return replace(start, kind="leave out", why="it is empty")
    return replace(start, kind=kind, categories=names, decimals=None, digits=None)
