"""Simulated credit-card transactions: what stands in where the real file cannot be had. Never to be called real.

Per class a mixture of Gaussian copulas (Sklar 1959) with the quantiles and correlations that
:mod:`tasks.sources.calibrate_credit_fraud` measured. ``HIDDEN`` of the frauds are drawn as if legitimate: without them
nearly every fraud can be found, while a few of the real ones never are. With them, at 31,537 legitimate rows and 492
frauds (means of 70/30 splits, three draws), a classifier finds about what it finds in the real rows. XGBoost: AUPRC
0.93 where the real rows give 0.90, ROC AUC 0.98 and 0.98, F1 0.92 and 0.90; logistic regression: AUPRC 0.89 and 0.90.
What is not in it: time-dependence beyond the columns' marginals, repeated amounts, duplicated rows, and any structure
beyond pairs of columns.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from bench.task import Array, Labels

COLUMNS = ("Time", *(f"V{i}" for i in range(1, 29)), "Amount")
KNOTS = np.linspace(-4, 4, 41)
NUMBERS = Path(__file__).with_name("credit_fraud.json")
HIDDEN = 0.03


def draw(legitimate: int, frauds: int, seed: int) -> tuple[Array, Labels]:
    """So many rows of each class in the order of their time: X (n, 30) float32 in the file's units, y (n,) int64."""
    numbers = json.loads(NUMBERS.read_text(encoding="utf-8"))
    rng = np.random.default_rng(seed)
    hidden = round(HIDDEN * frauds)
    X = np.concatenate(
        [
            _mixture(numbers["legitimate"], legitimate, rng),
            _mixture(numbers["legitimate"], hidden, rng),
            _mixture(numbers["fraud"], frauds - hidden, rng),
        ]
    )
    X[:, 0] = np.round(X[:, 0])  # seconds
    X[:, -1] = np.round(X[:, -1], 2)  # euros and cents
    y = np.repeat(np.array([0, 1], dtype=np.int64), (legitimate, frauds))
    order = np.argsort(X[:, 0], kind="stable")
    return X[order], y[order]


def _mixture(parts: Sequence[dict[str, Any]], rows: int, rng: np.random.Generator) -> Array:
    """``rows`` rows, the parts in exact proportion."""
    share = np.cumsum([part["rows"] for part in parts]) / sum(part["rows"] for part in parts)
    counts = np.diff(np.round(share * rows).astype(int), prepend=0)
    return np.concatenate([_copula(part, int(count), rng) for part, count in zip(parts, counts, strict=True)])


def _copula(part: dict[str, Any], rows: int, rng: np.random.Generator) -> Array:
    """Correlated standard normal rows, each column sent through its quantile function."""
    width = len(COLUMNS)
    correlation = np.eye(width)
    for i, row in enumerate(part["correlation"], start=1):
        correlation[i, :i] = correlation[:i, i] = row
    values, vectors = np.linalg.eigh(correlation)
    factor = vectors * np.sqrt(np.clip(values, 1e-6, None))  # rounding may have made an eigenvalue negative
    factor /= np.linalg.norm(factor, axis=1, keepdims=True)
    X = rng.standard_normal((rows, width), dtype=np.float32) @ factor.T.astype(np.float32)
    for i, quantiles in enumerate(part["quantiles"]):
        X[:, i] = np.interp(X[:, i], KNOTS, quantiles)
    return X
