"""What a process becomes when its parent ends, what becomes of its descendants' children, and copies that go on."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


def die_with_parent() -> None:
    """Have this process killed when the one that forked it ends, however it ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans() -> None:
    """Have what descendants leave behind handed to this process, not to init, so that it can be ended."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def alone(steps: Iterable[T]) -> Iterator[T]:
    """The steps, in the process that took the first. A copy of it that goes on (code in a step forked, and returned in
    both) ends without a word before its next: it holds files, pipes and clocks that are not its own."""
    process, leave = os.getpid(), os._exit
    for step in steps:
        if os.getpid() != process:
            leave(1)
        yield step


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
