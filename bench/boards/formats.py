"""Boards as text: GitHub Markdown, CSV, JSON, LaTeX (booktabs) and the terminal; and as files.

Markdown, LaTeX and the terminal show the columns a reader needs; CSV and JSON hold every metric, unrounded, with units
in the keys and the ids of the records. The same board always gives the same text.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tabulate import tabulate

from bench.boards.tables import Board, Column, Row
from bench.errors import BenchError
from bench.store import replace_text

FORMATS = ("md", "csv", "json", "tex", "text")
#: columns that the terminal leaves out first when they do not fit, by key
DISPENSABLE = (
    "seeds_ok", "accuracy", "balanced_accuracy", "recall_rare", "recall", "f1_weighted", "f1_macro", "f1", "roc_auc",
    "peak_rss_mb", "fit_s",
)  # fmt: skip
#: characters of small print that the text width of a plain LaTeX article holds
TEX_WIDTH = 92
NONE = "–"


def render(board: Board, fmt: str, width: int = 100, color: bool = False) -> str:
    """The board as text, ending with a newline. ``width`` and ``color`` are for ``text``.

    Raises ``BenchError`` for an unknown format.
    """
    if fmt == "text":
        return _text(board, width, color)
    try:
        return {"md": _markdown, "csv": _csv, "json": _json, "tex": _latex}[fmt](board)
    except KeyError:
        raise BenchError(f"unknown board format {fmt!r}; known: {', '.join(FORMATS)}") from None


def write(boards: Sequence[Board], folder: Path, formats: Sequence[str] = ("md", "csv", "json", "tex")) -> list[Path]:
    """Write every board in every format; each file appears whole or not at all. Returns the paths.

    Raises ``BenchError`` where the folder cannot be written.
    """
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for board, stem in zip(boards, stems(boards), strict=True):
            for fmt in formats:
                path = folder / f"{stem}.{'txt' if fmt == 'text' else fmt}"
                replace_text(path, render(board, fmt))
                paths.append(path)
    except OSError as error:
        raise BenchError(f"boards cannot be written into {folder}: {error.strerror}") from error
    return paths


def stems(boards: Sequence[Board]) -> list[str]:
    """File names without their ends: the task's, and source, budget or device only where several would collide."""
    found = [_safe(board.task) if board.kind == "task" else "overall" for board in boards]
    for part in ("source", "budget", "device"):
        values: dict[str, set[str]] = {}
        for board, stem in zip(boards, found, strict=True):
            values.setdefault(stem, set()).add(getattr(board, part))
        found = [
            f"{stem}.{_safe(getattr(board, part))}" if len(values[stem]) > 1 else stem
            for board, stem in zip(boards, found, strict=True)
        ]
    twice = Counter(found)
    return [
        f"task-{stem}" if twice[stem] > 1 and b.kind == "task" else stem for b, stem in zip(boards, found, strict=True)
    ]


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name)


def _decimals(column: Column, rows: Sequence[Row]) -> int:
    """Three, and more where a whole column is so small that three would say nothing."""
    values = [abs(row[f"{column.key}_mean"]) for row in rows if row.get(f"{column.key}_mean") is not None]
    largest = max(values, default=1.0)
    if column.kind == "signed" or largest >= 0.1 or largest == 0:
        return 3
    return 4 if largest >= 0.01 else 5


def _cell(column: Column, row: Row, decimals: int) -> str:
    key, kind = column.key, column.kind
    if kind in ("mean", "signed"):
        value, half = row[f"{key}_mean"], row[f"{key}_ci95"]
        if value is None:
            return NONE
        number = f"{value:{'+' if kind == 'signed' else ''}z.{decimals}f}".replace("-", "−")
        return f"{number} ± {NONE if half is None else format(half, f'.{decimals}f')}"
    value = row[key]
    if value is None:
        return NONE
    if kind == "seconds":
        return f"{value:.3g}" if value < 100 else f"{value:.0f}"
    if kind in ("megabytes", "rank"):
        return f"{value:.{0 if kind == 'megabytes' else 1}f}"
    return f"{100 * value:.0f} %" if kind == "share" else str(value)


def cells(board: Board, columns: Sequence[Column] | None = None) -> list[list[str]]:
    """The text of every cell that is shown. A row without a score says why in its first number's place."""
    columns = board.columns if columns is None else columns
    decimals = [_decimals(column, board.rows) for column in columns]
    lines = []
    for row in board.rows:
        line = [_cell(column, row, digits) for column, digits in zip(columns, decimals, strict=True)]
        if row.get("status", "ok") != "ok":
            first = next(i for i, column in enumerate(columns) if column.kind == "mean")
            line[first] = row["status"]
        lines.append(line)
    return lines


def fitting(board: Board, width: int) -> list[Column]:
    """The columns that ``width`` characters have room for: the dispensable ones go one by one until it does."""
    columns = list(board.columns)
    for key in DISPENSABLE:
        table = [[column.label for column in columns], *cells(board, columns)]
        if sum(max(map(len, texts)) + 2 for texts in zip(*table, strict=True)) <= width:
            break
        columns = [column for column in columns if column.key != key or column.key == board.primary]
    return columns


def _align(columns: Sequence[Column]) -> list[str]:
    return [
        "left" if column.kind == "text" and column.key in ("method", "classifier", "regime") else "right"
        for column in columns
    ]


def _markdown(board: Board) -> str:
    lines = [[cell.replace("|", r"\|") for cell in line] for line in cells(board)]
    table = (
        tabulate(
            lines,
            [column.label for column in board.columns],
            "pipe",
            disable_numparse=True,
            colalign=_align(board.columns),
        )
        if lines
        else "(no records)"
    )
    notes = "\n".join(f"- {_one_line(note)}" for note in board.notes)
    return f"## {board.heading}\n\n{table}\n\n{notes}\n"


def _one_line(text: str) -> str:
    """Text of others (an exception's message) inside Markdown: one line, nothing of it taken for markup."""
    return re.sub(r"([\\`*_|<>#\[\]])", r"\\\1", " ".join(text.split()))


def _csv(board: Board) -> str:
    """One line a row, headed by where it comes from, so that no number can lose its source."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    keys = [key for key in (board.rows[0] if board.rows else ()) if not key.endswith("by_seed")]
    writer.writerow(["task", "source", "budget", "device", "date", *keys])
    head = [board.task or "(all)", board.source, board.budget, board.device, board.date]
    for row in board.rows:
        writer.writerow(head + [" ".join(row[k]) if isinstance(row[k], list) else row[k] for k in keys])
    return out.getvalue()


def _json(board: Board) -> str:
    names = ("kind", "task", "source", "budget", "device", "date", "primary", "heading", "notes", "rows")
    return (
        json.dumps({name: getattr(board, name) for name in names}, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    )


_TEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': "''", "±": r"$\pm$", "–": "--", "−": "$-$", "Δ": r"$\Delta$", "·": r"$\cdot$",
    "√": r"$\surd$", "×": r"$\times$", "≥": r"$\geq$", "≤": r"$\leq$", "α": r"$\alpha$", "β": r"$\beta$",
}  # fmt: skip


def tex(text: str) -> str:
    """Text that LaTeX prints as it is, with no package; an unknown sign becomes its ASCII likeness or ``?``."""
    plain = []
    for sign in " ".join(text.split()):
        if sign in _TEX:
            plain.append(_TEX[sign])
        elif sign.isascii():
            plain.append(sign)
        else:
            plain.append(unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode() or "?")
    return "".join(plain)


def _latex(board: Board) -> str:
    """A ``table`` with its caption; the preamble needs ``\\usepackage{booktabs}`` and nothing else.

    It holds the columns that fit the text width of a plain article.
    """
    columns = fitting(board, TEX_WIDTH)
    body = "".join(" & ".join(map(tex, line)) + " \\\\\n" for line in cells(board, columns))
    head = " & ".join(tex(column.label) for column in columns)
    form = "".join(side[0] for side in _align(columns))
    stem = _safe("-".join(filter(None, (board.task or "overall", board.source, board.budget))))
    caption = ". ".join((board.heading, *board.notes[:2]))
    return (
        "% needs \\usepackage{booktabs}\n"
        "\\begin{table}\n\\centering\\scriptsize\\setlength{\\tabcolsep}{3pt}\n"
        f"\\caption{{{tex(caption)}.}}\n\\label{{tab:{stem}}}\n"
        f"\\begin{{tabular}}{{{form}}}\n\\toprule\n{head} \\\\\n\\midrule\n"
        f"{body}\\bottomrule\n\\end{{tabular}}\n\\end{{table}}\n"
    )


def _text(board: Board, width: int, color: bool) -> str:
    """For the terminal, by rich; the least needed columns go until it fits. Plain text without ``color``."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=color, no_color=not color, highlight=False, legacy_windows=False
    )
    table = _rich(board, fitting(board, width))
    console.print(board.heading, style="bold", markup=False)
    console.print(table)
    for note in board.notes:
        console.print(f"- {note}", markup=False, style="dim")
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _rich(board: Board, columns: Sequence[Column]) -> Any:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for column, side in zip(columns, _align(columns), strict=True):
        table.add_column(Text(column.label), justify="left" if side == "left" else "right", overflow="fold")
    for row, line in zip(board.rows, cells(board, columns), strict=True):
        style = "" if row.get("status", "ok") == "ok" else "red"
        table.add_row(*map(Text, line), style=style)
    return table
