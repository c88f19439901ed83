"""Whether synthetic rows are copies of the training rows. Pure functions of arrays.

Distances are Euclidean in the space of ``bench.measures.points.embed``; every comparison is between rows of the same
classes. Held-out real rows, which no method has seen, say what is to be expected of rows that were not copied.

============================= ===== ==============================================================================
name                          ideal meaning
============================= ===== ==============================================================================
``exact_duplicates``          0     share of synthetic rows that equal a training row, number by number
``exact_duplicates_holdout``  --    the same for held-out rows: what the data do by themselves (categories, ties)
``near_duplicates``           0.05  share of synthetic rows nearer to a training row than 95 % of held-out rows are; of
                                    those at the edge, as large a part as makes it 5 % of held-out rows (``flagged``)
``dcr_ratio``                 1     median distance to the closest training row, of synthetic over held-out rows
``dcr_share``                 0.5   chance that a synthetic row is nearer to the training rows than a held-out row is
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

Only the rows that are asked about are thinned, to 500 to 2,000 of each kind, chosen by the seed; their nearest row is
sought among *all* training rows of the drawn classes, for membership among *all* synthetic rows. A thinned side to
search in would hide copies: at 60,000 training rows and 2,000 looked at, 29 of 30 copies would miss their original.
The sides searched need no equal size: every figure compares two sets of rows by their distance to one and the same
set. (What others call DCR share, how many synthetic rows are nearer to the training than to the held-out rows, does
need training and held-out rows of equal number; it is not measured here.) Of a mix of copies and fresh rows,
``near_duplicates`` is the copies' share plus 5 % of the rest.

Synthetic pixels are first put to the grey levels of the training images (``bench.measures.points.snap``). With fewer
than 5 held-out or training rows of the classes asked for, only ``exact_duplicates`` is given. ``dcr_ratio`` is left
out where more than half of the held-out rows equal a training row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.measures.points import embed, match, snap

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.task import Array, Labels, Schema

MAX_ROWS = 2000
MIN_QUERIES = 500
MAX_VALUES = 1_000_000  # rows asked about, times their width as points
MAX_WORK = 10_000_000_000  # the same, times the rows searched: seconds of one core
BLOCK = 16_000_000  # distances, or values, held in memory at once
FAR = 1e9  # from there on it does not matter which row is nearest
LEVEL = 0.05  # share of held-out rows that may look like copies
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
    """All measures that the rows allow; see the module for names and meanings, ``bench.measures.fidelity`` for the
    arguments."""
    rng = np.random.default_rng(seed)
    found: dict[str, float] = {}
    if len(synthetic) == 0:
        return found
    if schema.modality == "image":
        synthetic = snap(synthetic, real_train)
    limit = _queries(max(len(real_train), len(synthetic)), synthetic, schema)
    few = rng.permutation(len(synthetic))[:limit]
    found["exact_duplicates"] = float(duplicates(synthetic[few], real_train).mean())
    # as many held-out as synthetic rows of each class, and as many training as held-out rows of each class
    held, matching = match(y_holdout, y_synthetic, rng, limit)
    if len(held) < MIN_ROWS:
        return found
    found["exact_duplicates_holdout"] = float(duplicates(real_holdout[held], real_train).mean())
    training = real_train[np.isin(y_train, y_holdout[held])]
    if len(training) < MIN_ROWS:
        return found
    found |= closest_record(*closest(training, schema, synthetic[matching], real_holdout[held]))
    members, others = match(y_train, y_holdout[held], rng, limit)
    if len(members) >= MIN_ROWS:
        attack = closest(synthetic, schema, real_train[members], real_holdout[held[others]])
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
    if schema.modality == "image":
        synthetic = snap(synthetic, train)
    limit = _queries(len(synthetic), synthetic, schema)
    some = synthetic[rng.permutation(len(synthetic))[:limit]]
    copies = duplicates(some, test) & ~duplicates(some, train) & ~duplicates(some, valid)
    count = min(len(valid), len(test), limit)
    others, suspects = (part[rng.permutation(len(part))[:count]] for part in (valid, test))
    guess = chance_nearer(*closest(synthetic, schema, suspects, others))
    return {"test_copies": float(copies.mean()), "peek_auc": guess}


def closest_record(synthetic: NDArray[np.floating], holdout: NDArray[np.floating]) -> dict[str, float]:
    """``near_duplicates``, ``dcr_share`` and, if defined, ``dcr_ratio`` from distances to the closest training row."""
    found = {"near_duplicates": flagged(synthetic, holdout), "dcr_share": chance_nearer(synthetic, holdout)}
    middle = float(np.median(holdout))
    if middle > 0:
        found["dcr_ratio"] = float(np.median(synthetic)) / middle
    return found


def flagged(distances: NDArray[np.floating], holdout: NDArray[np.floating], level: float = LEVEL) -> float:
    """Share of ``distances`` among the smallest, by a test that takes the share ``level`` of ``holdout`` for copies.

    Of the rows at the edge itself, as many are flagged as the level asks for (a randomised test, by its expectation).
    So rows like held-out rows give ``level`` whatever the ties, also where categories alone make one held-out row in
    ten equal a training row; there, nothing but copies gives no more than ``level`` over a tenth.
    """
    edge = np.quantile(holdout, level, method="inverted_cdf")  # one of the distances, not a number between two
    share = (level - np.mean(holdout < edge)) / np.mean(holdout == edge)
    return float(np.mean(distances < edge) + share * np.mean(distances == edge))


def chance_nearer(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    """P(a < b) + P(a = b) / 2 over all pairs: the Mann-Whitney statistic, the ROC AUC of ``-distance``."""
    order = np.sort(b)
    above = len(b) - np.searchsorted(order, a, side="right")
    equal = len(b) - np.searchsorted(order, a, side="left") - above
    return float((above + equal / 2).mean() / len(b))


def closest(among: Array, schema: Schema, *parts: Array) -> list[NDArray[np.float64]]:
    """For each of ``parts`` (n, *schema.shape) the distance (n,) of its rows to their nearest row of ``among``, which
    may be many: it is embedded and searched a block at a time."""
    points = embed(np.concatenate(parts), schema)
    found = np.full(len(points), np.inf)
    step = max(1, BLOCK // max(points.shape))
    for start in range(0, len(among), step):
        found = np.minimum(found, nearest(points, embed(among[start : start + step], schema)))
    return np.split(found, np.cumsum([len(part) for part in parts])[:-1])


def nearest(points: Array, to: Array) -> NDArray[np.float64]:
    """Distance (n,) of each of ``points`` (n, d) to its nearest of ``to`` (m, d); brute force, n times m float32 in
    memory. Rows that are equal have distance exactly 0.

    Which row is nearest is told by |b|^2 - 2ab, one matrix product; its distance is then taken anew in float64, since
    that formula would not give 0 for a copy. Rows are moved to the origin by a median, which one wild row does not
    shift, and kept where their squares do not overflow: both cost digits.
    """
    centre = np.median(to[:100], axis=0).astype(to.dtype)
    here, there = (np.clip(rows - centre, -FAR, FAR) for rows in (points, to))
    towards = np.column_stack([-2 * there, np.einsum("ij,ij->i", there, there)])
    index = (np.column_stack([here, np.ones(len(here), here.dtype)]) @ towards.T).argmin(axis=1)
    found: NDArray[np.float64] = np.linalg.norm(points.astype(np.float64) - to[index], axis=1)
    return found


def _queries(searched: int, rows: Array, schema: Schema) -> int:
    """How many rows of a kind are asked about, where the nearest of ``searched`` rows like ``rows`` is sought."""
    width = embed(rows[:1], schema).shape[1]
    return int(np.clip(min(MAX_VALUES // width, MAX_WORK // (width * searched)), MIN_QUERIES, MAX_ROWS))


def duplicates(rows: Array, among: Array) -> NDArray[np.bool_]:
    """Which of ``rows`` (n, ...) equal one of ``among`` (m, ...) in every number.

    Compared by a 64-bit hash of the numbers' bits; that two different rows share one is next to impossible.
    """
    precision = np.result_type(np.float32, rows, among)
    return np.isin(row_hashes(rows.astype(precision)), row_hashes(among.astype(precision)))


def row_hashes(rows: Array) -> NDArray[np.uint64]:
    """A 64-bit hash (n,) of each row's numbers, equal for equal rows (n, ...) of float32, or of float64."""
    flat = rows.reshape(len(rows), -1)
    multipliers = np.random.default_rng(0).integers(0, 2**63, flat.shape[1], dtype=np.uint64) * 2 + 1
    out = np.zeros(len(flat), dtype=np.uint64)
    for column, multiplier in zip(flat.T, multipliers, strict=True):  # one column at a time: little memory
        single = column.dtype != np.float64
        numbers = column.astype(np.float32 if single else np.float64) + 0  # which turns -0.0 into 0.0
        out += numbers.view(np.uint32 if single else np.uint64).astype(np.uint64) * multiplier
        out ^= out >> np.uint64(29)
    return out
