"""What other commands found about a run's folder: ``selftest.json``, ``audit.json`` and ``claims.json``.

They are checked as they are read: whoever shows or compares them may rely on every key below. A file that lacks one, or
has another type there, is said in one line that names the file and the key. Other keys are let through.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from bench.errors import BenchError
from bench.records.files import AUDIT, CLAIMS, SELFTEST, load_json
from bench.records.record import Source

T = TypeVar("T")


class Control(msgspec.Struct, frozen=True):
    """One measure of a planted method, and whether it landed where it belongs."""

    control: str
    expected: str
    found: float | None
    low: float | None
    high: float | None
    ok: bool
    task: str = ""
    measure: str = ""
    why: str = ""


class SelfTest(msgspec.Struct, frozen=True):
    """``selftest.json``."""

    passed: bool
    code: str
    seeds: int
    controls: list[Control]


class Check(msgspec.Struct, frozen=True):
    """What one check of the audit found in the splits of a task."""

    check: str
    status: Literal["ok", "leak", "declared", "not applicable"]
    found: str


class Audited(msgspec.Struct, frozen=True):
    """The audit of one task."""

    source: Source
    seeds: int
    checks: list[Check]
    sha256: str = ""


class Audit(msgspec.Struct, frozen=True):
    """``audit.json``."""

    tasks: dict[str, Audited]


class Estimate(msgspec.Struct, frozen=True):
    """A mean over seeds with its interval."""

    mean: float
    low: float | None
    high: float | None
    n: int
    #: what the interval is over beside seeds, where these have the same test rows; "" where they have others
    over: str = ""


def sample(n: int, over: str) -> str:
    """What an interval is over: ``n = 3 × 22 test units``, ``n = 3, these test rows alone`` or ``n = 3``."""
    return f"n = {n} × {over}" if over.endswith("units") else f"n = {n}, {over}" if over else f"n = {n}"


class Quantity(msgspec.Struct, frozen=True):
    """One published number, and what stands against it here."""

    quantity: str
    published: float | None
    as_published: Estimate | None
    leak_free: Estimate | None
    tolerance: str
    judged: bool


class Judged(msgspec.Struct, frozen=True):
    """One claim with its verdict; ``claims.json`` is a list of them."""

    id: str
    title: str
    statement: str
    where: str
    year: int
    url: str
    protocol: str
    remark: str
    leak: str
    needs: str
    source: Literal["real", "real-subset", "simulated", ""]
    budget: str
    rows: list[Quantity]
    verdict: str
    why: str
    record_ids: list[str]
    provenance: str
    #: what of the two protocols is not run, and the one that alone is ("" where both are, or one stands for both)
    limits: str = ""
    alone: str = ""


def selftest(folder: Path) -> dict[str, Any]:
    """What the self-test found; empty where it was not run. Raises ``BenchError`` for a file that it did not write."""
    return _read(folder / SELFTEST, SelfTest, f"augbench selftest --out {folder}") or {}


def audit(folder: Path) -> dict[str, Any]:
    """What the audit of the splits found; empty where it was not run. Raises as ``selftest``."""
    return _read(folder / AUDIT, Audit, f"augbench audit --out {folder}") or {}


def claims(folder: Path) -> list[dict[str, Any]]:
    """The judged claims; empty where there are none. Raises as ``selftest``."""
    return _read(folder / CLAIMS, list[Judged], f"augbench claims --out {folder}") or []


def _read(path: Path, kind: Any, command: str) -> Any:
    """What the file holds, None where there is none."""
    content = load_json(path)
    if content is None and not path.exists():
        return None
    try:
        msgspec.convert(content, kind)
    except (msgspec.ValidationError, OverflowError, RecursionError) as error:
        writer = " ".join(command.split(" ")[:2])
        raise BenchError(
            f"{path} is not what {writer} writes ({error}); delete it and make it again with {command}"
        ) from None
    return content
