"""Whether synthetic rows are copies of the training rows. Pure functions of arrays.

Distances are Euclidean in the space of ``bench.points.embed``; every comparison is between rows of the same classes.
Held-out real rows, which no method has seen, say what is to be expected of rows that were not copied.

============================= ===== ==============================================================================
name                          ideal meaning
============================= ===== ==============================================================================
``exact_duplicates``          0     share of synthetic rows that equal a training row, number by number
``exact_duplicates_holdout``  --    the same for held-out rows: what the data do by themselves (categories, ties)
``near_duplicates``           0.05  share of synthetic rows nearer to a training row than 95 % of held-out rows are
``dcr_ratio``                 1     median distance to the closest training row, of synthetic over held-out rows
``dcr_share``                 0.5   chance that a synthetic row is nearer to the training rows than a held-out row
``membership_auc``            0.5   ROC AUC of guessing who was a training row by the distance to the nearest
                                    synthetic row (training rows against as many held-out rows)
``test_copies``               0     share of synthetic rows that equal a test row and no row of another part
``peek_auc``                  0.5   ROC AUC of guessing by the distance to the nearest synthetic row who was a test row
                                    (against validation rows): above it, the method has seen test rows
============================= ===== ==============================================================================

Sources: distance to closest record, Park et al., "Data synthesis based on generative adversarial networks", VLDB
2018; its rank test against held-out rows (``dcr_share``), Meehan, Chaudhuri & Dasgupta, "A non-parametric test to
detect data-copying in generative models", AISTATS 2020; the membership attack, Chen et al., "GAN-Leaks", CCS 2020
(the black-box attack, eq. 5) and Hilprecht et al., PoPETs 2019.

Reading: ``dcr_ratio`` below 1 and ``dcr_share`` above 0.5 also come from a method that stays in the middle of the
data without copying; ``membership_auc`` does not, since training and held-out rows are alike but for membership.

Where the split is by time or by patient, held-out rows differ from training rows for that reason too, and every
figure but the duplicates moves with it: compare with ``random-over`` (nothing but copies) on the same board.

At most 2,000 rows of each kind are compared (fewer if they are wider than 500 numbers, down to 500), chosen by the
seed; exact duplicates are sought among all training rows. With fewer
than 5 held-out or training rows of the drawn classes, only ``exact_duplicates`` is given. ``dcr_ratio`` is left out
where more than half of the held-out rows equal a training row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.points import embed, match

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.task import Array, Labels, Schema

MAX_ROWS = 2000
MAX_VALUES = 1_000_000  # rows times their width as points
MIN_ROWS = 5


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
    """All measures that the rows allow; see the module for names and meanings, ``bench.fidelity`` for the arguments."""
    rng = np.random.default_rng(seed)
    found: dict[str, float] = {}
    if len(synthetic) == 0:
        return found
    limit = int(np.clip(MAX_VALUES // embed(synthetic[:1], schema).shape[1], 500, MAX_ROWS))
    fake = rng.permutation(len(synthetic))[:limit]
    found["exact_duplicates"] = float(duplicates(synthetic[fake], real_train).mean())
    # as many held-out as synthetic rows of each class, and as many training as held-out rows of each class
    held, drawn = match(y_holdout, y_synthetic, rng, limit)
    if len(held) < MIN_ROWS:
        return found
    found["exact_duplicates_holdout"] = float(duplicates(real_holdout[held], real_train).mean())
    known = rng.permutation(np.flatnonzero(np.isin(y_train, y_holdout[held])))[:limit]
    if len(known) < MIN_ROWS:
        return found
    training, holdout, generated = (
        embed(rows, schema) for rows in (real_train[known], real_holdout[held], synthetic[drawn])
    )
    found |= closest_record(nearest(generated, training), nearest(holdout, training))
    members, others = match(y_train, y_holdout[held], rng, limit)
    if len(members) >= MIN_ROWS:
        everyone = embed(synthetic[fake], schema)
        attack = (
            nearest(embed(real_train[members], schema), everyone),
            nearest(holdout[others], everyone),
        )
        found["membership_auc"] = chance_nearer(*attack)
    return {name: value for name, value in found.items() if np.isfinite(value)}


def peeked(train: Array, valid: Array, test: Array, synthetic: Array, schema: Schema, seed: int) -> dict[str, float]:
    """Whether a method was handed test rows, which it never may be: ``test_copies`` and ``peek_auc``.

    Validation rows are as unseen as test rows, so whatever a method knows of one kind beyond what training rows tell,
    it should know of the other. Rows (n, *schema.shape) are of all classes; nothing is given with fewer than 5 a part.
    """
    if min(len(valid), len(test)) < MIN_ROWS or len(synthetic) == 0:
        return {}
    rng = np.random.default_rng(seed)
    limit = int(np.clip(MAX_VALUES // embed(synthetic[:1], schema).shape[1], 500, MAX_ROWS))
    drawn = synthetic[rng.permutation(len(synthetic))[:limit]]
    copies = duplicates(drawn, test) & ~duplicates(drawn, train) & ~duplicates(drawn, valid)
    count = min(len(valid), len(test), limit)
    others, suspects = (embed(part[rng.permutation(len(part))[:count]], schema) for part in (valid, test))
    points = embed(drawn, schema)
    return {
        "test_copies": float(copies.mean()),
        "peek_auc": chance_nearer(nearest(suspects, points), nearest(others, points)),
    }


def closest_record(synthetic: NDArray[np.floating], holdout: NDArray[np.floating]) -> dict[str, float]:
    """``near_duplicates``, ``dcr_share`` and, if defined, ``dcr_ratio`` from distances to the closest training row."""
    found = {
        # strictly nearer: rows at distance 0 among held-out rows at distance 0 are no sign of copying
        "near_duplicates": float(np.mean(synthetic < np.quantile(holdout, 0.05))),
        "dcr_share": chance_nearer(synthetic, holdout),
    }
    middle = float(np.median(holdout))
    if middle > 0:
        found["dcr_ratio"] = float(np.median(synthetic)) / middle
    return found


def chance_nearer(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    """P(a < b) + P(a = b) / 2 over all pairs: the Mann-Whitney statistic, the ROC AUC of ``-distance``."""
    order = np.sort(b)
    above = len(b) - np.searchsorted(order, a, side="right")
    equal = len(b) - np.searchsorted(order, a, side="left") - above
    return float((above + equal / 2).mean() / len(b))


def nearest(points: Array, to: Array) -> NDArray[np.float64]:
    """Distance (n,) of each of ``points`` (n, d) to its nearest of ``to`` (m, d); brute force. Rows that are equal
    have distance exactly 0, which the fast formula |a|^2 - 2ab + |b|^2 alone would not give."""
    from sklearn.metrics import pairwise_distances_argmin

    index = pairwise_distances_argmin(points, to)
    found: NDArray[np.float64] = np.linalg.norm(points.astype(np.float64) - to[index], axis=1)
    return found


def duplicates(rows: Array, among: Array) -> NDArray[np.bool_]:
    """Which of ``rows`` (n, ...) equal one of ``among`` (m, ...) in every number (as float32).

    Compared by a 64-bit hash of the numbers' bits; that two different rows share one is next to impossible.
    """
    return np.isin(row_hashes(rows), row_hashes(among))


def row_hashes(rows: Array) -> NDArray[np.uint64]:
    """A 64-bit hash (n,) of each row's numbers, equal for equal rows (n, ...) of float32."""
    flat = rows.reshape(len(rows), -1)
    multipliers = np.random.default_rng(0).integers(0, 2**63, flat.shape[1], dtype=np.uint64) * 2 + 1
    out = np.zeros(len(flat), dtype=np.uint64)
    for column, multiplier in zip(flat.T, multipliers, strict=True):  # one column at a time: little memory
        bits = (column.astype(np.float32) + np.float32(0)).view(np.uint32)  # adding 0 turns -0.0 into 0.0
        out += bits.astype(np.uint64) * multiplier
        out ^= out >> np.uint64(29)
    return out
