"""Where fits run. Each engine is one function: fits in, events out (``bench.trial.events``), records among them.

``serial``     one worker process; with ``--debug`` in this process, where a debugger reaches everything
``processes``  worker processes on this machine, one thread each by default
``ray``        a local or existing Ray cluster (extra ``augbench[ray]``)

Whatever the engine, the same fit gives the same metrics, and no fit can change another's: ``bench.engines.worker``.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from dataclasses import replace

from bench.config import ENGINES
from bench.engines.settings import Settings
from bench.errors import BenchError
from bench.slugs import did_you_mean
from bench.trial.events import Event
from bench.trial.fit import Cell, FitJob

__all__ = ["Settings", "cores", "run"]


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run(engine: str, fits: Sequence[FitJob], settings: Settings) -> Generator[Event]:
    """Run the fits and yield events as they come. Raises ``BenchError`` for an unknown engine or a missing extra."""
    if engine not in ENGINES:
        raise BenchError(f"unknown engine {engine!r}{did_you_mean(engine, ENGINES)}")
    if engine == "serial" and settings.debug:
        from bench.engines.serial import serial as function
    elif engine == "ray":
        from bench.engines.ray import ray as function
    else:
        from bench.engines.processes import processes as function
    # a fit may run in a folder of its own: what it writes must not depend on where it stands
    settings = replace(settings, spool=settings.spool.absolute())
    fits = [replace(fit, samples=fit.samples and fit.samples.absolute()) for fit in fits]
    return function([part for fit in fits for part in _apart(fit)], settings)


def _apart(fit: FitJob) -> list[FitJob]:
    """One job with the suite's own classifiers, and one with each of a plugin: in one process they could change each
    other's numbers. The method is trained again, from the same seed."""
    cells: dict[str, list[Cell]] = {}
    for cell in fit.cells:
        cells.setdefault(cell.classifier if cell.foreign else "", []).append(cell)
    first, *more = (replace(fit, cells=tuple(chosen)) for chosen in cells.values())
    return [first, *(replace(part, samples=None, pictured=False) for part in more)]
