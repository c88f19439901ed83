"""What an error of a task, method or classifier means for the cells it ends."""

from __future__ import annotations

import errno
import shutil
import signal
import tempfile
from contextlib import suppress

from bench.errors import InvalidProbabilities, InvalidRows, Unsuitable
from bench.records.record import Status

#: what the system says of a disk that takes no more
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
#: the same, or of one that has gone
DISK = FULL | {errno.EIO, errno.EROFS, errno.ESTALE}
#: bytes below which a disk counts as full: who failed to write may have removed what there was
_ROOM = 2**24


def let_pass(error: BaseException) -> None:
    """Raise again what is no fault of the code that is watched: the end of this walk, a full disk and, in the run's own
    process, Ctrl-C (worker processes ignore it, so there it is the method's)."""
    ended = isinstance(error, GeneratorExit) and error.__traceback__ is not None and not error.__traceback__.tb_next
    stopped = isinstance(error, KeyboardInterrupt) and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
    if ended or stopped or _full(error):
        raise error


def _full(error: BaseException) -> bool:
    """Whether the error is that of a full disk, and one is full: a method may say so without reason."""
    if isinstance(error, OSError) and error.errno in FULL:
        with suppress(OSError):  # its working directory may have gone
            return any(shutil.disk_usage(place).free < _ROOM for place in (tempfile.gettempdir(), "."))
    return False


def reason_of(error: BaseException) -> str:
    """The first line of an error, after its class; an error may be unable to say it."""
    try:
        text = str(error)[:500]
    except Exception as second:
        text = f"(its message cannot be had: {type(second).__name__})"
    return f"{type(error).__name__}: {text}".split("\n")[0][:500]


def status_of(error: BaseException) -> Status:
    """``invalid`` for rows and probabilities that break the contract, ``skipped`` for a method that is not for such
    rows, ``oom`` for memory, ``error`` for the rest."""
    if isinstance(error, Unsuitable):
        return "skipped"
    if isinstance(error, InvalidRows | InvalidProbabilities):
        return "invalid"
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return "oom"
    return "error"
