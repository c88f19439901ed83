"""``augbench run --until-decided``: seeds are added where a primary comparison is undecided.

After each round the boards are read. A row whose verdict is undecided gets as many seeds again, up to ``--max-seeds``,
unless no number of seeds would decide it; only the cells of its primary comparison are run, and the reference's at the
same seeds. So cheap rows, which come first, get many seeds and dear ones no more than they need. Every look spends its
part of the level (``bench.statistics.sequential``); run.json says which looks there were.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean

from bench import publish, resample
from bench.boards.board import Row
from bench.boards.statistics import PRIMARY
from bench.config import Config
from bench.data import DataHome
from bench.matrix import plan
from bench.records import runfile
from bench.records.folder import RunFolder
from bench.records.record import Record
from bench.statistics.sequential import Looks
from bench.trial.fit import FitJob

_say = logging.getLogger("augbench.run").info

#: by task and number of seeds: the methods to run with so many
Wanted = dict[tuple[str, int], list[str]]


def rounds(config: Config, home: DataHome, device: str) -> Iterator[list[FitJob]]:
    """The fits of one round after the other, with the cells that decide; each is to be carried out before the next is
    asked for."""
    before: Wanted = {}
    while config.until_decided and (wanted := undecided(config, device)):
        if wanted == before:
            _say("nothing was added by the last round: no more seeds")
            return
        before = wanted
        _remember(config.out, wanted)
        told = ", ".join(f"{task} to {count} ({', '.join(names)})" for (task, count), names in wanted.items())
        _say(f"undecided, so seeds are added: {told}")
        seconds = _seconds(RunFolder(config.out).records)
        fits = [fit for place, names in wanted.items() for fit in _fits(config, place, names, home, device)]
        yield sorted(fits, key=lambda fit: (seconds.get((fit.task, fit.method), 0.0), fit.task, fit.seed))


def undecided(config: Config, device: str) -> Wanted:
    """The next round, as the boards of the folder have it."""
    resample.update(config.out, {record.id for record in RunFolder(config.out).records})
    run = RunFolder(config.out)
    found: Wanted = defaultdict(list)
    for board in publish.build(run):
        mine = board.task in config.tasks and (board.budget, board.device) == (config.budget, device)
        looks = Looks(run.facts.looks.get(board.task, []))
        for row in filter(_is_open, board.rows if board.kind == "task" and mine else ()):
            if count := looks.following(row["seeds"], config.max_seeds):
                found[board.task, count].append(row["method"])
    return dict(sorted(found.items()))


def _is_open(row: Row) -> bool:
    """Whether more seeds could decide a primary comparison."""
    return row["comparison"] == PRIMARY and row["verdict"] == "undecided" and row["more_seeds"] is not None


def _remember(folder: Path, wanted: Wanted) -> None:
    """Write the looks to come into run.json, before they are taken."""
    facts = runfile.read(folder)
    for task, count in wanted:
        facts.looks[task] = list(Looks(facts.looks.get(task, [])).adding(count).counts)
    runfile.write(folder, facts)


def _fits(
    config: Config,
    place: tuple[str, int],
    methods: Sequence[str],
    home: DataHome,
    device: str,
) -> list[FitJob]:
    """The fits of a task's methods and of its reference with so many seeds; of their cells the primary ones."""
    task, count = place
    known = config.for_task("seeds", task)
    seeds = (*known, *range(max(known) + 1, max(known) + 1 + count - len(known)))
    named = config.named | {"tasks", "methods", "seeds"}
    matrix = plan(replace(config, tasks=(task,), methods=tuple(methods), seeds=seeds, named=named), home, device)
    cells = matrix.comparisons[task]
    classifiers = {classifier for _, classifier, _ in cells}
    fits = [
        replace(fit, cells=tuple(
            cell for cell in fit.cells
            if [fit.method, cell.classifier, cell.regime] in cells
            or (fit.facts.reference and cell.classifier in classifiers)
        ))
        for fit in matrix.fits
    ]  # fmt: skip
    return [fit for fit in fits if fit.cells]


def _seconds(records: Sequence[Record]) -> dict[tuple[str, str], float]:
    """How long a fit of each task and method took."""
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for record in records:
        found[record.task, record.method].append(sum(record.times.values()))
    return {key: fmean(values) for key, values in found.items()}
