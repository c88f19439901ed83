"""What a fit may take, measured and enforced from outside: resident memory and time, children included."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import psutil

#: bytes that a fit may have printed before they are dropped
_FLOOD = 2**26


def resident_mb(pid: int, enough: float = 0.0, itself: bool = True) -> float:
    """Resident memory of a process and its descendants in MB of 10^6 bytes; 0 once it has gone. Not ``itself``: of its
    descendants alone, orphans that it adopted among them. Above ``enough``, what they share counts once, where the
    kernel tells (Linux): that takes milliseconds a process."""
    family: list[psutil.Process] = []
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        family = [*([process] if itself else []), *process.children(recursive=True)]
    taken = [_bytes(one, "rss") for one in family]
    if len(family) > 1 and sum(taken) / 1e6 > enough and sys.platform == "linux":
        return max(*taken, sum(_bytes(one, "pss") for one in family)) / 1e6
    return sum(taken) / 1e6


def _bytes(process: psutil.Process, kind: str) -> int:
    try:
        return int(getattr(process.memory_info() if kind == "rss" else process.memory_full_info(), kind))
    except psutil.Error:
        return 0


def gone(pid: int) -> bool:
    """Whether a process has ended, also if nobody has asked yet how."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return True


def shorten(output: Path) -> None:
    """Empty a file that a fit has flooded; whoever prints appends to it, and only its end is kept anyway."""
    with suppress(OSError):
        if output.stat().st_size > _FLOOD:
            os.truncate(output, 0)


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
