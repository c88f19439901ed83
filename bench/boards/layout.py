"""How a board's cells are written, and which columns a width has room for."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import replace

from bench.boards import glossary
from bench.boards.baselines import MARK
from bench.boards.board import NONE, Board, Column, Row, half
from bench.boards.training import span
from bench.measures.naming import at_training

#: columns that are left out first where they do not fit, by key
DISPENSABLE = (
    "ece", "calibration_slope", "log_loss_macro", "recall_macro", "roc_auc_pairs", "p_holm", "comparison", "verdict",
    "seeds_ok", "accuracy", "balanced_accuracy", "recall_rare", "recall", "f1_weighted", "f1_macro", "f1", "roc_auc",
    "peak_rss_mb", "fit_s", "fit_cpu_s",
)  # fmt: skip


def _decimals(column: Column, rows: Sequence[Row]) -> int:
    """Three, and more where a whole column is so small that three would say nothing."""
    values = [abs(row[f"{column.key}_mean"]) for row in rows if row.get(f"{column.key}_mean") is not None]
    largest = max(values, default=1.0)
    if column.kind == "measure":
        return 3 if largest < 2 else max(2 - math.floor(math.log10(largest / 2)), 0)
    if column.kind == "signed" or largest >= 0.1 or largest == 0:
        return 3
    return 4 if largest >= 0.01 else 5


def _cell(column: Column, row: Row, decimals: int) -> str:
    key, kind = column.key, column.kind
    if kind == "measure":
        return _measured(row[f"{key}_mean"], row[f"{key}_ci95"], decimals)
    if kind in ("mean", "signed"):
        return _estimate(row, key, decimals, "+" if kind == "signed" else "")
    if kind in ("rating", "place"):
        return _ends(row, key, 0 if kind == "rating" else 1)
    if kind == "part":
        return span(row, key)
    value = row[key]
    if value is None:
        return NONE
    if kind == "verdict":
        return f"{value} ({row['more_seeds']} more)" if row.get("more_seeds") else str(value)
    return _number(kind, value) + (f" {MARK}" if key == "method" and row.get("baseline") else "")


def _estimate(row: Row, key: str, decimals: int, sign: str) -> str:
    """``+0.112 ± 0.034``."""
    value, reach = row[f"{key}_mean"], half(row, key)
    if value is None:
        return NONE
    text = _minus(format(value, f"{sign}z.{decimals}f"))
    return f"{text} ± {NONE if reach is None else format(reach, f'.{decimals}f')}"


def _measured(mean: float | None, half: float | None, decimals: int) -> str:
    """Measures have no common scale: a number that the column's decimals would hide is written with more of them."""
    if mean is None:
        return NONE
    largest = max(abs(mean), half or 0.0)
    if 0 < largest < 0.01:
        decimals = min(1 - math.floor(math.log10(largest)), 7)
    return _minus(f"{mean:z.{decimals}f}") + f" ± {NONE if half is None else format(half, f'.{decimals}f')}"


def _number(kind: str, value: float | str) -> str:
    if isinstance(value, str) or kind == "text":
        return str(value)
    if kind == "p":
        return f"{value:.3f}" if value >= 0.001 else "<0.001"
    if kind == "seconds":
        return "<0.001" if value < 0.001 else f"{value:.3g}" if value < 100 else f"{value:.0f}"
    if kind == "share":
        return f"{100 * value:.0f} %"
    return f"{value:.{0 if kind == 'megabytes' else 1}f}"


def _ends(row: Row, key: str, decimals: int) -> str:
    value, low, high = row[f"{key}_mean"], row[f"{key}_low"], row[f"{key}_high"]
    if value is None:
        return NONE
    ends = f" [{low:.{decimals}f}, {high:.{decimals}f}]" if low is not None else ""
    return _minus(f"{value:.{decimals}f}{ends}")


def _minus(text: str) -> str:
    return text.replace("-", "−")


def cells(board: Board, columns: Sequence[Column] | None = None) -> list[list[str]]:
    """The text of every cell that is shown. A row without a score says why in its first number's place."""
    columns = board.columns if columns is None else columns
    decimals = [_decimals(column, board.rows) for column in columns]
    lines = []
    for row in board.rows:
        line = [_cell(column, row, digits) for column, digits in zip(columns, decimals, strict=True)]
        if row.get("status", "ok") != "ok":
            first = next(i for i, column in enumerate(columns) if column.kind in ("mean", "measure"))
            line[first] = row["status"]
        lines.append(line)
    return lines


def fitting(board: Board, width: int, folded: bool = False) -> list[Column]:
    """The columns that ``width`` characters have room for: the dispensable ones go one by one until it does.
    ``folded``: the heads are written by ``head``, in several lines."""
    columns = list(board.columns)
    for key in _dispensable(board):
        heads = [(head(column) if folded else column.label).split("\n") for column in columns]
        texts = zip(*cells(board, columns), strict=True) if board.rows else ((),) * len(columns)
        if sum(max(map(len, (*top, *below))) + 2 for top, below in zip(heads, texts, strict=True)) <= width:
            break
        columns = [column for column in columns if column.key != key or column.key == board.primary]
    return columns


def _dispensable(board: Board) -> Sequence[str]:
    """Where a task takes measures of its own, they are the point: before them even the difference to the reference
    goes."""
    measures = glossary.dispensable(column.key for column in board.columns if column.kind == "measure")
    if board.kind == "measures":
        return measures[:-1]
    order = (*DISPENSABLE, at_training(board.primary), f"{at_training(board.primary)}_diff")
    return (*order, f"{board.primary}_diff", *measures[:-1]) if measures else order


def head(column: Column) -> str:
    """The label; a measure's in lines of its numbers' width, the sign that says what is ideal in the last."""
    if column.kind != "measure":
        return column.label
    name, _, sign = column.label.partition(" ")
    lines = [line.replace(" ", "") for line in textwrap.wrap(name.replace("_", "_ "), 15, break_long_words=False)]
    return "\n".join([*lines, sign] if sign else lines)


def shown(board: Board, columns: Sequence[Column]) -> Board:
    """The board without lines of real rows that say nothing in these columns."""
    keys = [f"{column.key}_mean" for column in columns if column.kind == "measure"]
    kept = [row for row in board.rows if not row.get("real") or any(row[key] is not None for key in keys)]
    return replace(board, rows=tuple(kept))


def align(columns: Sequence[Column]) -> list[str]:
    """``"left"`` or ``"right"`` for each column: names left, numbers right."""
    return [
        "left" if column.kind == "text" and column.key in ("method", "classifier", "regime") else "right"
        for column in columns
    ]
