"""What people look at, made from a run's folder without running anything: boards, plots and pictures."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import BenchError
from bench.records.store import RECORDS, RUN, has_records, load_json, path_of, read
from bench.registry import did_you_mean
from bench.slugs import printable

if TYPE_CHECKING:
    from bench.boards.tables import Board


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
    if not has_records(folder):
        raise BenchError(f"{folder} holds no records ({RECORDS}); run augbench run first or name the folder with --out")
    everything = build(folder, primary)
    paths = formats.write(everything, folder / "boards")
    chosen = everything
    if shown is not None and any(r["id"] not in shown for r in read(folder)):
        chosen = build(folder, primary, shown)
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((100, 24)).columns if terminal else 100
    for board in chosen if fmt != "none" else ():
        for table in filter(None, (board, board.drawn)):
            print(formats.render(table, fmt or "text", width=max(80, width), color=terminal))
            print()
    if fmt is None:
        _say(f"records: {path_of(folder)}")
        _say(f"boards: {folder / 'boards'} ({len(paths)} files)")


def build(folder: Path, primary: Mapping[str, str] | None = None, shown: Collection[str] | None = None) -> list[Board]:
    """The boards of a folder's records (of the ids ``shown``, if given), as everything that shows or checks boards
    must make them."""
    from bench.boards import tables

    records = list(read(folder))
    date = max((r.get("started", "") for r in records), default="")[:10]
    metrics = primary_metrics(folder) | dict(primary or {})
    kept = [r for r in records if shown is None or r["id"] in shown]
    selftest, audit = _found(folder, "selftest.json"), _found(folder, "audit.json")
    return tables.build(kept, metrics, date, selftest, audit, run_facts(folder, "data"))


def _found(folder: Path, name: str) -> dict[str, Any]:
    """What another command left in the folder, empty if nothing. Raises ``BenchError`` for a damaged file."""
    content = load_json(folder / name)
    if content is not None and not isinstance(content, dict):
        raise BenchError(f"{folder / name} is not what augbench writes; make it again or delete it")
    return content or {}


def pictures(folder: Path, workers: int, again: bool = False) -> None:
    """Draw the plots of the boards, and of every sample the pictures that are missing or older than it."""
    from bench.boards import plots

    drawn = len(plots.write(build(folder), folder / "plots"))
    samples = sorted((folder / "samples").rglob("*.npz"))
    todo = [path for path in samples if again or _stale(path, _target(folder, path))]
    drawn += sum(_draw_all([(path, _target(folder, path)) for path in todo], workers))
    if drawn:
        _say(f"pictures: {folder / 'plots'} and {folder / 'pictures'} ({drawn} drawn)")


def _target(folder: Path, sample: Path) -> Path:
    return folder / "pictures" / sample.parent.relative_to(folder / "samples")


def _stale(sample: Path, target: Path) -> bool:
    from bench.trial.samples import histories

    made = list(target.glob(f"{sample.stem}.*.png"))
    newest = max(path.stat().st_mtime for path in (sample, *histories(sample)))
    return not made or min(path.stat().st_mtime for path in made) < newest


def _draw_all(jobs: list[tuple[Path, Path]], workers: int) -> list[int]:
    from concurrent.futures import ProcessPoolExecutor

    if len(jobs) < 2 or workers < 2:
        return [_draw(job) for job in jobs]
    import multiprocessing

    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(_draw, jobs))


def _draw(job: tuple[Path, Path]) -> int:
    from bench.pictures import draw
    from bench.trial.samples import Sample

    sample, target = job
    try:
        return len(draw(Sample.load(sample), target))
    except BenchError as error:
        _say(str(error))
        return 0


def primary_metrics(folder: Path) -> dict[str, str]:
    """The metric each task is judged by, as ``run.json`` keeps it."""
    return run_facts(folder, "primary")


def run_facts(folder: Path, key: str) -> dict[str, Any]:
    """A part of ``run.json``; empty where there is no such file, or it is broken."""
    try:
        found: Any = json.loads((folder / RUN).read_text(encoding="utf-8"))
        return dict(found[key])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _say(line: str) -> None:
    sys.stderr.write(f"augbench: {printable(line)}\n")  # in one piece: several processes draw pictures
