"""Where the page's numbers come from: the run, the code, the libraries, the machine, the data; and how to cite them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from bench.boards.board import SOURCE_LABELS, Board
from bench.records.folder import RunFolder
from bench.records.record import Record


def provenance(run: RunFolder, boards: Sequence[Board]) -> dict[str, Any]:
    """``facts``: (name, value) of the last run; ``data``: one line a task; ``hashes``: how many records each code made.

    ``run.json`` knows the last run alone, so data and versions are also counted over all records.
    """
    facts = run.facts
    used = {key for board in boards for row in board.rows for key in row["record_ids"]}
    counted = [record for record in run.records if record.id in used]
    shown = [
        ("augbench", facts.augbench),
        ("commit", facts.commit),
        ("last command", " ".join(facts.command)),
        ("last run started", facts.started),
        ("records", f"{len(run.records):,}, of which {len(counted):,} are on the boards"),
        ("first and last record", " to ".join(_span(counted))),
        ("machine", ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in facts.machine.items())),
        ("engine", ", ".join(f"{key} {value}" for key, value in facts.engine.items() if value is not None)),
        ("code of the suite", _counts(_hash(record, "code_bench") for record in counted)),
    ]
    return {
        "facts": [(name, value) for name, value in shown if value],
        "versions": _versions(counted),
        "data": [_data(board, counted, facts.data) for board in boards if board.kind == "task"],
        "left_out": sorted(facts.left_out.items()),
    }


def _span(records: Sequence[Record]) -> list[str]:
    ended = sorted(record.ended[:19] for record in records if record.ended)
    return [ended[0], ended[-1]] if ended else []


def _hash(record: Record, name: str) -> str:
    return record.hashes.get(name) or "unknown"


def _counts(values: Any) -> str:
    """``a1b2 (40 records), c3d4 (2 records)``, the commonest first."""
    counts = sorted(Counter(values).items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{value} ({count:,} record{'' if count == 1 else 's'})" for value, count in counts)


def _versions(records: Sequence[Record]) -> list[tuple[str, str]]:
    """Every library with the versions that made the records; several are shown with their counts."""
    names = list(dict.fromkeys(name for record in records for name in record.versions))
    found = []
    for name in names:
        versions = [record.versions.get(name) or "none" for record in records]
        found.append((name, versions[0] if len(set(versions)) == 1 else _counts(versions)))
    return found


def _data(board: Board, records: Sequence[Record], known: Mapping[str, Any]) -> dict[str, Any]:
    mine = [r for r in records if (r.task, r.source, r.budget, r.device) == board.key]
    file = known.get(board.task) or {}
    if file.get("source") != board.source:
        file = {}
    return {
        "task": board.task,
        "loud": SOURCE_LABELS.get(board.source, board.source),
        "real": board.source == "real",
        "budget": board.budget,
        "rows": _counts(_hash(record, "data") for record in mine),
        "kind": file.get("kind") or "",
        "sha256": file.get("sha256") or "",
        "note": file.get("note") or "",
    }
