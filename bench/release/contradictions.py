"""What a record says of itself that its own fields deny."""

from __future__ import annotations

import builtins
from collections.abc import Iterator

from bench.records.identity import RESULT, config_hash, identity_of, joint_code, versions_hash
from bench.records.record import Record

#: how a cell ends by these errors, by the name of their class
_STATUS = {
    "Unsuitable": "skipped", "InvalidRows": "invalid", "InvalidProbabilities": "invalid", "MemoryError": "oom",
    "MemoryLimit": "oom", "Timeout": "timeout", "WorkerDied": "killed", "ProcessEnded": "killed",
}  # fmt: skip


def contradictions(record: Record) -> Iterator[str]:
    """Where id, hashes and status are not those that the record's own fields give, a line each."""
    if absent := [key for key in RESULT if key not in record.hashes]:
        yield f"hashes.{absent[0]} is missing"
        return
    yield from _of_hashes(record)
    yield from _of_status(record)


def _of_hashes(record: Record) -> Iterator[str]:
    hashes, config, version = record.hashes, record.config, record.schema
    if record.id != (found := identity_of(record)):
        yield f"its axes and hashes give the id {found}"
    parts = (config.task, config.method, config.classifier, config.measures, record.threads)
    if hashes["config"] != (found := config_hash(config.base_seed, *parts, version=version)):
        yield f"its options give hashes.config {found}, not {hashes['config']}"
    if hashes.get("code") != (found := joint_code(hashes, version)):
        yield f"its parts give hashes.code {found}, not {hashes.get('code')}"
    if record.versions and hashes["versions"] != (found := versions_hash(record.versions, version)):
        yield f"its library versions give hashes.versions {found}, not {hashes['versions']}"


def _of_status(record: Record) -> Iterator[str]:
    status, error = record.status, record.error
    if record.ok and (told := record.reason or error or record.phase):
        yield f"its status is ok, and it failed: {told}"
    due = _STATUS.get(error, "error" if error and hasattr(builtins, error) else "")
    if due and status not in (due, "harness") and (error in _STATUS or status in ("skipped", "invalid")):
        yield f"its status is {status}, and it ended by {error}, which makes it {due}"
