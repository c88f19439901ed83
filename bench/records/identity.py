"""What makes a record the record of its cell: its axes, the hashes that determine its result, and its id.

Hashes and ids carry the version of their scheme (``2-...``). Records keep those of the scheme they were made by;
scheme 1 (augbench 0.1, no prefix) is checked here and made no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from bench.records.codehash import SCHEME, tagged
from bench.records.provenance import canonical, digest
from bench.records.record import Record, plain, seal

#: what makes two records the same cell, whatever code and data made them
AXES = (
    "task", "source", "method", "classifier", "regime", "seed", "budget", "device",
    "train_rows", "label_noise", "precision", "tuned", "epsilon",
)  # fmt: skip
#: the hashes of code in a record, in the order that its joint one takes them
CODE = ("code_task", "code_method", "code_classifier", "code_bench")
_AXES_OF_SCHEME_1 = AXES[:8]
#: the hashes that determine a result
RESULT = ("data", *CODE, "config", "versions")


def axes(record: Record) -> tuple[Any, ...]:
    """The values of a record's axes; of those that records of an older scheme have not, None."""
    return tuple(getattr(record, axis) for axis in AXES)


def identity(values: Iterable[Any], hashes: Mapping[str, str]) -> str:
    """A record's id: a hash of the values of its axes and of the hashes that determine its result."""
    return tagged(canonical([list(values), {key: hashes[key] for key in RESULT}]))


def identity_of(record: Record) -> str:
    """The id that a record's own axes and hashes give, by the scheme it was made by."""
    if record.schema == SCHEME:
        return identity(axes(record), record.hashes)
    old = [getattr(record, axis) for axis in _AXES_OF_SCHEME_1]
    return digest([old, {key: record.hashes[key] for key in RESULT}])


def records_digest(records: Iterable[Record]) -> str:
    """Sixteen hexadecimal digits over whole records, in whatever order they come: over their ids and seals, a seal
    being a hash of all that its record holds; one that is older than seals has the seal that it would be given. The
    same for packed and plain records."""
    pairs = sorted(f"{record.id} {record.seal or seal(plain(record))}\n" for record in records)
    return sha256("".join(pairs).encode()).hexdigest()[:16]


def joint_code(codes: Mapping[str, str], version: int = SCHEME) -> str:
    """One hash for the code hashes of a cell."""
    return _hash([codes[key] for key in CODE], version)


def config_hash(
    base_seed: int, task: Any, method: Any, classifier: Any, measures: Any, threads: int, version: int = SCHEME
) -> str:
    """Hash of all options of a cell."""
    return _hash([base_seed, task, method, classifier, measures, threads], version)


def versions_hash(versions: Mapping[str, str], version: int = SCHEME) -> str:
    """Hash of the versions of Python and of the libraries behind a cell."""
    return _hash(versions, version)


def _hash(value: Any, version: int) -> str:
    return tagged(canonical(value)) if version == SCHEME else digest(value)
