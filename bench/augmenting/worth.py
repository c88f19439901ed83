"""Does it help, inside the rows? A small matrix of one table, and what to do by it.

The matrix is an ordinary one: the table's task, no augmentation, class weights and a moved threshold beside the methods
in question, repeated hold-out, paired differences with corrected intervals (``bench.statistics.comparison``). Which
classifier and which method are looked at is chosen by validation rows, what is said of them by test rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from bench import engines, running
from bench.boards.cells import label
from bench.config import load
from bench.data import DataHome
from bench.engines.worker import cap_threads
from bench.errors import BenchError
from bench.matrix import plan
from bench.measures.naming import describe
from bench.records import runfile, selection
from bench.records.store import Store
from bench.statistics.comparison import Interval, estimate, outcome
from bench.trial.clock import resolve_device

if TYPE_CHECKING:
    from bench.records.record import Record

#: what every recommendation is held against, and what "auto" tries
BASELINES = ("none", "class-weight", "moved-threshold")
CANDIDATES = ("random-over", "smote", "adasyn", "cwgan-gp")
CLASSIFIERS = ("xgboost", "logistic")
#: how good decisions are, whatever the shares of the classes
DECISIONS = "balanced_accuracy"
#: what is told of synthetic rows: the measure, and in words
TOLD = {
    "xgboost_auc": "told from real rows (AUC; 0.5 is ideal)",
    "near_duplicates": "near copies of real rows (0.05 is ideal)",
    "membership_ratio_auc": "membership attack (AUC; 0.5 is ideal)",
}


#: by method and classifier, then by seed
Cells = dict[tuple[str, str], dict[int, "Record"]]


@dataclass(frozen=True)
class Judged:
    """One method at the classifier that is looked at: differences to no augmentation in the metric that ranks and in
    balanced accuracy, and measures of its rows."""

    method: str
    draws: bool
    ranks: Interval
    decides: Interval
    synthetic: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Worth:
    """What was found: a line a method, and what to do. ``recommended`` is None where nothing should be added."""

    classifier: str
    primary: str
    judged: tuple[Judged, ...]
    recommended: str | None
    advice: str
    failed: Mapping[str, str] = field(default_factory=dict)


def measure(
    task: str, methods: Collection[str], folder: Path, seeds: int = 5, budget: str = "quick", workers: int | None = None
) -> Worth:
    """Run the matrix of a task that is open, into an empty folder, and judge it.

    Raises ``BenchError`` where nothing could be judged.
    """
    given = {
        "tasks": (task,), "methods": tuple(dict.fromkeys((*BASELINES, *methods))), "classifiers": CLASSIFIERS,
        "regimes": ("real", "balance"), "seeds": seeds, "out": folder, "predictions": False, "pictures": False,
        "workers": workers,
    }  # fmt: skip
    config = load(budget, None, given)
    cap_threads(config.threads)
    device = resolve_device("auto")
    matrix = plan(config, DataHome.resolve(None, offline=True), device)
    with Store(folder) as store:
        selection.add(folder, store.records.values(), matrix.planned)
        data = runfile.data_of(matrix.origins)
        runfile.write(folder, runfile.RunFacts(data=data, primary=matrix.primary, comparisons=matrix.comparisons))
        settings = running.settings(store, workers or engines.cores(), config.threads, device)
        outcome = running.carry_out(matrix.fits, store, config.engine, settings)
        if outcome.refused:
            raise BenchError("; ".join(outcome.refused.values()))
        records = list(store.records.values())
    return judge(records, matrix.primary[task], methods)


def judge(records: Sequence[Record], primary: str, methods: Collection[str]) -> Worth:
    """What records of one task say of ``methods``. Raises ``BenchError`` where the baseline failed."""
    whole = _whole(records)
    sign = 1 if describe(primary).higher_is_better else -1
    best = _strongest(records, whole, primary, sign)
    names = [method for method, classifier in whole if classifier == best and method != "none"]
    judged = tuple(_judged(name, whole, best, primary, sign) for name in names)
    drawn = [one.method for one in judged if one.draws and one.method in methods]
    failed = {r.method: r.reason for r in records if not r.ok and r.classifier == best and r.method in methods}
    chosen, advice = _advice(drawn, whole, best, primary, sign)
    return Worth(best, primary, judged, chosen, advice, failed)


def _whole(records: Sequence[Record]) -> Cells:
    """The records by method and classifier, then by seed, of those that are ok at every seed."""
    table: Cells = {}
    for record in records:
        if record.ok:
            table.setdefault((record.method, record.classifier), {})[record.seed] = record
    seeds = {record.seed for record in records}
    return {key: found for key, found in table.items() if set(found) == seeds}


def _strongest(records: Sequence[Record], whole: Cells, primary: str, sign: int) -> str:
    """The classifier that is best without augmentation, on validation rows. Raises ``BenchError`` if there is none."""
    classifiers = [classifier for method, classifier in whole if method == "none"]
    if not classifiers:
        why = next((record.reason for record in records if record.reason), "no cell is there")
        raise BenchError(f"nothing could be judged: {why}")
    return max(classifiers, key=lambda name: sign * _valid(whole["none", name], primary))


def _valid(found: Mapping[int, Record], metric: str) -> float:
    return fmean(record.valid.get(metric, float("-inf")) for record in found.values())


def _judged(name: str, whole: Cells, at: str, primary: str, sign: int) -> Judged:
    mine, none = whole[name, at], whole["none", at]
    every = [record.fidelity | record.privacy for record in mine.values()]
    found = {key: [measures[key] for measures in every if key in measures] for key in TOLD}
    told = {key: fmean(values) for key, values in found.items() if values}
    draws = next(iter(mine.values())).regime != "real"
    return Judged(name, draws, _gain(mine, none, primary, sign), _gain(mine, none, DECISIONS), told)


def _gain(mine: Mapping[int, Record], other: Mapping[int, Record], metric: str, sign: int = 1) -> Interval:
    """The mean paired difference at matched seeds, more being better. Where every seed has the same test rows (a cut in
    time) there is no interval: seeds alone say nothing of other rows."""
    values = [sign * (record.metrics[metric] - other[seed].metrics[metric]) for seed, record in mine.items()]
    if any(record.test_units for record in mine.values()):
        return Interval(fmean(values), None, None, len(values))
    ratios = [(r.n_test or 0) / sum(r.train_classes.values()) for r in other.values()]
    return estimate(values, fmean(ratios)).interval()


def _advice(drawn: Sequence[str], whole: Cells, at: str, primary: str, sign: int) -> tuple[str | None, str]:
    """The method to use, if any, and why, in a sentence."""
    if not drawn:
        return None, "do not: no method could be tried on all seeds"
    none, moved = whole["none", at], whole.get(("moved-threshold", at))
    first = max(drawn, key=lambda name: sign * _valid(whole[name, at], primary))
    ranks = _gain(whole[first, at], none, primary, sign)
    if outcome(ranks) == "better":
        return first, f"{first} raises {label(primary)} of {at} by {words(ranks)}"
    second = max(drawn, key=lambda name: _valid(whole[name, at], DECISIONS))
    decides = _gain(whole[second, at], none, DECISIONS)
    by_moving = _gain(moved, none, DECISIONS) if moved else None
    beyond = _gain(whole[second, at], moved, DECISIONS) if moved else decides
    if outcome(decides) == "better" and outcome(beyond) == "better":
        return second, f"{second} raises the balanced accuracy of {at} by {words(decides)}, more than a moved threshold"
    if by_moving is not None and outcome(by_moving) == "better":
        return None, (
            f"do not: a moved threshold does better or as well: it raises the balanced accuracy of {at} by "
            f"{words(by_moving)}, {second} by {words(decides)}, and it draws no rows (moved-threshold)"
        )
    if outcome(decides) == "better":
        return second, f"{second} raises the balanced accuracy of {at} by {words(decides)}"
    return None, f"do not: {label(primary)} of {at} changes by {words(ranks)} with {first}: not known to be a gain"


def words(found: Interval) -> str:
    """A difference with its 95 % interval."""
    if found.low is None or found.high is None:
        return f"{found.mean:+.3f}"
    return f"{found.mean:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"


def lines(worth: Worth) -> list[str]:
    """The table and the advice, for a terminal."""
    from tabulate import tabulate

    heads = ["", f"Δ {label(worth.primary)}", f"Δ {label(DECISIONS)}", *TOLD.values()]
    rows = [
        [one.method, words(one.ranks), words(one.decides)]
        + [f"{one.synthetic[key]:.2f}" if key in one.synthetic else "–" for key in TOLD]
        for one in worth.judged
    ]
    text = tabulate(rows, heads, disable_numparse=True, maxheadercolwidths=24)
    about = f"Δ to no augmentation, by {worth.classifier}: 95 % intervals of repeated hold-out inside the rows"
    failed = [f"{name}: {why}" for name, why in worth.failed.items()]
    if any(one.ranks.low is None for one in worth.judged):
        about = (
            f"Δ to no augmentation, by {worth.classifier}; every split tests on the same rows, so no intervals "
            "(augbench run --time draws them again)"
        )
    return [*text.splitlines(), about, *failed, worth.advice]
