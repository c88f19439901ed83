"""What comes from outside: a full disk, a second run in the same folder, a clock that jumps."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness import HERE, PLUGINS, Run, Tally

SELECTION: Mapping[str, Any] = {
    "tasks": ["pima"], "methods": ["none", "random-over", "good-slow", "smote"], "classifiers": ["xgboost", "tree"],
    "regimes": ["real", "balance", "tstr"], "seeds": 4, "workers": 2,
}  # fmt: skip
SLOW = [PLUGINS / "slow.py"]
#: what the command exits with if the harness lost cells
HARNESS = 3


def undisturbed(folder: Path, engine: str) -> Run:
    """The run that the others are compared with."""
    run = Run(folder / "whole", SELECTION, SLOW, engine)
    code = run.go()
    assert code == 0, run.said()[-2000:]
    return run


def full_disk(folder: Path, engine: str, whole: Run, megabytes: tuple[float, ...] = (0.02, 0.1, 0.3)) -> Tally:
    """Runs on a small disk that has so much room left; once there is room again, the same command goes on."""
    tally, start = Tally("full disk", engine), time.monotonic()
    place = folder / "disk"
    place.mkdir(parents=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "none", str(place)], capture_output=True)
    if mounted.returncode:
        tally.skipped = f"no disk can be mounted here ({mounted.stderr.decode().strip()})"
        return tally
    try:
        for room in megabytes:
            run = Run(
                place / f"room-{room * 1000:g}", SELECTION, SLOW, engine, env={"TMPDIR": str(place)}, aside=folder
            )
            run.out.mkdir()
            tally.tried += 1
            with filled(place, room):
                code = run.go()
            blamed = [r for r in run.records() if r["status"] not in ("ok", "harness")]
            tally.false += len(blamed)
            tally.notes += [f"room {room}: {r['method']} {r['status']}: {r['reason']}" for r in blamed]
            if code not in (0, HARNESS):
                tally.notes.append(f"room {room}: exit code {code}: {run.said()[-400:]}")
            again = run.go()
            tally.survived += code in (0, HARNESS) and again == 0
            tally.compare(run.records(), whole.records())
            shutil.rmtree(run.out)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)
    tally.seconds = time.monotonic() - start
    return tally


@contextmanager
def filled(place: Path, room: float) -> Iterator[None]:
    """A disk with hardly any room."""
    filler = place / "filler"
    disk = os.statvfs(place)
    with open(filler, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, disk.f_bavail * disk.f_frsize - int(room * 1e6)))
    try:
        yield
    finally:
        filler.unlink()


def two_runs(folder: Path, engine: str, whole: Run) -> Tally:
    """A second run in the folder of one that is at work says so and leaves; the first is not disturbed. It is stopped
    meanwhile, so that it is still at work."""
    tally, start = Tally("two runs in one folder", engine, tried=3), time.monotonic()
    run = Run(folder / "shared", SELECTION, SLOW, engine)
    first = run.start()
    while not run.records() and first.poll() is None:
        time.sleep(0.05)
    first.send_signal(signal.SIGSTOP)
    others = [Run(run.out, SELECTION, SLOW, engine, aside=folder / f"second-{i}") for i in range(tally.tried)]
    codes = [process.wait() for process in [other.start() for other in others]]
    first.send_signal(signal.SIGCONT)
    for other, code in zip(others, codes, strict=True):
        tally.survived += code == 2 and "another run is writing" in other.said()
    if first.wait():
        tally.notes.append(f"the first run ended with {first.returncode}: {run.said()[-400:]}")
    tally.compare(run.records(), whole.records())
    tally.seconds = time.monotonic() - start
    return tally


def jumping_clock(folder: Path, engine: str, whole: Run) -> Tally:
    """The clock of the wall jumps by a day, forward and back, every tenth of a second."""
    tally, start = Tally("a clock that jumps", engine), time.monotonic()
    library = folder / "clock.so"
    compiler = shutil.which("cc")
    if compiler is None:
        tally.skipped = "no C compiler here"
        return tally
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(HERE / "clock.c"), "-ldl"], check=True)
    tally.tried = 1
    options = {**SELECTION, "timeout": 60}
    run = Run(folder / "jumped", options, SLOW, engine, env={"LD_PRELOAD": str(library)})
    code = run.go()
    found = run.records()
    negative = [r for r in found if min(r["times"].values(), default=0.0) < 0]
    jumped = len({r["started"][:10] for r in found}) > 1
    tally.false += len(negative)
    tally.survived += code == 0 and jumped
    tally.notes += [] if code == 0 and jumped else [f"exit code {code}, jumped: {jumped}: {run.said()[-400:]}"]
    tally.compare(found, whole.records())
    tally.seconds = time.monotonic() - start
    return tally
