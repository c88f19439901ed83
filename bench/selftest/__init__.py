"""``augbench selftest``: the suite run on methods whose outcome is known (``controls.py``, ``expectations.py``).

The controls go through the plan, the engine, the store and the boards that users use, in a temporary folder. What is
found is printed and kept as ``selftest.json`` in the run's folder, with the hash of the suite's code it speaks of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.errors import BenchError
from bench.messages import answer
from bench.records.record import Record
from bench.selftest.expectations import CLOUDS, DICE, FEW, JUDGED, ORACLE, Expectation, Known, expectations

if TYPE_CHECKING:
    from bench.boards.board import Board

FILE = "selftest.json"
CONTROLS = Path(__file__).with_name("controls.py")
#: files that are loaded for the self-test alone
PLANTED = (CONTROLS, CONTROLS.with_name("clouds.py"), CONTROLS.with_name("oracles.py"))
#: scores of ``control-few``'s ten rare rows scatter more, and its fits are short: at least so many seeds
SEEDS_OF_FEW = 15
#: the planted gain needs an interval
SEEDS_OF_JUDGED = 4
#: as far as the controls look for the split they were given a part of (``bench.selftest.clouds.TRIES``)
MOST_SEEDS = 50


#: the methods that planted classifiers judge
_JUDGED = ("control-nothing", "control-copies", "control-seeds")
#: task, method, classifier and regime
_Key = tuple[str, str, str, str]


class Found(NamedTuple):
    """A mean over seeds with its 95 % interval (None where one seed gives none), or why there is no value."""

    mean: float | None
    low: float | None = None
    high: float | None = None
    missing: str = ""


def selftest(folder: Path, seeds: int, engine: str = "processes") -> int:
    """Run every control, print where it landed, write ``folder/selftest.json``; 0 if all land where they belong.

    Raises ``BenchError`` for a number of seeds that is not 1 to 50 or a folder that cannot be written.
    """
    from bench.matrix import suite_code
    from bench.records.files import replace_json
    from bench.records.store import claim

    if not 1 <= seeds <= MOST_SEEDS:
        raise BenchError(f"the self-test takes 1 to {MOST_SEEDS} seeds, not {seeds}")
    claim(folder)
    records, boards = run(seeds, engine)
    rows = judge(records, boards)
    passed = all(row["ok"] for row in rows)
    code = suite_code()
    content = {"passed": passed, "code": code, "seeds": seeds, "controls": rows}
    replace_json(folder / FILE, content)
    _show(rows, passed)
    return 0 if passed else 1


def run(seeds: int, engine: str, controls: Sequence[str] | None = None) -> tuple[list[Record], list[Board]]:
    """The records and boards of the controls (None: of all), made as ``augbench run`` makes them, but in a temporary
    folder."""
    from bench import engines, registry, running
    from bench.boards.tables import build
    from bench.config import Config
    from bench.data import DataHome
    from bench.matrix import plan
    from bench.records.store import Store

    for file in PLANTED:
        registry.load_plugin(file)
    if controls is None:
        controls = [entry.name for entry in registry.methods if entry.file == CONTROLS.resolve()]
    helped = "control-truth"  # the one that is to help where rows are few
    few = {
        "tasks": [FEW], "methods": [helped], "regimes": ["real", "balance"],
        "seeds": tuple(range(max(seeds, SEEDS_OF_FEW))), "measures": {"fidelity": False, "privacy": False},
    }  # fmt: skip
    judged = {
        "tasks": [JUDGED], "methods": [name for name in _JUDGED if name in controls], "classifiers": [ORACLE, DICE],
        "regimes": ["real", "balance", "append:1x"], "seeds": tuple(range(max(seeds, SEEDS_OF_JUDGED))),
        "measures": {"fidelity": False, "privacy": False},
    }  # fmt: skip
    tasks = (CLOUDS, *([FEW] if helped in controls else []), *([JUDGED] if set(_JUDGED) <= set(controls) else []))
    config = Config(
        budget="smoke", tasks=tasks, methods=tuple(controls), classifiers=("xgboost",), regimes=("real", "tstr"),
        seeds=tuple(range(seeds)), override=(few, judged),
    )  # fmt: skip
    matrix = plan(config, DataHome(offline=True), "cpu")
    with TemporaryDirectory() as temporary, Store(Path(temporary)) as store:
        settings = running.settings(store, min(2, engines.cores()), 1, "cpu", debug=engine == "serial")
        running.carry_out(matrix.fits, store, engine, settings)
        records = list(store.records.values())
    return records, build(records, matrix.primary)


def judge(records: Sequence[Record], boards: Sequence[Board]) -> list[dict[str, Any]]:
    """One row an expectation, as ``selftest.json`` holds them."""
    results = _Results(records, boards)
    rows = []
    for expectation in expectations(results.known()):
        found = results.found(expectation)
        value = found.low if expectation.measure == "gain" else found.mean
        ok = value is not None and expectation.low <= value <= expectation.high
        numbers = {
            key: None if number is None else round(number, 6)
            for key, number in (("found", found.mean), ("low", found.low), ("high", found.high))
        }
        about = {"control": expectation.control, "task": expectation.task, "measure": expectation.measure}
        why = f"no value: {found.missing}" if value is None else expectation.why
        rows.append(about | {"expected": expectation.expected} | numbers | {"ok": ok, "why": why})
    return rows


class _Results:
    """What records and boards say of what was expected."""

    def __init__(self, records: Sequence[Record], boards: Sequence[Board]) -> None:
        self.cells: dict[_Key, list[Record]] = defaultdict(list)
        for record in sorted(records, key=lambda r: r.seed):
            self.cells[record.task, record.method, record.classifier, record.regime].append(record)
        self.reference = next((record.method for record in records if record.reference), "")
        self.rows = {
            (board.task, row["method"], row["classifier"], row["regime"]): row
            for board in boards
            if board.kind == "task"
            for row in board.rows
        }

    def known(self) -> Known:
        """Raises ``BenchError`` if not even the reference could be scored: there is nothing to compare with."""
        from bench import registry

        cells = self.cells[CLOUDS, self.reference, "xgboost", "real"]
        real = [r for r in cells if r.ok]
        if not real:
            why = "; ".join(sorted({f"{r.status}: {r.reason}" for r in cells})) or "no record"
            raise BenchError(f"self-test: {self.reference or 'the reference'} could not be scored ({why})")
        task = registry.tasks[CLOUDS].create()

        def mean(name: str) -> float:
            return sum(float(r.metrics[name]) for r in real) / len(real)

        sizes = real[0].n_train or 0, real[0].n_test or 0
        judged = self.cells[JUDGED, self.reference, ORACLE, "real"]
        parts = [(r.n_train or 0, r.test_classes["few"], r.test_classes["many"]) for r in judged if r.ok]
        shared = (task.rare, task.best_auc(), mean("roc_auc"), mean("auprc"))
        return Known(self.reference, *sizes, *shared, parts[0] if parts else (0, 0, 0), tuple(r.seed for r in judged))

    def found(self, expectation: Expectation) -> Found:
        cells, name = self.cells[_key(expectation)], expectation.measure
        if not cells:
            return Found(None, missing="no record")
        if name in ("ok", "error", "invalid"):
            return Found(sum(r.status == name for r in cells) / len(cells))
        if name == "scored":
            row = self.rows.get(_key(expectation))
            return Found(None, missing="no row on the board") if row is None else Found(float(row["seeds_ok"]))
        bad = next((r for r in cells if not r.ok), None)
        if bad:
            return Found(None, missing=f"seed {bad.seed} ended {bad.status} in {bad.phase}: {bad.reason}")
        return self._measured(expectation, cells)

    def _measured(self, expectation: Expectation, cells: list[Record]) -> Found:
        """What cells that all ended ``ok`` hold."""
        name = expectation.measure
        if name in ("Δ roc_auc", "Δ half"):
            return self._difference(expectation)
        if name == "distinct":
            return Found(float(len({r.metrics["roc_auc"] for r in cells})))
        if name in ("gain", "differing"):
            return self._paired(name, expectation, cells)
        values = [part[name] for r in cells for part in (r.metrics, r.fidelity, r.privacy) if name in part]
        if len(values) < len(cells):
            return Found(None, missing=f"records hold no {name}")
        return _mean(values, (cells[0].n_test or 0) / self.known().n_train)

    def _difference(self, expectation: Expectation) -> Found:
        row = self.rows.get(_key(expectation))
        if row is None or row.get("roc_auc_diff_mean") is None:
            return Found(None, missing=f"the board gives no difference to {self.reference}")
        mean, half = row["roc_auc_diff_mean"], row["roc_auc_diff_ci95"]
        if expectation.measure == "Δ half":
            return Found(half, missing="the board gives no interval")
        return Found(mean) if half is None else Found(mean, mean - half, mean + half)

    def _paired(self, name: str, expectation: Expectation, cells: list[Record]) -> Found:
        compared = (expectation.task, self.reference, expectation.classifier, "real")
        known = {r.seed: r.metrics for r in self.cells[compared] if r.ok}
        pairs = [(r.metrics, known[r.seed]) for r in cells if r.seed in known]
        if len(pairs) < len(cells):
            return Found(None, missing=f"{self.reference} could not be scored at every seed")
        if name == "differing":
            return Found(float(sum(a.get(key) != b.get(key) for a, b in pairs for key in {**a, **b})))
        # a training set takes one row in twenty, so those of two seeds hardly overlap: no correction for it
        return _mean([a["roc_auc"] - b["roc_auc"] for a, b in pairs], 0.0)


def _key(expectation: Expectation) -> _Key:
    return expectation.task, expectation.control, expectation.classifier, expectation.regime


def _mean(values: Sequence[float], ratio: float) -> Found:
    from bench.statistics.comparison import mean_interval

    interval = mean_interval(values, ratio)
    return Found(interval.mean, interval.low, interval.high)


def _show(rows: Sequence[dict[str, Any]], passed: bool) -> None:
    from tabulate import tabulate

    def interval(row: dict[str, Any]) -> str:
        return "" if row["low"] is None or not isfinite(row["low"]) else f"{row['low']:.3f} to {row['high']:.3f}"

    table = [
        [
            row["control"], row["measure"], row["expected"], "–" if row["found"] is None else f"{row['found']:.3f}",
            interval(row), "ok" if row["ok"] else "NO", row["why"],
        ]
        for row in rows
    ]  # fmt: skip
    heads = ["control", "measure", "expected", "found", "95 % over seeds", "ok", "why"]
    answer(tabulate(table, heads, disable_numparse=True, maxcolwidths=[None] * 6 + [60]))
    wrong = [f"{row['control']} ({row['measure']})" for row in rows if not row["ok"]]
    if passed:
        answer(f"\nself-test passed: {len(rows)} of {len(rows)} measures of the controls are where they belong")
    else:
        answer(f"\nSELF-TEST FAILED: {len(wrong)} of {len(rows)} are not where they belong: {', '.join(wrong)}")
