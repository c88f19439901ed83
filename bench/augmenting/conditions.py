"""Which synthetic rows are wanted: ``amount > 1000 and city == Rome``.

A condition compares one column with one value, by ``> >= < <= == !=``; several are joined by ``and``. Columns and
values with blanks or operators in them stand in quotation marks. Nothing of it is ever executed.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.errors import BenchError
from bench.slugs import did_you_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.tables.columns import TableColumn

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge, "<=": operator.le, "==": operator.eq, "!=": operator.ne, ">": operator.gt, "<": operator.lt,
    "=": operator.eq,
}  # fmt: skip
_PART = re.compile(
    r"""\s*(?:"(?P<quoted>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^<>=!"']+?))\s*(?P<operator>>=|<=|==|!=|>|<|=)\s*"""
    r"""(?:"(?P<value1>[^"]*)"|'(?P<value2>[^']*)'|(?P<value3>[^<>=!"']+?))\s*""",
)
_AND = re.compile(r"""\s+and\s+(?=(?:[^"']|"[^"]*"|'[^']*')*$)""", re.IGNORECASE)


@dataclass(frozen=True)
class Condition:
    """One comparison: the place of its column among the features, the operator and what the column's number is compared
    with (the code of a category)."""

    column: int
    operator: str
    value: float

    def holds(self, rows: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Of rows (n, features) in the table's units which fulfil it, (n,); a missing number fulfils nothing."""
        numbers = rows[:, self.column]
        return np.asarray(_OPERATORS[self.operator](numbers, self.value) & ~np.isnan(numbers), dtype=bool)


def parse(text: str, columns: tuple[TableColumn, ...]) -> tuple[Condition, ...]:
    """The conditions that a text joins. Raises ``BenchError`` in one line for what is none."""
    return tuple(_parse(part, columns) for part in _AND.split(text)) if text.strip() else ()


def fulfilled(conditions: tuple[Condition, ...], rows: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which rows fulfil all of the conditions, (n,)."""
    out = np.ones(len(rows), dtype=bool)
    for condition in conditions:
        out &= condition.holds(rows)
    return out


def _parse(part: str, columns: tuple[TableColumn, ...]) -> Condition:
    match = _PART.fullmatch(part)
    if match is None:
        raise BenchError(f"--where {part.strip()!r}: write a column, one of > >= < <= == !=, and a value")
    name = next(match[key] for key in ("quoted", "single", "bare") if match[key] is not None)
    value = next(match[key] for key in ("value1", "value2", "value3") if match[key] is not None)
    names = [column.name.strip() for column in columns]
    if name.strip() not in names:
        raise BenchError(f"--where: no column {name!r} is learned from{did_you_mean(name, names)}")
    place = names.index(name.strip())
    sign = match["operator"]
    return Condition(place, sign, _number(columns[place], sign, value))


def _number(column: TableColumn, sign: str, value: str) -> float:
    """What a column's number is compared with. Raises ``BenchError``."""
    if column.kind in ("category", "boolean"):
        if sign not in ("==", "=", "!="):
            raise BenchError(f"--where: {column.name!r} is a category; compare it by == or !=")
        if value not in column.categories:
            raise BenchError(f"--where: {column.name!r} is never {value!r}{did_you_mean(value, column.categories)}")
        return float(column.categories.index(value))
    if column.kind == "date":
        return _date(column, value)
    try:
        return float(value)
    except ValueError:
        raise BenchError(f"--where: {column.name!r} holds numbers, and {value!r} is none") from None


def _date(column: TableColumn, value: str) -> float:
    import pyarrow as pa

    from bench.tables.columns import Cells

    for form in (column.format, "%Y-%m-%d", "%Y-%m-%d %H:%M:%S"):
        times = Cells(column.name, pa.array([value])).dates(form) if form else None
        if times is not None:
            return float((times[0] - column.origin) / column.step)
    raise BenchError(f"--where: {column.name!r} holds dates, and {value!r} is none (2024-01-31)")
