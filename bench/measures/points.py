"""Rows as points: which real rows a draw is compared with, the space that distances are taken in, and grey levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.task import Array, Labels, Schema

GREY_LEVELS = 256
BLOCK = 500_000  # values looked at at once, where rows are many


def match(
    y_real: Labels, y_synthetic: Labels, rng: np.random.Generator, limit: int, least: int = 1
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Choose as many real as synthetic rows, with the same class mix, at most about ``limit`` of each.

    A draw for ``balance`` may hold the rare class alone; compared with all real rows every method would look wrong
    by the class mix. Of each class the smaller side decides: ``min(real, synthetic)`` rows, thinned in proportion
    when the sum exceeds ``limit`` (a class keeps ``least`` of its rows, so the result may be longer).

    Returns
    -------
    Two index arrays (m,) int64, ordered by class, drawn without replacement; m is 0 if no class is on both sides.
    """
    classes = np.intersect1d(y_real, y_synthetic)
    pools = [(np.flatnonzero(y_real == c), np.flatnonzero(y_synthetic == c)) for c in classes]
    counts = np.array([min(len(a), len(b)) for a, b in pools], dtype=np.int64)
    if counts.sum() > limit:
        counts = np.maximum(np.minimum(counts, least), counts * limit // counts.sum())
    chosen = [
        (rng.choice(a, k, replace=False), rng.choice(b, k, replace=False))
        for (a, b), k in zip(pools, counts, strict=True)
    ]
    empty = np.empty(0, dtype=np.int64)
    return np.concatenate([empty, *(a for a, _ in chosen)]), np.concatenate([empty, *(b for _, b in chosen)])


def embed(rows: Array, schema: Schema) -> Array:
    """Flatten rows to points (n, d) float32 in which Euclidean distance makes sense.

    Numbers stay as they are (preprocessing has standardised tables on the training rows, and scaled images and
    series to [0, 1]). A category becomes a one-hot block times ``1/sqrt(2)``: two rows that differ in it are one unit
    apart there, like two numbers one standard deviation apart. Series have a number, or a block, at every step.
    """
    if not schema.categorical:
        return np.ascontiguousarray(rows.reshape(len(rows), -1), dtype=np.float32)
    parts = (rows[..., list(schema.numeric)], one_hot(rows, schema) / np.sqrt(2))
    return np.concatenate([part.reshape(len(rows), -1) for part in parts], axis=1, dtype=np.float32)


def snap(synthetic: Array, training: Array) -> Array:
    """Synthetic images, every pixel at the nearest grey level that training images have, as saving them would do.

    A sigmoid or tanh never gives exactly 0 or 1, real pixels mostly are; comparing the numbers as drawn would measure
    that and little else. Where the training images (m, ...) have more than 256 levels, ``synthetic`` (n, ...) is
    returned as it is.
    """
    levels = grey_levels(training)
    if not len(levels):
        return synthetic
    edges = (levels[1:] + levels[:-1]) / 2
    out = np.empty_like(synthetic)
    step = max(1, BLOCK // max(1, synthetic[:1].size))
    for start in range(0, len(synthetic), step):
        out[start : start + step] = levels[np.searchsorted(edges, synthetic[start : start + step])]
    return out


def grey_levels(images: Array) -> Array:
    """The values that images (n, ...) take, in order: (k,) with k at most 256; empty if there are more."""
    levels = np.empty(0, dtype=images.dtype)
    step = max(1, BLOCK // max(1, images[:1].size))
    for start in range(0, len(images), step):
        levels = np.union1d(levels, images[start : start + step])
        if len(levels) > GREY_LEVELS:
            return np.empty(0, dtype=images.dtype)
    return levels


def one_hot(rows: Array, schema: Schema) -> Array:
    """The categorical columns of a table, or channels of series, as one-hot blocks side by side: (n, sum of category
    counts), or (n, steps, sum of category counts), float32."""
    sizes = category_counts(schema)
    out = np.zeros((*rows.shape[:-1], sum(sizes)), dtype=np.float32)
    starts = np.cumsum([0, *sizes[:-1]])
    np.put_along_axis(out, rows[..., list(schema.categorical)].astype(np.int64) + starts, 1, axis=-1)
    return out


def category_counts(schema: Schema) -> list[int]:
    """How many categories each categorical column has, in order."""
    return [len(schema.columns[i].categories or ()) for i in schema.categorical]
