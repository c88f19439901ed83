"""``augbench verify``: every number of a folder derived again from its records, offline.

Records are checked against their own seals and ids, and against the selection that the folder states, so that one
which is missing shows (``bench.release.completeness``); boards, claims, plots and ``report.html`` are made again in
memory and compared (``bench.release.derived``); in a released folder every file is checked against ``SHA256SUMS``.

What this cannot see is a folder that was forged through and through: records changed, sealed anew, everything else made
again from them. It is another folder, with another digest than the one printed here. So a release's digest stands
outside it (README, changelog, citation, tag), and ``verify --digest`` compares the two. Whether records told the truth
when they were made is for ``augbench reproduce`` and ``verify --rerun``, which run them again.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench import __version__, registry
from bench.errors import BenchError
from bench.matrix import code_hashes
from bench.messages import answer
from bench.records import provenance
from bench.records.codehash import SCHEME
from bench.records.files import CLAIMS, PARQUET, REPORT, SELECTION, SUMS, XZ
from bench.records.folder import RunFolder
from bench.records.identity import CODE
from bench.records.reading import decode, lines
from bench.records.record import Record, seal
from bench.records.selection import missing
from bench.release import checksums, completeness, derived
from bench.release.contradictions import contradictions

#: findings of one kind that are printed
SHOWN = 20
SUITE = "the suite's own"


def verify(folder: Path, digest: str | None = None) -> int:
    """Print a line for each thing that does not follow from the records, and a last one; 0 if there is none, else 1.

    ``digest`` is what a release's digest is said to be elsewhere, or its first eight digits or more; a release's is
    printed in the end. Raises ``BenchError`` for a folder without records, and for a digest of one that is no release.
    """
    run = RunFolder.of_run(folder)
    if digest is not None and not (run.released and re.fullmatch(r"[0-9a-f]{8,64}", digest)):
        raise BenchError(f"--digest takes 8 to 64 hexadecimal digits, those of a release; {folder}: {digest!r}")
    found = Findings()
    check_lines(run, found)
    for findings in (found.lines, found.ids, found.seals):
        found.count += _say(findings)
    made = derived.Made()
    if made_here(run) and not found.unreadable:
        made = derived.check(run)
        found.count += _say(made.wrong)
    if run.released:
        found.count += _say(list(_of_a_release(run, found, digest)))
    for note in (*made.notes, *_notes(run, found)):
        answer(f"note: {note}")
    if found.count:
        answer(f"not verified: {found.count} findings in {found.records} records, {folder}")
        return 1
    sums = [f"{len(checksums.read(folder))} checksums"] if run.released else []
    verified = "verified" if made_here(run) else "verified in part"
    answer(f"{verified}: {', '.join([f'{found.records} records', *made.words, *sums])}")
    if run.released:
        answer(f"digest of the whole release: {checksums.digest(folder)}")
    return 0


def _of_a_release(run: RunFolder, found: Findings, digest: str | None) -> Iterator[str]:
    """Whether a release is whole: every planned cell, every file, and the digest that was announced."""
    if not found.unreadable and (made_here(run) or run.selection is not None):
        yield from completeness.check(run)
    yield from checksums.check(run.path)
    if digest is not None and not (own := checksums.digest(run.path)).startswith(digest):
        yield f"{SUMS}: the release's digest is {own}, not {digest}: this is not the release that was announced"


def made_here(run: RunFolder) -> bool:
    """Whether the folder's boards, claims and page were made by this version, which alone can make them again to the
    byte. Of an older release records, ids, seals and checksums are checked, under its own scheme."""
    return run.facts.augbench in ("", __version__) and not (run.released and _schemes(run) - {SCHEME})


def _schemes(run: RunFolder) -> set[int]:
    try:
        return {record.schema for record in run.records}
    except BenchError:
        return {SCHEME}


@dataclass
class Findings:
    """What is wrong with the lines, the ids and the seals of a folder's records, and how many there are."""

    records: int = 0
    unsealed: int = 0
    #: lines that are there already, letter for letter
    repeated: int = 0
    count: int = 0
    lines: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    seals: list[str] = field(default_factory=list)

    def count_lines(self, record: str, n: int, differ: bool, released: bool) -> None:
        """Note that ``n`` lines have the id of one record, and whether they differ."""
        if n > 1 and (differ or released):
            self.ids.append(f"{record} is there {n} times{', with different content' if differ else ''}")
        else:
            self.repeated += n - 1

    @property
    def unreadable(self) -> bool:
        return bool(self.lines)


def _say(findings: Sequence[str]) -> int:
    for text in findings[:SHOWN]:
        answer(text)
    if len(findings) > SHOWN:
        answer(f"... and {len(findings) - SHOWN} more of this kind")
    return len(findings)


def check_lines(run: RunFolder, found: Findings) -> None:
    """Check every line by itself: that it is a record, gives its own id and hashes, and bears its seal.

    Records older than seals have none, but none follow a sealed one, and a release holds sealed ones only.
    """
    name, expected = run.records_path.name, run.released
    ids: dict[str, set[bytes]] = defaultdict(set)
    repeated: Counter[str] = Counter()
    try:
        for number, text in lines(run.path):
            where = f"{name}:{number}"
            try:
                record = decode(text)
                fields = json.loads(text)
            except ValueError as error:
                found.lines.append(f"{where}: not a whole record ({error})")
                continue
            if not text.endswith(b"\n"):
                found.lines.append(f"{where}: the last line is cut off")
            found.records += 1
            repeated[record.id] += 1
            ids[record.id].add(sha256(text.rstrip(b"\n")).digest())
            found.ids += [f"{where}: record {record.id}: {what}" for what in contradictions(record)]
            expected = expected or bool(record.seal)
            if not record.seal:
                found.unsealed += 1
                if expected:
                    found.seals.append(f"{where}: record {record.id} ({_named(record)}) has no seal")
            elif record.seal != seal(fields):
                found.seals.append(
                    f"{where}: record {record.id} ({_named(record)}) was changed after it was written: broken seal"
                )
    except BenchError as error:
        found.lines.append(str(error))
    for key, n in repeated.items():
        found.count_lines(f"{name}: record {key}", n, len(ids[key]) > 1, run.released)


def _named(record: Record) -> str:
    return " × ".join((record.task, record.method, record.classifier, record.regime)) + f" × {record.seed}"


def _notes(run: RunFolder, found: Findings) -> Iterator[str]:
    """What a reader should know and is no fault: records without a seal, code and versions that are not today's."""
    yield from _of_lines(run, found)
    if packed := [name for name in (PARQUET, XZ) if (run.path / name).exists() and run.records_path.name != name]:
        yield f"{packed[0]} is there too, and not read: {run.records_path.name} is"
    if found.unreadable:
        return
    if not run.released and run.selection and (gone := missing(run.selection, run.records)):
        yield f"{len(gone)} of {len(run.selection)} cells that {SELECTION} plans have no record yet"
    if not made_here(run):
        yield from _older(run)
    if made_here(run) or not _schemes(run) - {SCHEME}:
        yield from _not_derived(run)
        yield from _since(run.records)


def _of_lines(run: RunFolder, found: Findings) -> Iterator[str]:
    """Lines that are no fault, and no others either: without a seal, or there twice."""
    if found.unsealed and not run.released:
        older = f"{found.unsealed} of {found.records} records"
        yield f"{older} are older than seals: a number changed in one would not show"
    if found.repeated:
        name = run.records_path.name
        yield f"{found.repeated} lines of {name} are there twice, the same to the letter; each counts once"


def _older(run: RunFolder) -> Iterator[str]:
    """Of a folder that another version made: what was checked, and what was not."""
    version = run.facts.augbench or "0.1"
    yield (
        f"made by augbench {version}; this is {__version__}: records, ids, seals and checksums were checked under "
        "their own scheme; boards, claims and page are compared byte for byte only by the version that made them"
    )
    if _schemes(run) - {SCHEME}:
        yield "its code hashes are of an older scheme: the code was not compared with today's"


def _not_derived(run: RunFolder) -> Iterator[str]:
    """What of claims and page could not be derived again, or only in part."""
    with suppress(BenchError, KeyError, TypeError):  # no claims, or broken ones, which are a finding already
        if foreign := derived.foreign_claims(run):
            yield f"{CLAIMS} rests on {foreign} records that are not here: no verdict was derived again"
    if libraries := derived.other_libraries(run.path):
        yield f"{REPORT} was drawn with {libraries}: it was compared without its plots"


def _since(records: Sequence[Record]) -> Iterator[str]:
    """What of code and library versions has changed since the records were made; a line too where nothing has."""
    changed, unknown, count = code_today(records)
    if unknown:
        yield f"not known here (a plugin's?), so their code was not compared: {', '.join(unknown)}"
    if changed:
        parts = ", ".join(changed[:6]) + (f" and {len(changed) - 6} more" if len(changed) > 6 else "")
        yield f"{count} of {len(records)} records were made by other code than today's: {parts}"
    today = provenance.versions()
    other = [record for record in records if any(today.get(k, v) != v for k, v in record.versions.items())]
    if other:
        keys = sorted({k for r in other for k, v in r.versions.items() if today.get(k, v) != v})
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
        registry.reopen(record.task, record.config.task)
        names = [(kind, getattr(record, kind)) for kind in ("task", "method", "classifier")]
        if missing := {f"{kind} {name}" for kind, name in names if name not in kinds[kind]}:
            unknown |= missing
            continue
        today = code_hashes(*(kinds[kind][name] for kind, name in names))
        labels = dict(zip(CODE, (*(f"{kind} {name}" for kind, name in names), SUITE), strict=True))
        parts = {labels[key] for key in CODE if today[key] != record.hashes.get(key)}
        changed |= parts
        count += bool(parts)
    return sorted(changed, key=lambda part: (part != SUITE, part)), sorted(unknown), count
