"""Metrics of predictions, from the matrix of true and predicted classes: they depend on nothing else.

The formulas are scikit-learn's, to the last digit (``tests/bench/measures/test_confusion.py``). There each call looks
at its arguments for longer than it computes: a third of the time of a cheap cell.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def confusion(y: NDArray[Any], predicted: NDArray[Any], k: int, weights: NDArray[np.float64] | None) -> Matrix:
    """How many rows (n,), or which sum of their weights, are of class i and predicted as j: (k, k)."""
    cells = np.bincount(y.astype(np.int64) * k + predicted, weights=weights, minlength=k * k)
    return cells.reshape(k, k).astype(np.float64)


def by_class(matrix: Matrix) -> tuple[Matrix, Matrix, Matrix, Matrix]:
    """Precision, recall, F1 and rows of each class, each (k,); what would divide by zero is 0."""
    true = matrix.diagonal()
    alarms, rows = (true + (matrix.sum(axis=axis) - true) for axis in (0, 1))
    return _ratio(true, alarms), _ratio(true, rows), _ratio(2 * true, rows + alarms), rows


def _ratio(part: Matrix, whole: Matrix) -> Matrix:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole != 0)


def mcc(matrix: Matrix) -> float:
    """Matthews' correlation coefficient (Gorodkin 2004 over many classes); 0 where one of the two does not vary."""
    rows, alarms = matrix.sum(axis=1), matrix.sum(axis=0)
    n = alarms.sum()
    varies = (n**2 - alarms @ alarms) * (n**2 - rows @ rows)
    return float((matrix.trace() * n - rows @ alarms) / np.sqrt(varies)) if varies > 0 else 0.0
