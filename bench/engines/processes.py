"""Long-lived worker processes on this machine, one thread each by default.

A fit over its time limit is killed and its remaining cells end ``timeout``; a worker that dies takes nothing with it
but the fit it held, whose remaining cells end ``killed``. Workers write their events to spool files of their own
(no lock that a killed worker could keep), which this process alone moves into the store: a record is on disk from the
moment its cell ends, also if everything is killed at once; the next run takes up what it finds in the spool.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, TimeoutError, wait
from pathlib import Path
from typing import Any

from bench.engines import worker
from bench.engines.settings import Settings
from bench.trial.fit import FitJob

_POLL_S = 0.2


def processes(fits: list[FitJob], settings: Settings) -> Iterator[dict[str, Any]]:
    """Yield the events of all fits as they come, in the order they end."""
    from pebble import ProcessPool

    if not fits:
        return
    worker.cap_threads(settings.threads)
    settings.spool.mkdir(parents=True, exist_ok=True)
    spool = Spool(settings.spool)
    pool = ProcessPool(
        max_workers=min(settings.workers, len(fits)),
        initializer=_start,
        initargs=(settings.threads, fits[0].plugins),
        context=_context(),
    )
    try:
        open_fits: dict[Any, FitJob] = {
            pool.schedule(_work, args=[fit, settings.spool], timeout=fit.timeout): fit for fit in fits
        }
        while open_fits:
            ended, _ = wait(open_fits, timeout=_POLL_S, return_when=FIRST_COMPLETED)
            yield from spool.new()
            for future in ended:
                yield from _lost(open_fits.pop(future), future, spool)
        pool.close()
    finally:
        pool.stop()
        pool.join()
        yield from spool.new()
        spool.clear()


def prestart(threads: int) -> None:
    """Let the server that workers are forked from import the libraries while this process still plans."""
    worker.cap_threads(threads)
    if forks():
        _context()
        from multiprocessing.forkserver import ensure_running

        ensure_running()


def forks() -> bool:
    """Whether workers are forked from one server here, or each starts by itself."""
    return sys.platform not in ("win32", "darwin")


def _context() -> Any:
    """Workers are forked from a server that has imported the libraries once; spawned where there is no such server."""
    if not forks():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bench.engines.preload"])
    return context


def _start(threads: int, plugins: tuple[Path, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    worker.prepare(threads, plugins)


def _work(fit: FitJob, folder: Path) -> None:
    with open(folder / f"{os.getpid()}.jsonl", "a", encoding="utf-8") as file:
        for event in worker.walk(fit):
            file.write(json.dumps({**event, "fit": fit.id}) + "\n")
            file.flush()


def _lost(fit: FitJob, future: Any, spool: Spool) -> Iterator[dict[str, Any]]:
    """Records for the cells of an ended fit that its worker left without one."""
    error = future.exception()
    if error is None:
        return
    from pebble import ProcessExpired

    phase = spool.phase.get(fit.id, "load")
    if isinstance(error, TimeoutError):
        status, reason = "timeout", f"the fit and its cells took longer than {fit.timeout:g} s"
    elif isinstance(error, ProcessExpired):
        status, reason = "killed", f"the worker died (exit code {error.exitcode})"
    else:
        status, reason = "error", f"{type(error).__name__}: {error}"
    for cell in fit.cells:
        if cell.id not in spool.seen:
            yield {"record": fit.record(cell, status, phase, reason)}


class Spool:
    """The workers' event files, read as they grow. ``seen`` holds the ids of records, ``phase`` the latest by fit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: set[str] = set()
        self.phase: dict[str, str] = {}
        self._read: dict[Path, int] = {}

    def new(self) -> Iterator[dict[str, Any]]:
        """Events written since the last call; a line that is not whole yet waits for its end."""
        for path in sorted(self.folder.glob("*.jsonl")):
            with open(path, "rb") as file:
                file.seek(self._read.get(path, 0))
                data = file.read()
            whole = data[: data.rfind(b"\n") + 1]
            self._read[path] = self._read.get(path, 0) + len(whole)
            for line in whole.splitlines():
                event = json.loads(line)
                if "phase" in event:
                    self.phase[event["fit"]] = event["phase"]
                if "record" in event:
                    self.seen.add(event["record"]["id"])
                yield event

    def clear(self) -> None:
        for path in self.folder.glob("*.jsonl"):
            path.unlink()
        self._read.clear()
