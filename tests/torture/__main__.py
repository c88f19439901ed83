"""The torture suite: ``python tests/torture [--short] [--engine NAME] [--kills N] [--at-once N] [--out FILE]``.

The long form (``tox -e torture``) takes about half an hour and writes ``results/reliability.md``; the short form, which
the test suite runs, at most two minutes. Exits with 1 if anything was not well.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import disturbing
import killing
import outside
from harness import Tally
from reliability import page, say

Trial = Callable[[Path], Tally]


def trials(engine: str, short: bool, kills: int) -> Iterator[tuple[str, Trial]]:
    """What is tried on an engine, each in a folder of its own; on Ray the shorter list."""
    if engine == "ray" and importlib.util.find_spec("ray") is None:
        yield "all", lambda _: Tally("everything", engine, skipped="Ray is not installed (extra augbench[ray])")
        return
    if not short and engine != "ray":
        yield "kills", partial(killing.kills, engine=engine, count=kills)  # first: it takes longest
    yield "methods", partial(disturbing.methods, engine=engine, short=short or engine == "ray")
    if short:
        return
    yield "classifiers", partial(disturbing.classifiers, engine=engine)
    on_disk_and_clock = (outside.full_disk, outside.jumping_clock) if engine != "ray" else ()  # Ray itself needs both
    for trial in (outside.two_runs, *on_disk_and_clock):
        yield trial.__name__, partial(_beside_whole, trial, engine)


def _beside_whole(trial: Callable[[Path, str, outside.Run], Tally], engine: str, folder: Path) -> Tally:
    folder.mkdir(parents=True, exist_ok=True)
    return trial(folder, engine, outside.undisturbed(folder, engine))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--engine", action="append", choices=("processes", "serial", "ray"))
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--at-once", type=int, default=2, help="trials beside each other")
    parser.add_argument("--only", help="one trial by its name, such as kills")
    parser.add_argument("--out", type=Path, help="write the report here")
    given = parser.parse_args()
    engines = given.engine or (["processes"] if given.short else ["processes", "ray"])
    chosen = [
        (f"{name}-{engine}", trial)
        for engine in engines
        for name, trial in trials(engine, given.short, given.kills)
        if given.only in (None, name)
    ]

    def tried(name: str, trial: Trial) -> Tally:
        tally = trial(Path(place) / name)
        say(tally)
        return tally

    with tempfile.TemporaryDirectory(prefix="augbench-torture-") as place, ThreadPoolExecutor(given.at_once) as pool:
        tallies = list(pool.map(tried, *zip(*chosen, strict=True)))
    text = page(tallies, " ".join(["python tests/torture", *sys.argv[1:]]))
    print(text)
    if given.out:
        given.out.write_text(text, encoding="utf-8")
    return 0 if all(tally.well for tally in tallies) else 1


if __name__ == "__main__":
    raise SystemExit(main())
