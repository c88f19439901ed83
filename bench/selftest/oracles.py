"""Planted classifiers whose scores are known, on the splits of ``control-judged``: for ``augbench selftest``.

``control-oracle`` knows the labels of the rows it is asked about, by splitting the task again as a cheat does
(``bench.selftest.clouds.rebuild``), and gives them away as far as :func:`auc` says: so ROC AUC, gain, interval and
the F1 at the tuned threshold are known in closed form. ``control-dice`` depends on its seed alone: two methods that
are given the same seed score alike to the last digit, and two seeds do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from bench.registry import classifier
from bench.selftest.clouds import SCHEMA, Rebuilt, rebuild_flat
from bench.trial.preprocess import flatten

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.task import Array, Labels

#: part of the other class's test rows that score above the threshold of the validation rows
ALARMS = 1 / 8


def auc(seed: int, more: bool) -> float:
    """The ROC AUC that ``control-oracle`` has at a seed, of real rows alone or with more rows. Seeds differ much more
    than the gain does, so that a difference which is not paired has another interval."""
    return (2 + 2 * (seed % 2) + (1 + seed % 3 if more else 0)) / 8


def tuned_f1(seed: int, rare: int, many: int) -> float:
    """The F1 of its test rows, ``rare`` and ``many``, at the threshold of its validation rows."""
    hits = auc(seed, more=False) * rare
    return 2 * hits / (hits + ALARMS * many + rare)


class _Planted(ClassifierMixin, BaseEstimator):
    """A classifier of two classes."""

    def __init__(self, random_state: int = 0) -> None:
        self.random_state = random_state

    def fit(self, X: Array, y: Labels) -> Self:
        self.classes_ = np.unique(y)
        return self

    def _both(self, probability: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([1 - probability, probability])


@classifier("control-dice")
class Dice(_Planted):
    """Says what its seed says, whatever the rows."""

    def predict_proba(self, X: Array) -> NDArray[np.float64]:
        return self._both(np.random.default_rng(self.random_state).random(len(X)))


@classifier("control-oracle")
class Oracle(_Planted):
    """Ranks rows as well as it was planted to, better with more rows; validation rows it tells without an error."""

    def fit(self, X: Array, y: Labels) -> Self:
        self.parts_: Rebuilt = rebuild_flat(X)
        self.more_ = len(X) > self.parts_.n_train
        return super().fit(X, y)

    def predict_proba(self, X: Array) -> NDArray[np.float64]:
        parts = self.parts_
        if np.array_equal(X, flatten(parts.X_test, SCHEMA)):
            return self._both(self._tested(parts.y_test == 1))
        if len(X) != len(parts.y_valid):
            raise LookupError("the rows are neither the test rows nor the validation rows of the split")
        return self._both(np.where(parts.y_valid == 1, 0.3, 0.1))

    def _tested(self, rare: NDArray[np.bool_]) -> NDArray[np.float64]:
        """The rare rows above or below all others, as many above as the AUC says; of the others some are alarms."""
        found: NDArray[Any] = np.where(rare, 0.05, 0.08)
        found[np.flatnonzero(rare)[: round(auc(self.parts_.seed, self.more_) * rare.sum())]] = 0.9
        found[np.flatnonzero(~rare)[: round(ALARMS * (~rare).sum())]] = 0.5
        return found
