"""One run from selection to boards: plan, take up what is there, run what is missing, write the boards."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import __version__, engines, provenance, registry
from bench.clock import resolve_device
from bench.config import Config
from bench.data import DataHome
from bench.engines.worker import cap_threads
from bench.errors import BenchError
from bench.fit import Fit
from bench.matrix import Matrix, plan, why
from bench.progress import Progress
from bench.store import RECORDS, RUN, Store, axes, latest, read, replace_text


def execute(config: Config, plugins: tuple[Path, ...] = (), why: bool = False, retry: bool = False) -> int:
    """Run what is missing of the selection and write its boards; the process's exit code.

    0, or 1 if no cell of the selection is ``ok``. Raises ``BenchError`` for what the user can mend.
    """
    cap_threads(config.threads)
    home = DataHome.resolve(config.data_dir, config.offline)
    device = resolve_device(config.device)
    for place, reason in (item for r in registry.BY_KIND.values() for item in r.broken.items()):
        _say(f"{place} left out: {reason}")
    matrix = plan(config, home, device, plugins)
    if home.messages:
        _say("; ".join(home.messages))
    for name, reason in matrix.left_out.items():
        _say(f"{name} left out: {reason}")
    with Store(config.out) as store:
        if store.repaired:
            _say(store.repaired)
        _take_up_spool(store)
        ids = {cell.id for fit in matrix.fits for cell in fit.cells}
        if retry:
            store.forget(i for i in ids if i in store.records and store.records[i]["status"] != "ok")
        todo = _in_order(matrix.without(store.records), config)
        if why:
            _explain(todo, store)
        if todo:
            _write_run(config, matrix, device)
            _carry_out(todo, matrix, store, config, device)
        else:
            _say(f"all {matrix.cells} cells are there already; nothing to run")
        chosen = [store.records[i] for i in sorted(ids & set(store.records))]
    _boards(config.out, chosen, list(read(config.out)), matrix.primary)
    return 0 if any(r["status"] == "ok" for r in chosen) else 1


def _carry_out(todo: list[Fit], matrix: Matrix, store: Store, config: Config, device: str) -> None:
    settings = engines.Settings(
        workers=config.workers or (1 if config.engine == "serial" else os.cpu_count() or 1),
        threads=config.threads,
        spool=config.out / "spool",
        device=device,
        address=config.address,
    )
    beside = min(settings.workers, len(todo)) - 1 if config.engine != "serial" else 0
    first = min(fit.seed for fit in matrix.fits)
    pictured = config.out / "samples"
    todo = [replace(f, beside=beside, samples=pictured if f.seed == first else None) for f in todo]
    total = sum(len(fit.cells) for fit in todo)
    done_before = matrix.cells - total
    overhead = Overhead(beside + 1)
    with Progress(total, done_before) as progress:
        for event in engines.run(config.engine, todo, settings):
            overhead.note(event)
            if "record" in event and store.append(event["record"]):
                progress.cell(event["record"])
    _say(overhead.line())


class Overhead:
    """How many worker seconds the harness took for itself: start-up, reading, splitting, preprocessing, checking."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.start = time.perf_counter()
        self.start_up: float | None = None
        self.worker_s = 0.0
        self.harness_s = 0.0

    def note(self, event: dict[str, Any]) -> None:
        if self.start_up is None:
            self.start_up = time.perf_counter() - self.start
        if "done" in event:
            self.worker_s += event["done"]["worker_s"]
            self.harness_s += event["done"]["harness_s"]

    def line(self) -> str:
        start_up = (self.start_up or 0.0) * self.workers
        total = self.worker_s + start_up
        harness = self.harness_s + start_up
        share = 100 * harness / total if total else 0.0
        return (
            f"harness overhead {share:.1f} % of {total:.0f} worker seconds "
            f"({start_up:.1f} s start-up, {self.harness_s:.1f} s in fits); wall {time.perf_counter() - self.start:.0f} s"
        )


def _in_order(fits: list[Fit], config: Config) -> list[Fit]:
    """The task in turn, so that a worker keeps the rows it has read; tasks in the order of the selection."""
    rank = {name: i for i, name in enumerate(config.tasks)}
    return sorted(fits, key=lambda fit: (rank[fit.task], fit.seed))


def _take_up_spool(store: Store) -> None:
    from bench.engines.processes import Spool

    spool = Spool(store.folder / "spool")
    taken = sum(store.append(event["record"]) for event in spool.new() if "record" in event)
    spool.clear()
    if taken:
        _say(f"took up {taken} finished cells of an interrupted run")


def _explain(todo: list[Fit], store: Store) -> None:
    known = {axes(record): record for record in store.records.values()}
    counts: Counter[tuple[str, str, str]] = Counter()
    for fit in todo:
        for cell in fit.cells:
            counts[fit.task, fit.method, why(fit, cell, known)] += 1
    for (task, method, reason), count in counts.items():
        _say(f"{task} × {method}: {count} cells to run: {reason}")


def _write_run(config: Config, matrix: Matrix, device: str) -> None:
    selection = {
        key: list(getattr(config, key)) for key in ("tasks", "methods", "classifiers", "regimes", "seeds")
    } | {"budget": config.budget, "base_seed": config.base_seed}
    known = {
        "augbench": __version__,
        "command": ["augbench", *sys.argv[1:]],
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "selection": selection,
        "engine": {"name": config.engine, "workers": config.workers, "threads": config.threads, "device": device},
        "data": {n: {"source": o.source, "kind": o.kind, "sha256": o.sha256, "note": o.note} for n, o in matrix.origins.items()},
        "primary": matrix.primary,
        "left_out": matrix.left_out,
        "versions": provenance.versions(),
        "machine": provenance.machine(),
        "commit": provenance.commit(Path(__file__).resolve().parent.parent),
    }  # fmt: skip
    path = config.out / RUN
    known["primary"] = (_read_run(config.out).get("primary") or {}) | matrix.primary
    replace_text(path, json.dumps(known, indent=1) + "\n")


def _read_run(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def boards(folder: Path, fmt: str | None) -> None:
    """``augbench board``: write every board of a folder's records again, and print them in one format."""
    from bench.boards import formats

    if fmt is not None and fmt not in formats.FORMATS:
        raise BenchError(f"unknown format {fmt!r}{registry.did_you_mean(fmt, formats.FORMATS)}")
    if not (folder / RECORDS).exists():
        raise BenchError(f"{folder} holds no records ({RECORDS}); run augbench run first or name the folder with --out")
    records = list(read(folder))
    _boards(folder, records, records, _read_run(folder).get("primary") or {}, fmt)


def _boards(
    folder: Path, shown: Sequence[Any], records: Sequence[Any], primary: dict[str, str], fmt: str | None = None
) -> None:
    """Write the boards of all records, print those of the selection, draw the pictures there are samples for."""
    from bench.boards import formats, tables

    date = max((r.get("started", "") for r in records), default="")[:10]
    paths = formats.write(tables.build(latest(records), primary, date), folder / "boards")
    for board in tables.build(latest(shown), primary, date):
        print(formats.render(board, fmt or "text"))
        print()
    if fmt is None:
        _say(f"records: {folder / RECORDS}")
        _say(f"boards: {folder / 'boards'} ({len(paths)} files)")


def _say(line: str) -> None:
    print(f"augbench: {line}", file=sys.stderr)
