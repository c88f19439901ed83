"""What an error of a task, method or classifier means for the cells it ends."""

from __future__ import annotations

import signal

from bench.errors import InvalidProbabilities, InvalidRows, Unsuitable
from bench.records.record import Status


def let_pass(error: BaseException) -> None:
    """Raise again what is no fault of the code that is watched: the end of this walk and, in the run's own process,
    Ctrl-C (worker processes ignore it, so there it is the method's)."""
    if isinstance(error, GeneratorExit) or (
        isinstance(error, KeyboardInterrupt) and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
    ):
        raise error


def reason_of(error: BaseException) -> str:
    """The first line of an error, after its class."""
    return f"{type(error).__name__}: {error}".split("\n")[0][:500]


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
