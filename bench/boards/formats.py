"""Boards as text and files: GitHub Markdown, CSV, JSON, LaTeX (booktabs), Parquet and the terminal.

Markdown, LaTeX and the terminal show the columns a reader needs; CSV, JSON and Parquet hold every metric, unrounded,
with units in the keys and the ids of the records. The same board always gives the same text.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tabulate import tabulate

from bench.boards import provenance
from bench.boards.board import BOARD_AXES, Board, Column
from bench.boards.data import as_json, pairs_csv, parquet, rows_csv
from bench.boards.glossary import GROUPS, MEASURES, group
from bench.boards.latex import latex
from bench.boards.layout import align, cells, fitting, head, shown
from bench.boards.markup import markdown
from bench.errors import BenchError
from bench.slugs import printable, slug

#: what ``render`` writes as text
FORMATS = ("md", "csv", "json", "tex", "text")
#: what ``write`` leaves in a folder; Parquet where pyarrow is installed
FILES = ("md", "csv", "json", "tex", "parquet")
_ENDS = {".md", ".csv", ".json", ".tex", ".parquet", ".txt"}


def render(board: Board, fmt: str, width: int = 100, color: bool = False) -> str:
    """The board as text, ending with a newline. ``width`` and ``color`` are for ``text``.

    Raises ``BenchError`` for an unknown format.
    """
    if fmt == "text":
        return _text(board, width, color)
    try:
        return {"md": _markdown, "csv": rows_csv, "json": as_json, "tex": _latex}[fmt](board)
    except KeyError:
        raise BenchError(f"unknown board format {fmt!r}; known: {', '.join(FORMATS)}") from None


def files(boards: Sequence[Board], formats: Sequence[str] = FILES) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file that ``write`` leaves. Parquet is left out where pyarrow is not installed."""
    tables: list[tuple[str, Mapping[str, str]]] = []
    for board, stem in zip(boards, stems(boards), strict=True):
        for name, table in [(stem, board), *([(f"{stem}.measures", board.synthetic)] if board.synthetic else [])]:
            for fmt in formats:
                if fmt == "csv" and table.provenance:
                    tables.append((f"{name}.csv", table.provenance))
                if fmt != "parquet":
                    yield f"{name}.{'txt' if fmt == 'text' else fmt}", render(table, fmt).encode()
                elif find_spec("pyarrow"):
                    yield f"{name}.parquet", parquet(table)
        if board.pairs and "csv" in formats:
            yield f"{stem}.pairs.csv", pairs_csv(board).encode()
            tables += [(f"{stem}.pairs.csv", board.provenance)] if board.provenance else []
    if tables:
        yield provenance.SIDECAR, provenance.sidecar(tables).encode()


def write(boards: Sequence[Board], folder: Path, formats: Sequence[str] = FILES) -> list[Path]:
    """Write every board in every format, each file whole or not at all, and remove board files in ``folder`` that are
    not of these boards (names change as boards join). Returns the paths.

    Raises ``BenchError`` where the folder cannot be written.
    """
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files(boards, formats):
            path, temporary = folder / name, folder / f".{name}.{os.getpid()}.tmp"
            temporary.write_bytes(content)
            os.replace(temporary, path)
            paths.append(path)
        for old in set(folder.iterdir()) - set(paths):
            if old.suffix in _ENDS and old.is_file():
                old.unlink()
    except OSError as error:
        raise BenchError(
            f"boards cannot be written into {folder}: {error.strerror}; free that place, or make room"
        ) from error
    return paths


def stems(boards: Sequence[Board]) -> list[str]:
    """File names without their ends: the task's, and modality, source, budget, device, training rows, label noise or
    precision only where several would collide."""
    found = [slug(board.task) if board.kind == "task" else board.kind for board in boards]
    settings = [{"modality": board.modality, "source": board.source} | board.setting._asdict() for board in boards]
    for part in settings[0] if settings else ():
        values: dict[str, set[Any]] = {}
        for setting, stem in zip(settings, found, strict=True):
            values.setdefault(stem, set()).add(setting[part])
        found = [
            f"{stem}.{_part(part, setting[part])}" if len(values[stem]) > 1 else stem
            for setting, stem in zip(settings, found, strict=True)
        ]
    return found


def _part(part: str, value: Any) -> str:
    """A setting in a file name: ``full``, ``cuda-0``, ``train-rows-500``, ``label-noise-all``."""
    if part in BOARD_AXES:
        value = f"{part} {'all' if value is None else value}".replace("_", " ").replace(".", "-").replace(" ", "-")
    return slug(str(value).replace(":", "-"))


def _markdown(board: Board) -> str:
    about = [f"Where the numbers come from: {provenance.line(board.provenance)}"] if board.provenance else []
    notes = "\n".join(f"- {_one_line(note)}" for note in (*board.notes, *about))
    if board.kind != "measures":
        return f"## {markdown(board.heading)}\n\n{_table(board, board.columns)}\n\n{notes}\n"
    # one table a group: side by side they would be wider than any page
    parts = [part for name in GROUPS for part in _group(board, name)]
    return "\n".join((f"## {markdown(board.heading)}\n", f"{notes}\n", *parts))


def _group(board: Board, name: str) -> list[str]:
    """The table of a group of measures, and what they mean; nothing where the board has none of them."""
    measures = [column for column in board.columns if column.kind == "measure" and group(column.key) == name]
    if not measures:
        return []
    columns = [column for column in board.columns if column.kind != "measure" or column in measures]
    meant = [f"- {_meaning(column.key)}\n" for column in measures if column.key in MEASURES]
    table = f"### {name}\n\n{_table(shown(board, columns), columns)}\n"
    return [table, "".join(meant) or "- what these mean, the task says\n"]


def _table(board: Board, columns: Sequence[Column]) -> str:
    lines = [[markdown(cell) for cell in line] for line in cells(board, columns)]
    heads = [markdown(column.label) for column in columns]
    return tabulate(lines, heads, "pipe", disable_numparse=True, colalign=align(columns)) if lines else "(no records)"


def _meaning(name: str) -> str:
    found = MEASURES[name]
    return _one_line(f"{name} ({found.span}): {found.what} ({found.source})")


def _one_line(text: str) -> str:
    """Text of others (an exception's message) inside Markdown: one line, nothing of it taken for markup."""
    return re.sub(r"([\\`*_|<>#\[\]])", r"\\\1", " ".join(printable(text).split()))


def _latex(board: Board) -> str:
    kind = "measures" if board.kind == "measures" else ""
    parts = filter(None, (kind, *map(slug, filter(None, (board.source, board.budget)))))
    return latex(board, "-".join((slug(board.task) if board.task else board.kind, *parts)))


def _text(board: Board, width: int, color: bool) -> str:
    """For the terminal, by rich; the least needed columns go until it fits. Plain text without ``color``."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=color, no_color=not color, highlight=False, legacy_windows=False
    )
    columns = fitting(board, width, folded=True)
    console.print(printable(board.heading), style="bold", markup=False)
    console.print(_rich(shown(board, columns), columns))
    left = sum(column.kind == "measure" for column in board.columns) - sum(c.kind == "measure" for c in columns)
    if left and board.kind == "measures":
        console.print(f"- {left} more measures in the files that end in .measures.md, .csv, ...", style="dim")
    for note in board.notes:
        console.print(f"- {printable(note)}", markup=False, style="dim")
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _rich(board: Board, columns: Sequence[Column]) -> Any:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for column, side in zip(columns, align(columns), strict=True):
        table.add_column(Text(printable(head(column))), justify="left" if side == "left" else "right", overflow="fold")
    for row, line in zip(board.rows, cells(board, columns), strict=True):
        style = "" if row.get("status", "ok") == "ok" else "red"
        table.add_row(*(Text(printable(cell)) for cell in line), style=style)
    return table
