"""The boards that stand in the page as plain tables: the overall ones, and one line for each task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from bench.boards import choice
from bench.boards.board import Board, Row, half
from bench.boards.cells import higher_is_better, label
from bench.boards.formats import stems
from bench.boards.layout import cells
from bench.report.rows import said

MINUS = "−"
#: columns of words, which stand to the left
TEXTS = ("method", "classifier", "regime", "verdict")
#: ends of a board's files
ENDS = ("md", "csv", "pairs.csv", "parquet", "json", "tex")
#: ends of the files of what was measured of its synthetic rows
MEASURES = tuple(f"measures.{end}" for end in ("md", "csv", "parquet", "json", "tex"))


@dataclass(frozen=True)
class Cell:
    """What a table shows and what it sorts by; ``link`` leads to the rows behind it."""

    text: str
    order: float | str | None = None
    link: str = ""


@dataclass(frozen=True)
class Overall:
    """An overall board as the page shows it. ``loud`` says what its numbers are where they are not real."""

    stem: str
    kind: str
    heading: str
    loud: str
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...]
    files: tuple[tuple[str, str], ...]


def overall(boards: Sequence[Board], folder: Path) -> list[Overall]:
    """Every board over all tasks: those of real rows first, methods against each other before all rows."""
    found = []
    for board, stem in zip(boards, stems(boards), strict=True):
        if board.kind == "task":
            continue
        texts = cells(board)
        rows = []
        for row, line in zip(board.rows, texts, strict=True):
            where = rows_link(**{key: row[key] for key in ("method", "classifier", "regime") if key in row})
            rows.append(
                tuple(
                    Cell(text, order(row, column.key), where if column.key == "method" else "")
                    for column, text in zip(board.columns, line, strict=True)
                )
            )
        columns = tuple((column.label, column.key in TEXTS) for column in board.columns)
        loud = board.loud if board.source == "simulated" else ""
        found.append(
            Overall(stem, board.kind, board.heading, loud, columns, tuple(rows), board.notes, files(folder, stem))
        )
    return sorted(found, key=lambda board: (bool(board.loud), board.kind == "overall", board.stem))


def order(row: Row, key: str) -> float | str | None:
    """The number behind a cell: a mean where the column has an interval, else the value itself."""
    value = row.get(f"{key}_mean", row.get(key))
    if isinstance(value, str) and value.count("/") == 1 and value.replace("/", "").isdigit():
        part, whole = map(int, value.split("/"))
        return part / whole if whole else 0.0
    return value


def rows_link(**filters: str) -> str:
    """The address on the page that shows the rows of these filters alone."""
    return "#rows?" + urlencode(filters)


def files(folder: Path, stem: str, ends: Sequence[str] = ENDS) -> tuple[tuple[str, str], ...]:
    """The board's files that lie beside the page: (format, relative link)."""
    ends = [end for end in ends if (folder / "boards" / f"{stem}.{end}").is_file()]
    return tuple((end, quote(f"boards/{stem}.{end}")) for end in ends)


def tasks(boards: Sequence[Board], folder: Path) -> list[dict[str, Any]]:
    """One line a task's board: the best row without synthetic rows, the best with them, both chosen on validation rows,
    and what lies between."""
    return [
        _task(board, stem, folder) for board, stem in zip(boards, stems(boards), strict=True) if board.kind == "task"
    ]


def _task(board: Board, stem: str, folder: Path) -> dict[str, Any]:
    ok, tried = sum(row["seeds_ok"] for row in board.rows), sum(row["seeds"] for row in board.rows)
    return {
        "stem": stem,
        "task": board.task,
        "loud": board.loud,
        "source": board.source,
        "budget": board.budget,
        "device": board.device,
        "metric": label(board.primary) + ("" if higher_is_better(board.primary) else " (lower is better)"),
        "plain": _best(board, choice.plain(board)),
        "helped": _best(board, choice.helped(board)),
        "rows": len(board.rows),
        "ok": f"{ok}/{tried}",
        "failed": tried - ok,
        "link": rows_link(task=board.task, source=board.source, budget=board.budget, device=board.device),
        "files": files(folder, stem),
        "heading": board.heading,
        "notes": board.notes,
    }


def _best(board: Board, row: Row | None) -> dict[str, Any] | None:
    if row is None:
        return None
    key = board.primary
    return {
        "names": " · ".join((row["method"], row["classifier"], row["regime"])),
        "classifier": row["classifier"],
        "score": interval(row[f"{key}_mean"], row[f"{key}_ci95"]),
        "order": row[f"{key}_mean"],
        "diff": interval(row[f"{key}_diff_mean"], half(row, f"{key}_diff"), sign="+"),
        "diff_order": row[f"{key}_diff_mean"],
        "verdict": said(row) or "–",
    }


def interval(mean: float | None, half: float | None, sign: str = "") -> str:
    """``0.712 ± 0.031``; an en dash where there is no number."""
    if mean is None:
        return "–"
    text = f"{mean:{sign}z.3f}".replace("-", MINUS)
    return f"{text} ± {'–' if half is None else f'{half:.3f}'}"
