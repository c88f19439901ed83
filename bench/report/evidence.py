"""What speaks for and against the numbers: claims, self-test, leak audit, and the cells that failed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from bench.boards.board import SOURCE_LABELS, Board
from bench.records.findings import sample
from bench.records.folder import RunFolder
from bench.records.record import STATUSES, Record

OUTCOMES = STATUSES
VERDICTS = (
    "reproduced", "reproduced only with the leak", "same sign", "same sign only with the leak",
    "undecided", "not reproduced", "not run",
)  # fmt: skip


def claims(run: RunFolder) -> dict[str, Any] | None:
    """The claims with their numbers as text, and how many have each verdict; None without ``claims.json``."""
    found = run.claims
    if not found:
        return None
    counts = Counter(claim["verdict"] for claim in found)
    made = []
    for claim in found:
        rows = [
            {
                "quantity": row["quantity"],
                "published": number(row["published"]),
                "as_published": "not run" if claim.get("alone") == "leak_free" else estimate(row["as_published"]),
                "leak_free": "not run" if claim.get("alone") == "as_published" else estimate(row["leak_free"]),
                "tolerance": number(row["tolerance"]),
            }
            for row in claim["rows"]
        ]
        loud = "" if claim["source"] == "real" else SOURCE_LABELS.get(claim["source"], claim["source"])
        made.append({**claim, "rows": rows, "loud": loud})
    named = [verdict for verdict in VERDICTS if counts[verdict]] + sorted(set(counts) - set(VERDICTS))
    return {"claims": made, "counts": [(verdict, counts[verdict]) for verdict in named]}


def number(value: Any) -> str:
    """A number with four significant digits; other things as they are; an en dash for nothing."""
    if value is None:
        return "–"
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, int | float):
        return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}".replace("-", "−")
    return ", ".join(map(number, value)) if isinstance(value, Sequence) else str(value)


def estimate(value: Mapping[str, Any] | None) -> str:
    """``0.812 [0.801, 0.823], n = 5``."""
    if value is None:
        return "–"
    text = number(value["mean"])
    if value.get("low") is not None and value.get("high") is not None:
        text += f" [{number(value['low'])}, {number(value['high'])}]"
    return text + (f", {sample(value['n'], value.get('over', ''))}" if value.get("n") is not None else "")


def selftest(run: RunFolder, boards: Sequence[Board]) -> dict[str, Any] | None:
    """The controls with their numbers as text, and whether the code that was tested made these records."""
    found = run.selftest
    if not found:
        return None
    used = {key for board in boards for row in board.rows for key in row["record_ids"]}
    codes = {r.hashes.get("code_bench") for r in run.records if r.id in used}
    controls = [
        {
            **control,
            "found": number(control["found"]),
            "range": f"{number(control['low'])} to {number(control['high'])}",
        }
        for control in found["controls"]
    ]
    return {**found, "controls": controls, "same_code": codes == {found["code"]}}


def audit(run: RunFolder) -> dict[str, Any] | None:
    """The leak audit as a table of tasks and checks; None without ``audit.json``."""
    found = run.audit
    if not found:
        return None
    tasks = found["tasks"]
    checks = list(dict.fromkeys(check["check"] for task in tasks.values() for check in task["checks"]))
    lines = []
    for name in sorted(tasks):
        task = tasks[name]
        by_name = {check["check"]: check for check in task["checks"]}
        lines.append(
            {
                "task": name,
                "loud": "" if task["source"] == "real" else SOURCE_LABELS.get(task["source"], task["source"]),
                "seeds": task["seeds"] if isinstance(task["seeds"], int) else len(task["seeds"]),
                "cells": [
                    None
                    if (check := by_name.get(key)) is None
                    else {"status": check["status"], "found": number(check["found"])}
                    for key in checks
                ],
            }
        )
    leaks = sum(cell is not None and cell["status"] == "leak" for line in lines for cell in line["cells"])
    return {"checks": checks, "tasks": lines, "leaks": leaks}


def coverage(boards: Sequence[Board], records: Sequence[Record]) -> dict[str, Any]:
    """How the cells of every task's board ended, and the failed ones by method and reason with their records."""
    known = {record.id: record for record in records}
    lines: list[dict[str, Any]] = []
    reasons: list[tuple[tuple[str, ...], list[Record]]] = []
    for board in (board for board in boards if board.kind == "task"):
        cells = [known[key] for row in board.rows for key in row["record_ids"]]
        about = {"task": board.task, "loud": board.loud, "budget": board.budget}
        lines.append({**about, "counts": Counter(record.status for record in cells), "n": len(cells)})
        reasons += _failed(board, cells).items()
    counts: Counter[str] = sum((line["counts"] for line in lines), Counter())
    return {
        "outcomes": [name for name in OUTCOMES if name == "ok" or name in counts],
        "tasks": lines,
        "reasons": [_reason(key, found) for key, found in sorted(reasons, key=itemgetter(0))],
        "n": counts.total(),
        "ok": counts["ok"],
    }


def _failed(board: Board, cells: Sequence[Record]) -> dict[tuple[str, ...], list[Record]]:
    """The cells of a board that failed, by method and how."""
    found: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for record in cells:
        if not record.ok:
            found[board.task, board.loud, record.method, record.status, record.phase, record.reason].append(record)
    return found


def _reason(key: tuple[str, ...], found: Sequence[Record]) -> dict[str, Any]:
    """Cells of one method that failed in the same way."""
    return {
        **dict(zip(("task", "loud", "method", "status", "phase", "reason"), key, strict=True)),
        "classifiers": sorted({record.classifier for record in found}),
        "regimes": sorted({record.regime for record in found}),
        "seeds": sorted({record.seed for record in found}),
        "n": len(found),
        "ids": sorted(record.id for record in found),
    }
