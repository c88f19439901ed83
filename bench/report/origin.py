"""Where the page's numbers come from: the run, the code, the libraries, the machine, the data; and how to cite them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.boards.tables import SOURCE_LABELS, Board
from bench.records.store import RUN, Record, load_json


def provenance(folder: Path, boards: Sequence[Board], records: Sequence[Record]) -> dict[str, Any]:
    """``facts``: (name, value) of the last run; ``data``: one line a task; ``hashes``: how many records each code made.

    ``run.json`` knows the last run alone, so data and versions are also counted over all records.
    """
    run = load_json(folder / RUN) or {}
    used = {key for board in boards for row in board.rows for key in row["record_ids"]}
    counted = [record for record in records if record["id"] in used]
    machine = run.get("machine") or {}
    engine = run.get("engine") or {}
    facts = [
        ("augbench", run.get("augbench")),
        ("commit", run.get("commit")),
        ("last command", " ".join(map(str, run.get("command") or ()))),
        ("last run started", run.get("started")),
        ("records", f"{len(records):,}, of which {len(counted):,} are on the boards"),
        ("first and last record", " to ".join(_span(counted))),
        ("machine", ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in machine.items())),
        ("engine", ", ".join(f"{key} {value}" for key, value in engine.items() if value is not None)),
        ("code of the suite", _counts(_hash(record, "code_bench") for record in counted)),
    ]
    return {
        "facts": [(name, value) for name, value in facts if value],
        "versions": _versions(counted),
        "data": [_data(board, counted, run.get("data") or {}) for board in boards if board.kind == "task"],
        "left_out": sorted((run.get("left_out") or {}).items()),
    }


def _span(records: Sequence[Record]) -> list[str]:
    started = sorted(record["started"][:19] for record in records if record.get("started"))
    return [started[0], started[-1]] if started else []


def _hash(record: Record, name: str) -> str:
    return (record.get("hashes") or {}).get(name) or "unknown"


def _counts(values: Any) -> str:
    """``a1b2 (40 records), c3d4 (2 records)``, the commonest first."""
    counts = sorted(Counter(values).items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{value} ({count:,} record{'' if count == 1 else 's'})" for value, count in counts)


def _versions(records: Sequence[Record]) -> list[tuple[str, str]]:
    """Every library with the versions that made the records; several are shown with their counts."""
    names = list(dict.fromkeys(name for record in records for name in record.get("versions") or {}))
    found = []
    for name in names:
        versions = [(record.get("versions") or {}).get(name) or "none" for record in records]
        found.append((name, versions[0] if len(set(versions)) == 1 else _counts(versions)))
    return found


def _data(board: Board, records: Sequence[Record], known: Mapping[str, Any]) -> dict[str, Any]:
    mine = [r for r in records if (r["task"], r["source"], r["budget"], r["device"]) == board.key]
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
