"""The metrics of a board over draws of the test rows, all draws at once: what they would have been on other test rows.

Where every seed has the same test rows, their units (a row, a patient, a block of time) are drawn with replacement, as
many as there are; a draw is a weight of each row. All cells of a task share the draws, so that differences between
them stay paired. The formulas are those of :mod:`bench.measures.metrics`; a draw that cannot define a metric gives NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from bench.measures.curves import ranked
from bench.measures.naming import at_training

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]

#: how often test rows are drawn: the width of an interval is then known to about a twentieth of itself
DRAWS = 200


def draws(units: Numbers, seed: int, n: int = DRAWS) -> Floats:
    """Weights (n, rows) of rows of these ``units`` (rows,): how often each one's unit was drawn."""
    _, which = np.unique(units, return_inverse=True)
    count = int(which.max()) + 1
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=n)
    return drawn[:, which].astype(np.float64)


def replicates(
    y: Numbers,
    proba: Floats,
    weights: Floats,
    *,
    rare: int | None = None,
    rare_classes: Sequence[int] = (),
    shares: Sequence[float] | None = None,
) -> dict[str, Floats]:
    """Metrics (draws,) of labels ``y`` (n,) and probabilities ``proba`` (n, classes) under ``weights`` (draws, n).

    The names are those of :func:`bench.measures.metrics.score`, whose other arguments these are; with ``shares`` also
    ``<name>@training``.
    """
    found = _scored(y, proba, weights, rare, rare_classes)
    if shares is not None:
        mass = _sums(y, weights, proba.shape[1])  # (draws, classes)
        each = np.divide(np.asarray(shares), mass, out=np.zeros_like(mass), where=mass > 0)
        again = _scored(y, proba, weights * each[:, y], rare, rare_classes)
        moved = ("accuracy", "f1", "f1_macro", "f1_weighted", "auprc", *(() if _binary(proba, rare) else ("roc_auc",)))
        found |= {at_training(name): again[name] for name in moved if name in again}
    return found


def _binary(proba: Floats, rare: int | None) -> bool:
    return rare is not None and proba.shape[1] == 2


def _scored(
    y: Numbers, proba: Floats, weights: Floats, rare: int | None, rare_classes: Sequence[int]
) -> dict[str, Floats]:
    k = proba.shape[1]
    cells = _sums(y * k + proba.argmax(axis=1), weights, k * k).reshape(-1, k, k)
    true, told, right = cells.sum(axis=2), cells.sum(axis=1), np.diagonal(cells, axis1=1, axis2=2)
    here = true > 0
    recall, f1 = _ratio(right, true), _ratio(2 * right, true + told)
    found = {"accuracy": right.sum(axis=1) / true.sum(axis=1), "balanced_accuracy": _mean(recall, here)}
    if _binary(proba, rare):
        auc, precision = ranked(y == rare, proba[:, rare], weights)
        return found | {"recall": recall[:, rare], "f1": f1[:, rare], "roc_auc": auc, "auprc": precision}
    ranks = [ranked(y == c, proba[:, c], weights) for c in range(k)]
    aucs, precisions = (np.stack(column, axis=1) for column in zip(*ranks, strict=True))
    chosen = here & np.isin(np.arange(k), rare_classes)
    return found | {
        "recall_macro": found["balanced_accuracy"],
        "f1_macro": _mean(f1, here),
        "f1_weighted": (f1 * true).sum(axis=1) / true.sum(axis=1),
        "recall_rare": _mean(recall, chosen),
        "roc_auc": _mean(aucs, here),
        "auprc": _mean(precisions, here),
    }


def _sums(which: Numbers, weights: Floats, k: int) -> Floats:
    """The weights (draws, n) summed by ``which`` (n,) of ``k`` cells each row lies in: (draws, k)."""
    return np.stack([np.bincount(which, weights=one, minlength=k) for one in weights])


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def _mean(values: Floats, chosen: NDArray[np.bool_]) -> Floats:
    """The mean of the chosen of each line; NaN where none is."""
    with np.errstate(invalid="ignore"):
        return np.where(chosen, values, 0).sum(axis=1) / chosen.sum(axis=1)
