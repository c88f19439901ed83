"""Where fits run. Each engine is one function: fits in, events out (``bench.trial.walk``), records among them.

``serial``     in this process, for debugging
``processes``  long-lived single-thread workers on this machine
``ray``        a local or existing Ray cluster (extra ``augbench[ray]``)

Whatever the engine, the same fit gives the same metrics: every worker is set up by ``worker.prepare``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any

from bench.config import ENGINES
from bench.engines.settings import Settings
from bench.errors import BenchError
from bench.registry import did_you_mean
from bench.trial.fit import FitJob

__all__ = ["Settings", "cores", "run"]


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run(engine: str, fits: Iterable[FitJob], settings: Settings) -> Iterator[dict[str, Any]]:
    """Run the fits and yield events as they come. Raises ``BenchError`` for an unknown engine or a missing extra."""
    if engine == "serial":
        from bench.engines.serial import serial as function
    elif engine == "processes":
        from bench.engines.processes import processes as function
    elif engine == "ray":
        from bench.engines.ray import ray as function
    else:
        raise BenchError(f"unknown engine {engine!r}{did_you_mean(engine, ENGINES)}")
    return function(list(fits), settings)
