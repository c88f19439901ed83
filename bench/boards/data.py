"""Boards for programs: CSV, JSON and Parquet, every metric unrounded, with units in the keys and ids of records."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from bench.boards.board import BOARD_AXES, Board, Row
from bench.slugs import cell


def _head(board: Board) -> Row:
    """What each line of a board's table begins with, so that no number can lose its source; of the settings that few
    runs have, those that are set."""
    setting = board.setting._asdict()
    more = {name: setting[name] for name in BOARD_AXES if setting[name] is not None}
    about = {
        "task": board.task or f"(all {board.modality})",
        "source": board.source,
        "budget": board.budget,
        "device": board.device,
    }
    return about | more | {"date": board.date}


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
    keys, head = _keys(rows), _head(board)
    writer.writerow(map(cell, [*head, *keys]))
    for row in rows:
        values = [*head.values(), *(" ".join(row[k]) if isinstance(row[k], list) else row[k] for k in keys)]
        writer.writerow(map(cell, values))
    return out.getvalue()


def as_json(board: Board) -> str:
    """The whole board; its pairs, of which there are many, one a line."""
    parts: Row = {"kind": board.kind, "task": board.task, "source": board.source}
    head = _head(board)
    parts |= {name: head[name] for name in board.setting._fields if name in head}
    parts |= {"provenance": dict(board.provenance)} if board.provenance else {}
    parts |= {name: getattr(board, name) for name in ("date", "primary", "heading", "notes", "facts", "rows")}
    pairs = ",\n  ".join(json.dumps(pair, ensure_ascii=False, allow_nan=False) for pair in board.pairs)
    return _indented(parts)[: -len("\n}")] + ',\n "pairs": [' + (f"\n  {pairs}\n ]" if pairs else "]") + "\n}\n"


def _indented(value: Any, depth: int = 0) -> str:
    """As ``json.dumps(value, indent=1)`` writes it, ten times as fast: what holds no other container, such as a row's
    hundreds of ids, is written by the encoder in C, which knows no indentation."""
    inner, outer = "\n" + " " * (depth + 1), "\n" + " " * depth
    if isinstance(value, dict | list | tuple) and value:
        if _CONTAINERS.isdisjoint(map(type, value.values() if isinstance(value, dict) else value)):
            text = _encoder(f",{inner}").encode(value)
            return f"{text[0]}{inner}{text[1:-1]}{outer}{text[-1]}"
        if isinstance(value, dict):
            texts = [f"{_plain.encode(key)}: {_indented(part, depth + 1)}" for key, part in value.items()]
            return f"{{{inner}{f',{inner}'.join(texts)}{outer}}}"
        return f"[{inner}{f',{inner}'.join(_indented(part, depth + 1) for part in value)}{outer}]"
    return _plain.encode(value)


_CONTAINERS = frozenset({dict, list, tuple})


@cache
def _encoder(between: str) -> json.JSONEncoder:
    return json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(between, ": "))


_plain = _encoder(", ")


def parquet(board: Board) -> bytes:
    """The rows as ``rows_csv`` has them, typed: lists stay lists. The same rows give the same bytes by the same
    version of pyarrow. Raises ``ImportError`` without it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, Any] = {name: [value] * len(board.rows) for name, value in _head(board).items()}
    columns |= {key: [row[key] for row in board.rows] for key in _keys(board.rows)}
    arrays = {name: pa.array(values) for name, values in columns.items()}
    # a column without one value would be typed by nothing: it holds numbers like its neighbours
    arrays = {n: a.cast(pa.float64()) if pa.types.is_null(a.type) else a for n, a in arrays.items()}
    out = io.BytesIO()
    about = {f"augbench.{name}": text for name, text in board.provenance.items()}
    pq.write_table(pa.table(arrays).replace_schema_metadata(about or None), out, compression="zstd")
    return out.getvalue()
