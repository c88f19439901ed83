"""The torture suite: ``python tests/torture [--short] [--engine NAME] [--kills N] [--out FILE]``.

The long form (``tox -e torture``) takes about half an hour and writes ``results/reliability.md``; the short form, which
the test suite runs, at most two minutes. Exits with 1 if anything was not well.
"""

from __future__ import annotations

import argparse
import importlib.util
import tempfile
from collections.abc import Callable, Iterator
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
    yield "methods", partial(disturbing.methods, engine=engine, short=short or engine == "ray")
    if short:
        return
    yield "classifiers", partial(disturbing.classifiers, engine=engine)
    if engine == "processes":
        yield "kills", partial(killing.kills, engine=engine, count=kills)
    for trial in (outside.full_disk, outside.two_runs, outside.jumping_clock):
        yield trial.__name__, partial(_beside_whole, trial, engine)


def _beside_whole(trial: Callable[[Path, str, outside.Run], Tally], engine: str, folder: Path) -> Tally:
    folder.mkdir(parents=True, exist_ok=True)
    return trial(folder, engine, outside.undisturbed(folder, engine))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--engine", action="append", choices=("processes", "serial", "ray"))
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--only", help="one trial by its name, such as kills")
    parser.add_argument("--out", type=Path, help="write the report here")
    given = parser.parse_args()
    engines = given.engine or (["processes"] if given.short else ["processes", "ray"])
    tallies = []
    with tempfile.TemporaryDirectory(prefix="augbench-torture-") as place:
        for engine in engines:
            if engine == "ray" and importlib.util.find_spec("ray") is None:
                tallies.append(Tally("everything", engine, skipped="Ray is not installed (extra augbench[ray])"))
                continue
            for name, trial in trials(engine, given.short, given.kills):
                if given.only in (None, name):
                    tallies.append(trial(Path(place) / f"{name}-{engine}"))
                    say(tallies[-1])
    command = "tox -e torture" if not given.short else "python tests/torture --short"
    text = page(tallies, command)
    print(text)
    if given.out:
        given.out.write_text(text, encoding="utf-8")
    return 0 if all(tally.well for tally in tallies) else 1


if __name__ == "__main__":
    raise SystemExit(main())
