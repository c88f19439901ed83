"""Fits in, records in the store: the only driver of engines. ``run``, ``claims`` and ``selftest`` use it; so does
``reproduce``, with a store of its own."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

from bench import engines
from bench.engines.worker import forks
from bench.errors import DataUnavailable, InvalidData
from bench.parents import alone
from bench.progress import Progress
from bench.records.predictions import Predictions
from bench.records.record import Record
from bench.records.store import Store
from bench.trial.events import Done, Ended, Event, Scored
from bench.trial.fit import FitJob

_say = logging.getLogger("augbench.run").info

#: what makes rows the user's to mend, and no result of a method
REFUSED = (InvalidData.__name__, DataUnavailable.__name__)


@dataclass
class Outcome:
    """How a carrying out went: the tasks whose rows were refused, with the reason, and the harness's share."""

    refused: dict[str, str] = field(default_factory=dict)
    #: cells that the harness lost
    lost: int = 0
    overhead: str = ""


def carry_out(
    fits: Sequence[FitJob],
    store: Store,
    engine: str,
    settings: engines.Settings,
    before: int = 0,
    predictions: Predictions | None = None,
) -> Outcome:
    """Run fits and append the records of their cells as they come, with a progress display.

    ``before`` counts cells that were there already. ``predictions`` keeps the class probabilities that come with them,
    each before its record. A cell whose rows were refused has no record: it runs again once
    they are mended.
    """
    others = min(settings.workers, len(fits)) - 1 if engine != "serial" else 0
    fits = [replace(fit, parallel_workers=max(0, others)) for fit in fits]
    overhead = Overhead(0 if engine == "processes" and forks() else others + 1)
    outcome = Outcome()
    events = engines.run(engine, fits, settings)
    try:
        with Progress(sum(len(fit.cells) for fit in fits), before) as progress, closing(events):
            for event in alone(events):  # with --debug methods run in this process
                overhead.note(event)
                record = event.record if isinstance(event, Ended) else None
                if record is not None and refused(record):
                    outcome.refused.setdefault(
                        record.task, f"{record.task}: {record.reason.removeprefix(f'{record.error}: ')}"
                    )
                elif take(event, store, predictions) and record is not None:
                    progress.cell(record)
                    outcome.lost += record.status == "harness"
    except KeyboardInterrupt:
        take_up_spool(store, predictions)  # what workers had finished by then
        raise
    outcome.overhead = overhead.line()
    return outcome


def take(event: Event, store: Store, predictions: Predictions | None) -> bool:
    """Put what an event brings to where it is kept: probabilities before their record, so that no record is without
    them if this is the last that happens. True if there was something new to keep of a cell."""
    if isinstance(event, Scored) and predictions is not None:
        predictions.add(event.tested)
    if not isinstance(event, Ended):
        return False
    record, kept = event.record, False
    if event.predicted is not None and predictions is not None:
        known = store.records.get(record.id)
        if known is None or known.metrics == record.metrics:
            kept = predictions.append(event.predicted)
        else:
            where = f"{record.task} × {record.method} × seed {record.seed}"
            _say(f"{where}: other numbers than its record has, so its class probabilities are not kept")
    return store.append(record) or kept


def missing(fits: Iterable[FitJob], store: Store, predictions: Predictions | None = None) -> list[FitJob]:
    """The fits that still have cells to run, with those cells alone. What ended by the harness's doing is dropped from
    the store, and runs again. With ``predictions`` cells without class probabilities run again, too; their records
    stay."""
    store.forget([key for key, record in store.records.items() if record.status == "harness"])
    have = {i for i, r in store.records.items() if predictions is None or not r.ok or i in predictions}
    rest = [replace(f, cells=tuple(c for c in f.cells if c.id not in have)) for f in fits]
    return [fit for fit in rest if fit.cells]


def refused(record: Record) -> bool:
    """Whether the cell ended because its rows cannot carry a benchmark."""
    return record.phase == "load" and record.error in REFUSED


def take_up_spool(store: Store, predictions: Predictions | None = None) -> int:
    """Append what workers of an interrupted run left in the folder; returns how many cells that were."""
    from bench.engines.spool import Spool

    spool = Spool(store.folder / "spool")
    taken = 0
    for event in spool.new():
        if not (isinstance(event, Ended) and refused(event.record)):
            taken += take(event, store, predictions)
    spool.clear()
    return taken


class Overhead:
    """How many worker seconds the harness took for itself: reading, splitting, preprocessing, checking, scoring.

    Start-up counts for workers that import the libraries themselves; where they are forked from a process that has,
    there are no workers yet, and it is said beside.
    """

    def __init__(self, starting: int) -> None:
        self.starting = starting  # workers that were there while the libraries were imported
        self.start = time.perf_counter()
        self.start_up: float | None = None
        self.worker_s = 0.0
        self.harness_s = 0.0

    def note(self, event: Event) -> None:
        if self.start_up is None:
            self.start_up = time.perf_counter() - self.start
        if isinstance(event, Done):
            self.worker_s += event.worker_s
            self.harness_s += event.harness_s

    def line(self) -> str:
        start_up = (self.start_up or 0.0) * self.starting
        total = self.worker_s + start_up
        harness = self.harness_s + start_up
        share = 100 * harness / total if total else 0.0
        return (
            f"harness overhead {share:.1f} % of {total:.0f} worker seconds "
            f"({harness:.1f} s); {self.start_up or 0.0:.1f} s until the first worker began; "
            f"wall {time.perf_counter() - self.start:.0f} s"
        )


def settings(store: Store, workers: int, threads: int, device: str, **more: Any) -> engines.Settings:
    """How an engine runs for a store: its spool lies in the store's folder."""
    return engines.Settings(workers=workers, threads=threads, spool=store.folder / "spool", device=device, **more)
