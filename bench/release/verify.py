"""``augbench verify``: every number of a folder derived again from its records, offline.

Records are checked against their own seals and ids; boards, claims and ``report.html`` are made again in memory and
compared (``bench.release.derived``); in a released folder every file is checked against ``SHA256SUMS``. What is checked
is that numbers belong to the records, not that the records tell the truth: for that, ``augbench reproduce`` runs them
again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench import __version__, registry
from bench.errors import BenchError
from bench.matrix import code_hashes
from bench.records import provenance
from bench.records.identity import CODE, config_hash, identity_of, joint_code, scheme, versions_hash
from bench.records.store import PACKED, RECORDS, SUMS, Record, has_records, lines, path_of, seal
from bench.release import checksums, derived
from bench.report.cite import run_facts

#: findings of one kind that are printed
SHOWN = 20
SUITE = "the suite's own"


def verify(folder: Path) -> int:
    """Print a line for each thing that does not follow from the records, and a last one; 0 if there is none, else 1.

    Raises ``BenchError`` for a folder without records.
    """
    if not has_records(folder):
        raise BenchError(f"{folder} holds no records ({RECORDS} or {PACKED}); name the folder of a run")
    released = (folder / SUMS).exists()
    records, wrong = check_records(folder)
    count = _say(wrong) + _say(check_seals(records, released))
    made, wrong = derived.check(folder)
    count += _say(wrong) + (_say(checksums.check(folder)) if released else 0)
    for note in _notes(folder, records):
        print(f"note: {note}")
    if count:
        print(f"not verified: {count} findings in {len(records)} records, {folder}")
        return 1
    sums = f", {len(checksums.read(folder))} checksums" if released else ""
    print(f"verified: {len(records)} records, {', '.join(made)}{sums}")
    return 0


def _say(findings: Sequence[str]) -> int:
    for text in findings[:SHOWN]:
        print(text)
    if len(findings) > SHOWN:
        print(f"... and {len(findings) - SHOWN} more of this kind")
    return len(findings)


def check_records(folder: Path) -> tuple[list[Record], list[str]]:
    """The records that can be read, and what is wrong with the lines and with what a record says of itself."""
    records: list[Record] = []
    wrong = []
    name = path_of(folder).name
    try:
        for number, text in lines(folder):
            try:
                record = json.loads(text)
                if not text.endswith("\n"):
                    wrong.append(f"{name}:{number}: the last line is cut off")
                wrong += [f"{name}:{number}: record {record['id']}: {what}" for what in _contradictions(record)]
                records.append(record)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                wrong.append(f"{name}:{number}: not a whole record ({type(error).__name__}: {error})")
    except BenchError as error:
        wrong.append(str(error))
    counts = Counter(record["id"] for record in records)
    wrong += [f"{name}: record {key} is there {n} times" for key, n in counts.items() if n > 1]
    return records, wrong


def _contradictions(record: Record) -> Iterator[str]:
    """What a record says of itself that its own fields deny."""
    hashes, config = record["hashes"], record["config"]
    if record["id"] != (found := identity_of(record)):
        yield f"its axes and hashes give the id {found}"
    parts = (config["task"], config["method"], config["classifier"], config["measures"], record["threads"])
    if hashes["config"] != (found := config_hash(config["base_seed"], *parts, version=scheme(record))):
        yield f"its options give hashes.config {found}, not {hashes['config']}"
    if hashes["code"] != (found := joint_code(hashes, scheme(record))):
        yield f"its parts give hashes.code {found}, not {hashes['code']}"
    if "versions" in record and hashes["versions"] != (found := versions_hash(record["versions"], scheme(record))):
        yield f"its library versions give hashes.versions {found}, not {hashes['versions']}"
    if (record["status"] == "ok") != bool(record["metrics"]):
        yield f"its status is {record['status']} and it has {len(record['metrics'])} metrics"


def check_seals(records: Sequence[Record], released: bool) -> list[str]:
    """Broken seals, and missing ones: records older than seals have none, but none follow a sealed one, and a release
    holds sealed ones only."""
    wrong = []
    expected = released
    for record in records:
        if "seal" not in record and expected:
            wrong.append(f"record {record['id']} ({_named(record)}) has no seal")
        elif "seal" in record:
            expected = True
            if record["seal"] != seal(record):
                wrong.append(f"record {record['id']} ({_named(record)}) was changed after it was written: broken seal")
    return wrong


def _named(record: Record) -> str:
    return " × ".join(str(record[key]) for key in ("task", "method", "classifier", "regime")) + f" × {record['seed']}"


def _notes(folder: Path, records: Sequence[Record]) -> Iterator[str]:
    """What a reader should know and is no fault: records without a seal, code and versions that are not today's."""
    if (unsealed := sum("seal" not in record for record in records)) and not (folder / SUMS).exists():
        yield f"{unsealed} of {len(records)} records are older than seals: a number changed in one would not show"
    if (folder / RECORDS).exists() and (folder / PACKED).exists():
        yield f"{PACKED} is there too, and not read: {RECORDS} is"
    if (version := run_facts(folder).get("augbench", __version__)) != __version__:
        yield f"made by augbench {version}; this is {__version__}, which may lay out boards and page differently"
    with suppress(OSError, ValueError, KeyError, TypeError):  # no claims, or broken ones, which are a finding already
        if foreign := derived.foreign_claims(folder, records):
            yield f"{derived.CLAIMS} rests on {foreign} records that are not here: no verdict was derived again"
    if libraries := derived.other_libraries(folder):
        yield f"{derived.REPORT} was drawn with {libraries}: it was compared without its plots"
    changed, unknown, count = code_today(records)
    if unknown:
        yield f"not known here (a plugin's?), so their code was not compared: {', '.join(unknown)}"
    if changed:
        parts = ", ".join(changed[:6]) + (f" and {len(changed) - 6} more" if len(changed) > 6 else "")
        yield f"{count} of {len(records)} records were made by other code than today's: {parts}"
    today = provenance.versions()
    other = [record for record in records if any(today.get(k, v) != v for k, v in record.get("versions", {}).items())]
    if other:
        keys = sorted({k for r in other for k, v in r["versions"].items() if today.get(k, v) != v})
        yield f"{len(other)} of {len(records)} records were made with other versions of {', '.join(keys)}"
    if not (changed or unknown or other):
        yield "all records were made by today's code and library versions"


def code_today(records: Sequence[Record]) -> tuple[list[str], list[str], int]:
    """Parts of the code that have changed since records were made, names that are not registered, and how many records
    the changes touch. Reads the sources; imports none of them."""
    registry.discover()
    kinds: dict[str, registry.Registry[Any]] = registry.BY_KIND
    changed: set[str] = set()
    unknown: set[str] = set()
    count = 0
    for record in records:
        names = [(kind, record[kind]) for kind in ("task", "method", "classifier")]
        if missing := {f"{kind} {name}" for kind, name in names if name not in kinds[kind]}:
            unknown |= missing
            continue
        today = code_hashes(*(kinds[kind][name] for kind, name in names))
        labels = dict(zip(CODE, (*(f"{kind} {name}" for kind, name in names), SUITE), strict=True))
        parts = {labels[key] for key in CODE if today[key] != record["hashes"].get(key)}
        changed |= parts
        count += bool(parts)
    return sorted(changed, key=lambda part: (part != SUITE, part)), sorted(unknown), count
