"""The same fits on a Ray cluster, local or existing (``--address``); records stream back to the one writer here.

Each fit asks for its threads as CPUs and, on an accelerator, for a share of one. On its node it runs as on this
machine, in a worker process of the engine ``processes``, so that the same limits and the same isolation hold. The
machines of an existing cluster need the same augbench installed and the same data folder or cache.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.engines import worker
from bench.engines.processes import TRIES, processes
from bench.engines.settings import Settings
from bench.errors import BenchError
from bench.trial.events import Done, Ended, Entered, Event
from bench.trial.fit import FitJob, now

#: seconds beyond its own limit after which a fit is given up: its node keeps the limit, unless it hangs itself
_GRACE_S = 60.0


def ray(fits: list[FitJob], settings: Settings) -> Generator[Event]:
    """Yield the events of all fits as they come. Raises ``BenchError`` if Ray is not installed or not reached."""
    try:
        import ray as library
    except ImportError as error:
        raise BenchError("the ray engine needs Ray: pip install 'augbench[ray]'") from error
    if not fits:
        return
    variables = {name: str(settings.threads) for name in worker.THREAD_VARIABLES}
    options: dict[str, Any] = {"runtime_env": {"env_vars": variables}, "log_to_driver": False, "logging_level": "error"}
    if settings.address:
        options["address"] = settings.address
    else:
        options |= {"num_cpus": settings.workers * settings.threads, "include_dashboard": False}
        # Ray's workers give way to everything else by default (nice 15), which would lengthen every time they take
        os.environ.setdefault("RAY_worker_niceness", "0")
    try:
        library.init(**options)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise BenchError(f"no Ray cluster at {settings.address or 'this machine'}: {error}".split("\n")[0]) from error
    try:
        yield from _stream(library, fits, settings)
    finally:
        library.shutdown()


def _work(fit: FitJob, threads: int, device: str) -> Iterator[Event]:
    with tempfile.TemporaryDirectory(prefix="augbench-spool-") as spool:
        yield Entered(fit.id, "load")
        yield from processes([fit], Settings(1, threads, Path(spool), device))


def _stream(library: Any, fits: list[FitJob], settings: Settings) -> Iterator[Event]:
    share = settings.device_share if settings.device != "cpu" else 0
    remote = library.remote(
        num_cpus=settings.threads, num_gpus=share, max_retries=0, num_returns="streaming"
    )(_work)  # fmt: skip

    def submit(fit: FitJob) -> Any:
        return remote.remote(fit, settings.threads, settings.device)

    state = {submit(fit): _State(fit) for fit in fits}
    while state:
        ready, _ = library.wait(list(state), num_returns=1, timeout=1.0, fetch_local=False)
        for stream in ready:
            held = state[stream]
            try:
                event = library.get(next(stream))
            except StopIteration:
                del state[stream]
            except Exception as error:  # whatever Ray raises for a task it lost; the cells say which
                del state[stream]
                if held.tries < TRIES and (rest := held.rest()):
                    state[submit(rest)] = _State(rest, held.tries + 1)
                else:
                    yield from held.lost(error)
            else:
                held.note(event)
                yield event
        for stream, held in list(state.items()):
            if held.overdue:
                library.cancel(stream, force=True)
                yield from state.pop(stream).lost(TimeoutError())


class _State:
    """One fit under way: since when, in which phase, and which of its cells have a record."""

    def __init__(self, fit: FitJob, tries: int = 1) -> None:
        self.fit = fit
        self.tries = tries
        self.began: float | None = None
        self.started = now()
        self.phase = "load"
        self.seen: set[str] = set()

    def note(self, event: Event) -> None:
        if self.began is None:
            self.began, self.started = time.monotonic(), now()
        if isinstance(event, Entered):
            self.phase = event.phase
        elif isinstance(event, Ended):
            self.seen.add(event.record.id)

    @property
    def spent(self) -> float:
        return 0.0 if self.began is None else time.monotonic() - self.began

    @property
    def overdue(self) -> bool:
        limit = self.fit.timeout
        return limit is not None and self.spent > limit + _GRACE_S

    def rest(self) -> FitJob | None:
        """The fit with the cells that have no record yet; None if all have."""
        cells = tuple(cell for cell in self.fit.cells if cell.id not in self.seen)
        return replace(self.fit, cells=cells) if cells else None

    def lost(self, error: BaseException) -> Iterator[Event]:
        """Records for the cells that Ray lost: nodes and Ray's own workers are the harness, not the method."""
        what = f"{type(error).__name__}: {error}".split("\n")[0]
        reason = f"the cluster lost the fit {self.tries} times ({what})"
        if isinstance(error, TimeoutError):
            reason = f"the node did not end the fit {_GRACE_S:g} s after its limit of {self.fit.timeout:g} s"
        for cell in self.fit.cells:
            if cell.id not in self.seen:
                record = self.fit.record(
                    cell, "harness", started=self.started, phase=self.phase, reason=reason, error=type(error).__name__,
                    times={self.phase: round(self.spent, 6)},
                )  # fmt: skip
                yield Ended(self.fit.id, record)
        yield Done(self.fit.id, self.spent, 0.0)
