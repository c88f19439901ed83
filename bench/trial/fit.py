"""The unit of work that engines carry: one (task, method, seed) with every cell that is scored from it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from bench.records import provenance
from bench.records.codehash import SCHEME, tagged
from bench.records.record import Machine, Options, Record, Status, Trained
from bench.registry import Entry
from bench.slugs import printable
from bench.task import Origin

#: bytes kept of what a fit printed
PRINTED = 2000


@dataclass(frozen=True)
class Cell:
    """One record to be: a classifier in a regime. ``id`` is a hash of all that determines the result; ``requires``
    are the modules that its task, method and classifier declare to need; ``foreign`` says that the classifier is a
    plugin's; ``entry`` is what the registry says of it."""

    id: str
    classifier: str
    regime: str
    params: Mapping[str, Any] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    requires: tuple[str, ...] = ()
    foreign: bool = False
    entry: Entry[Any] | None = None


@dataclass(frozen=True)
class Facts:
    """What the decorators of a fit's task and method declare."""

    modality: str
    family: str
    leaky: bool = False
    trivial: bool = False
    reference: bool = False
    trained: Trained | None = None
    #: whether defaults were chosen on the task; a source, where that is so of its rows of that source
    development: bool | str = False

    @classmethod
    def of(cls, task: Entry[Any], method: Entry[Any], params: Mapping[str, Any]) -> Self:
        """``params``: the options that the method is run with, which tell how long it trains."""
        told, length = method.published, method.trained(params)
        trained = None
        if told is not None and length is not None:
            trained = Trained(unit=told.unit, length=length, published=float(told.published), source=told.source)
        return cls(
            modality=task.modalities[0], family=task.family or task.name, leaky=task.leaky, trivial=method.trivial,
            reference=method.reference, trained=trained, development=task.development,
        )  # fmt: skip


@dataclass(frozen=True)
class FitJob:
    """Everything a worker needs, picklable.

    ``samples`` is the folder for what pictures are drawn from, or None; only ``pictured`` fits leave rows there, the
    others how their training went.
    """

    task: str
    method: str
    seed: int
    base_seed: int
    budget: str
    origin: Origin
    facts: Facts
    #: every regime that rows are asked for, also of cells that are not to be run (again): the training rests on them
    regimes: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    task_params: Mapping[str, Any] = field(default_factory=dict)
    method_params: Mapping[str, Any] = field(default_factory=dict)
    measures: Mapping[str, Any] = field(default_factory=dict)
    device: str = "cpu"
    threads: int = 1
    timeout: float | None = None
    #: what the registry says of the task and the method; with those of its cells all that a worker is to load
    entries: tuple[Entry[Any], ...] = ()
    samples: Path | None = None
    pictured: bool = False
    #: whether class probabilities of the test rows are handed on with the records
    predictions: bool = False
    parallel_workers: int = 0
    exclusive: bool = False
    #: resident memory that the fit may take, in MB of 10^6 bytes; None is no limit
    memory_mb: float | None = None
    #: whether code that is not the suite's own takes part, so that the fit must run in a process of its own
    isolated: bool = False
    #: whether the task is such code
    plugin_task: bool = False
    #: the file that the fit's process prints into, set by the worker
    output: Path | None = None

    @property
    def id(self) -> str:
        """What the cells of one training have in common, whichever of them are run."""
        params = (dict(self.task_params), dict(self.method_params), dict(self.measures))
        rest = (self.base_seed, self.budget, self.device, self.threads, self.origin.sha256, sorted(self.regimes))
        return tagged(provenance.canonical([self.task, self.method, self.seed, *params, *rest]))

    @property
    def label(self) -> str:
        return f"{self.task} × {self.method} × seed {self.seed}"

    def axes(self, classifier: str, regime: str) -> tuple[Any, ...]:
        """The values of a cell's axes (``bench.records.identity.AXES``); the last ones are reserved and not set yet."""
        return (
            self.task, self.origin.source, self.method, classifier, regime, self.seed, self.budget, self.device,
            None, None, None, None, None,
        )  # fmt: skip

    def record(
        self,
        cell: Cell,
        status: Status,
        *,
        started: str,
        phase: str = "",
        reason: str = "",
        error: str = "",
        traceback: str = "",
        **found: Any,
    ) -> Record:
        """The record of a cell that has just ended: the one place where records are made, whatever the status and the
        engine. ``found`` holds fields of ``Record`` beyond those that the job, the cell and this process tell."""
        load = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
        facts = self.facts
        return Record(
            schema=SCHEME,
            id=cell.id,
            fit_id=self.id,
            task=self.task,
            source=self.origin.source,
            method=self.method,
            classifier=cell.classifier,
            regime=cell.regime,
            seed=self.seed,
            budget=self.budget,
            device=self.device,
            modality=facts.modality,
            family=facts.family,
            leaky=facts.leaky,
            development=facts.development in (True, self.origin.source),
            trivial=facts.trivial,
            reference=facts.reference,
            trained=facts.trained,
            status=status,
            phase=phase,
            reason=printable(reason),
            error=printable(error)[:200],
            traceback=printable(traceback),
            limit_s=self.timeout,
            limit_mb=self.memory_mb,
            output=found.pop("output", None) or (tail(self.output) if self.output else ""),
            started=started,
            ended=now(),
            threads=self.threads,
            hashes={**cell.hashes, **found.pop("hashes", {})},
            config=Options(
                base_seed=self.base_seed,
                task=dict(self.task_params),
                method=dict(self.method_params),
                classifier=dict(cell.params),
                measures=dict(self.measures),
            ),
            machine=Machine(
                cpu=provenance.cpu_name(),
                parallel_workers=self.parallel_workers,
                exclusive=self.exclusive,
                load_1m=load,
            ),
            versions=provenance.versions(cell.requires),
            **found,
        )


def tail(output: Path) -> str:
    """The last characters of what a fit printed; "" where nothing can be read."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # a method may have closed or replaced it
            stream.flush()
    try:
        with open(output, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - PRINTED))
            return file.read().decode("utf-8", "replace").strip()
    except OSError:
        return ""


def now() -> str:
    """The time in UTC, ISO 8601 with milliseconds, so that texts sort as times do."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
