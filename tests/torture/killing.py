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

#: seconds from a start to the first kill at most, and from a kill that the run outlives to the next
FIRST, NEXT = 15.0, 4.0
LEAST = 0.3
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
    process, most = run.start(), FIRST
    while True:
        before = {record["id"] for record in run.records()}
        deadline, most = time.monotonic() + rng.uniform(LEAST, most), NEXT
        while time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.05)
        if process.poll() is not None:
            return False
        victim = kill(process.pid, rng)
        tally.tried += 1
        if lost := before - {record["id"] for record in run.records()}:
            tally.lost += len(lost)
            tally.notes.append(f"{run.out.name}: {len(lost)} records gone after a kill of {victim}")
        if victim in ("parent", "group"):
            process.wait()
            return True


def kill(parent: int, rng: random.Random) -> str:
    """Kill a process of a run outright, of a kind that it has by now; returns the kind."""
    victims: dict[str, list[psutil.Process]] = {}
    with suppress(psutil.Error):
        servers = [p for p in psutil.Process(parent).children() if "forkserver" in " ".join(p.cmdline())]
        victims = {"server": servers, "worker": [worker for server in servers for worker in server.children()]}
    kind = rng.choice(["parent", "group", *(name for name, found in victims.items() if found)])
    with suppress(psutil.Error, ProcessLookupError):
        if kind == "parent":
            os.kill(parent, signal.SIGKILL)
        elif kind == "group":
            os.killpg(parent, signal.SIGKILL)
        else:
            rng.choice(victims[kind]).kill()
    return kind
