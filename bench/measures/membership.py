"""A membership attack that knows of no distances: where is the synthetic density higher than the population's?

A generator that has learnt its training rows too well puts more mass on them than the population has there, also where
no single synthetic row is near any of them. The attacker has the synthetic rows and some real rows that were not
trained on; a classifier that tells the two apart estimates the ratio of their densities, and a row counts as a member
the higher it is. That is DOMIAS (van Breugel, Sun, Qian and van der Schaar 2023, "Membership inference attacks against
synthetic data through overfitting detection", AISTATS, eq. 2), with a classifier in the place of two density estimates,
which tables with categories and images do not allow.

``membership_ratio_auc`` is the ROC AUC of that ratio over training rows against as many held-out rows: one half of
these is the attacker's and the other is asked about, in turn. Values are first put to the nearest that the column has
among the attacker's real rows, or a detector would see at once that synthetic ones are not discrete, and nothing else.
Above 0.5 rows give away that they were trained on. At 0.5 *this* attack finds nothing: it says nothing of one that
knows the model, or that has more real rows than held-out ones here; with few of them the ratio is rough, which pulls it
to 0.5. Where rows are split by time or patient, held-out rows differ for that reason too: compare with the reference
rows of the board.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.measures.points import embed, match
from bench.measures.privacy import chance_nearer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.task import Array, Labels, Schema

MAX_ROWS = 2000
MAX_COLUMNS = 256
#: held-out rows of the drawn classes; with fewer, half of them teach nothing
MIN_ROWS = 20
ROUNDS = 50


def measure(
    real_train: Array,
    y_train: Labels,
    real_holdout: Array,
    y_holdout: Labels,
    synthetic: Array,
    y_synthetic: Labels,
    schema: Schema,
    seed: int,
) -> dict[str, float]:
    """``membership_ratio_auc``, or nothing where there are too few rows; ``bench.measures.fidelity`` has the
    arguments."""
    rng = np.random.default_rng(seed)
    held, _ = match(y_holdout, y_synthetic, rng, MAX_ROWS)
    if len(held) < MIN_ROWS:
        return {}
    drawn = rng.permutation(np.flatnonzero(np.isin(y_synthetic, y_holdout[held])))[: 2 * MAX_ROWS]
    synthetic, y_synthetic = synthetic[drawn], y_synthetic[drawn]
    halves = held[::2], held[1::2]  # in the order of their classes, so that both have every one
    found = []
    for known, asked in (halves, halves[::-1]):
        members, strangers = match(y_train, y_holdout[asked], rng, MAX_ROWS)
        suspects = np.concatenate([real_train[members], real_holdout[asked[strangers]]])
        rows = np.concatenate([synthetic, real_holdout[known], suspects])
        points, n = _narrow(embed(rows, schema), rng), len(synthetic) + len(known)
        points = _levels(points, points[len(synthetic) : n])
        weights = _weights(y_synthetic, y_holdout[known])
        ratio = _ratio(points[:n], len(synthetic), weights, points[n:], seed)
        found.append(chance_nearer(-ratio[: len(members)], -ratio[len(members) :]))
    return {"membership_ratio_auc": float(np.mean(found))}


def _narrow(points: Array, rng: np.random.Generator) -> Array:
    width = points.shape[1]
    return points if width <= MAX_COLUMNS else points[:, rng.choice(width, MAX_COLUMNS, replace=False)]


def _levels(points: Array, real: Array) -> Array:
    """For each number of ``points`` (n, d) which of the values that its column has in ``real`` (m, d) is nearest."""
    found = np.empty(points.shape, dtype=np.float32)
    for column in range(points.shape[1]):
        values = np.unique(real[:, column])
        found[:, column] = np.searchsorted((values[1:] + values[:-1]) / 2, points[:, column])
    return found


def _weights(y_synthetic: Labels, y_known: Labels) -> NDArray[np.float64]:
    """Of synthetic and known real rows: both weigh the same, and each class in both as it does among the known."""
    counts = np.bincount(y_synthetic, minlength=int(y_known.max()) + 1)
    target = np.bincount(y_known, minlength=len(counts)) / np.maximum(counts, 1)
    return np.concatenate([target[y_synthetic], np.ones(len(y_known))])


def _ratio(
    points: Array, n_synthetic: int, weights: NDArray[np.float64], suspects: Array, seed: int
) -> NDArray[np.float64]:
    """The log odds (k,) that each of ``suspects`` is one of the first ``n_synthetic`` of ``points`` and not of the
    rest."""
    import xgboost

    label = np.arange(len(points)) < n_synthetic
    train = xgboost.DMatrix(points, label=label, weight=weights, nthread=1)
    parameters = {
        "objective": "binary:logistic", "max_depth": 6, "max_bin": 64, "min_child_weight": 0.1, "seed": seed,
        "nthread": 1,
    }  # fmt: skip
    booster = xgboost.train(parameters, train, num_boost_round=ROUNDS)
    found: NDArray[np.float64] = booster.predict(xgboost.DMatrix(suspects, nthread=1), output_margin=True)
    return found.astype(np.float64)
