"""Records of augbench 0.1: what they held, and how they become today's.

They keep their ids, hashes and seals (seals are checked over the line as it was written). What decorators declare
today was then told from names; the names of that version are listed here, and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from bench.records.record import Machine, MalformedRecord, Options, Record, Source, Status, Trained, checked, parsed

TRIVIAL = frozenset({"none", "class-weight", "moved-threshold", "random-over", "image-augment", "series-augment"})
#: tasks that leak on purpose: by their names, and one whose name does not say so
LEAKY = frozenset({"ecg-slides"})
#: the published steps of its methods; how many they were given stands in their options
PUBLISHED_STEPS = {
    "gan": 5_000, "pacgan": 400_000, "cgan": 5_000, "wgan": 1_500, "wgan-gp": 5_000, "cwgan": 1_500, "cwgan-gp": 5_000,
    "medgan": 42_000, "cmedgan": 42_000, "dcgan": 39_000, "acgan": 50_000, "timegan": 50_000,
}  # fmt: skip
MOST_STEPS = 10**12
SERIES = frozenset({"ecg", "ecg-slides", "ecg5000", "stocks", "sines"})


class _Machine(msgspec.Struct, frozen=True):
    workers_beside: int | None = 0
    exclusive: bool = False
    load_1m: float | None = None


class _Record(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    id: str
    fit_id: str
    task: str
    source: Source
    method: str
    classifier: str
    regime: str
    seed: int
    budget: str
    status: Status
    phase: str
    reason: str
    metrics: dict[str, float]
    times: dict[str, float]
    cpu_s: dict[str, float] = {}
    device_ms: dict[str, float]
    device: str
    threads: int
    peak_rss_mb: float | None
    peak_device_mb: float | None
    energy_j: float | None
    n_train: int | None
    n_synthetic: int | None
    n_test: int | None
    fidelity: dict[str, float]
    privacy: dict[str, float]
    hashes: dict[str, str]
    config: dict[str, Any]
    machine: _Machine = _Machine()
    #: missing of what ended by the engine's doing: they count as older than any that tells its time
    versions: dict[str, str] = {}
    started: str = ""
    traceback: str = ""
    seal: str = ""


_decoder = msgspec.json.Decoder(_Record)


def decode(line: bytes) -> Record:
    """Today's record of a line that augbench 0.1 wrote. Raises ``MalformedRecord``."""
    old = parsed(_decoder, line)
    config = {key: value for key, value in old.config.items() if key in Options.__struct_fields__}
    try:
        options = msgspec.convert(config, Options)
    except msgspec.ValidationError as error:
        raise MalformedRecord(f"{error}, of config") from None
    same = {name: getattr(old, name) for name in _SAME}
    record = Record(
        schema=1,
        modality=modality(old.task),
        family=family(old.task),
        leaky=old.task.endswith("-leaky") or old.task in LEAKY,
        trivial=old.method in TRIVIAL,
        reference=old.method == "none",
        trained=trained(old.method, options.method),
        error=old.reason.partition(":")[0] if old.traceback or old.status in ("invalid", "skipped") else "",
        ended=old.started,
        # it was the peak of the worker's whole past, libraries included: no cost of this cell
        peak_rss_mb=None,
        config=options,
        machine=Machine(
            parallel_workers=old.machine.workers_beside or 0,
            exclusive=old.machine.exclusive,
            load_1m=old.machine.load_1m,
        ),
        **same,
    )
    return checked(record)


_SAME = tuple(
    n
    for n in _Record.__struct_fields__
    if n in Record.__struct_fields__ and n not in ("config", "machine", "peak_rss_mb")
)


def trained(method: str, options: Mapping[str, Any]) -> Trained | None:
    """How long a method trained, where its options tell."""
    published, steps = PUBLISHED_STEPS.get(method), options.get("steps")
    if published is None or isinstance(steps, bool) or not isinstance(steps, int | float) or steps > MOST_STEPS:
        return None
    return Trained(unit="steps", length=float(steps), published=float(published))


def family(task: str) -> str:
    """What a task's rows were cut from: the first letters of a KEEL table, the first word of any other name."""
    first, _, rest = task.partition("-")
    if first == "keel" and rest:
        return f"{first}-{re.match('[A-Za-z]*', rest)[0]}"  # type: ignore[index]
    return first


def modality(task: str) -> str:
    if task.startswith(("fashion-mnist", "digits")):
        return "image"
    return "series" if task.removesuffix("-leaky") in SERIES else "tabular"
