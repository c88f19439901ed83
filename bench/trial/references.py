"""What every measure of synthetic rows gives for rows whose worth is known, to place methods between them.

- ``held-out``: the test rows, real rows that no method was trained on: the ideal.
- ``jittered``: training rows plus noise of a hundredth of a column's spread, landed as synthetic rows are
  (``Preprocess.land``): next to copies, and as good as a generator that does not copy can look.
- ``shuffled``: training rows with every column shuffled within its class: each column is right, none goes with another.

They are measured once a task and seed, of the first ``SEEDS`` seeds or as many as the option ``references`` of measures
says, with the method that all others are compared with, and in no more than a ``PART`` of the time that its fit may
take: what is lacking is left out, as a baseline that ran out of time would cost the whole board.
"""

from __future__ import annotations

import math
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.measures.synthetic import measure
from bench.records.record import finite
from bench.trial.regimes import Regime

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.task import Array, Labels
    from bench.trial.rows import TrialRows

#: the regimes that rows are drawn for: the training set, and what fills its classes up
REGIMES = ("tstr", "balance")
SEEDS = 3
PART = 0.25
JITTER = 0.01


def references(
    rows: TrialRows, options: Mapping[str, Any], seed: int, device: str, seconds: float = math.inf
) -> dict[str, dict[str, float]]:
    """Measures by regime and kind of rows, ``"tstr jittered"``. None is begun where, if it takes as long as the longest
    so far, all of them would take more than ``seconds``."""
    found: dict[str, dict[str, float]] = {}
    start, longest = time.monotonic(), 0.0
    for regime in map(Regime.parse, REGIMES):
        labels = regime.labels(rows.y, rows.schema)
        for kind, X, y in draws(rows, labels, seed) if len(labels) else ():
            before = time.monotonic()
            if longest and before - start + longest > seconds:
                return found
            one = measure(rows, X, y, seed, options, regime.kind == "tstr", device)
            own = _own(rows, X, y)
            found[f"{regime} {kind}"] = finite("fidelity", one.fidelity) | own | finite("privacy", one.privacy)
            longest = max(longest, time.monotonic() - before)
    return found


def _own(rows: TrialRows, X: Array, y: Labels) -> dict[str, float]:
    """The task's own measures; none where they fail. The cells of every method with synthetic rows then say why, and
    those of the method that all are compared with, which has none, stay."""
    with suppress(Exception):
        return finite("fidelity", rows.task.measures(rows.scale.inverse(X), y))
    return {}


def draws(rows: TrialRows, labels: Labels, seed: int) -> Iterator[tuple[str, Array, Labels]]:
    """Each kind of rows for ``labels`` (n,), of test rows those that there are: name, X (m, *shape), y (m,)."""
    rng = np.random.default_rng(seed)
    held = np.isin(rows.y_test, labels)
    if held.any():
        yield "held-out", rows.X_test_rows[held], rows.y_test[held]
    chosen = _rows_of(rows.y, labels, rng)
    X = rows.X[chosen]
    yield "jittered", _jittered(X, rows, rng), labels
    yield "shuffled", _shuffled(X, labels, rows.schema.marks, rng), labels


def _rows_of(y: Labels, labels: Labels, rng: np.random.Generator) -> Labels:
    """Numbers (n,) of training rows of these classes, each as often as any other of its class, or once more."""
    chosen = np.empty(len(labels), dtype=np.int64)
    for code in np.unique(labels):
        wanted = np.flatnonzero(labels == code)
        chosen[wanted] = np.resize(rng.permutation(np.flatnonzero(y == code)), len(wanted))
    return chosen


def _jittered(X: Array, rows: TrialRows, rng: np.random.Generator) -> Array:
    """Numbers with noise, in [0, 1] where they are all there; categories as they are."""
    noise = (JITTER * rng.normal(size=X.shape)).astype(np.float32)
    noise[..., list(rows.schema.categorical)] = 0
    if rows.schema.modality == "tabular":
        return rows.scale.land(X + noise)
    return np.clip(X + noise, rows.X.min(), rows.X.max())


def _shuffled(X: Array, labels: Labels, marks: Sequence[tuple[int, int]], rng: np.random.Generator) -> Array:
    flat = X.reshape(len(X), -1).copy()
    for code in np.unique(labels):
        mine = np.flatnonzero(labels == code)
        order = rng.permuted(np.tile(np.arange(len(mine))[:, None], flat.shape[1]), axis=0)
        for column, mark in marks:  # what is missing stays missing
            order[:, mark] = order[:, column]
        flat[mine] = np.take_along_axis(flat[mine], order, axis=0)
    return flat.reshape(X.shape)
