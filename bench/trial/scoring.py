"""What a trained classifier's probabilities are worth: metrics of test rows, and of validation rows to choose by.

Test rows decide nothing here: thresholds come from validation rows, and whoever has to choose a classifier has
``Scores.valid`` to choose by.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from bench.measures import metrics
from bench.measures.naming import names
from bench.records.record import finite

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.augmenter import Augmenter
    from bench.task import Labels, Schema

#: training and test rows whose class shares are further apart than this (total variation) are scored at both; rounding
#: in a stratified split gives at most 0.02
SHIFT = 0.05


class Parts(Protocol):
    """What scoring needs of a split: the labels of its parts, and which classes are rare among training rows."""

    y: Labels
    y_valid: Labels
    y_test: Labels
    schema: Schema
    rare_classes: tuple[int, ...]


@dataclass(frozen=True)
class Scores:
    """``metrics`` of test rows; ``valid``: those of validation rows, but for those of single classes; ``threshold``:
    that of the tuned metrics, None where there are none."""

    metrics: dict[str, float]
    valid: dict[str, float]
    threshold: float | None


def scores(parts: Parts, on_test: NDArray[np.float64], valid: Callable[[], NDArray[np.float64]]) -> Scores:
    """Score probabilities (n, classes) of test rows; ``valid`` computes those of validation rows. Raises
    ``ValueError`` for a metric that is no finite number."""
    schema, on_valid = parts.schema, valid()
    threshold = None
    if schema.rare is not None and schema.n_classes == 2:
        threshold = metrics.best_threshold(parts.y_valid == schema.rare, on_valid[:, schema.rare])

    def scored(y: Labels, proba: NDArray[np.float64], shares: NDArray[np.float64] | None) -> dict[str, float]:
        found = metrics.score(
            y, proba, rare=schema.rare, threshold=threshold, classes=schema.classes,
            rare_classes=parts.rare_classes, shares=shares,
        )  # fmt: skip
        return finite("metrics", {name: value for name, value in found.items() if not math.isnan(value)})

    chosen = scored(parts.y_valid, on_valid, None) if len(parts.y_valid) else {}
    return Scores(
        scored(parts.y_test, on_test, shares_to_weigh_by(parts)),
        {name: chosen[name] for name in names() if name in chosen},
        threshold,
    )


def shares_to_weigh_by(parts: Parts) -> NDArray[np.float64] | None:
    """The classes' shares among training rows (k,), where those among test rows are others; else None."""
    k = parts.schema.n_classes
    trained, tested = (np.bincount(y, minlength=k) / max(1, len(y)) for y in (parts.y, parts.y_test))
    return trained if np.abs(trained - tested).sum() / 2 > SHIFT else None


def class_counts(parts: Parts) -> dict[str, Any]:
    """How many real rows of each class training and test rows hold, as records keep it."""

    def counts(y: Labels) -> dict[str, int]:
        every = np.bincount(y, minlength=parts.schema.n_classes)
        return dict(zip(parts.schema.classes, map(int, every), strict=True))

    return {"train_classes": counts(parts.y), "test_classes": counts(parts.y_test)}


def decided(method: Augmenter, model: Any, proba: object, n: int, schema: Schema) -> NDArray[np.float64]:
    """A classifier's probabilities over all the schema's classes, as the method would have them decided by. Raises
    ``InvalidProbabilities`` where the classifier gave, or the method made of them, what is no distribution."""
    found = metrics.check_probabilities(proba, n, len(model.classes_))
    adjusted = method.adjust(metrics.align(found, model.classes_, schema.n_classes))
    return metrics.check_probabilities(adjusted, n, schema.n_classes)
