"""Planted methods whose outcome is known, and a task whose distribution is: what ``augbench selftest`` runs.

They are registered only where this file is loaded as a plugin (``bench.registry.load_plugin``), so no list, budget or
board of a user holds them. What each must score, and why, stands in ``bench.selftest``.

What ``control-peek`` proves, and what not: nothing that a method is handed, and nothing held by those objects, leads to
a row that is not a training row. It does not prove that a hostile method could not get at test rows: code in the same
process can climb the stack, ask the garbage collector, or read the data set from disk and split it again, as
:func:`rebuild` does. Such a method is caught by what it draws: ``test_copies`` and ``peek_auc``
(``bench.measures.privacy``), to which ``control-test-rows`` and ``control-disguised`` are held.
"""

from __future__ import annotations

import functools
import hashlib
from math import erf, sqrt
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self

import numpy as np

from bench import registry, seeds
from bench.augmenter import Augmenter
from bench.errors import BenchError
from bench.registry import method, task
from bench.selftest.reachable import unseen
from bench.splits import stratified
from bench.task import Column, Dataset, Origin, Schema, Split, Task
from bench.trial.preprocess import Preprocess
from bench.trial.reading import read, split

if TYPE_CHECKING:
    from bench.data import DataHome
    from bench.task import Array, Labels

WIDTH = 6
#: how far the rare class's mean lies from the other's, in standard deviations, the same in each numeric column
SHIFT = 1.6 / sqrt(WIDTH)
#: probabilities of the three categories, by class
CATEGORIES = np.array([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]])
#: units of the loaded numbers, so that a method that is handed rows without preprocessing is far off
OFFSET, UNIT = np.linspace(-50, 50, WIDTH), np.geomspace(0.1, 100, WIDTH)
SCHEMA = Schema(
    "tabular",
    (WIDTH + 1,),
    ("many", "few"),
    (*(Column(f"x{i}") for i in range(WIDTH)), Column("kind", ("a", "b", "c"))),
    rare=1,
)
TASKS = ("control-clouds", "control-few")
#: seeds whose splits a cheat tries
TRIES = 50


def draw(labels: Labels, rng: np.random.Generator) -> Array:
    """Rows (n, 7) float32 of the true distribution, in the units that the task loads, one a label.

    Given the class, the columns are independent: normal with standard deviation 1 (before units) and mean 0 or
    ``SHIFT``, and one of three categories.
    """
    numbers = rng.standard_normal((len(labels), WIDTH)) + SHIFT * labels[:, None]
    kind = (rng.random(len(labels))[:, None] > CATEGORIES.cumsum(axis=1)[labels, :-1]).sum(axis=1)
    return np.column_stack([OFFSET + UNIT * numbers, kind]).astype(np.float32)


@task("control-few", params={"rows": 16_000, "rare": 0.0125, "train": 0.05})
@task("control-clouds")
class Clouds(Task):
    """Two overlapping clouds of known distribution, one of them rare (simulated).

    Parameters
    ----------
    rows : of all parts together; at most 2,000 of them training rows, so that the measures ask about each.
    rare : share of the rare class.
    train : share of the rows that training takes; validation and test rows share the rest.
    """

    modality: ClassVar = "tabular"
    primary = "roc_auc"

    def __init__(self, name: str, rows: int = 3200, rare: float = 0.2, train: float = 0.6) -> None:
        super().__init__(name)
        self.rows = rows
        self.rare = rare
        self.train = train

    def locate(self, home: DataHome) -> Origin:
        sha256 = hashlib.sha256(f"clouds 1 {self.rows} {self.rare}".encode()).hexdigest()
        return Origin("simulated", "stand-in", sha256, "two clouds of known distribution")

    def read(self, origin: Origin) -> Dataset:
        y = (np.arange(self.rows) < round(self.rare * self.rows)).astype(np.int64)
        return Dataset(draw(y, np.random.default_rng(2024)), y, SCHEMA, origin)

    def split(self, dataset: Dataset, seed: int) -> Split:
        held = (1 - self.train) / 2
        return stratified(dataset, seed, valid=held, test=held)

    def best_auc(self) -> float:
        """The ROC AUC of the Bayes classifier, which no classifier's expected AUC exceeds.

        The log likelihood ratio of a row is normal with mean ±d²/2 and variance d² (d the distance of the means), plus
        that of its category; the AUC is the probability that a rare row's is the larger one.
        """
        d = SHIFT * sqrt(WIDTH)
        ratio = np.log(CATEGORIES[1] / CATEGORIES[0])
        return float(
            sum(
                CATEGORIES[1, a] * CATEGORIES[0, b] * 0.5 * (1 + erf((d * d + ratio[a] - ratio[b]) / (2 * d)))
                for a in range(3)
                for b in range(3)
            )
        )


class Rebuilt(NamedTuple):
    """The parts of a split as a cheat has them: preprocessed test rows, their labels, and the scaler."""

    X_test: Array
    y_test: Labels
    scale: Preprocess


def rebuild(X: Array, tries: int = TRIES) -> Rebuilt:
    """Find the split that the training rows ``X`` (n, 7) come from, by splitting the tasks anew at seed after seed.

    Raises ``LookupError`` if no split has exactly these training rows, scaled by themselves alone.
    """
    for name in TASKS:
        if len(_candidate(name, 0)[0]) != len(X):
            continue
        for seed in range(tries):
            train, found = _candidate(name, seed)
            if np.array_equal(train, X):
                return found
    raise LookupError(
        "the rows handed to the method are not the training rows of any split, scaled by themselves alone"
    )


@functools.cache
def _dataset(name: str) -> tuple[Task, Dataset]:
    from bench.data import DataHome

    made: Task = registry.tasks[name].create()
    return made, read(made, made.locate(DataHome(offline=True)))


@functools.cache
def _candidate(name: str, seed: int) -> tuple[Array, Rebuilt]:
    made, dataset = _dataset(name)
    parts = split(made, dataset, seeds.derive(0, "split", name, seed))
    scale = Preprocess(dataset.schema).fit(dataset.X[parts.train])
    test = scale.transform(dataset.X[parts.test])
    return scale.transform(dataset.X[parts.train]), Rebuilt(test, dataset.y[parts.test], scale)


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
        self.stolen_, self.stolen_y_, _ = rebuild(X)
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
