"""A task whose distribution is known, and what a cheat can find out of its splits: for ``augbench selftest``.

Registered only where this file is loaded as a plugin (``bench.registry.load_plugin``).
"""

from __future__ import annotations

import functools
import hashlib
from math import erf, sqrt
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np

from bench import registry, seeds
from bench.registry import task
from bench.splits import stratified
from bench.task import Column, Dataset, Origin, Schema, Split, Task
from bench.trial.preprocess import Preprocess, flatten
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
TASKS = ("control-clouds", "control-few", "control-judged")
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


@task("control-judged", params={"rows": 1600})
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
    """The parts of a split as a cheat has them: preprocessed test rows, labels, the scaler, and the split's seed."""

    X_test: Array
    y_test: Labels
    y_valid: Labels
    n_train: int
    scale: Preprocess
    seed: int


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


def rebuild_flat(X: Array, tries: int = TRIES) -> Rebuilt:
    """The same for rows as classifiers are given them (n, 9): training rows of ``control-judged`` first, then any.

    Raises ``LookupError`` if no split has these training rows.
    """
    for seed in range(tries):
        train, found = _candidate("control-judged", seed)
        if np.array_equal(flatten(train, SCHEMA), X[: len(train)]):
            return found
    raise LookupError("the rows handed to the classifier do not begin with the training rows of any split")


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
    labels = dataset.y[parts.test], dataset.y[parts.valid]
    return scale.transform(dataset.X[parts.train]), Rebuilt(test, *labels, len(parts.train), scale, seed)
