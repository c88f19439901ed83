"""The record of one cell: its fields and types, how it is written, sealed and read.

A record is validated when it is read: a missing field, an unknown one or one of a wrong type is a ``MalformedRecord``
that names it. Records of older versions become the same type when they are read (:mod:`bench.records.reading`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, TypeVar, get_args

import msgspec

from bench.records.codehash import SCHEME
from bench.records.files import DEEPEST, shallow, to_json
from bench.records.provenance import digest
from bench.registry.training import LONGEST
from bench.slugs import fault

T = TypeVar("T")

Status = Literal["ok", "skipped", "invalid", "error", "timeout", "oom", "killed", "harness"]
Source = Literal["real", "real-subset", "simulated"]
STATUSES: tuple[str, ...] = get_args(Status)
PHASES = ("load", "prepare", "fit", "sample", "measure", "train", "infer")
#: what numbers of a record reach at most: beyond, sums, squares and quotients of them are no numbers any more
LARGEST = 1e100
#: the same of counts
MOST = 10**15
#: fields that came after the first records of today's schema, and what older ones have there: seals leave it out
_SINCE = {"development": False}


class MalformedRecord(ValueError):
    """A line that is not a record; the message says which field is wrong, and how."""


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The options that the cell was run with, and the seed that all its seeds derive from."""

    base_seed: int
    task: dict[str, Any] = {}
    method: dict[str, Any] = {}
    classifier: dict[str, Any] = {}
    measures: dict[str, Any] = {}


class Machine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the machine was and did: processor, other workers of the run, load of the last minute (None: unknown)."""

    cpu: str = ""
    parallel_workers: int = 0
    exclusive: bool = False
    load_1m: float | None = None


class Trained(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long a method trained, and how long its source trained it, both counted in ``unit``."""

    unit: str
    length: float
    published: float
    source: str = ""

    @property
    def share(self) -> float:
        return self.length / self.published


class Record(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One cell as it ended. Seconds in ``times`` (wall) and ``cpu_s``, MB of 10^6 bytes, joules in ``energy_j``."""

    schema: int
    id: str
    fit_id: str
    # the axes, which make two records the same cell (``bench.records.identity.AXES``)
    task: str
    source: Source
    method: str
    classifier: str
    regime: str
    seed: int
    budget: str
    device: str
    #: reserved axes: training rows taken (None: all), share of labels flipped, arithmetic, hash of tuned options,
    #: privacy budget
    train_rows: int | None = None
    label_noise: float | None = None
    precision: str | None = None
    tuned: str | None = None
    epsilon: float | None = None
    # facts that decorators declare
    modality: str
    #: what the task's rows were cut from; tasks of one family are not independent evidence
    family: str
    #: whether the task leaks on purpose, to run a published protocol again
    leaky: bool
    #: whether defaults of methods were chosen on these rows, so that no standing counts them
    development: bool = False
    #: whether the method learns nothing of the rows
    trivial: bool
    #: whether the method is the one that boards compare all others with
    reference: bool
    #: None where the method does not train, or declares no published training
    trained: Trained | None = None
    # how it ended
    status: Status
    #: the phase that it failed in; "" if it did not
    phase: str = ""
    #: one line; "" if it did not fail
    reason: str = ""
    #: the class of the error, such as ``InvalidData``
    error: str = ""
    traceback: str = ""
    #: the end of what the fit's process had printed by then
    output: str = ""
    #: seconds and MB (resident) that the fit and its cells were allowed
    limit_s: float | None = None
    limit_mb: float | None = None
    #: UTC, ISO 8601: when the fit began and when the cell ended
    started: str
    ended: str
    # what was found
    metrics: dict[str, float] = {}
    #: the metrics of validation rows, to choose by; records of older versions have none
    valid: dict[str, float] = {}
    fidelity: dict[str, float] = {}
    privacy: dict[str, float] = {}
    #: of the method that others are compared with: the measures of rows whose worth is known, by regime and kind
    references: dict[str, dict[str, float]] = {}
    n_train: int | None = None
    n_synthetic: int | None = None
    n_test: int | None = None
    #: what of its test rows may be drawn again where every seed has the same: ``rows``, ``groups`` or ``blocks``;
    #: "" where seeds draw others
    test_units: str = ""
    #: real rows of each class among training and among test rows; records of older versions have none
    train_classes: dict[str, int] = {}
    test_classes: dict[str, int] = {}
    # what it cost; of a failed cell, up to its failure
    times: dict[str, float] = {}
    cpu_s: dict[str, float] = {}
    device_ms: dict[str, float] = {}
    threads: int
    #: the most that a phase added to what its process had resident at its start
    peak_rss_mb: float | None = None
    peak_device_mb: float | None = None
    energy_j: float | None = None
    # what it rests on
    hashes: dict[str, str]
    config: Options
    machine: Machine
    versions: dict[str, str]
    #: a hash over every other field (``seal``)
    seal: str = ""

    @property
    def ok(self) -> bool:
        return self.status == "ok"


_decoder = msgspec.json.Decoder(Record)


def decode(line: bytes) -> Record:
    """The record of today's schema on one line. Raises ``MalformedRecord``."""
    record = parsed(_decoder, line)
    if record.schema > SCHEME:
        raise MalformedRecord(f"schema {record.schema} is newer than this augbench, which reads up to {SCHEME}")
    if record.schema < SCHEME:
        raise MalformedRecord(f"schema {record.schema}, which no augbench writes so")
    return checked(record)


def parsed(decoder: msgspec.json.Decoder[T], line: bytes) -> T:
    """What a decoder makes of a line. Raises ``MalformedRecord``."""
    try:
        found = decoder.decode(line)
        if line.count(b"[") + line.count(b"{") <= DEEPEST or shallow(msgspec.to_builtins(found)):
            return found
    except RecursionError:
        pass
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedRecord(str(error)) from None
    raise MalformedRecord(f"it is nested too deeply, in more than {DEEPEST} levels")


def convert(plain: Mapping[str, Any]) -> Record:
    """The record that a mapping holds, as ``plain`` gives one. Raises ``MalformedRecord``."""
    try:
        return checked(msgspec.convert(plain, Record))
    except msgspec.ValidationError as error:
        raise MalformedRecord(str(error)) from None


def encode(record: Record) -> bytes:
    """The record as its line of a file."""
    return to_json(record) + b"\n"


def plain(record: Record) -> dict[str, Any]:
    """The record as JSON has it: dicts, lists, texts, numbers."""
    found: dict[str, Any] = msgspec.to_builtins(record)
    return found


def seal(fields: Mapping[str, Any]) -> str:
    """Sixteen hexadecimal digits over every field of a plain record but the seal itself, as it is read back."""
    since = {key for key, value in _SINCE.items() if fields.get(key) == value}
    return digest({key: value for key, value in fields.items() if key != "seal" and key not in since})


def sealed(record: Record) -> Record:
    """The record as it will be read back, with its seal. Raises ``MalformedRecord`` for what no file could hold."""
    try:
        back = decode(encode(record))
    except (UnicodeEncodeError, TypeError, RecursionError, msgspec.EncodeError) as error:
        raise MalformedRecord(f"it cannot be written ({error})") from None
    back.seal = seal(plain(back))
    return back


def checked(record: Record) -> Record:
    """The record, where it holds what types alone do not say; else raises ``MalformedRecord``."""
    if record.ok != bool(record.metrics):
        raise MalformedRecord(f"its status is {record.status} and it has {len(record.metrics)} metrics")
    _check_names(record)
    _check_counts(record)
    for name in _NUMBERS:
        if numbers := getattr(record, name):
            _check_numbers(name, numbers)
    for name, known in record.references.items():
        if known:
            _check_numbers(f"references.{name}", known)
    for name in ("label_noise", "epsilon", "limit_s", "limit_mb", "peak_rss_mb", "peak_device_mb", "energy_j"):
        value = getattr(record, name)
        if value is not None and not -LARGEST < value < LARGEST:
            raise MalformedRecord(f"{name} is {value:g}")
    told = record.trained
    if told is not None and not (0 <= told.length <= LONGEST and 1 / LONGEST <= told.published <= LONGEST):
        raise MalformedRecord(f"trained.length is {told.length:g} and trained.published is {told.published:g}")
    return record


_COSTS = ("times", "cpu_s", "device_ms")
_NUMBERS = ("metrics", "valid", "fidelity", "privacy", "times", "cpu_s", "device_ms")
#: names that were looked at: thousands of records have the same few
_named: set[str] = set()


def _check_numbers(name: str, numbers: Mapping[str, float]) -> None:
    """``numbers`` is not empty, which is asked before the call: most of a record's are."""
    least, values = 0 if name in _COSTS else -LARGEST, numbers.values()
    if least <= min(values) and max(values) < LARGEST and not math.isnan(sum(values)):
        return  # all at once: a folder has millions of numbers
    key, value = next((key, value) for key, value in numbers.items() if not least <= value < LARGEST)
    raise MalformedRecord(f"{name}.{key} is {value:g}")


def _check_names(record: Record) -> None:
    """Names become file names, heads of columns and lines of a terminal."""
    for name in ("id", "task", "method", "classifier", "regime", "budget", "device", "modality", "family"):
        value = getattr(record, name)
        if value in _named:
            continue
        if wrong := fault(value):
            raise MalformedRecord(f"{name} {wrong}")
        if name != "id":
            _named.add(value)


def _check_counts(record: Record) -> None:
    """Rows and threads are counted from 0; what was scored was trained and tested on some."""
    least = 1 if record.ok else 0
    for name, low in (("n_train", least), ("n_test", least), ("n_synthetic", 0), ("threads", 0)):
        value = getattr(record, name)
        if value is not None and not low <= value <= MOST:
            raise MalformedRecord(f"{name} is {_count(value)}")
    for name in ("train_classes", "test_classes"):
        for key, value in getattr(record, name).items():
            if not 0 <= value <= MOST:
                raise MalformedRecord(f"{name}.{key} is {_count(value)}")
    if not 0 <= record.seed < 2**32:
        raise MalformedRecord(f"seed is {_count(record.seed)}")


def _count(value: int) -> str:
    return str(value) if abs(value) <= MOST else "a number of many digits"


def finite(name: str, values: Mapping[str, Any]) -> dict[str, float]:
    """Measures as plain numbers. Raises ``ValueError`` for one that no record can hold: ``metrics.f1 is nan``."""
    found = {}
    for key, value in values.items():
        number = float(value)
        if not -LARGEST < number < LARGEST:
            raise ValueError(f"{name}.{key} is {number}, not a finite number; leave it out where it is not defined")
        found[str(key)] = number
    return found
