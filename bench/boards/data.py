"""Boards for programs: CSV, JSON and Parquet, every metric unrounded, with units in the keys and ids of records."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from bench.boards.tables import Board, Row

#: of a board, what each line of a table begins with, so that no number can lose its source
HEAD = ("task", "source", "budget", "device", "date")


def _head(board: Board) -> list[str]:
    return [board.task or "(all)", board.source, board.budget, board.device, board.date]


def _keys(rows: Sequence[Row]) -> list[str]:
    return [key for key in (rows[0] if rows else ()) if not key.endswith("by_seed")]


def rows_csv(board: Board) -> str:
    """One line a row; lists are joined by blanks."""
    return _csv(board, board.rows)


def pairs_csv(board: Board) -> str:
    """One line for any two rows that can be compared."""
    return _csv(board, board.pairs)


def _csv(board: Board, rows: Sequence[Row]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    keys = _keys(rows)
    writer.writerow([*HEAD, *keys])
    for row in rows:
        writer.writerow(_head(board) + [" ".join(row[k]) if isinstance(row[k], list) else row[k] for k in keys])
    return out.getvalue()


def as_json(board: Board) -> str:
    """The whole board; its pairs, of which there are many, one a line."""
    names = (
        "kind", "task", "source", "budget", "device", "date", "primary", "heading", "notes", "facts", "rows"
    )  # fmt: skip
    text = json.dumps({n: getattr(board, n) for n in names}, indent=1, ensure_ascii=False, allow_nan=False)
    pairs = ",\n  ".join(json.dumps(pair, ensure_ascii=False, allow_nan=False) for pair in board.pairs)
    return text[: -len("\n}")] + ',\n "pairs": [' + (f"\n  {pairs}\n ]" if pairs else "]") + "\n}\n"


def parquet(board: Board) -> bytes:
    """The rows as ``rows_csv`` has them, typed: lists stay lists. The same rows give the same bytes by the same
    version of pyarrow. Raises ``ImportError`` without it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, Any] = {name: [value] * len(board.rows) for name, value in zip(HEAD, _head(board), strict=True)}
    columns |= {key: [row[key] for row in board.rows] for key in _keys(board.rows)}
    arrays = {name: pa.array(values) for name, values in columns.items()}
    # a column without one value would be typed by nothing: it holds numbers like its neighbours
    arrays = {n: a.cast(pa.float64()) if pa.types.is_null(a.type) else a for n, a in arrays.items()}
    out = io.BytesIO()
    pq.write_table(pa.table(arrays), out, compression="zstd")
    return out.getvalue()
