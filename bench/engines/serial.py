"""One fit after the other in this process, for ``--debug``: a debugger and a traceback reach everything. No limit is
kept, and nothing keeps one fit from changing the next."""

from __future__ import annotations

from collections.abc import Generator

from bench.engines import worker
from bench.engines.settings import Settings
from bench.trial.events import Event
from bench.trial.fit import FitJob


def serial(fits: list[FitJob], settings: Settings) -> Generator[Event]:
    """Yield the events of every fit in order."""
    from threadpoolctl import threadpool_limits

    worker.prepare(settings.threads)
    with threadpool_limits(settings.threads):
        for fit in fits:
            yield from worker.walk(fit)
