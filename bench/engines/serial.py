"""One fit after the other in this process: a debugger and a traceback reach everything. No time limit is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.engines import worker
from bench.engines.settings import Settings
from bench.trial.fit import FitJob


def serial(fits: list[FitJob], settings: Settings) -> Iterator[dict[str, Any]]:
    """Yield the events of every fit in order."""
    from threadpoolctl import threadpool_limits

    worker.prepare(settings.threads, fits[0].plugins if fits else ())
    with threadpool_limits(settings.threads):
        for fit in fits:
            yield from worker.walk(fit)
