"""What the self-test and the audit of a folder say of its boards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.boards.cells import rows_of
from bench.records.record import Record

#: stands before the heading of every board whose suite did not pass its own test
FAILED = "SELF-TEST FAILED"
#: checks or controls that a note names; the files have all
NAMED = 4


def stamp(selftest: Mapping[str, Any] | None) -> str:
    """``"SELF-TEST FAILED (noise on pima)"``, or nothing where it passed or was not run."""
    if not selftest or selftest.get("passed"):
        return ""
    wrong = [c for c in selftest.get("controls", ()) if not c.get("ok")]
    return f"{FAILED} ({_some([' on '.join(filter(None, (c['control'], c.get('task', '')))) for c in wrong])})"


def selftest_notes(selftest: Mapping[str, Any] | None, records: Sequence[Record]) -> list[str]:
    """``None``: nobody looked, nothing is said. Empty: the folder has none."""
    if selftest is None:
        return []
    if not selftest:
        return ["no self-test in this folder (augbench selftest)"]
    controls = selftest.get("controls", ())
    lines = []
    if selftest.get("passed"):
        lines.append(f"self-test passed: {len(controls)} controls, {selftest.get('seeds')} seeds")
    for control in [c for c in controls if not c.get("ok")][:NAMED]:
        where = " ".join(str(control[key]) for key in ("control", "task", "measure") if control.get(key))
        lines.append(
            f"{FAILED}: {where}: expected {control.get('expected')}, found {control.get('found')}"
            + (f"; {control['why']}" if control.get("why") else "")
        )
    made = {record.hashes.get("code_bench") for record in records} - {None}
    if made and made != {selftest.get("code")}:
        lines.append("the self-test is of other code than these records; run augbench selftest again")
    return lines


def audit_notes(audit: Mapping[str, Any] | None, task: str, source: str) -> list[str]:
    """What the leak audit found for a task's rows of this source; nothing where the folder has no audit."""
    if not audit:
        return []
    found = (audit.get("tasks") or {}).get(task)
    if not found:
        return ["leak audit: this task was not audited (augbench audit)"]
    if found.get("source", source) != source:
        return [f"leak audit: these rows were not audited, those of the task that are {found['source']} were"]
    checks = found.get("checks", ())
    lines = [
        f"{word}: {check['check']}: {check.get('found')}"
        for status, word in (("leak", "LEAK FOUND BY THE AUDIT"), ("declared", "leak on purpose, as published"))
        for check in checks
        if check.get("status") == status
    ]
    ok = [check["check"] for check in checks if check.get("status") == "ok"]
    if ok:
        lines.append(f"leak audit: no leak by {len(ok)} check{'s' if len(ok) > 1 else ''} ({', '.join(ok)})")
    return lines


def origin_notes(data: Mapping[str, Any], task: str, source: str, records: Sequence[Record]) -> list[str]:
    """Where the rows of a board's records come from, if the run that is on file read the very rows that they used."""
    found = data.get(task) or {}
    used = {rows_of(record)[0] for record in records} - {None}
    if not found.get("note") or found.get("source") != source or used != {str(found.get("sha256"))[:16]}:
        return []
    return [f"where the rows come from: {found['note']}"]


def _some(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
