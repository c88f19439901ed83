"""Numeric columns as normal scores, class by class.

The normal score of a value is the point that has as much of a standard normal below it as the value has of its class's
training rows (van der Waerden 1952). Equal values share the middle of their ranks, so a spike stays a spike of middle
height, where ``sklearn.preprocessing.QuantileTransformer`` sends one at the end of a column to -5.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

if TYPE_CHECKING:
    from bench.task import Array, Labels, Schema

Vector = NDArray[np.float64]
#: knots of a column's curve at most; between them it is straight
MOST_KNOTS = 2000


class Quantiles:
    """Each numeric column of each class to a standard normal and back; other columns stay (``Transform``).

    A class by itself, because the tail of all rows is where a rare class often lies. Drawn rows stay inside their
    class's range.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def fit(self, X: Array, y: Labels) -> Self:
        self.curves_ = {
            int(cls): [_curve(X[y == cls, j].astype(np.float64)) for j in self.schema.numeric] for cls in np.unique(y)
        }
        return self

    def transform(self, X: Array, y: Labels) -> Array:
        return self._apply(X, y, forward=True)

    def inverse(self, X: Array, y: Labels) -> Array:
        return self._apply(X, y, forward=False)

    def _apply(self, X: Array, y: Labels, forward: bool) -> Array:
        out = X.astype(np.float64)
        for cls in np.unique(y):
            where = np.flatnonzero(y == cls)
            for j, (values, scores) in zip(self.schema.numeric, self.curves_[int(cls)], strict=True):
                known, to = (values, scores) if forward else (scores, values)
                out[where, j] = np.interp(out[where, j], known, to)
        return out


def _curve(column: Vector) -> tuple[Vector, Vector]:
    """Values in rising order and their normal scores, both (k,) with k at most ``MOST_KNOTS``."""
    values, counts = np.unique(column, return_counts=True)
    scores = norm.ppf((np.cumsum(counts) - counts / 2) / len(column))
    if len(values) > MOST_KNOTS:
        kept = np.unique(np.linspace(0, len(values) - 1, MOST_KNOTS).round().astype(np.int64))
        values, scores = values[kept], scores[kept]
    return values, scores
