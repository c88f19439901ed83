"""A folder as large as one can be: the records of a run, copied with other seeds until there are enough.

    python -P tests/scale.py results/v0.1 250000 /tmp/large

Scores of a copy differ a little from the original's, so that no shortcut for equal numbers helps. The copies are whole:
hashes, ids and seals are those that their fields give, so that ``augbench verify`` and ``augbench release`` take them.
"""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from bench.records.codehash import SCHEME
from bench.records.files import AUDIT, RECORDS, RUN, SELFTEST
from bench.records.identity import CODE, config_hash, identity_of, joint_code, versions_hash
from bench.records.reading import read
from bench.records.record import Record, encode, sealed

#: between the seeds of two copies
STEP = 1000


def copies(records: Sequence[Record], count: int) -> Iterator[Record]:
    """``count`` records: the given ones, then copies of them at other seeds, with ids of their own."""
    noise = random.Random(0)
    for i in range(count):
        copy, number = divmod(i, len(records))
        record = records[number]
        made = msgspec.structs.replace(
            record,
            schema=SCHEME,
            fit_id=f"{SCHEME}-{copy:04x}{record.fit_id[-12:]}",
            seed=record.seed + STEP * copy,
            metrics={name: value + noise.gauss(0, 0.002) for name, value in record.metrics.items()},
            hashes=_hashes(record),
        )
        yield sealed(msgspec.structs.replace(made, id=identity_of(made)))


def _hashes(record: Record) -> dict[str, str]:
    """The record's hashes by today's scheme: of options and versions as they are, of code as it was, with a new tag."""
    config = record.config
    parts = (config.task, config.method, config.classifier, config.measures, record.threads)
    hashes = {key: f"{SCHEME}-{value}" if key in CODE else value for key, value in record.hashes.items()}
    hashes |= {"config": config_hash(config.base_seed, *parts), "versions": versions_hash(record.versions)}
    return hashes | {"code": joint_code(hashes)}


def write(source: Path, count: int, target: Path) -> None:
    """Make ``target`` a run's folder of ``count`` records, with the run facts, self-test and audit of ``source``."""
    target.mkdir(parents=True)
    with (target / RECORDS).open("wb") as file:
        file.writelines(encode(record) for record in copies(list(read(source)), count))
    for name in (RUN, SELFTEST, AUDIT):
        if (source / name).exists():
            shutil.copy(source / name, target / name)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
