"""One run from selection to boards: plan, take up what is there, run what is missing, write the boards."""

from __future__ import annotations

import logging
import os
import sys
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from bench import __version__, cluster, engines, publish, registry, running, until
from bench.config import Config
from bench.data import DataHome
from bench.engines import server
from bench.engines.worker import cap_threads
from bench.errors import BenchError, HarnessError
from bench.matrix import Matrix, plan, why
from bench.records import provenance, runfile, selection
from bench.records.files import RECORDS
from bench.records.identity import axes
from bench.records.made import current
from bench.records.predictions import Predictions
from bench.records.record import Record
from bench.records.store import Store, check
from bench.trial.clock import resolve_device
from bench.trial.fit import FitJob, now

_say = logging.getLogger("augbench.run").info


def execute(config: Config, why: bool = False, retry: bool = False, strict: bool = False) -> int:
    """Run what is missing of the selection and write its boards; the process's exit code.

    0, or 1 if no cell that was asked for is ``ok`` (``strict``: if any failed). Raises ``BenchError`` for what the user
    can mend: before anything runs, or, where it concerns some tasks alone, once the others have run; ``HarnessError``
    for cells that were lost by no fault of a method.
    """
    cluster.check(config.engine, config.address)
    check(config.out)  # before planning, which may take a while
    cap_threads(config.threads)
    if config.engine == "processes" and not (config.out / RECORDS).exists():
        server.prestart(config.threads)  # a new folder: there will be something to run
    home = DataHome.resolve(config.data_dir, config.offline)
    device = resolve_device(config.device)
    matrix = plan(config, home, device)
    _announce(home, matrix)
    refused = dict(matrix.refused)
    ids = {cell.id for fit in matrix.fits for cell in fit.cells}
    with Store(config.out) as store, _predictions(config) as predictions:
        _take_up(store, predictions)
        if retry:
            store.forget(i for i in ids if i in store.records and not store.records[i].ok)
        todo = _in_order(running.missing(matrix.fits, store, predictions if retry else None), config)
        if why:
            _explain(todo, store)
        selection.add(config.out, store.records.values(), matrix.planned)
        refused |= _carry_out(todo, matrix, store, config, device, predictions)
        for fits in until.rounds(config, home, device):
            matrix.fits += fits
            selection.add(config.out, store.records.values(), matrix.planned)
            refused |= _carry_out(running.missing(fits, store), matrix, store, config, device, predictions)
        _withdraw(config.out, store, refused)
        chosen = [store.records[i] for i in sorted(ids & set(store.records))]
        changed = store.changed
    del store  # a large folder's records are read again for its boards: not twice at one time
    _publish(config, matrix, chosen, changed)
    if lacking := [*_named(matrix).values(), *refused.values()]:
        raise BenchError("; ".join(lacking))
    return _exit_code(chosen, matrix.asked, strict)


def _announce(home: DataHome, matrix: Matrix) -> None:
    """What a user should know before anything runs: what is left out, and where rows come from."""
    for place, reason in (item for r in registry.BY_KIND.values() for item in r.broken.items()):
        _say(f"{place} left out: {reason}")
    if home.messages:
        _say("; ".join(home.messages))
    for name, reason in (matrix.left_out | matrix.refused | _named(matrix)).items():
        _say(f"{name} left out: {reason}")


def _named(matrix: Matrix) -> dict[str, str]:
    """Methods and classifiers that were named and cannot be used, with the reason."""
    return {name: reason for (_, name), reason in matrix.absent.items()}


def _predictions(config: Config) -> AbstractContextManager[Predictions | None]:
    """What keeps the class probabilities of test rows; nothing does with ``--no-predictions``."""
    return Predictions(config.out) if config.predictions else nullcontext()


def _take_up(store: Store, predictions: Predictions | None) -> None:
    """Say what opening the store mended, and take up what an interrupted run left."""
    if store.repaired:
        _say(store.repaired)
    if taken := running.take_up_spool(store, predictions):
        _say(f"took up {taken} finished cells of an interrupted run")


def _withdraw(folder: Path, store: Store, refused: Collection[str]) -> None:
    """Take back the plan of tasks whose rows were refused: their cells have no record until the rows are mended."""
    if refused and (planned := selection.read(folder)):
        gone = (cell for cell in selection.missing(planned, store.records.values()) if cell.axes[0] in refused)
        selection.write(folder, planned - set(gone))


def _publish(config: Config, matrix: Matrix, chosen: Sequence[Record], changed: bool) -> None:
    """Write all boards of the folder and show those of the selection; draw what can be drawn. Where the run changed
    nothing, boards that are there already stay: those of a large folder take a minute."""
    if not chosen:
        return
    if not changed and current(config.out, "boards"):
        _say(f"boards: {config.out / 'boards'} (nothing changed; augbench board shows them)")
    else:
        publish.boards(config.out, None, matrix.primary, {cell.id for fit in matrix.fits for cell in fit.cells})
    if config.pictures:
        publish.pictures(config.out, _workers(config))


def _exit_code(chosen: Sequence[Record], asked: Collection[str], strict: bool) -> int:
    if lost := [record.reason for record in chosen if record.status == "harness"]:
        why = Counter(lost).most_common(1)[0][0]
        raise HarnessError(
            f"{len(lost)} cells were lost by no fault of a method ({why}); "
            "once that is mended, the same command runs them again"
        )
    if strict and any(record.status not in ("ok", "skipped") for record in chosen):
        return 1
    return 0 if any(record.ok and record.id in asked for record in chosen) else 1


def _carry_out(
    todo: Sequence[FitJob],
    matrix: Matrix,
    store: Store,
    config: Config,
    device: str,
    predictions: Predictions | None,
) -> Mapping[str, str]:
    """Run the fits; the lines to say of tasks whose rows were refused, by task."""
    if not todo:
        _say(f"all {matrix.cells} cells are there already; nothing to run")
        return {}
    if config.exclusive:
        _quiet(store, {cell.id for fit in matrix.fits for cell in fit.cells})
    first = min(fit.seed for fit in matrix.fits)
    samples, kept = config.out / "samples", predictions is not None
    todo = [replace(f, samples=samples, pictured=f.seed == first, predictions=kept) for f in todo]
    settings = running.settings(
        store,
        _workers(config),
        config.threads,
        device,
        address=config.address,
        device_share=config.device_share,
        debug=config.debug,
    )
    runfile.write(config.out, _facts(config, matrix, device, store))
    before = matrix.cells - sum(len(fit.cells) for fit in todo)
    outcome = running.carry_out(todo, store, config.engine, settings, before, predictions)
    _say(outcome.overhead)
    return outcome.refused


def _quiet(store: Store, ids: set[str]) -> None:
    """What stands in the way of times that can be quoted, said before the first fit."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > 0.5:
        _say(f"--exclusive: other work is running here (load {load:.1f}), which lengthens every time")
    shared = sum(not record.machine.exclusive for i, record in store.records.items() if i in ids)
    if shared:
        _say(
            f"--exclusive: {shared} cells are there already and keep their times; use another --out to time them alone"
        )


def _workers(config: Config) -> int:
    return config.workers or (1 if config.engine == "serial" else engines.cores())


def _in_order(fits: list[FitJob], config: Config) -> list[FitJob]:
    """The task in turn, so that a worker keeps the rows it has read; tasks in the order of the selection."""
    rank = {name: i for i, name in enumerate(config.tasks)}
    return sorted(fits, key=lambda fit: (rank[fit.task], fit.seed))


def _explain(todo: list[FitJob], store: Store) -> None:
    known: dict[tuple[object, ...], Record] = {axes(record): record for record in store.records.values()}
    counts = Counter((fit.task, fit.method, why(fit, cell, known)) for fit in todo for cell in fit.cells)
    for (task, method, reason), count in counts.items():
        _say(f"{task} × {method}: {count} cells to run: {reason}")


def _facts(config: Config, matrix: Matrix, device: str, store: Store) -> runfile.RunFacts:
    """What ``run.json`` is to say: of this run, and of tasks that it has not what it said before."""
    selection = {key: list(getattr(config, key)) for key in ("tasks", "methods", "classifiers", "regimes", "seeds")}
    try:
        earlier = runfile.read(config.out)
    except BenchError as error:  # what it said of other tasks is lost; the records are not
        _say(f"{error}; this run writes it anew")
        earlier = runfile.RunFacts()
    tried = {(r.task, r.method, r.classifier, r.regime) for r in store.records.values() if r.status != "harness"}
    return runfile.RunFacts(
        augbench=__version__,
        command=["augbench", *sys.argv[1:]],
        started=now(),
        selection={**selection, "budget": config.budget, "base_seed": config.base_seed},
        engine={"name": config.engine, "workers": config.workers, "threads": config.threads, "device": device},
        data=earlier.data | runfile.data_of(matrix.origins),
        primary=earlier.primary | matrix.primary,
        comparisons=runfile.declared(earlier, matrix.comparisons, tried),
        looks=_looks(config, matrix) | earlier.looks,
        left_out=matrix.left_out | matrix.refused | _named(matrix),
        versions=provenance.versions(),
        machine=provenance.machine(),
        commit=provenance.commit(Path(__file__).resolve().parent.parent),
    )


def _looks(config: Config, matrix: Matrix) -> dict[str, list[int]]:
    """The first look at each task, where seeds will be added until its comparisons are decided."""
    tasks = {fit.task for fit in matrix.fits} if config.until_decided else ()
    return {task: [len(config.for_task("seeds", task))] for task in sorted(tasks)}
