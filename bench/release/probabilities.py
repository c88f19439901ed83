"""Class probabilities of test rows in a release: of each task whose files stay small, and the draws made of them.

They are packed anew, in one order, so that the same records give the same files; cells without a record of the release
are left out. A task has those of all its records that ended well, or none, so that one that is missing shows. Of a
task that takes more, ``replicates.parquet`` stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from pathlib import Path

from bench import resample
from bench.messages import answer
from bench.records import predicted, predictions, replicates
from bench.records.files import PREDICTIONS
from bench.records.predicted import Predicted
from bench.records.predictions import GATHERED
from bench.records.record import Record
from bench.slugs import rows_folder

#: MB of 10^6 bytes that a task's probabilities may take in a release; they count for no other limit
LIMIT_MB = 20.0
#: how much smaller than their bytes probabilities are taken to become at most: more are not even packed
DENSEST = 10


def publish(source: Path, target: Path, records: Collection[Record], limit_mb: float = LIMIT_MB) -> None:
    """Write what there is of these records to the release ``target``."""
    ids = {record.id for record in records}
    known = {key: found for key, found in replicates.read(source).items() if key in ids}
    draws = known | dict(resample.derived(source, ids - known.keys()))
    if draws:
        replicates.write(target, draws)
    for place in sorted((source / PREDICTIONS).glob("*/")):
        wanted = {r.id for r in records if r.ok and rows_folder(r.task, r.source) == place.name}
        packed, why = _packed(place, wanted, limit_mb)
        for name, content in packed.items():
            (target / PREDICTIONS / place.name).mkdir(parents=True, exist_ok=True)
            (target / PREDICTIONS / place.name / name).write_bytes(content)
        if why:
            stay = "" if wanted.isdisjoint(draws) else "; the draws made of them stay"
            answer(f"note: class probabilities of {place.name} are left out: {why}{stay}")


def _packed(place: Path, wanted: Collection[str], limit_mb: float) -> tuple[dict[str, bytes], str]:
    """The files of one task by name; or none, and why."""
    cells = _cells(place, wanted, DENSEST * limit_mb * 1e6)
    much = f"they take more than {limit_mb:g} MB"
    if cells is None:
        return {}, much
    if lost := len(wanted) - len(cells):
        return {}, f"{lost} of {len(wanted)} records have none; augbench run --retry makes them"
    used = {cell.tested for cell in cells}
    tested = sorted((rows for rows in predictions.read_rows(place) if rows.key in used), key=lambda rows: rows.key)
    found = {f"rows-{rows.key}.parquet": predicted.pack_rows(rows) for rows in tested}
    found |= {f"part-{i:04}.parquet": predicted.pack(part) for i, part in enumerate(_parts(cells))}
    return (found, "") if sum(map(len, found.values())) <= limit_mb * 1e6 else ({}, much)


def _cells(place: Path, wanted: Collection[str], limit: float) -> list[Predicted] | None:
    """The wanted cells of a task, by id; None where they are more than ``limit`` bytes."""
    cells: list[Predicted] = []
    size = 0
    for cell in predictions.read(place):
        if cell.id in wanted:
            cells.append(cell)
            size += len(cell.proba)
            if size > limit:
                return None
    return sorted(cells, key=lambda cell: cell.id)


def _parts(cells: Iterable[Predicted]) -> Iterator[list[Predicted]]:
    stream = iter(cells)
    while part := list(islice(stream, GATHERED)):
        yield part
