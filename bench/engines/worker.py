"""A worker process: it takes fits from the run, one after the other, and keeps each from disturbing the next.

Fits of the suite's own tasks, methods and classifiers share the process: its state is compared before and after each
(``bench.engines.state``), and at the first difference it asks to be replaced. A fit that has to do with a plugin runs
in a process of its own, forked from this one: in a session, working directory and output file of its own, and it ends
with this one. What such a fit leaves running is ended.

On macOS nothing is forked: such a fit runs in the worker, which is replaced afterwards.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from shutil import rmtree

from bench import parents
from bench.trial.events import Event
from bench.trial.failures import DISK
from bench.trial.fit import FitJob, tail

#: read by the numerical libraries when they are first imported
THREAD_VARIABLES = (
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)  # fmt: skip
#: exit code of a fit's own process that could not write. A method may leave with any, so it proves nothing: the disk is
#: asked, and if that has room (again), the fit is tried again
UNWRITTEN = 74


@dataclass(frozen=True)
class Began:
    """A fit has begun in the process ``pid``; what it prints goes to the file ``output``."""

    pid: int
    output: Path


@dataclass(frozen=True)
class Finished:
    """A fit is over. ``exit_code`` of its own process (negative: the signal that ended it), None if it shared the
    worker; ``printed`` the end of what it printed; ``changed`` names what is no longer as it was in a shared worker;
    ``trouble`` is no doing of the fit: the worker's own, or a full disk's."""

    exit_code: int | None = None
    printed: str = ""
    changed: tuple[str, ...] = ()
    trouble: str = ""


def forks() -> bool:
    """Whether processes are forked here: workers from one server, and fits of plugins from workers. macOS has ``fork``,
    but its libraries do not survive it."""
    return sys.platform not in ("win32", "darwin")


def cap_threads(threads: int) -> None:
    """Before numerical libraries are imported here or in children: one worker, that many threads."""
    for name in THREAD_VARIABLES:
        os.environ[name] = str(threads)


def prepare(threads: int) -> None:
    """Set this process up as a worker. No code of a plugin runs. Repeating it costs nothing."""
    import torch

    from bench import registry

    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)
    registry.discover(foreign=False)
    import bench.engines.preload  # noqa: F401 - here, so that no phase of the first fit pays for it


def walk(fit: FitJob) -> Iterator[Event]:
    """The events of one fit, in this process. Of plugins its own task, method and classifiers are known, and no others;
    each is imported when it is first used."""
    from bench import registry
    from bench.trial import walk

    registry.take([*fit.entries, *(cell.entry for cell in fit.cells if cell.entry)])
    return walk.run(fit)


def serve(pipe: Connection, threads: int, spool: Path, scratch: Path) -> None:
    """Run fits that come through the pipe until it closes; say when one begins and how it ended. ``scratch`` is a
    folder of this worker's own."""
    from bench.engines import limits, state

    parents.die_with_parent()
    parents.adopt_orphans()
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
            if fit.isolated and forks():
                finished = _alone(fit, pipe, spool, scratch)
                limits.end_descendants()
                if not output.exists():
                    finished = replace(finished, changed=("its folder is gone",))
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
    from bench.engines import disk

    scratch.mkdir(parents=True, exist_ok=True)  # an earlier fit may have removed what was around it
    home = Path(tempfile.mkdtemp(dir=scratch))
    before = disk.room(home)
    output = home / "output"
    (home / "folder").mkdir()
    wait, go = Pipe(duplex=False)
    try:
        with wait, go:
            child = os.fork()
            if child == 0:
                go.close()
                _be_alone(replace(fit, output=output), pipe, spool, home, wait)
            pipe.send(Began(child, output))
            with suppress(OSError):  # it may have been killed
                go.send_bytes(b"go")
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        return Finished(code, tail(output), trouble=disk.trouble(spool, home, before) if code else "")
    finally:
        rmtree(home, ignore_errors=True)


def _be_alone(fit: FitJob, pipe: Connection, spool: Path, home: Path, wait: Connection) -> None:
    """The process of one fit, from its first line to its last; never returns. It begins when it is told to: once the
    run knows of it, so that it cannot keep that from the run."""
    leave = os._exit
    code = 1
    try:
        from bench.engines.spool import write

        parents.die_with_parent()
        os.setsid()
        pipe.close()
        wait.recv_bytes()
        wait.close()
        os.chdir(home / "folder")
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        _print_to(home / "output")
        write(spool, walk(fit))
        code = 0
    except BaseException as error:
        with suppress(BaseException):
            if isinstance(error, OSError) and error.errno in DISK:
                code = UNWRITTEN
        with suppress(BaseException):
            os.write(2, "".join(traceback.format_exception(error)[-3:]).encode("utf-8", "replace"))
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(BaseException):
                stream.flush()
        leave(code)
