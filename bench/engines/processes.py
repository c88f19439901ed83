"""Worker processes on this machine, one thread each by default.

Workers write their events to spool files of their own (``bench.engines.spool``), which this process alone moves into
the store. It watches time and memory of every fit and ends one that takes more than it may; a worker that dies takes
nothing with it but the fit it held.

A death is booked on a method only where it is certain: a fit that shared its worker runs again in a process of its
own; a worker that dies before a fit begins, cannot write or dies beside such a process is the harness's, and its fit
is tried ``TRIES`` times before its cells end as ``harness``.
"""

from __future__ import annotations

import signal
import tempfile
import time
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from shutil import rmtree
from typing import Any

from bench.engines import limits, server, worker
from bench.engines.settings import Settings
from bench.engines.spool import Spool
from bench.engines.worker import Began, Finished
from bench.records.record import Status
from bench.trial.events import Done, Ended, Event
from bench.trial.fit import FitJob, now, tail

TRIES = 3
_POLL_S = 0.2
#: seconds between looks at what a fit takes
_LOOK_S = 0.5
#: seconds that a worker has to say that its fit is over, once the process of the fit has ended
_SILENT_S = 10.0
#: seconds that a worker has to begin its fit: importing the libraries, where it is not forked from a server
_START_S = 300.0


@dataclass
class Attempt:
    """A fit that is to be run, for the ``tries``-th time."""

    fit: FitJob
    tries: int = 1


@dataclass
class Verdict:
    """Why a fit was ended or lost: the status of its cells without a record, and the reason."""

    status: Status
    reason: str
    error: str = ""


@dataclass
class Worker:
    """A worker process and the fit it holds."""

    process: Any
    pipe: Connection
    scratch: Path
    attempt: Attempt | None = None
    began: Began | None = None
    started: str = ""
    clock: float = 0.0
    looked: float = 0.0
    #: set once the fit has been ended for what it took
    sentence: Verdict | None = None
    #: since when its worker should have said that the fit is over
    over: float | None = None

    def take(self, attempt: Attempt) -> None:
        self.attempt, self.began, self.sentence, self.over = attempt, None, None, None
        self.started, self.clock = now(), time.monotonic()
        with suppress(OSError):  # one that has died is found dead at the next look
            self.pipe.send(attempt.fit)

    @property
    def spent(self) -> float:
        return time.monotonic() - self.clock


def processes(fits: list[FitJob], settings: Settings) -> Generator[Event]:
    """Yield the events of all fits as they come."""
    if not fits:
        return
    worker.cap_threads(settings.threads)
    settings.spool.mkdir(parents=True, exist_ok=True)
    pool = Pool(fits, settings)
    try:
        yield from pool.events()
    except BaseException:
        pool.stop()  # the spool stays: who stopped this takes up what is in it
        raise
    pool.stop()
    yield from pool.spool.new()
    pool.spool.clear()


class Pool:
    """The workers of one run, and the fits that wait for them."""

    def __init__(self, fits: list[FitJob], settings: Settings) -> None:
        self.settings = settings
        self.queue = deque(Attempt(fit) for fit in fits)
        self.spool = Spool(settings.spool)
        self.workers: list[Worker] = []

    def events(self) -> Iterator[Event]:
        while self.queue or self._busy():
            self._hand_out()
            messages = self._messages()
            yield from self.spool.new()  # what was written before a worker said that its fit is over
            for one, message in messages:
                if isinstance(message, Began):
                    one.began, one.started, one.clock = message, now(), time.monotonic()
                else:
                    yield from self._over(one, message)
            for one in self._busy():
                self._watch(one)

    def _busy(self) -> list[Worker]:
        return [one for one in self.workers if one.attempt]

    def _messages(self) -> list[tuple[Worker, Began | Finished | None]]:
        """What busy workers say within a moment; None of one that has died."""
        busy = self._busy()
        ready = wait([one.pipe for one in busy], timeout=_POLL_S)
        return [(one, self._hear(one)) for one in busy if one.pipe in ready]

    def _hand_out(self) -> None:
        idle = [one for one in self.workers if not one.attempt]
        room = min(self.settings.workers, len(self.queue) + len(self.workers) - len(idle)) - len(self.workers)
        idle += [self._new() for _ in range(max(0, room))]
        for one in idle:
            if self.queue:
                one.take(self.queue.popleft())

    def _new(self) -> Worker:
        context = server.context()
        here, there = context.Pipe()
        scratch = Path(tempfile.mkdtemp(prefix="augbench-"))  # not beside those of others, which a fit could remove
        arguments = (there, self.settings.threads, self.settings.spool, scratch)
        process = context.Process(target=worker.serve, args=arguments, daemon=False)
        process.start()
        there.close()
        one = Worker(process, here, scratch)
        self.workers.append(one)
        return one

    @staticmethod
    def _hear(one: Worker) -> Began | Finished | None:
        """What the worker says; None if it has died."""
        try:
            message: Began | Finished = one.pipe.recv()
        except (EOFError, OSError):
            return None
        return message

    def _watch(self, one: Worker) -> None:
        """End the fit if it takes longer or more than it may, and a worker that does not begin or does not say that
        its fit is over (it may have been stopped); it is found dead at the next look."""
        now = time.monotonic()
        silent = one.over is not None and now - one.over > _SILENT_S
        late = one.began is None and one.spent > _START_S
        if (late or silent) and one.process.pid is not None:
            limits.kill_tree(one.process.pid)
        elif one.began is not None and one.over is None and (sentence := self._sentence(one, one.began)):
            one.sentence, one.over = sentence, now
            limits.kill_tree(one.began.pid)

    @staticmethod
    def _sentence(one: Worker, began: Began) -> Verdict | None:
        """Why the fit is to be ended, if it is."""
        assert one.attempt is not None
        fit, now = one.attempt.fit, time.monotonic()
        if fit.timeout is not None and one.spent > fit.timeout:
            return Verdict("timeout", f"the fit and its cells took longer than {fit.timeout:g} s", "Timeout")
        if now - one.looked > _LOOK_S:
            one.looked = now
            limits.shorten(began.output)
            if limits.gone(began.pid):
                one.over = now
            elif fit.memory_mb is not None and (took := _taken(one, began, fit.memory_mb)) > fit.memory_mb:
                reason = f"the fit and its cells took {took:.0f} MB, more than {fit.memory_mb:g} MB"
                return Verdict("oom", reason, "MemoryLimit")
        return None

    def _over(self, one: Worker, message: Finished | None) -> Iterator[Event]:
        """A fit has ended, well or not: records for the cells that it left without one, or another try."""
        attempt, began = one.attempt, one.began
        assert attempt is not None
        one.attempt = None
        printed = message.printed if message else tail(began.output) if began else ""
        lost = self._lost(attempt.fit, one, message)
        if message is None or message.changed or message.trouble:
            self._discard(one)
        if lost is None:
            return
        if one.sentence is None and attempt.tries < TRIES and not self._certain(attempt.fit, lost, message):
            rest = tuple(cell for cell in attempt.fit.cells if cell.id not in self.spool.seen)
            alone = attempt.fit.isolated or began is not None
            again = replace(attempt.fit, cells=rest, isolated=alone)
            self.queue.appendleft(Attempt(again, attempt.tries + 1))
            return
        yield from self._records(attempt.fit, lost, one, printed)

    @staticmethod
    def _certain(fit: FitJob, lost: Verdict, message: Finished | None) -> bool:
        """Whether the fit itself is the cause: it died in a process of its own, which its worker outlived. One that
        leaves as if it could not write is tried again: the disk may have been full for a moment."""
        alone = fit.isolated and message is not None and message.exit_code != worker.UNWRITTEN
        return alone and lost.status == "killed"

    def _lost(self, fit: FitJob, one: Worker, message: Finished | None) -> Verdict | None:
        """Why cells of an ended fit have no record; None if all have."""
        if all(cell.id in self.spool.seen for cell in fit.cells):
            return None
        if one.sentence is not None:
            return one.sentence
        phase = self._phase(fit, one)
        if message is None:
            one.process.join(1)
            code = one.process.exitcode
            if one.began is None or (phase in ("", "load") and not fit.isolated):
                return Verdict("harness", f"the worker died before the fit began ({_ended(code)})", "WorkerDied")
            return Verdict("killed", f"the worker died with the fit ({_ended(code)})", "WorkerDied")
        if message.trouble:
            return Verdict("harness", message.trouble, "SpoolFailed")
        if message.exit_code is None:
            return Verdict("harness", "the worker left cells without a record", "CellsLost")
        return Verdict(
            "killed", f"its process ended before its cells did ({_ended(message.exit_code)})", "ProcessEnded"
        )

    def _phase(self, fit: FitJob, one: Worker) -> str:
        """The phase that the fit was in, "" before its first."""
        return self.spool.phase.get((str(one.began.pid), fit.id), "") if one.began else ""

    def _records(self, fit: FitJob, lost: Verdict, one: Worker, printed: str) -> Iterator[Event]:
        phase = self._phase(fit, one) or "load"
        times = {phase: round(one.spent, 6)}
        for cell in fit.cells:
            if cell.id not in self.spool.seen:
                record = fit.record(
                    cell, lost.status, started=one.started, phase=phase, reason=lost.reason, error=lost.error,
                    times=times, output=printed,
                )  # fmt: skip
                self.spool.seen.add(cell.id)
                yield Ended(fit.id, record)
        yield Done(fit.id, one.spent, 0.0)

    def _discard(self, one: Worker) -> None:
        """End a worker for good."""
        if one in self.workers:
            self.workers.remove(one)
        with suppress(OSError):
            one.pipe.close()
        if one.process.pid is not None:
            limits.kill_tree(one.process.pid)
        one.process.join(5)
        rmtree(one.scratch, ignore_errors=True)

    def stop(self) -> None:
        """End every worker and what it runs, and clean up after them."""
        for one in list(self.workers):
            if not one.attempt:
                with suppress(OSError):
                    one.pipe.close()  # an idle worker leaves by itself
                one.process.join(2)
            self._discard(one)


def _taken(one: Worker, began: Began, enough: float) -> float:
    """MB that a fit takes. Of one in a process of its own all that its worker has below it: what the fit leaves behind,
    in whatever session, is handed to the worker."""
    if began.pid == one.process.pid:
        return limits.resident_mb(began.pid, enough)
    return limits.resident_mb(one.process.pid, enough, itself=False)


def _ended(code: int | None) -> str:
    """``exit code 3``, or the signal's name."""
    if code is not None and code < 0:
        try:
            return signal.Signals(-code).name
        except ValueError:
            return f"signal {-code}"
    return f"exit code {code}"
