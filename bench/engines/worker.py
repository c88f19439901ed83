"""A worker process: it takes fits from the run, one after the other, and keeps each from disturbing the next.

Fits of the suite's own tasks, methods and classifiers share the process: its state is compared before and after each
(``bench.engines.state``), and at the first difference it asks to be replaced. A fit that has to do with a plugin runs
in a process of its own, forked from this one: in a session, working directory and output file of its own, and it ends
with this one. What such a fit leaves running is ended.

On macOS and Windows nothing is forked: such a fit runs in the worker, which is replaced afterwards.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from shutil import rmtree

from bench.trial.events import Event
from bench.trial.fit import FitJob, tail

#: read by the numerical libraries when they are first imported
THREAD_VARIABLES = (
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)  # fmt: skip
#: exit code of a fit's process whose events could not be written (a full disk)
NO_SPOOL = 74


@dataclass(frozen=True)
class Began:
    """A fit has begun in the process ``pid``; what it prints goes to the file ``output``."""

    pid: int
    output: Path


@dataclass(frozen=True)
class Finished:
    """A fit is over. ``exit_code`` of its own process (negative: the signal that ended it), None if it shared the
    worker; ``printed`` the end of what it printed; ``changed`` names what is no longer as it was in a shared worker;
    ``trouble`` is the worker's own."""

    exit_code: int | None = None
    printed: str = ""
    changed: tuple[str, ...] = ()
    trouble: str = ""


def cap_threads(threads: int) -> None:
    """Before numerical libraries are imported here or in children: one worker, that many threads."""
    for name in THREAD_VARIABLES:
        os.environ[name] = str(threads)


def prepare(threads: int) -> None:
    """Set this process up as a worker. Repeating it costs nothing."""
    import torch

    from bench import registry

    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)
    registry.discover()
    # imported here so that no phase of the first fit pays for them
    import xgboost  # noqa: F401

    import bench.trial.walk  # noqa: F401


def walk(fit: FitJob) -> Iterator[Event]:
    """The events of one fit, in this process."""
    from bench import registry
    from bench.trial import walk

    for plugin in fit.plugins:
        if fit.isolated or registry.is_own(plugin):
            registry.load_plugin(plugin)
    return walk.run(fit)


def serve(pipe: Connection, threads: int, spool: Path, scratch: Path) -> None:
    """Run fits that come through the pipe until it closes; say when one begins and how it ended. ``scratch`` is a
    folder of this worker's own."""
    from bench.engines import limits, state

    limits.die_with_parent()
    limits.adopt_orphans()
    os.setpgid(0, 0)  # a Ctrl-C of the terminal is for the run, which ends its workers in order
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    prepare(threads)
    output = scratch / "output"
    _print_to(output)
    while True:
        try:
            fit: FitJob = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            if fit.isolated and hasattr(os, "fork"):
                finished = _alone(fit, pipe, spool, scratch)
                limits.end_descendants()
            else:
                before = state.fingerprint()
                finished = _shared(fit, pipe, spool, output)
                changed = state.difference(before, state.fingerprint())
                finished = replace(finished, changed=(*changed, *(["a plugin was here"] if fit.isolated else [])))
        except OSError as error:
            finished = Finished(trouble=f"{type(error).__name__}: {error}")
        try:
            pipe.send(finished)
        except OSError:
            return  # the run has gone


def _print_to(output: Path) -> None:
    """Send what this process and its children print to a file."""
    streams = os.open(output, os.O_RDWR | os.O_CREAT | os.O_APPEND)
    for number in (1, 2):
        os.dup2(streams, number)
    os.close(streams)


def _shared(fit: FitJob, pipe: Connection, spool: Path, output: Path) -> Finished:
    from bench.engines.spool import write

    with suppress(OSError):
        os.truncate(output, 0)
    pipe.send(Began(os.getpid(), output))
    write(spool, walk(replace(fit, output=output)))
    return Finished()


def _alone(fit: FitJob, pipe: Connection, spool: Path, scratch: Path) -> Finished:
    from bench.trial.rows import load_rows

    if not fit.plugin_task:
        with suppress(Exception):  # the fit finds the same fault itself, and records it
            load_rows(fit)
    home = Path(tempfile.mkdtemp(dir=scratch))
    output = home / "output"
    try:
        child = os.fork()
        if child == 0:
            _be_alone(replace(fit, output=output), pipe, spool, home)
        pipe.send(Began(child, output))
        _, status = os.waitpid(child, 0)
        return Finished(os.waitstatus_to_exitcode(status), tail(output))
    finally:
        rmtree(home, ignore_errors=True)


def _be_alone(fit: FitJob, pipe: Connection, spool: Path, home: Path) -> None:
    """The process of one fit, from its first line to its last; never returns."""
    code = NO_SPOOL
    try:
        from bench.engines import limits
        from bench.engines.spool import write

        limits.die_with_parent()
        os.setsid()
        pipe.close()
        os.chdir(home)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        _print_to(home / "output")
        write(spool, walk(fit))
        code = 0
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):
                stream.flush()
        os._exit(code)
