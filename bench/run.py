"""One run from selection to boards: plan, take up what is there, run what is missing, write the boards."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import __version__, engines, publish, registry
from bench.config import Config
from bench.data import DataHome
from bench.engines.processes import forks, prestart
from bench.engines.worker import cap_threads
from bench.errors import BenchError
from bench.matrix import Matrix, plan, why
from bench.progress import Progress
from bench.records import provenance
from bench.records.identity import axes
from bench.records.store import RECORDS, RUN, Store, replace_text
from bench.slugs import printable
from bench.trial.clock import resolve_device
from bench.trial.fit import Fit


def execute(config: Config, plugins: tuple[Path, ...] = (), why: bool = False, retry: bool = False) -> int:
    """Run what is missing of the selection and write its boards; the process's exit code.

    0, or 1 if no cell of the selection is ``ok``. Raises ``BenchError`` for what the user can mend.
    """
    cap_threads(config.threads)
    if config.engine == "processes" and not (config.out / RECORDS).exists():
        prestart(config.threads)  # a new folder: there will be something to run
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
        take_up_spool(store)
        ids = {cell.id for fit in matrix.fits for cell in fit.cells}
        if retry:
            store.forget(i for i in ids if i in store.records and store.records[i]["status"] != "ok")
        todo = _in_order(matrix.without(store.records), config)
        refused: list[str] = []
        if why:
            _explain(todo, store)
        if todo and config.exclusive:
            _quiet(store, ids)
        if todo:
            _write_run(config, matrix, device)
            refused = _carry_out(todo, matrix, store, config, device)
        else:
            _say(f"all {matrix.cells} cells are there already; nothing to run")
        chosen = [store.records[i] for i in sorted(ids & set(store.records))]
    if refused and not chosen:
        raise BenchError("; ".join(refused))
    publish.boards(config.out, None, matrix.primary, ids)
    if config.pictures:
        publish.pictures(config.out, _workers(config))
    if refused:
        raise BenchError("; ".join(refused))
    return 0 if any(r["status"] == "ok" for r in chosen) else 1


def _carry_out(todo: list[Fit], matrix: Matrix, store: Store, config: Config, device: str) -> list[str]:
    """Run the fits; the lines to say of tasks whose rows were refused."""
    settings = engines.Settings(
        workers=_workers(config),
        threads=config.threads,
        spool=config.out / "spool",
        device=device,
        address=config.address,
        device_share=config.device_share,
    )
    beside = min(settings.workers, len(todo)) - 1 if config.engine != "serial" else 0
    first = min(fit.seed for fit in matrix.fits)
    samples = config.out / "samples"
    todo = [replace(f, beside=beside, samples=samples, pictured=f.seed == first) for f in todo]
    total = sum(len(fit.cells) for fit in todo)
    refused: dict[str, str] = {}
    done_before = matrix.cells - total
    forked = config.engine == "processes" and forks()  # the libraries are imported once for all
    overhead = Overhead(0 if forked else beside + 1)
    with Progress(total, done_before) as progress:
        for event in engines.run(config.engine, todo, settings):
            overhead.note(event)
            record = event.get("record")
            if record and _bad_table(record):
                if record["task"] not in refused:
                    refused[record["task"]] = f"{record['task']}: {record['reason'].partition(': ')[2]}"
            elif record and store.append(_with_load(record, config.exclusive)):
                progress.cell(record)
    _say(overhead.line())
    return list(refused.values())


def _quiet(store: Store, ids: set[str]) -> None:
    """What stands in the way of times that can be quoted, said before the first fit."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > 0.5:
        _say(f"--exclusive: other work is running here (load {load:.1f}), which lengthens every time")
    shared = sum(not r["machine"].get("exclusive") for i, r in store.records.items() if i in ids)
    if shared:
        _say(
            f"--exclusive: {shared} cells are there already and keep their times; use another --out to time them alone"
        )


def _with_load(record: dict[str, Any], exclusive: bool) -> dict[str, Any]:
    """The record with what the whole machine was busy with when it came: the load average of the last minute."""
    record["machine"]["exclusive"] = exclusive
    if hasattr(os, "getloadavg"):
        record["machine"]["load_1m"] = round(os.getloadavg()[0], 2)
    return record


def _bad_table(record: dict[str, Any]) -> bool:
    """Rows that cannot carry a benchmark are the user's to mend, and no result of a method."""
    return record["phase"] == "load" and record["reason"].startswith(("InvalidData:", "DataUnavailable:"))


def _workers(config: Config) -> int:
    return config.workers or (1 if config.engine == "serial" else engines.cores())


class Overhead:
    """How many worker seconds the harness took for itself: reading, splitting, preprocessing, checking, scoring.

    Start-up counts for workers that import the libraries themselves; where they are forked from a process that has,
    there are no workers yet, and it is said beside.
    """

    def __init__(self, starting: int) -> None:
        self.starting = starting  # workers that were there while the libraries were imported
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
        start_up = (self.start_up or 0.0) * self.starting
        total = self.worker_s + start_up
        harness = self.harness_s + start_up
        share = 100 * harness / total if total else 0.0
        return (
            f"harness overhead {share:.1f} % of {total:.0f} worker seconds "
            f"({harness:.1f} s); {self.start_up or 0.0:.1f} s until the first worker began; "
            f"wall {time.perf_counter() - self.start:.0f} s"
        )


def _in_order(fits: list[Fit], config: Config) -> list[Fit]:
    """The task in turn, so that a worker keeps the rows it has read; tasks in the order of the selection."""
    rank = {name: i for i, name in enumerate(config.tasks)}
    return sorted(fits, key=lambda fit: (rank[fit.task], fit.seed))


def take_up_spool(store: Store) -> None:
    """Append what workers of an interrupted run left in the folder."""
    from bench.engines.processes import Spool

    spool = Spool(store.folder / "spool")
    taken = sum(
        store.append(event["record"]) for event in spool.new() if "record" in event and not _bad_table(event["record"])
    )
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
    selection = {key: list(getattr(config, key)) for key in ("tasks", "methods", "classifiers", "regimes", "seeds")} | {
        "budget": config.budget,
        "base_seed": config.base_seed,
    }
    origins = {
        name: {"source": o.source, "kind": o.kind, "sha256": o.sha256, "note": o.note}
        for name, o in matrix.origins.items()
    }
    # of tasks that this run has not, what an earlier run of this folder said
    known = {
        "augbench": __version__,
        "command": ["augbench", *sys.argv[1:]],
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "selection": selection,
        "engine": {"name": config.engine, "workers": config.workers, "threads": config.threads, "device": device},
        "data": publish.run_facts(config.out, "data") | origins,
        "primary": publish.primary_metrics(config.out) | matrix.primary,
        "left_out": matrix.left_out,
        "versions": provenance.versions(),
        "machine": provenance.machine(),
        "commit": provenance.commit(Path(__file__).resolve().parent.parent),
    }  # fmt: skip
    replace_text(config.out / RUN, json.dumps(known, indent=1) + "\n")


def _say(line: str) -> None:
    print(f"augbench: {printable(line)}", file=sys.stderr)
