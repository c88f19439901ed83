"""Methods that learn one distribution of a table's rows for each class."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from bench.augmenter import Augmenter
from bench.errors import BenchError, Unsuitable
from bench.seeds import derive

if TYPE_CHECKING:
    from bench.task import Array, Labels, Schema

Rows = NDArray[np.float64]


class ByClass(Augmenter):
    """Base: :meth:`_learn` makes a model of the rows of one class, :meth:`_draw` rows of that model."""

    #: fewest rows of a class that there is a model of
    least = 1

    @abstractmethod
    def _learn(self, X: Rows, seed: int) -> Any:
        """A model of the rows (n, features) of one class."""

    @abstractmethod
    def _draw(self, model: Any, n: int, rng: np.random.Generator) -> Rows:
        """``n`` rows (n, features), categories as codes."""

    def fit(self, X: Array, y: Labels, schema: Schema) -> Self:
        """Learn a model of each class that is wanted. X (n, features), y (n,) int64. Raises ``Unsuitable`` for a class
        with too few rows."""
        self.schema_ = schema
        self.models_: dict[int, Any] = {}
        classes, counts = np.unique(y, return_counts=True)
        for cls, count in zip(classes.tolist(), counts.tolist(), strict=True):
            if self.wanted is not None and cls not in self.wanted:
                continue
            if count < self.least:
                name = schema.classes[cls]
                raise Unsuitable(
                    f"{type(self).__name__} needs {self.least} training rows of class {name!r}, there are {count}"
                )
            self.models_[cls] = self._learn(X[y == cls].astype(np.float64), derive(self.random_state, "fit", cls))
        return self

    def sample(self, labels: Labels) -> Array:
        """One row per label, (len(labels), features) float64. Raises ``BenchError`` for a class not learnt."""
        labels = np.asarray(labels, dtype=np.int64)
        rows = np.empty((len(labels), *self.schema_.shape))
        for cls in np.unique(labels).tolist():
            if cls not in self.models_:
                raise BenchError(f"class {self.schema_.classes[cls]!r} has no training rows, or was not wanted")
            mine = np.flatnonzero(labels == cls)
            rng = np.random.default_rng(derive(self.random_state, "sample", cls))
            rows[mine] = self._draw(self.models_[cls], len(mine), rng)
        return rows


def need_numbers(method: Augmenter, schema: Schema) -> list[int]:
    """The numeric columns; ``Unsuitable`` where there are none."""
    if not schema.numeric:
        raise Unsuitable(f"{type(method).__name__} learns how numbers lie, and these rows have none")
    return list(schema.numeric)


def standardised(numbers: Rows) -> tuple[Rows, Rows, Rows]:
    """Columns (n, k) with mean 0 and standard deviation 1, a constant one 0; their means and deviations (k,)."""
    means, spreads = numbers.mean(axis=0), numbers.std(axis=0)
    constant = numbers.min(axis=0) == numbers.max(axis=0)  # of which rounding leaves a trace
    means[constant], spreads[constant] = numbers[0, constant], 0
    return (numbers - means) / np.where(spreads > 0, spreads, 1), means, spreads
