"""What a training loop reports to: loss curves, the detector's accuracy, and small draws, all outside the clock.

A method calls ``wants(step, total)`` every step and ``record(...)`` when it is true (``bench.augmenter.Monitor``).
The history feeds the loss-curve picture; the snapshots feed the sheets of images, and of table scatters, over the
steps of training.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.augmenter import check_rows
from bench.errors import InvalidRows
from bench.measures import detector
from bench.measures.points import match

if TYPE_CHECKING:
    from bench.task import Array, Labels, Schema

IMAGES_PER_CLASS = 4
CLASSES_SHOWN = 10
TABLE_ROWS = 200
#: seconds between two writes of a training that goes on
SAVE_EVERY = 10.0


@dataclass(frozen=True)
class Snapshot:
    """A few rows drawn at one step of training: rows (n, *shape) float32, labels (n,) int64."""

    step: int
    part: str
    rows: Array
    labels: Labels


class TrainingMonitor:
    """Records one fit. Nothing here touches a random state but its own, and nothing stops the training.

    Parameters
    ----------
    X, y : the training rows, preprocessed, (n, *schema.shape) float32, and their labels (n,) int64.
    seed : of the detector; the same at every step, so that a curve is not moved by it.
    points : how many steps of each part are recorded, evenly spaced; the last step always is.
    keep : whether to keep snapshots (4 images of up to 10 classes, 200 rows of a table; of series none).
    pause : called around the work; the trial passes its clock's, which stops the phase being timed.
    save : writes what there is so far; called after a record if the last call is ``SAVE_EVERY`` seconds ago, so that
        a long training can be looked at while it goes on, and one that is stopped leaves its pictures.
    land : puts synthetic rows onto the lattice of the real ones, as the measures of a finished draw do.

    Attributes
    ----------
    history : one dict a recorded step: ``step``, ``part``, each loss by its name, ``gap`` (``d_real - d_synthetic``,
        where the method reports both), ``detector`` (accuracy, 0.5 is ideal) and, where something failed, ``reason``.
        Every value is JSON: a loss that is not finite and a detector that could not run are None.
    snapshots : in the order of training.
    """

    def __init__(
        self,
        X: Array,
        y: Labels,
        schema: Schema,
        seed: int = 0,
        points: int = 10,
        keep: bool = True,
        pause: Callable[[], AbstractContextManager[Any]] = nullcontext,
        save: Callable[[TrainingMonitor], object] | None = None,
        land: Callable[[Array], Array] = lambda rows: rows,
    ) -> None:
        self.X, self.y, self.schema = X, y, schema
        self.seed, self.points, self.pause, self.save, self.land = seed, points, pause, save, land
        self.saved = time.monotonic()
        self.keep = keep and schema.modality != "series"
        self.history: list[dict[str, Any]] = []
        self.snapshots: list[Snapshot] = []

    def wants(self, step: int, total: int) -> bool:
        """True at ``min(points, total)`` evenly spaced steps (1-based) of which ``total`` is the last."""
        return step * self.points // total != (step - 1) * self.points // total

    def record(
        self, step: int, losses: Mapping[str, float], draw: Callable[[], tuple[Array, Labels]] | None, part: str = ""
    ) -> None:
        """Keep the losses, and judge fresh synthetic rows. A draw that fails leaves its reason in the history;
        ``draw`` is None in a phase that trains nothing rows are drawn from."""
        with self.pause():
            entry, reasons = _entry(step, part, losses)
            try:
                if draw is not None:
                    entry["detector"] = self._judge(step, part, *draw())
            except InvalidRows as error:
                reasons.append(f"invalid rows: {error}")
            except Exception as error:
                reasons.append(f"{type(error).__name__}: {error}")
            if reasons:
                entry["reason"] = "; ".join(reasons)
            self.history.append(entry)
            if self.save is not None and time.monotonic() - self.saved > SAVE_EVERY:
                self.save(self)
                self.saved = time.monotonic()

    def _judge(self, step: int, part: str, rows: Array, labels: Labels) -> float:
        """The detector's accuracy on a draw, of which a few rows are kept."""
        rows = self.land(check_rows(rows, labels, self.schema))
        accuracy = self._accuracy(rows, labels)
        if self.keep:
            chosen = self._few(labels)
            self.snapshots.append(Snapshot(step, part, rows[chosen], labels[chosen]))
        return accuracy

    def _accuracy(self, rows: Array, labels: Labels) -> float:
        real, synthetic = match(self.y, labels, np.random.default_rng(self.seed), detector.MAX_ROWS)
        return detector.accuracy(self.X[real], rows[synthetic], self.seed)

    def _few(self, labels: Labels) -> Labels:
        if self.schema.modality == "tabular":
            return np.arange(min(len(labels), TABLE_ROWS))
        shown = np.unique(labels)[:CLASSES_SHOWN]
        return np.concatenate([np.flatnonzero(labels == c)[:IMAGES_PER_CLASS] for c in shown])


def _entry(step: int, part: str, losses: Mapping[str, float]) -> tuple[dict[str, Any], list[str]]:
    """One line of the history without its detector, and what is wrong with its losses."""
    values = {name: float(value) for name, value in losses.items()}
    if "d_real" in values and "d_synthetic" in values:
        values["gap"] = values["d_real"] - values["d_synthetic"]
    reasons = [f"loss {name} is {values[name]}" for name in losses if not math.isfinite(values[name])]
    finite = {name: value if math.isfinite(value) else None for name, value in values.items()}
    return {"step": step, "part": part, **finite, "detector": None}, reasons
