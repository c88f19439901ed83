"""From a selection to the fits that make it up, and which of their cells are still to run."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bench import registry
from bench.config import Config
from bench.data import DataHome
from bench.errors import BenchError, DataUnavailable, InvalidData
from bench.measures.synthetic import check_options
from bench.records import codehash, provenance
from bench.records.identity import config_hash, identity, joint_code, versions_hash
from bench.records.record import Record
from bench.records.selection import Planned
from bench.slugs import did_you_mean
from bench.task import Origin
from bench.trial.fit import Cell, Facts, FitJob
from bench.trial.locating import Answers, locate
from bench.trial.regimes import Regime
from bench.usable import unusable


@dataclass
class Matrix:
    """What was selected: the fits with all their cells, and what could not be taken in, with the reason."""

    fits: list[FitJob] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    #: tasks that the user named and that, or whose rows, cannot be had, with the reason: the others run
    refused: dict[str, str] = field(default_factory=dict)
    #: the same of methods and classifiers, by kind and name
    absent: dict[tuple[str, str], str] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    primary: dict[str, str] = field(default_factory=dict)
    #: the cells that were asked for; those of the reference, which is always in, only where it was named
    asked: set[str] = field(default_factory=set)

    @property
    def comparisons(self) -> dict[str, list[list[str]]]:
        """By task its few primary comparisons, each with the reference: every method (method, classifier, regime) with
        the main classifier of the task's modality, else the first that is selected, in ``balance``, else the first
        regime that the method goes with."""
        found: dict[str, dict[str, list[str]]] = {}
        for fit in self.fits:
            if not fit.facts.reference:
                names = dict.fromkeys(cell.classifier for cell in fit.cells)
                main = next((n for n in names if fit.facts.modality in registry.classifiers[n].main), next(iter(names)))
                regime = "balance" if "balance" in fit.regimes else fit.regimes[0]
                found.setdefault(fit.task, {})[fit.method] = [fit.method, main, regime]
        return {task: list(methods.values()) for task, methods in found.items()}

    @property
    def planned(self) -> Iterator[Planned]:
        """What a folder's selection is to hold."""
        return (Planned(f.axes(c.classifier, c.regime), c.hashes["config"]) for f in self.fits for c in f.cells)

    @property
    def cells(self) -> int:
        return sum(len(fit.cells) for fit in self.fits)


def fits_together(entry: registry.Entry[Any], task: registry.Entry[Any]) -> str | None:
    """None if the method or classifier can work on the task, else why not."""
    modality = task.modalities[0]
    if modality not in entry.modalities:
        return f"{entry.name} is for {' and '.join(entry.modalities)}; {task.name} is {modality}"
    if clash := set(entry.unfit) & set(task.traits):
        return f"{entry.name} does not take {' or '.join(clash)} rows; {task.name} has them"
    return None


def plan(config: Config, home: DataHome, device: str) -> Matrix:
    """Lay out every sensible (task, method, seed) with its cells. The baseline ``none``/``real`` is always in, since
    every board compares with it.

    Raises ``BenchError`` for unknown names, for options that are unknown or of a wrong type, for names the user gave
    that fit none of the tasks, and for a selection that holds nothing.
    """
    matrix = Matrix()
    entries = {key: [_found(key, n) for n in getattr(config, key)] for key in ("tasks", "methods", "classifiers")}
    for key in ("methods", "classifiers"):
        _leave_out_absent(config, matrix, key, entries[key])
        _refuse_misfits(config, key, entries[key], entries["tasks"])
    _check_options(config, matrix)
    located = _located(config, entries["tasks"], home)
    for entry in entries["tasks"]:
        found = located[entry.name]
        if isinstance(found, BenchError):
            named = "tasks" in config.named or isinstance(found, InvalidData)
            (matrix.refused if named else matrix.left_out)[entry.name] = str(found)
            continue
        matrix.origins[entry.name], matrix.primary[entry.name] = found.origin, found.primary
        matrix.fits += _task_fits(config, matrix, entry, device)
    _leave_out_of_other_regimes(config, matrix, entries["methods"])
    matrix.asked = {cell.id for fit in matrix.fits for cell in fit.cells if _asked_for(config, fit, cell)}
    if not matrix.asked:
        raise BenchError(_nothing(config, matrix))
    return matrix


def _located(config: Config, tasks: list[registry.Entry[Any]], home: DataHome) -> Answers:
    """Of each task where its rows are, or why it cannot be had."""
    absent: Answers = {}
    for entry in tasks:
        if why := unusable(entry) if "tasks" in config.named else entry.missing:
            absent[entry.name] = DataUnavailable(why)
    options = {entry.name: config.options("task", entry.name, entry.name) for entry in tasks}
    return absent | locate([entry for entry in tasks if entry.name not in absent], options, home)


def _leave_out_absent(config: Config, matrix: Matrix, key: str, entries: list[registry.Entry[Any]]) -> None:
    """Take what the user named and cannot be used here out of the entries."""
    for entry in tuple(entries) if key in config.named else ():
        if why := unusable(entry):
            matrix.absent[entry.kind, entry.name] = why
            entries.remove(entry)


def _leave_out_of_other_regimes(config: Config, matrix: Matrix, entries: list[registry.Entry[Any]]) -> None:
    """Say of methods that the user named why they have no cell, where none of their regimes is chosen."""
    for entry in entries if "methods" in config.named and matrix.origins else ():
        if not any(_regimes(config, task, entry) for task in matrix.origins):
            own = " or ".join(entry.regimes) or "balance, append or tstr"
            matrix.left_out[entry.name] = f"it is for regime {own}, chosen are {', '.join(config.regimes)}"


def _check_options(config: Config, matrix: Matrix) -> None:
    """All options of the configuration, of what is selected and of what is not: a misspelt name is not passed over."""
    for name in config.limits:
        registry.methods[name]
    for pattern in (pattern for table in config.override for pattern in table["tasks"]):
        if not fnmatch.filter(registry.tasks.names(), pattern):
            hint = did_you_mean(pattern.strip("*"), registry.tasks.names())
            raise BenchError(f"[[override]] tasks: no task fits {pattern!r}{hint}")
    everywhere = {kind: getattr(config, kind) for kind in (*registry.BY_KIND, "measures")}
    for table in (everywhere, *config.override):
        for kind, entries in registry.BY_KIND.items():
            for name, options in table.get(kind, {}).items():
                entry = entries[name]
                if not entry.missing and (kind, name) not in matrix.absent:
                    entry.check_options(options)
        check_options(table.get("measures", {}))


def _asked_for(config: Config, fit: FitJob, cell: Cell) -> bool:
    regimes = config.for_task("regimes", fit.task)
    return fit.method in config.for_task("methods", fit.task) and cell.regime in regimes


def _nothing(config: Config, matrix: Matrix) -> str:
    missing = [f"{name}: {why}" for name, why in (matrix.refused | matrix.left_out).items()]
    if missing := [*matrix.absent.values(), *missing]:
        return f"nothing to run: {missing[0]}"
    words = ", ".join(f"{key} {list(getattr(config, key))}" for key in ("tasks", "methods", "classifiers", "regimes"))
    return f"nothing to run: no cell fits this selection ({words}); none is for regime real"


def _found(kind: str, name: str) -> registry.Entry[Any]:
    entry: registry.Entry[Any] = registry.BY_KIND[kind.removesuffix("s")][name]
    return entry


def _refuse_misfits(config: Config, key: str, chosen: list[Any], tasks: list[Any]) -> None:
    for entry in chosen if key in config.named else ():
        reasons = [fits_together(entry, task) for task in tasks]
        if reasons and all(reasons):
            raise BenchError(f"{entry.kind} {entry.name!r} fits none of the tasks chosen: {reasons[0]}")


def _task_fits(config: Config, matrix: Matrix, task: Any, device: str) -> list[FitJob]:
    """The fits of one task, by seed and method, each with its cells."""
    classifiers = _usable(config, matrix, "classifiers", task)
    methods = _usable(config, matrix, "methods", task)
    methods = [*(entry for entry in registry.methods if entry.reference and entry not in methods), *methods]
    drafts = [
        _draft(config, matrix.origins[task.name], task, method, seed, device)
        for seed in config.for_task("seeds", task.name)
        for method in methods
    ]
    fits = [_with_cells(config, draft, task, classifiers) for draft in drafts]
    return [fit for fit in fits if fit.cells]


def _draft(config: Config, origin: Origin, task: Any, method: Any, seed: int, device: str) -> FitJob:
    """A fit without its cells."""
    params = dict(method.params) | config.options("method", method.name, task.name)
    return FitJob(
        task.name, method.name, seed, config.base_seed, config.budget, origin, Facts.of(task, method, params),
        task_params=dict(task.params) | config.options("task", task.name, task.name), method_params=params,
        measures=_measures(config, task.name), device=device, threads=config.threads,
        timeout=config.limit("timeout", method.name), memory_mb=config.limit("memory", method.name),
        entries=(task, method), exclusive=config.exclusive,
    )  # fmt: skip


def _with_cells(config: Config, fit: FitJob, task: Any, classifiers: list[Any]) -> FitJob:
    """The fit with a cell for every regime that its method knows and every classifier."""
    method = registry.methods[fit.method]
    regimes = _regimes(config, fit.task, method)
    cells = tuple(
        cell_of(fit, task, method, classifier, regime, config.options("classifier", classifier.name, fit.task))
        for regime in regimes
        for classifier in classifiers
    )
    alone = any(map(foreign, (task, method, *classifiers)))
    return replace(fit, cells=cells, regimes=tuple(map(str, regimes)), isolated=alone, plugin_task=foreign(task))


def _regimes(config: Config, task: str, method: registry.Entry[Any]) -> list[Regime]:
    """The regimes that a method is run in; the reference in all its own, since every board compares with it."""
    asked = [Regime.parse(text) for text in config.for_task("regimes", task)]
    if method.reference:
        return [Regime.parse(text) for text in method.regimes]
    return [regime for regime in asked if (regime.kind in method.regimes if method.regimes else regime.draws)]


def _measures(config: Config, task: str) -> dict[str, Any]:
    merged = dict(config.measures)
    for table in config.matching(task):
        merged |= table.get("measures", {})
    return merged


def _usable(config: Config, matrix: Matrix, key: str, task: Any) -> list[Any]:
    kept = []
    for name in config.for_task(key, task.name):
        entry = _found(key, name)
        if (entry.kind, name) in matrix.absent:
            continue
        if entry.missing:
            matrix.left_out[name] = entry.missing
        elif fits_together(entry, task) is None:
            kept.append(entry)
    return kept


def cell_of(fit: FitJob, task: Any, method: Any, classifier: Any, regime: Regime, params: Mapping[str, Any]) -> Cell:
    """The cell of a fit, with its id and hashes, from the registry's entries and the classifier's options."""
    params = dict(classifier.params) | dict(params)
    codes = code_hashes(task, method, classifier)
    requires = (*task.requires, *method.requires, *classifier.requires)
    hashes = {
        "data": fit.origin.sha256[:16],
        **codes,
        "config": config_hash(fit.base_seed, fit.task_params, fit.method_params, params, fit.measures, fit.threads),
        "versions": versions_hash(provenance.versions(requires)),
    }
    key = identity(fit.axes(classifier.name, str(regime)), hashes)
    hashes |= {"code": joint_code(codes)}
    return Cell(key, classifier.name, str(regime), params, hashes, requires, foreign(classifier), classifier)


def foreign(entry: registry.Entry[Any]) -> bool:
    """Whether code that is not the suite's own stands behind a name: its fits run in processes of their own."""
    return not registry.is_own(entry.file)


def code_hashes(task: Any, method: Any, classifier: Any) -> dict[str, str]:
    """Today's hashes of the code that determines a cell's result, of three registry entries and the suite."""
    return {
        **{f"code_{entry.kind}": _code(entry) for entry in (task, method, classifier)},
        "code_bench": suite_code(),
    }


def suite_code() -> str:
    """Hash of the suite's own code that determines a result: the walk of a trial and all it uses."""
    return codehash.code_hash("bench.trial.walk", Path(__file__).parent / "trial" / "walk.py", "run")


def _code(entry: registry.Entry[Any]) -> str:
    return codehash.code_hash(entry.module, entry.file, entry.qualname)


def why(fit: FitJob, cell: Cell, records: Mapping[tuple[Any, ...], Record]) -> str:
    """Why a cell is to run: it is new, or what changed since the record of the same cell was made."""
    old = records.get(fit.axes(cell.classifier, cell.regime))
    if old is None:
        return "not run yet"
    if old.schema != codehash.SCHEME:
        return f"its record was made by an older scheme of hashes ({old.schema}; today's is {codehash.SCHEME})"
    parts = provenance.changed(
        {k: v for k, v in cell.hashes.items() if k != "code"},
        {k: v for k, v in old.hashes.items() if k in cell.hashes and k != "code"},
    )
    named = {
        "data": "the data", "code_task": "the task's code", "code_method": "the method's code",
        "code_classifier": "the classifier's code", "code_bench": "the suite's own code",
        "config": "the configuration", "versions": "library versions",
    }  # fmt: skip
    return "changed: " + ", ".join(named.get(p, p) for p in parts) if parts else "its record was dropped"
