"""The server that workers are forked from: it has imported the libraries, so a worker starts in milliseconds."""

from __future__ import annotations

import multiprocessing
from typing import Any

from bench.engines.worker import cap_threads, forks


def prestart(threads: int) -> None:
    """Let the server import the libraries while this process still plans."""
    cap_threads(threads)
    if forks():
        context()
        from multiprocessing.forkserver import ensure_running

        ensure_running()


def context() -> Any:
    """Workers are forked from a server that has imported the libraries once; spawned where there is no such server."""
    if not forks():
        return multiprocessing.get_context("spawn")
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(["bench.engines.preload"])
    return found
