"""What a fit may take, measured and enforced from outside: resident memory and time, children included."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress

import psutil

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


def die_with_parent() -> None:
    """Linux: have this process killed when the one that forked it ends, however it ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans() -> None:
    """Linux: have what descendants leave behind handed to this process, not to init, so that it can be ended."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def resident_mb(pid: int) -> float:
    """Resident memory of a process and its descendants in MB of 10^6 bytes; 0 once it has gone."""
    total = 0
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            with suppress(psutil.Error):
                total += one.memory_info().rss
    return total / 1e6


def kill_tree(pid: int) -> None:
    """Kill a process, its descendants and its process group, and do not wait."""
    doomed = []
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        doomed = [*process.children(recursive=True), process]
    for one in doomed:
        with suppress(psutil.Error):
            one.kill()
    with suppress(ProcessLookupError, PermissionError):
        if os.getpgid(pid) == pid:
            os.killpg(pid, signal.SIGKILL)


def end_descendants() -> None:
    """Kill and reap whatever this process's descendants have left running."""
    while True:
        left = psutil.Process().children(recursive=True)
        for one in left:
            with suppress(psutil.Error):
                one.kill()
        psutil.wait_procs(left, timeout=2)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in left):
            return
