"""The walk of one fit and its cells: the only place that knows the order.

load (read, split, preprocess) -> prepare (the method is made and warmed up) -> fit -> per regime: sample, measures ->
per classifier: train, infer, metrics -> record. ``run`` yields events as they happen (``bench.trial.events``).

Failures end up in records, with the phase and the reason: one of the method spoils its fit's cells, one of a draw its
regime's, one of a classifier its cell. Nothing is ever scored in a failed method's place.
"""

from __future__ import annotations

import copy
import functools
import math
import time
import traceback
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from bench import registry, seeds
from bench.augmenter import Augmenter, check_resampled, check_rows
from bench.errors import InvalidProbabilities, InvalidRows, Unsuitable
from bench.measures.privacy import peeked
from bench.measures.synthetic import measure
from bench.records.predicted import Predicted
from bench.records.record import PHASES, Record, finite
from bench.trial import samples
from bench.trial.clock import Clock
from bench.trial.estimators import create, refuse_unfit, warm_up
from bench.trial.events import Done, Ended, Entered, Event, Scored
from bench.trial.failures import let_pass, reason_of, status_of
from bench.trial.fit import Cell, FitJob, now
from bench.trial.marks import takes_marks, unmarked, without
from bench.trial.monitor import TrainingMonitor
from bench.trial.preprocess import flat_shape, flatten
from bench.trial.references import PART, SEEDS, references
from bench.trial.regimes import Regime
from bench.trial.rows import TrialRows, load_rows, read_only
from bench.trial.scoring import class_counts, decided, scores, shares_to_weigh_by

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.task import Array, Labels, Schema


def run(fit: FitJob) -> Iterator[Event]:
    """Walk one fit. Never raises for what a task, method or classifier does wrong, except KeyboardInterrupt."""
    started = time.perf_counter()
    walk = TrialRun(fit)
    try:
        yield from walk.cells()
    finally:
        spent = time.perf_counter() - started
        accounted = walk.accounted + walk.clock.paused
        yield Done(fit.id, spent, max(0.0, spent - accounted))


class TrialRun:
    def __init__(self, fit: FitJob) -> None:
        self.fit = fit
        self.clock = Clock(fit.device)
        self.accounted = 0.0
        self.phase = "load"
        self.entered = time.perf_counter()
        self.started = now()
        self.told = False

    def cells(self) -> Iterator[Event]:
        fit, clock = self.fit, self.clock
        try:
            yield self._enter("load")
            rows = load_rows(fit)
            seeds.everything(seeds.derive(fit.base_seed, "global", fit.task, fit.method, fit.seed))
            yield self._enter("prepare")  # from here on, what fails is the method's
            method = self._method(rows)
            X, schema = self._seen(rows, rows.X_shown)
            X, y, schema = copy.deepcopy((X, rows.y_shown, schema))  # its own to do with as it likes
            yield self._enter("fit")
            with clock.phase("fit"):
                method.fit(X, y, schema)
            self.accounted += clock.seconds["fit"]
        except BaseException as error:
            let_pass(error)
            yield from self._fail(fit.cells, error)
            return
        by_regime: dict[str, list[Cell]] = {}
        for cell in fit.cells:
            by_regime.setdefault(cell.regime, []).append(cell)
        for text, cells in by_regime.items():
            regime = Regime.parse(text)
            try:
                yield self._enter("sample")
                given = self._draw(method, regime, rows)
                synthetic, synthetic_y = regime.synthetic_rows(rows.X, rows.y, *given, rows.schema)
                yield self._enter("measure")
                facts = self._measure(method, regime, rows, synthetic, synthetic_y)
                X, y = regime.training_rows(rows.X, rows.y, *given)
                X = flatten(X, rows.schema)
            except BaseException as error:
                let_pass(error)
                yield from self._fail(cells, error)
                continue
            for cell in cells:
                try:
                    yield self._enter("train")
                    scored = self._score(cell, method, rows, X, y)
                except BaseException as error:
                    let_pass(error)
                    yield from self._fail([cell], error)
                    continue
                predicted = scored.pop("predicted")
                if predicted is not None and not self.told:
                    self.told = True
                    yield Scored(fit.id, rows.tested)
                yield Ended(fit.id, self._record(cell, rows, len(synthetic), facts | scored), predicted)

    def _enter(self, phase: str) -> Event:
        self.phase, self.entered = phase, time.perf_counter()
        self.clock.forget(*PHASES[PHASES.index(phase) :])  # what an earlier draw or cell of this fit took
        return Entered(self.fit.id, phase)

    def _method(self, rows: TrialRows) -> Augmenter:
        fit = self.fit
        entry = registry.methods[fit.method]
        refuse_unfit(entry, rows.schema)
        seed = seeds.derive(fit.base_seed, "method", fit.task, fit.method, fit.seed)
        method: Augmenter = create(entry, fit.method_params, random_state=seed, device=fit.device)
        regimes = [Regime.parse(text) for text in fit.regimes]
        asked = [r.labels(rows.y, rows.schema) for r in regimes if r.draws]
        if asked:
            method.wanted = tuple(int(c) for c in np.unique(np.concatenate(asked)))
        warm_up(fit.method, method)
        given = (read_only(rows.X), read_only(rows.y), copy.deepcopy(self._seen(rows, rows.X)[1]))
        save = functools.partial(self._save_unfinished, rows) if fit.pictured else None
        self.monitor = TrainingMonitor(
            *given, seed, keep=fit.pictured, pause=self.clock.pause, save=save, land=rows.scale.land
        )
        method.monitor = self.monitor
        return method

    def _seen(self, rows: TrialRows, X: Array) -> tuple[Array, Schema]:
        """Rows and their schema as the method sees them: without marks, if it declares that it cannot take them."""
        if takes_marks(registry.methods[self.fit.method]):
            return X, rows.schema
        return without(X, rows.schema), unmarked(rows.schema)

    def _draw(self, method: Augmenter, regime: Regime, rows: TrialRows) -> tuple[Array, Labels]:
        """What the method gives, checked: rows drawn, or the training set resampled; no rows in ``real``."""
        fit = self.fit
        labels = regime.labels(rows.y, rows.schema)
        if regime.kind == "real":
            self.clock.seconds["sample"] = self.clock.cpu_seconds["sample"] = 0.0
            return np.empty((0, *rows.schema.shape), dtype=np.float32), labels
        axes = (fit.task, fit.method, fit.seed, str(regime))
        method.set_params(random_state=seeds.derive(fit.base_seed, "sample", *axes))
        X, schema = self._seen(rows, rows.X)  # the training rows alone, whatever a leaky variant was shown
        given: Any = (labels,) if regime.draws else (X, rows.y, schema)
        given, draw = copy.deepcopy(given), method.sample if regime.draws else method.resample
        with self.clock.phase("sample"):
            found = draw(*given)
        self.accounted += self.clock.seconds["sample"]
        if regime.draws:
            checked = check_rows(found, labels, schema, rows.X.dtype)
        else:
            checked, labels = check_resampled(found, rows.y, schema, rows.X.dtype)
        return rows.scale.complete(checked.copy()), labels

    def _measure(
        self, method: Augmenter, regime: Regime, rows: TrialRows, synthetic: Array, labels: Labels
    ) -> dict[str, Any]:
        if len(synthetic) == 0:
            self.clock.seconds["measure"] = 0.0
            return {"fidelity": {}, "privacy": {}, "references": self._references(rows)}
        start = time.perf_counter()
        fit = self.fit
        seed = seeds.derive(fit.base_seed, "measure", fit.task, fit.seed)
        task_specific = rows.task.measures(rows.scale.inverse(synthetic), labels)
        found_of_drawn = peeked(rows.X, rows.X_valid_rows, rows.X_test_rows, synthetic, rows.schema, seed)
        synthetic = rows.scale.land(synthetic)
        found = measure(rows, synthetic, labels, seed, fit.measures, regime.kind == "tstr", fit.device)
        found.fidelity.update(task_specific)
        found.privacy.update(found_of_drawn)
        if fit.samples is not None and str(regime) == self._pictured():
            if fit.pictured:
                given = (rows.schema, rows.X, rows.y, synthetic, labels, self.monitor, seed, found.predictability)
                samples.take(fit, regime, *given).save(samples.folder(fit))
            else:
                samples.save_history(fit, regime, self.monitor.history)
        spent = time.perf_counter() - start
        self.accounted += spent
        self.clock.seconds["measure"] = spent
        return {"fidelity": finite("fidelity", found.fidelity), "privacy": finite("privacy", found.privacy)}

    def _references(self, rows: TrialRows) -> dict[str, dict[str, float]]:
        """The measures of rows whose worth is known, with the method that all others are compared with."""
        fit, start = self.fit, time.perf_counter()
        if not fit.facts.reference or fit.seed >= fit.measures.get("references", SEEDS):
            return {}
        seed = seeds.derive(fit.base_seed, "measure", fit.task, fit.seed)
        allowed = math.inf if fit.timeout is None else PART * fit.timeout
        found = references(rows, fit.measures, seed, fit.device, allowed)
        self.clock.seconds["measure"] = time.perf_counter() - start
        self.accounted += self.clock.seconds["measure"]
        return found

    def _save_unfinished(self, rows: TrialRows, monitor: TrainingMonitor) -> None:
        fit = self.fit
        samples.unfinished(fit, self._pictured(), rows.schema, rows.X, rows.y, monitor).save(samples.folder(fit))

    def _pictured(self) -> str:
        """The regime whose draw is kept for pictures: the one that has every class, where there is one."""
        regimes = self.fit.regimes
        return "tstr" if "tstr" in regimes else regimes[0]

    def _score(self, cell: Cell, method: Augmenter, rows: TrialRows, X: Array, y: Labels) -> dict[str, Any]:
        fit, clock = self.fit, self.clock
        entry = registry.classifiers[cell.classifier]
        refuse_unfit(entry, rows.schema)
        seed = seeds.derive(fit.base_seed, "classifier", fit.task, cell.classifier, fit.seed)
        model = create(
            entry, cell.params, random_state=seed, device=fit.device, n_jobs=fit.threads, shape=flat_shape(rows.schema)
        )
        options = dict(method.classifier_options())
        if method.batch_transform is not None:
            options["batch_transform"] = method.batch_transform
        if absent := set(options) - set(model.get_params(deep=False)):
            raise Unsuitable(f"{fit.method} sets {absent.pop()}, which {cell.classifier} does not have")
        model.set_params(**options)
        warm_up(cell.classifier, model)
        seeds.everything(seed)
        X, y, X_test = X.copy(), y.copy(), rows.X_test.copy()
        with clock.phase("train"):
            model.fit(X, y)
        self.phase = "infer"
        with clock.phase("infer"):
            proba = model.predict_proba(X_test)
        self.accounted += clock.seconds["train"] + clock.seconds["infer"]
        on_test = decided(method, model, proba, len(rows.y_test), rows.schema)

        def on_valid() -> NDArray[np.float64]:
            X_valid = rows.X_valid.copy()
            found = model.predict_proba(X_valid) if len(X_valid) else np.empty((0, len(model.classes_)))
            return decided(method, model, found, len(rows.y_valid), rows.schema)

        found = scores(rows, on_test, on_valid)
        told = {"metrics": found.metrics, "valid": found.valid, "n_train": len(y)}
        return told | {"predicted": self._predicted(cell, rows, on_test, found.threshold)}

    def _predicted(
        self, cell: Cell, rows: TrialRows, proba: NDArray[np.float64], threshold: float | None
    ) -> Predicted | None:
        """What is kept of a cell's probabilities, and what its metrics were taken with."""
        if not self.fit.predictions:
            return None
        shares = shares_to_weigh_by(rows)
        return Predicted.of(
            proba, id=cell.id, tested=rows.tested.key, threshold=threshold, rare_classes=rows.rare_classes,
            shares=None if shares is None else tuple(map(float, shares)),
        )  # fmt: skip

    def _record(self, cell: Cell, rows: TrialRows, synthetic: int, facts: Mapping[str, Any]) -> Record:
        return self.fit.record(
            cell,
            "ok",
            started=self.started,
            metrics=facts["metrics"],
            valid=facts["valid"],
            fidelity=facts["fidelity"],
            privacy=facts["privacy"],
            references=facts.get("references", {}),
            n_train=facts["n_train"],
            n_synthetic=synthetic,
            n_test=len(rows.y_test),
            test_units=rows.tested.fixed,
            **class_counts(rows),
            hashes={"test": rows.test_hash},
            **self.clock.cost(),
        )

    def _fail(self, cells: Iterable[Cell], error: BaseException) -> Iterator[Event]:
        status = status_of(error)
        told = isinstance(error, InvalidRows | InvalidProbabilities)  # the reason says all
        trace = "" if told else "".join(traceback.format_exception(error)[-3:])
        cost = self.clock.cost()
        cost["times"].setdefault(self.phase, round(time.perf_counter() - self.entered, 6))
        for cell in cells:
            record = self.fit.record(
                cell,
                status,
                started=self.started,
                phase=self.phase,
                reason=reason_of(error),
                error=type(error).__name__,
                traceback=trace[-2000:],
                **cost,
            )
            yield Ended(self.fit.id, record)
