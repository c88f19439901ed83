"""Random kills from the first second on, each run taken up again until it is done: nothing lost, nothing doubled, and
the records of an undisturbed run."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from harness import PLUGINS, Run, Tally

VICTIMS = ("parent", "server", "worker", "group")
#: seconds between a start, or a kill that the run outlives, and the next kill
LEAST, MOST = 0.3, 6.0
SELECTION: Mapping[str, Any] = {
    "tasks": ["pima"], "methods": ["none", "random-over", "good-slow", "smote"], "classifiers": ["xgboost", "tree"],
    "regimes": ["real", "balance", "tstr"], "seeds": 12, "workers": 2,
}  # fmt: skip


def kills(folder: Path, engine: str, count: int, seed: int = 0) -> Tally:
    """As many kills as are asked for, over as many runs as that takes."""
    tally, start, rng = Tally("random kills", engine), time.monotonic(), random.Random(seed)
    plugins = [PLUGINS / "slow.py"]
    whole = Run(folder / "whole", SELECTION, plugins, engine)
    whole.go()
    expected = whole.records()
    while tally.tried < count:
        run = Run(folder / f"killed-{tally.tried}", SELECTION, plugins, engine)
        before = tally.tried
        while tally.tried < count and _killed_once(run, rng, tally):
            pass
        code = run.go()
        found = run.records()
        tally.compare(found, expected)
        if code:
            tally.notes.append(f"{run.out.name}: exit code {code}: {run.said()[-400:]}")
        else:
            tally.survived += tally.tried - before
        for name in run.left_running():
            tally.false += 1
            tally.notes.append(f"{run.out.name}: left running: {name}")
    tally.seconds = time.monotonic() - start
    return tally


def _killed_once(run: Run, rng: random.Random, tally: Tally) -> bool:
    """Start the run and kill until it is gone; False once it ended by itself."""
    process = run.start()
    while True:
        before = {record["id"] for record in run.records()}
        deadline = time.monotonic() + rng.uniform(LEAST, MOST)
        while time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.05)
        if process.poll() is not None:
            return False
        victim = rng.choice(VICTIMS)
        tally.tried += kill(process.pid, victim, rng)
        if lost := before - {record["id"] for record in run.records()}:
            tally.lost += len(lost)
            tally.notes.append(f"{run.out.name}: {len(lost)} records gone after a kill of {victim}")
        if victim in ("parent", "group"):
            process.wait()
            return True


def kill(parent: int, victim: str, rng: random.Random) -> bool:
    """Kill a process of a run outright; False if it has none of this kind just now."""
    with suppress(psutil.Error, ProcessLookupError):
        if victim == "parent":
            os.kill(parent, signal.SIGKILL)
        elif victim == "group":
            os.killpg(parent, signal.SIGKILL)
        else:
            servers = [p for p in psutil.Process(parent).children() if "forkserver" in " ".join(p.cmdline())]
            workers = [worker for server in servers for worker in server.children()]
            chosen = servers if victim == "server" else workers
            if not chosen:
                return False
            rng.choice(chosen).kill()
        return True
    return False
