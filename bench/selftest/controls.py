"""Planted methods whose outcome is known: what ``augbench selftest`` runs on the tasks of ``bench.selftest.clouds``.

They are registered only where this file is loaded as a plugin (``bench.registry.load_plugin``), so no list, budget or
board of a user holds them. What each must score, and why, stands in ``bench.selftest``.

What ``control-peek`` proves, and what not: nothing that a method is handed, and nothing held by those objects, leads to
a row that is not a training row. It does not prove that a hostile method could not get at test rows: code in the same
process can climb the stack, ask the garbage collector, or read the data set from disk and split it again, as
:func:`bench.selftest.clouds.rebuild` does. Such a method is caught by what it draws: ``test_copies`` and ``peek_auc``
(``bench.measures.privacy``), to which ``control-test-rows`` and ``control-disguised`` are held.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from bench.augmenter import Augmenter
from bench.errors import BenchError
from bench.registry import method
from bench.selftest.clouds import CATEGORIES, WIDTH, draw, rebuild
from bench.selftest.reachable import unseen

if TYPE_CHECKING:
    from bench.task import Array, Labels, Schema


class _Control(Augmenter):
    """Keeps its training rows and the generator of a draw."""

    def fit(self, X: Array, y: Labels, schema: Schema) -> Self:
        self.X_, self.y_, self.schema_ = X, y, schema
        return self

    def _rng(self) -> np.random.Generator:
        return np.random.default_rng(self.random_state)


@method("control-nothing", regimes=("real",))
class Nothing(_Control):
    """``none`` under another name: at matched seeds it must score exactly the same."""

    def sample(self, labels: Labels) -> Array:
        raise BenchError("control-nothing draws no rows; use it with the regime real")


@method("control-copies")
class Copies(_Control):
    """The rows of the class that it was shown, in a random order, each as often as any other; a whole draw is the
    training set itself."""

    def sample(self, labels: Labels) -> Array:
        order = self._rng().permutation(len(self.y_))
        return self.X_[order][_cycled(self.y_[order], labels)]


@method("control-shuffled")
class Shuffled(_Control):
    """The training rows with their labels shuffled: each row is as it was, and says nothing of its class."""

    def sample(self, labels: Labels) -> Array:
        order = self._rng().permutation(max(len(self.X_), len(labels))) % len(self.X_)
        return self.X_[order[: len(labels)]]


@method("control-noise")
class Noise(_Control):
    """Normal numbers three times as wide as the standardised columns, and any category, whatever the label."""

    def sample(self, labels: Labels) -> Array:
        rng = self._rng()
        kinds = rng.integers(CATEGORIES.shape[1], size=len(labels))
        return np.column_stack([3 * rng.standard_normal((len(labels), WIDTH)), kinds]).astype(np.float32)


@method("control-constant")
class Constant(_Control):
    """One training row over and over, whatever the label."""

    def sample(self, labels: Labels) -> Array:
        return np.repeat(self.X_[:1], len(labels), axis=0)


@method("control-truth")
class Truth(_Control):
    """Fresh rows of the true distribution: the best a method can do."""

    def fit(self, X: Array, y: Labels, schema: Schema) -> Self:
        self.scale_ = rebuild(X).scale
        return super().fit(X, y, schema)

    def sample(self, labels: Labels) -> Array:
        return self.scale_.transform(draw(labels, self._rng()))


@method("control-disguised", params={"jitter": 0.05})
@method("control-test-rows")
class Stolen(_Control):
    """The test rows of the class, which it found by splitting the data again, with ``jitter`` standard deviations of
    noise on their numbers."""

    def __init__(self, jitter: float = 0.0, random_state: int = 0) -> None:
        super().__init__(random_state)
        self.jitter = jitter

    def fit(self, X: Array, y: Labels, schema: Schema) -> Self:
        found = rebuild(X)
        self.stolen_, self.stolen_y_ = found.X_test, found.y_test
        return super().fit(X, y, schema)

    def sample(self, labels: Labels) -> Array:
        rows = self.stolen_[_cycled(self.stolen_y_, labels)].copy()
        noise = self._rng().standard_normal((len(rows), WIDTH)).astype(np.float32)
        rows[:, :WIDTH] += np.float32(self.jitter) * noise
        return rows


@method("control-peek")
class Peek(Copies):
    """Looks for rows in everything it was handed, and fails with what it found if there are any but training rows."""

    def fit(self, X: Array, y: Labels, schema: Schema) -> Self:
        for place, rows in unseen({"X": X, "y": y, "schema": schema, "self": self}, X, schema):
            raise PermissionError(f"{rows} rows that are not training rows are in reach, at {place}")
        return super().fit(X, y, schema)


@method("control-seeds")
class Seeds(Copies):
    """Fails if it is not given another seed before each draw."""

    def fit(self, X: Array, y: Labels, schema: Schema) -> Self:
        self.met_ = {self.random_state}
        return super().fit(X, y, schema)

    def sample(self, labels: Labels) -> Array:
        if self.random_state in self.met_:
            raise RuntimeError("drawn with a seed that it had before")
        self.met_.add(self.random_state)
        return super().sample(labels)


@method("control-raises")
class Raises(_Control):
    """Fails while it learns."""

    def fit(self, X: Array, y: Labels, schema: Schema) -> Self:
        raise RuntimeError("planted failure")


@method("control-nan")
class NaN(Copies):
    """Draws one number that is none."""

    def sample(self, labels: Labels) -> Array:
        rows = super().sample(labels).copy()
        rows[0, 0] = np.nan
        return rows


def _cycled(y: Labels, labels: Labels) -> Labels:
    """For each label the index of a row of that class, every row of a class in turn: (len(labels),) int64."""
    index = np.empty(len(labels), dtype=np.int64)
    for code in np.unique(labels):
        asked = np.flatnonzero(labels == code)
        index[asked] = np.resize(np.flatnonzero(y == code), len(asked))
    return index
