"""``augbench release``: what is worth publishing of a run's folder, small, checked, and free of the machine's paths.

The records are packed, everything derived is made from them again, and ``SHA256SUMS`` closes the list. The folder is
built beside its place, verified, and only then put there.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

from bench.data import ENVIRONMENT
from bench.errors import BenchError
from bench.messages import answer
from bench.records import runfile, selection
from bench.records.files import (
    AUDIT,
    CLAIMS,
    CLAIMS_TEXT,
    OURS,
    PARQUET,
    PREDICTIONS,
    RECORDS,
    RUN,
    SELECTION,
    SELFTEST,
    SUMS,
    replace_bytes,
    replace_text,
)  # fmt: skip
from bench.records.folder import RunFolder
from bench.records.packed import pack
from bench.records.reading import said_of
from bench.records.record import Record, convert, encode, plain, seal, sealed
from bench.records.selection import Planned
from bench.release import checksums, environment, probabilities
from bench.release.checksums import files
from bench.release.completeness import lacking
from bench.release.derived import claims_json
from bench.release.verify import verify

#: MiB that a release may take, class probabilities aside (``bench.release.probabilities``), and of it its pictures
LIMIT, PICTURES_LIMIT = 20.0, 3.0
#: pictures by what they show, the first of every draw before the second of any
PICTURES = (
    "images", "windows", "progress", "projection", "frequencies", "predictability", "losses", "histograms", "scatter",
)  # fmt: skip
#: findings of other commands, taken over as they are
COPIED = (SELFTEST, AUDIT, CLAIMS)
#: an absolute path of two parts or more, with its last part
_PATH = re.compile(r"(?<![\w/.~])/(?:[\w.@+-]+/)+([\w.@+-]+)")


def release(source: Path, target: Path, force: bool = False, limit: float = LIMIT) -> int:
    """Publish the run of ``source`` in ``target``; 0 if the result verifies, else 1 and nothing is put there.

    Raises ``BenchError`` for a source without records, a target that holds anything but an earlier release, one with
    records that the source has not (unless ``force``), a broken file, and for more than ``limit`` MiB, class
    probabilities aside.
    """
    run = RunFolder.of_run(source)
    _refuse(source, target)
    if not force and (target / SUMS).exists():
        _refuse_other(run, target)
    building = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        building.mkdir(parents=True)
        _fill(run, building)
        size, beside = sizes(building)
        if size > limit:
            raise BenchError(
                f"the release of {source} is {size:.1f} MiB, above {limit:g}: it was not made; --limit allows more"
            )
        if code := verify(building):
            answer(f"{target} was not made: mend {source} first")
            return code
        count = len(files(building)) + 1
        _put(building, target)
    except OSError as error:
        raise BenchError(f"{target} cannot be written: {error.strerror}; name another folder") from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    answer(f"its digest belongs wherever it is announced, such as README and tag: {checksums.digest(target)}")
    more = f", and {beside:.1f} MiB of class probabilities" if beside else ""
    answer(f"released: {target}, {count} files, {size:.1f} of at most {limit:g} MiB{more}")
    return 0


def sizes(folder: Path) -> tuple[float, float]:
    """MiB of a release's files, and of its class probabilities, which have a limit of their own."""
    found = [0, 0]
    for name in files(folder):
        found[name.startswith(f"{PREDICTIONS}/")] += (folder / name).stat().st_size
    return found[0] / 2**20, found[1] / 2**20


def _refuse(source: Path, target: Path) -> None:
    """Only a new or empty folder, or an earlier release, is written over."""
    if target.exists() and not target.is_dir():
        raise BenchError(f"{target} is a file; name a folder to publish")
    names = {path.name for path in target.iterdir()} if target.exists() else set()
    if source.resolve() == target.resolve() or (names and (SUMS not in names or RECORDS in names)):
        raise BenchError(f"{target} holds something else than a release ({SUMS}, {PARQUET}); name a new folder")
    if foreign := sorted(names - OURS):
        raise BenchError(f"{target} holds files that are not ours ({foreign[0]}); name a new folder")


def _refuse_other(run: RunFolder, target: Path) -> None:
    """A release gives way to one of the same run, gone on or made again, and to no other: what was announced under its
    digest would be gone."""
    try:
        there = {(record.id, record.seal) for record in RunFolder(target).records}
    except BenchError as error:
        raise BenchError(f"{error}; --force writes over it") from None
    mine = {(record.id, record.seal) for record in map(_publishable, run.records)}
    if lost := len(there - mine):
        raise BenchError(
            f"{target} holds another release: {lost} of its {len(there)} records are not those of {run.path}; name a "
            "new folder, or write over it with --force"
        )


def _put(building: Path, target: Path) -> None:
    """Rename the finished folder to its place; an earlier release goes once the new one is there."""
    old = building.with_name(f"{building.name}.old")
    if target.exists():
        target.rename(old)
    building.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _fill(run: RunFolder, target: Path) -> None:
    from bench import publish
    from bench.boards import formats, plots
    from bench.claims import render
    from bench.report import write

    source = run.path
    if contested := said_of(run.contested, run.records_path):
        raise BenchError(f"{contested}: a release holds each record once")
    _ = run.selftest, run.audit, run.claims, run.replicates  # a damaged one is said by its own place
    planned = _selection(run)
    selection.write(target, planned)
    records = [_publishable(record) for record in run.records if Planned.of(record) in planned]
    if unplanned := len(run.records) - len(records):
        answer(f"note: {unplanned} records are of cells that {SELECTION} does not plan; they are left out")
    older = sum(not record.seal for record in run.records)
    if older:
        answer(f"note: {older} of {len(records)} records are older than seals; they are sealed as they are now")
    replace_bytes(target / PARQUET, pack(records))
    if (source / RUN).exists():
        runfile.write(target, runfile.cleaned(run.facts, _clean))
    for name in COPIED:
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)
    probabilities.publish(source, target, records)
    made = RunFolder(target)
    if (target / CLAIMS).exists():
        if (judged := claims_json(made)) is not None:
            replace_text(target / CLAIMS, judged)
        replace_text(target / CLAIMS_TEXT, render(RunFolder(target).claims))
    replace_text(target / environment.NAME, environment.text(records))
    made = RunFolder(target)
    if not made.only_claims:
        boards = publish.build(made)
        formats.write(boards, target / "boards")
        plots.write(boards, target / "plots")
        _pictures(source / "pictures", target / "pictures")
        write(target)
    _refuse_paths(target, b"".join(map(encode, records)))
    checksums.write(target)


def _selection(run: RunFolder) -> frozenset[Planned]:
    """The cells that the release is of. Raises ``BenchError`` where one of them has no record: a release that is not
    whole could have left out what did not please."""
    if run.selection is None:
        answer(f"note: {run.path} has no {SELECTION}, so that the cells it has records of are stated as the selection")
        return frozenset(Planned.of(record) for record in run.records)
    if gone := selection.missing(run.selection, run.records):
        first = next(lacking(run.selection, gone))
        raise BenchError(
            f"{len(gone)} of {len(run.selection)} planned cells of {run.path} have no record ({first}): run its "
            f"command to the end, or take them out of {SELECTION}, which the release states"
        )
    return run.selection


def _publishable(record: Record) -> Record:
    """The record without paths of the machine (a failure's last frames have them) and sealed.

    A broken seal stays broken, for ``verify`` to find.
    """
    fields = plain(record)
    cleaned = fields | {key: _clean(fields[key]) for key in ("reason", "traceback", "output")}
    if record.seal and (cleaned == fields or seal(fields) != record.seal):
        return record
    return sealed(convert(cleaned))


def _clean(value: Any) -> Any:
    """The same with the last part alone of every absolute path in its texts."""
    if isinstance(value, str):
        return _PATH.sub(r".../\1", value)
    if isinstance(value, dict):
        return {key: _clean(part) for key, part in value.items()}
    return [_clean(part) for part in value] if isinstance(value, list) else value


def _refuse_paths(folder: Path, records: bytes) -> None:
    """Raise ``BenchError`` if a text still names a place of this machine."""
    places = {Path.home(), Path(__file__).resolve().parents[2]}
    if ENVIRONMENT in os.environ:
        places.add(Path(os.environ[ENVIRONMENT]).absolute())
    texts = {PARQUET: records} | {n: (folder / n).read_bytes() for n in files(folder) if n != PARQUET}
    for name, text in texts.items():
        for place in places:
            if len(place.parts) > 1 and f"{place}/".encode() in text:
                raise BenchError(f"{name} of the release names {place}, a place of this machine: it was not made")


def _pictures(source: Path, target: Path) -> None:
    """As many pictures as ``PICTURES_LIMIT`` has room for, the kinds in the order of ``PICTURES``."""

    def order(path: Path) -> tuple[int, str]:
        kind = path.name.split(".")[-2]
        return PICTURES.index(kind) if kind in PICTURES else len(PICTURES), path.as_posix()

    found = sorted(source.rglob("*.png"), key=order)
    room = PICTURES_LIMIT * 2**20
    taken = 0
    for path in found:
        if path.stat().st_size <= room:
            room -= path.stat().st_size
            taken += 1
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
    if found:
        answer(f"note: {taken} of {len(found)} pictures, {PICTURES_LIMIT:g} MiB at most")
