"""``augbench reproduce``: the cells of chosen records run again from data, and compared number by number.

A cell is rebuilt from its record alone (options, seeds, threads, device, limits) and run as ``augbench run`` runs it.
What is different from then (code, library versions, processor) is said; rows of another source or checksum make
another cell, which is not run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import BenchError
from bench.messages import answer
from bench.records.codehash import SCHEME
from bench.records.folder import RunFolder
from bench.records.identity import axes
from bench.records.record import Record, plain, seal
from bench.release.equality import compare
from bench.trial.events import Ended

if TYPE_CHECKING:
    from bench.data import DataHome
    from bench.trial.fit import FitJob


def reproduce(
    ids: Sequence[str],
    folder: Path,
    data_dir: Path | None = None,
    offline: bool = False,
) -> int:
    """Run the cells of these records (ids, or digits that one id alone begins with) again; 0 if all match, at least
    within the tolerances that another platform explains (``bench.release.equality``), else 1.

    Raises ``BenchError`` for a folder without records and for ids that are not in it.
    """
    from bench.data import DataHome
    from bench.engines.worker import cap_threads

    run = RunFolder.of_run(folder)
    chosen = find(ids, run)
    cap_threads(chosen[0].threads)  # before numerical libraries are imported
    home = DataHome.resolve(data_dir, offline)
    matches = 0
    for fit_id in dict.fromkeys(record.fit_id for record in chosen):
        mine = [record for record in chosen if record.fit_id == fit_id]
        matches += fit_again(mine, run, home)
    answer(f"{matches} of {len(chosen)} records match")
    return 0 if matches == len(chosen) else 1


def find(ids: Sequence[str], run: RunFolder) -> list[Record]:
    """The records of these ids, each once. Raises ``BenchError`` for an id that is unknown or begins several."""
    from bench.slugs import did_you_mean

    known = {record.id: record for record in run.records}
    found: dict[str, Record] = {}
    for text in ids:
        keys = [text] if text in known else [key for key in known if key.startswith(text)]
        if not keys:
            raise BenchError(f"no record in {run.path} has the id {text!r}{did_you_mean(text, known)}")
        if len(keys) > 1:
            raise BenchError(f"{len(keys)} records in {run.path} have ids that begin with {text!r}; give more digits")
        found[keys[0]] = known[keys[0]]
    return list(found.values())


def fit_again(chosen: Sequence[Record], run: RunFolder, home: DataHome) -> int:
    """Run the chosen records of one fit again, and say of each how it compares. Returns how many match."""
    first = chosen[0]
    answer(f"{first.task} × {first.method} × seed {first.seed} ({first.source}), {len(chosen)} of its cells")
    try:
        fit, records = rebuild(chosen, run.records, home)
    except BenchError as error:
        answer(f"  not run: {error}")
        return 0
    for line in _changes(fit, records, run):
        answer(f"  {line}")
    matches = 0
    for now in _run(fit):
        then = records[now.id]
        outcome = compare(then, now)
        answer(f"  {then.id} {then.classifier} × {then.regime}: {outcome}")
        if then.schema == SCHEME and then.seal and seal(plain(then)) != then.seal:
            answer("    its seal is broken: the record was changed after it was written")
        matches += outcome.match
    return matches


def rebuild(chosen: Sequence[Record], everything: Sequence[Record], home: DataHome) -> tuple[FitJob, dict[str, Record]]:
    """The fit of the chosen records, and the chosen records by the ids that their cells have today.

    The training may rest on every regime that rows were asked for, so those of all the fit's records in ``everything``
    stand in it. Raises ``BenchError`` where the rows, a name or the device cannot be had here.
    """
    from bench import registry
    from bench.matrix import cell_of, foreign
    from bench.measures.synthetic import check_options
    from bench.trial.clock import resolve_device
    from bench.trial.fit import Facts, FitJob
    from bench.trial.locating import locate_one
    from bench.trial.regimes import Regime

    first = chosen[0]
    config = first.config
    task = registry.reopen(first.task, config.task) or registry.tasks[first.task]
    method = registry.methods[first.method]
    classifiers = [registry.classifiers[record.classifier] for record in chosen]
    given = [(task, config.task), (method, config.method)]
    for entry, options in [*given, *((e, r.config.classifier) for e, r in zip(classifiers, chosen, strict=True))]:
        entry.check_options(options)  # a record may come from anywhere
    check_options(config.measures)
    origin = locate_one(task, config.task, home).origin
    if origin.source != first.source:
        raise BenchError(f"the record's rows are {first.source}, those here {origin.source} ({origin.note})")
    if origin.sha256[:16] != first.hashes["data"]:
        raise BenchError(
            f"the record's rows have the checksum {first.hashes['data']}..., those here {origin.sha256[:16]}... "
            f"({origin.note})"
        )
    regimes = dict.fromkeys(record.regime for record in everything if record.fit_id == first.fit_id)
    draft = FitJob(
        first.task, first.method, first.seed, config.base_seed, first.budget, origin,
        Facts.of(task, method, config.method),
        regimes=tuple(regimes), task_params=config.task, method_params=config.method, measures=config.measures,
        device=resolve_device(first.device), threads=first.threads, timeout=first.limit_s, memory_mb=first.limit_mb,
        entries=(task, method), plugin_task=foreign(task), isolated=any(map(foreign, (task, method, *classifiers))),
    )  # fmt: skip
    records = {}
    cells = []
    for record, classifier in zip(chosen, classifiers, strict=True):
        cell = cell_of(draft, task, method, classifier, Regime.parse(record.regime), record.config.classifier)
        cells.append(cell)
        records[cell.id] = record
    return replace(draft, cells=tuple(cells)), records


def _changes(fit: FitJob, records: Mapping[str, Record], run: RunFolder) -> Iterator[str]:
    """What is not as it was when the records were made, a line each."""
    yield from _other_inputs(fit, records)
    first = next(iter(records.values()))
    yield from _other_machine(fit, first, run)
    if first.schema == SCHEME and fit.id != first.fit_id:
        yield "the fit had other regimes than those of its records in this folder: it may differ"


def _other_inputs(fit: FitJob, records: Mapping[str, Record]) -> Iterator[str]:
    """What of data, code and options is not that of the records; a line too where all is."""
    from bench.matrix import why

    known = {axes(record): record for record in records.values()}
    cells = [cell for cell in fit.cells if cell.id in records]
    others = [cell for cell in cells if any(records[cell.id].hashes.get(k) != v for k, v in cell.hashes.items())]
    yield from dict.fromkeys(why(fit, cell, known) for cell in others)
    if not others:
        yield "data, code, options and library versions are those of the record"


def _other_machine(fit: FitJob, record: Record, run: RunFolder) -> Iterator[str]:
    """Which libraries and which processor are not those of the record."""
    from bench.records.provenance import changed, cpu_name, versions

    today = versions(fit.cells[0].requires)
    for name in changed(today, record.versions or today):
        yield f"{name} was {record.versions.get(name, 'absent')}, is {today.get(name, 'absent')}"
    processor = record.machine.cpu or run.facts.machine.get("cpu") or cpu_name()
    if processor != cpu_name():
        yield f"the record was made on {processor}; this is {cpu_name()}: last digits may differ"


def _run(fit: FitJob) -> Iterator[Record]:
    """The cells of the fit as they end, run as ``augbench run`` runs them."""
    from bench import engines

    with tempfile.TemporaryDirectory() as spool:
        settings = engines.Settings(1, fit.threads, Path(spool), fit.device)
        with closing(engines.run("processes", [fit], settings)) as events:
            for event in events:
                if isinstance(event, Ended):
                    yield event.record
