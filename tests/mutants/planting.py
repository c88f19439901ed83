"""Faults planted one by one in a copy of the packages, each in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.mutants.faults import Fault

ROOT = Path(__file__).parents[2]
COPIED = ("bench", "methods", "tasks", "tests", "pyproject.toml", "CITATION.cff")
#: seconds that a fault may take to show
LONGEST = 900.0
TOO_LONG = -1
SELFTEST = "selftest: "


@dataclass(frozen=True)
class Outcome:
    """Whether a fault was caught, in how many seconds; ``said``: the last of what was printed."""

    fault: Fault
    caught: bool
    seconds: float
    said: str


def plant(faults: Sequence[Fault], workers: int) -> Iterator[Outcome]:
    """Plant each fault and see whether it is caught. Raises ``RuntimeError`` if what is to catch them fails without a
    fault, which would prove nothing."""
    with TemporaryDirectory() as folder:
        copies: SimpleQueue[Path] = SimpleQueue()
        for i in range(workers):
            copies.put(_copy(Path(folder) / str(i)))
        with ThreadPoolExecutor(workers) as pool:
            sound = copies.get()
            for what in _together([fault.caught for fault in faults]):
                code, said, _ = _look(sound, what)
                if code != 0:
                    raise RuntimeError(f"something of {what} fails without a fault: {said}")
            copies.put(sound)
            yield from pool.map(lambda fault: _planted(fault, copies), faults)


def _planted(fault: Fault, copies: SimpleQueue[Path]) -> Outcome:
    root = copies.get()
    try:
        with changed(root / fault.file, fault.old, fault.new):
            code, said, seconds = _look(root, fault.caught)
    finally:
        copies.put(root)
    return Outcome(fault, code == 1, seconds, said)  # 1: a test failed; others: none could be run


@contextmanager
def changed(path: Path, old: str, new: str) -> Iterator[None]:
    """The file with one text replaced, and as it was afterwards. Raises ``ValueError`` for a text that does not stand
    there once."""
    text = path.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise ValueError(f"{path.name} holds {old!r} {text.count(old)} times, not once")
    stat = path.stat()
    path.write_text(text.replace(old, new), encoding="utf-8")
    os.utime(path, (stat.st_atime, stat.st_mtime + 1))  # bytecode is told by second and size
    try:
        yield
    finally:
        path.write_text(text, encoding="utf-8")
        os.utime(path, (stat.st_atime, stat.st_mtime + 2))


def _together(every: Sequence[str]) -> list[str]:
    """All controls as one, and all tests as one, so that libraries are imported twice and not thirty times."""
    controls = [what.removeprefix(SELFTEST) for what in every if what.startswith(SELFTEST)]
    tests = [what for what in every if not what.startswith(SELFTEST)]
    named = list(dict.fromkeys(" ".join(controls).split()))
    return [*([SELFTEST + " ".join(named)] if named else []), *([" ".join(dict.fromkeys(tests))] if tests else [])]


def _look(root: Path, what: str) -> tuple[int, str, float]:
    """Exit code, last line and seconds of the tests or the controls that are named, run on the packages at ``root``."""
    words = ["tests/mutants/landings.py", *what.removeprefix(SELFTEST).split()]
    if not what.startswith(SELFTEST):
        words = ["-m", "pytest", "-x", "-q", "--no-header", "-p", "no:xdist", "-p", "unshrunk", *what.split()]
    places = os.pathsep.join(map(str, (root, root / "tests" / "mutants")))
    start = time.perf_counter()
    try:
        done = subprocess.run(
            [sys.executable, *words], cwd=root, env={**os.environ, "PYTHONPATH": places}, capture_output=True,
            text=True, timeout=LONGEST,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return TOO_LONG, f"not over after {LONGEST:g} s", LONGEST
    printed = (done.stdout.strip() or done.stderr.strip()).splitlines()
    return done.returncode, printed[-1] if printed else "", time.perf_counter() - start


def _copy(target: Path) -> Path:
    target.mkdir()
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, target / name)
    return target
