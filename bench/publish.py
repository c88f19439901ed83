"""What people look at, made from a run's folder without running anything: boards, plots and pictures."""

from __future__ import annotations

import logging
import shutil
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import resample
from bench.errors import BenchError
from bench.messages import answer, speak
from bench.records.folder import RunFolder
from bench.records.made import current, making
from bench.records.reading import said_of
from bench.slugs import did_you_mean

_say = logging.getLogger("augbench.publish").info

if TYPE_CHECKING:
    from bench.boards.board import Board


def boards(
    folder: Path, fmt: str | None, primary: Mapping[str, str] | None = None, shown: Collection[str] | None = None
) -> None:
    """Write every board of the folder's records and print them (those of the ids ``shown``, if given).

    ``fmt`` is md, csv, json, tex, text (None: text), or "none" to print nothing. Raises ``BenchError`` if there are
    no records or the format is unknown.
    """
    from bench.boards import formats

    if fmt not in (None, "none", *formats.FORMATS):
        raise BenchError(f"unknown format {fmt!r}{did_you_mean(str(fmt), formats.FORMATS)}")
    run = RunFolder.of_run(folder)
    if not run.records:  # the boards that are there, of records that are gone, stay
        raise BenchError(f"{run.records_path} is empty; run augbench run first or name another folder with --out")
    with nullcontext() if run.released else making(folder, "boards"):
        if not run.released:
            resample.update(folder, {record.id for record in run.records})
        everything = build(run, primary)
        if others := said_of(run.contested, run.records_path):
            _say(others)
        paths = formats.write(everything, folder / "boards")
    chosen = everything
    if shown is not None and any(record.id not in shown for record in run.records):
        chosen = build(run, primary, shown)
    if fmt != "none":
        _show(chosen, fmt or "text")
    if fmt is None:
        _say(f"records: {run.records_path}")
        _say(f"boards: {folder / 'boards'} ({len(paths)} files)")


def _show(boards: Sequence[Board], fmt: str) -> None:
    from bench.boards import formats

    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((100, 24)).columns if terminal else 100
    say = print if fmt == "text" else answer  # in the terminal's own form nothing acts on it
    for board in boards:
        for table in filter(None, (board, board.synthetic)):
            say(formats.render(table, fmt, width=max(80, width), color=terminal) + "\n")


def build(
    run: RunFolder, primary: Mapping[str, str] | None = None, shown: Collection[str] | None = None
) -> list[Board]:
    """The boards of a folder's records (of the ids ``shown``, if given), as everything that shows or checks boards
    must make them."""
    from bench.boards import provenance, tables

    kept = [record for record in run.records if shown is None or record.id in shown]
    metrics = run.facts.primary | dict(primary or {})
    facts = run.facts
    found = (facts.data, facts.comparisons, run.replicates, facts.looks)
    return provenance.added(tables.build(kept, metrics, run.date, run.selftest, run.audit, *found), run)


def pictures(folder: Path, workers: int, again: bool = False) -> None:
    """Draw the plots of the boards, and of every sample the pictures that are missing or older than it."""
    run = RunFolder(folder)
    samples = sorted((folder / "samples").rglob("*.npz"))
    todo = [path for path in samples if again or _stale(path, _target(folder, path))]
    plotted = again or run.released or not current(folder, "plots")
    with nullcontext() if run.released or not plotted else making(folder, "plots"):
        jobs = [(_plot, folder)] * plotted + [(_draw, (path, _target(folder, path))) for path in todo]
        drawn = sum(_each(jobs, workers))
    if drawn:
        _say(f"pictures: {folder / 'plots'} and {folder / 'pictures'} ({drawn} drawn)")


def _target(folder: Path, sample: Path) -> Path:
    return folder / "pictures" / sample.parent.relative_to(folder / "samples")


def _stale(sample: Path, target: Path) -> bool:
    from bench.trial.samples import histories

    made = list(target.glob(f"{sample.stem}.*.png"))
    newest = max(path.stat().st_mtime for path in (sample, *histories(sample)))
    return not made or min(path.stat().st_mtime for path in made) < newest


def _each(jobs: Sequence[tuple[Callable[[Any], int], Any]], workers: int) -> Iterator[int]:
    """What each job gives; they are shared out among processes."""
    if len(jobs) < 2 or workers < 2:
        yield from (do(what) for do, what in jobs)
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=speak) as pool:
        yield from [begun.result() for begun in [pool.submit(do, what) for do, what in jobs]]


def _plot(folder: Path) -> int:
    """Draw the plots of the boards."""
    from bench.boards import plots

    return len(plots.write(build(RunFolder(folder)), folder / "plots"))


def _draw(job: tuple[Path, Path]) -> int:
    from bench.pictures import draw
    from bench.trial.samples import Sample

    sample, target = job
    try:
        return len(draw(Sample.load(sample), target))
    except BenchError as error:
        _say(str(error))
        return 0
