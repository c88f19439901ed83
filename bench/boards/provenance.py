"""What every file of a board says of where its numbers come from: version, commit, digests of records and selection,
and the licence of the numbers; and how each format says it.

Markdown has a last line, LaTeX a comment, JSON and Parquet metadata. CSV has no place for it: the file
``csv-metadata.json`` beside the tables says it of each, in the form of CSV on the Web (W3C, tabular metadata, 2015).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bench import LICENCE
from bench.records import selection
from bench.records.identity import records_digest

if TYPE_CHECKING:
    from bench.boards.board import Board
    from bench.records.folder import RunFolder

#: the file that speaks for all tables of a folder that end in .csv
SIDECAR = "csv-metadata.json"


def of_folder(run: RunFolder) -> dict[str, str]:
    """What the folder's facts, records and selection say; the licence of its rows stands with each task's."""
    found = {
        "augbench": run.facts.augbench or "unknown",
        "commit": run.facts.commit or "unknown",
        "records": f"sha256 {records_digest(run.records)}",
        "selection": "not stated",
        "licence": LICENCE,
    }
    if run.selection is not None:
        found["selection"] = f"sha256 {selection.digest(run.selection)}"
    return found


def added(boards: Iterable[Board], run: RunFolder) -> list[Board]:
    """The boards, each with its provenance and the licence of the rows behind it, as far as ``run.json`` names one."""
    about = of_folder(run)
    found = []
    for board in boards:
        rows = run.facts.data.get(board.task, {}).get("licence")
        own = about | ({"licence_of_rows": str(rows)} if rows else {})
        synthetic = board.synthetic and replace(board.synthetic, provenance=own)
        found.append(replace(board, provenance=own, synthetic=synthetic))
    return found


def line(about: Mapping[str, str]) -> str:
    """The provenance on one line."""
    return "; ".join(f"{name.replace('_', ' ')} {value}" for name, value in about.items())


def sidecar(tables: Sequence[tuple[str, Mapping[str, str]]]) -> str:
    """``csv-metadata.json`` of tables by file name, each with its provenance."""
    described: list[dict[str, Any]] = [
        {"url": name, "dc:license": about["licence"], "dc:provenance": line(about)} for name, about in tables
    ]
    content = {"@context": "http://www.w3.org/ns/csvw", "tables": described}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
