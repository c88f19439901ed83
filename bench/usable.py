"""Whether what a run names of a plugin can be imported: said first, so that it is not found cell by cell.

The code is imported in a process of its own, as that of a fit is: it may change what it likes, hang, or end its
process. Where processes cannot be forked nothing is tried, and the cells say it.
"""

from __future__ import annotations

import os
import selectors
import signal
import sys
from contextlib import suppress
from typing import Any

from bench.errors import BenchError
from bench.registry import Entry, is_own

#: seconds after which an import is left to the fits, which have limits of their own
LIMIT_S = 60.0
#: characters of a message at most, which a pipe holds whole
_MOST = 4000


def unusable(entry: Entry[Any]) -> str | None:
    """Why a name cannot be used here: what it requires is missing, or the file of a plugin cannot be imported."""
    if entry.missing:
        return f"{entry.kind} {entry.name!r} cannot be used: {entry.missing}"
    if is_own(entry.file) or not hasattr(os, "fork") or sys.platform == "darwin":
        return None
    return _tried(entry)


def _tried(entry: Entry[Any]) -> str | None:
    """What the import raises in a process of its own."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        _import(entry, theirs)
    os.close(theirs)
    with selectors.DefaultSelector() as waiting, open(ours, "rb"):
        waiting.register(ours, selectors.EVENT_READ)
        said = os.read(ours, _MOST) if waiting.select(LIMIT_S) else b""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(child, 0)
    return said.decode(errors="replace").strip("\0") or None


def _import(entry: Entry[Any], pipe: int) -> None:
    """In the child: import, say what was raised, and end without a word of Python's own."""
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nothing, number)
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - ends with the process
        try:
            entry.load()
            os.write(pipe, b"\0")
        except BenchError as error:
            os.write(pipe, str(error).encode(errors="replace")[:_MOST])
    finally:
        os._exit(0)
