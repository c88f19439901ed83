"""The same fits on a Ray cluster, local or existing (``--address``); records stream back to the one writer here.

Each fit asks for its threads as CPUs and, on an accelerator, for a share of one. The machines of an existing cluster
need the same augbench installed and the same data folder or cache.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

from bench.engines import worker
from bench.engines.settings import Settings
from bench.errors import BenchError
from bench.trial.fit import FitJob


def ray(fits: list[FitJob], settings: Settings) -> Iterator[dict[str, Any]]:
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


def _work(fit: FitJob, threads: int) -> Iterator[dict[str, Any]]:
    worker.prepare(threads, fit.plugins)
    yield {"started": time.time()}
    yield from worker.walk(fit)


def _stream(library: Any, fits: list[FitJob], settings: Settings) -> Iterator[dict[str, Any]]:
    share = settings.device_share if settings.device != "cpu" else 0
    remote = library.remote(
        num_cpus=settings.threads, num_gpus=share, max_retries=0, num_returns="streaming"
    )(_work)  # fmt: skip
    streams = {remote.remote(fit, settings.threads): fit for fit in fits}
    state = {stream: _State(fit) for stream, fit in streams.items()}
    while state:
        ready, _ = library.wait(list(state), num_returns=1, timeout=1.0, fetch_local=False)
        for stream in ready:
            try:
                event = library.get(next(stream))
            except StopIteration:
                del state[stream]
            except Exception as error:  # whatever Ray raises for a task it lost; the cells say which
                yield from state.pop(stream).lost(error)
            else:
                state[stream].note(event)
                yield event
        for stream, held in list(state.items()):
            if held.overdue:
                library.cancel(stream, force=True)
                yield from state.pop(stream).lost(TimeoutError())


class _State:
    """One fit under way: since when, in which phase, and which of its cells have a record."""

    def __init__(self, fit: FitJob) -> None:
        self.fit = fit
        self.started: float | None = None
        self.phase = "load"
        self.seen: set[str] = set()

    def note(self, event: dict[str, Any]) -> None:
        if "started" in event:
            self.started = time.monotonic()
        self.phase = event.get("phase", self.phase)
        if "record" in event:
            self.seen.add(event["record"]["id"])

    @property
    def overdue(self) -> bool:
        limit = self.fit.timeout
        return limit is not None and self.started is not None and time.monotonic() - self.started > limit

    def lost(self, error: BaseException) -> Iterator[dict[str, Any]]:
        if isinstance(error, TimeoutError):
            status, reason = "timeout", f"the fit and its cells took longer than {self.fit.timeout:g} s"
        elif type(error).__name__ in ("WorkerCrashedError", "OutOfMemoryError", "NodeDiedError"):
            status, reason = "killed", f"the worker died: {error}".split("\n")[0]
        else:
            status, reason = "error", f"{type(error).__name__}: {error}".split("\n")[0]
        for cell in self.fit.cells:
            if cell.id not in self.seen:
                yield {"record": self.fit.record(cell, status, self.phase, reason)}
