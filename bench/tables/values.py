"""Columns as numbers that methods learn from, and synthetic numbers as cells that look like the column's own.

A cell that is encoded and decoded is the same cell: of its own type in typed tables; in text with as many digits as the
column's cells have, dates in their format, a missing one as most of them are written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.tables.columns import Cells, TableColumn

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray


def encode(cells: Cells, column: TableColumn) -> NDArray[np.float64]:
    """Numbers (n,): codes of a category, steps since the first date; NaN where a number or date is missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if column.kind in ("category", "boolean"):
        codes = pc.fill_null(pc.index_in(cells.words, value_set=pa.array(column.categories, pa.string())), -1)
        found = np.asarray(codes.to_numpy(zero_copy_only=False), dtype=np.float64)
        return np.where(cells.gaps, len(column.categories), found)
    out = np.full(len(cells.values), np.nan)
    if column.kind == "date":
        times = cells.dates(column.format)
        assert times is not None
        out[~cells.gaps] = (times - column.origin) // column.step
    else:
        out[~cells.gaps] = cells.numbers
    return out


def decode(numbers: NDArray[np.float64], column: TableColumn, kind: pa.DataType) -> pa.Array:
    """Cells (n,) of the type ``kind`` that the column has: of numbers on its lattice, valid codes, NaN as missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if column.kind in ("category", "boolean"):
        names = pa.array([*column.categories, column.blank], pa.string())
        found = names.take(pa.array(numbers.astype(np.int64)))
        if pa.types.is_dictionary(kind):
            return pc.cast(found, kind.value_type).dictionary_encode().cast(kind)
        return found.cast(kind)
    gaps = np.isnan(numbers)
    known = np.where(gaps, 0.0, numbers)
    if column.kind == "date":
        cells = _dates(known, column, kind, text)
    elif text:
        cells = _text(known, column)
    else:
        cells = pa.array(np.rint(known) if pa.types.is_integer(kind) else known).cast(kind, safe=False)
    return pc.if_else(pa.array(gaps), pa.scalar(column.blank if text else None, kind), cells.cast(kind))


def _dates(known: NDArray[np.float64], column: TableColumn, kind: pa.DataType, text: bool) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    times = pa.array(np.rint(known).astype(np.int64) * column.step + column.origin)
    if not text:
        return times.cast(pa.timestamp("us", tz=getattr(kind, "tz", None))).cast(kind, safe=False)
    return pc.strftime(times.cast(pa.timestamp("us")).cast(pa.timestamp("s"), safe=False), format=column.format)


def _text(known: NDArray[np.float64], column: TableColumn) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if column.digits is not None and column.digits > 0:
        cells = pa.array(np.char.mod(f"%.{column.digits}f", known + 0.0))
    elif column.decimals == 0 and np.abs(known).max(initial=0) < 2**53:
        cells = pa.array(np.rint(known).astype(np.int64)).cast(pa.string())
    else:
        cells = pa.array(known + 0.0).cast(pa.string())
    return cells if column.point == "." else pc.replace_substring(cells, ".", column.point)


def continued(cells: Cells, column: TableColumn, n: int) -> pa.Array:
    """What ``n`` synthetic rows have in a column that is left out: its one value, whole numbers that count on from the
    largest, else nothing (as missing cells of the column are written)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = cells.values.type
    numbers = cells.numbers
    if len(cells.known) and not cells.gaps.any() and pc.count_distinct(cells.values).as_py() == 1:
        return pa.repeat(cells.values[0], n)
    whole = numbers is not None and len(numbers) > 0 and bool((numbers == np.rint(numbers)).all())
    if whole and numbers is not None and np.abs(numbers).max() < 2**53:
        after = np.arange(1, n + 1, dtype=np.int64) + int(numbers.max())
        return pa.array(after).cast(kind, safe=False)
    return pa.repeat(pa.scalar(column.blank, kind), n)
