"""What was measured of the synthetic rows, as the page shows it: a folded table a task, and what each measure means."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from bench.boards.board import Board, Row
from bench.boards.formats import stems
from bench.boards.glossary import MEASURES, group
from bench.boards.layout import cells
from bench.report.tables import MEASURES as ENDS
from bench.report.tables import files


def tables(boards: Sequence[Board], folder: Path) -> list[dict[str, Any]]:
    """What stands around each table, in the order of ``blob``."""
    return [
        {
            "stem": stem,
            "task": board.task,
            "loud": board.loud,
            "heading": synthetic.heading,
            "notes": synthetic.notes,
            "rows": len(synthetic.rows),
            "measures": len(synthetic.facts),
            "failed": sum(row["seeds"] - row["seeds_ok"] for row in synthetic.rows),
            "files": files(folder, stem, ENDS),
        }
        for board, stem in zip(boards, stems(boards), strict=True)
        if (synthetic := board.synthetic)
    ]


def blob(boards: Sequence[Board]) -> list[dict[str, Any]]:
    """Each table as texts: ``groups`` as (name, columns), ``columns``, and ``rows`` as method, regime, kind (1 for a
    trivial baseline, 2 for real rows, 3 where every draw failed, else 0), how many draws are ok, then the measures."""
    found = []
    for board in boards:
        if (synthetic := board.synthetic) is None:
            continue
        columns = [column for column in synthetic.columns if column.kind == "measure"]
        groups = [(name, len(list(same))) for name, same in groupby(columns, lambda column: group(column.key))]
        texts = cells(synthetic, columns)
        rows = [
            [row["method"], row["regime"], _kind(row), row["draws"], *line]
            for row, line in zip(synthetic.rows, texts, strict=True)
        ]
        labels = [column.label for column in columns]
        made = {"heading": synthetic.heading, "loud": board.loud, "groups": groups, "columns": labels, "rows": rows}
        found.append(made)
    return found


def glossary(boards: Sequence[Board]) -> list[dict[str, str]]:
    """One line for every measure of these boards; of a task's own only the name."""
    names = {name for board in boards if board.synthetic for name in board.synthetic.facts}
    own = [
        {"name": n, "sign": "", "span": "", "what": "the task's own", "source": ""}
        for n in sorted(names - set(MEASURES))
    ]
    return own + [
        {"name": one.name, "sign": one.sign, "span": one.span, "what": one.what, "source": one.source}
        for one in MEASURES.values()
        if one.name in names
    ]


def _kind(row: Row) -> int:
    return 3 if row["status"] != "ok" else 2 if row["real"] else int(row["baseline"])
