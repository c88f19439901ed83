"""``augbench claims``: plan what the claims need, run what is missing of it, judge, write."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench import engines, resample, running
from bench.claims.evaluation import evaluate
from bench.claims.files import ARMS, Claim, load
from bench.claims.page import render
from bench.claims.selection import configuration, variants
from bench.config import BUDGETS
from bench.data import DataHome
from bench.errors import BenchError, DataUnavailable
from bench.matrix import plan
from bench.messages import answer
from bench.records import provenance, replicates
from bench.records.files import replace_json, replace_text
from bench.records.predictions import Predictions
from bench.records.reading import read
from bench.records.store import Store
from bench.registry import tasks as registered
from bench.slugs import did_you_mean
from bench.trial.clock import resolve_device
from bench.trial.fit import FitJob
from bench.trial.locating import locate_one

_say = logging.getLogger("augbench.claims").info
#: seconds that one fit may take with all its cells
TIMEOUT = {"smoke": 120.0, "quick": 1800.0, "standard": 6 * 3600.0, "full": None}


def run(
    ids: Sequence[str],
    budget: str,
    folder: Path,
    data_dir: Path | None,
    offline: bool,
    list_only: bool,
    workers: int | None = None,
) -> int:
    """Run what is missing of the claims named (all, if none is) and write ``claims.json`` and ``claims.md``.

    Interrupting loses no finished cell; running again does only what is missing. Returns 0. Raises ``BenchError`` for
    an unknown claim or budget, or a folder that cannot be used.
    """
    if budget not in BUDGETS:
        raise BenchError(f"unknown budget {budget!r}{did_you_mean(budget, BUDGETS)}")
    claims = load()
    known = [claim.id for claim in claims]
    for name in ids:
        if name not in known:
            raise BenchError(f"unknown claim {name!r}{did_you_mean(name, known)}")
    chosen = [claim for claim in claims if not ids or claim.id in ids]
    if list_only:
        answer(listing(chosen, budget))
        return 0
    home = DataHome.resolve(data_dir, offline)
    device = resolve_device("auto")
    fits = planned(chosen, budget, home, device)
    for message in home.messages:
        _say(message)
    with Store(folder) as store, Predictions(folder) as predictions:
        if store.repaired:
            _say(store.repaired)
        carry_out(fits, store, device, workers, predictions)
    for claim in write(folder):
        if not ids or claim["id"] in ids:
            answer(f"{claim['verdict']:<28} {claim['id']}: {claim['why']}")
    _say(f"{folder / 'claims.md'}, {folder / 'claims.json'}")
    return 0


def planned(claims: Iterable[Claim], budget: str, home: DataHome, device: str) -> list[FitJob]:
    """The fits of every run of the claims, each once: claims that share a fit share its cells."""
    merged: dict[str, FitJob] = {}
    for claim in claims:
        if not claim.runs_at(budget):
            continue
        for arm in (arm for arm in ARMS if arm in claim.arms):
            for fit in _fits(claim, arm, budget, home, device):
                axes = [fit.task, fit.method, fit.seed, fit.task_params, fit.method_params, fit.measures]
                key = provenance.digest([axes, fit.origin.sha256])
                if known := merged.get(key):
                    cells = {cell.id: cell for cell in (*known.cells, *fit.cells)}
                    regimes = tuple(dict.fromkeys((*known.regimes, *fit.regimes)))
                    fit = replace(fit, cells=tuple(cells.values()), regimes=regimes)
                merged[key] = fit
    return list(merged.values())


def _fits(claim: Claim, arm: str, budget: str, home: DataHome, device: str) -> list[FitJob]:
    fits: list[FitJob] = []
    for variant in variants(claim, arm):
        # where the rows come from decides the selection, and some option of the task may decide where they come from
        draft = configuration(claim, arm, budget, claim.sources[0], variant)
        for name in draft.tasks:
            try:
                origin = locate_one(registered[name], draft.options("task", name, name), home).origin
            except DataUnavailable as error:
                _say(f"{claim.id} left out: {error}")
                return []
            if origin.source not in claim.sources:
                _say(f"{claim.id} left out: {name} is {origin.source} here, the claim is about {claim.sources[0]} rows")
                return []
            config = configuration(claim, arm, budget, origin.source, variant, timeout=TIMEOUT[budget])
            fits += plan(replace(config, tasks=(name,)), home, device).fits
    return fits


def carry_out(
    fits: list[FitJob], store: Store, device: str, workers: int | None, predictions: Predictions | None = None
) -> None:
    """Run the cells that the store lacks and append their records as they come, class probabilities before them."""
    running.take_up_spool(store, predictions)
    fits = [replace(fit, predictions=predictions is not None) for fit in fits]
    todo = sorted(running.missing(fits, store), key=lambda f: (f.task, repr(f.task_params), f.seed))
    planned_cells = sum(len(f.cells) for f in fits)
    if not todo:
        _say(f"all {planned_cells} cells are there already; nothing to run")
        return
    settings = running.settings(store, workers or engines.cores(), 1, device)
    done = planned_cells - sum(len(f.cells) for f in todo)
    outcome = running.carry_out(todo, store, "processes", settings, done, predictions)
    for line in outcome.refused.values():
        _say(f"left out: {line}")


def write(folder: Path) -> list[dict[str, Any]]:
    """Judge every claim from the folder's records and write ``claims.json`` and ``claims.md``."""
    records = list(read(folder))
    resample.update(folder, {record.id for record in records})
    found = evaluate(records, replicates=replicates.read(folder))
    replace_json(folder / "claims.json", found)
    replace_text(folder / "claims.md", render(found))
    return found


def listing(claims: Iterable[Claim], budget: str) -> str:
    """A line a claim: its id, what it says, and whether the budget runs it."""
    from tabulate import tabulate

    rows = [[claim.id, claim.title, _state(claim, budget)] for claim in claims]
    return tabulate(rows, ["claim", "what", f"at {budget}"], maxcolwidths=[None, 80, 40])


def _state(claim: Claim, budget: str) -> str:
    if not claim.arms:
        return "cannot be run"
    if not claim.runs_at(budget):
        return f"runs from {claim.least} on"
    return "runs" if claim.decided(budget) else f"runs; decided from {claim.decided_at} on"
