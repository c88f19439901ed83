"""Training sets of chosen class counts, drawn from a pool of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from bench.errors import BenchError, InvalidData

if TYPE_CHECKING:
    from bench.task import Labels, Schema


def exponential_counts(largest: int, n_classes: int, ratio: float) -> tuple[int, ...]:
    """A long tail: class i has ``largest * ratio ** (i / (n_classes - 1))`` rows, the last one ``largest * ratio``.

    Source: Cui, Jia, Lin, Song & Belongie 2019, "Class-balanced loss based on effective number of samples", section
    5.1. Raises ``BenchError`` for a ratio outside (0, 1] or one that leaves the last class less than two rows.

    >>> exponential_counts(500, 3, 0.04)
    (500, 100, 20)
    """
    if not 0 < ratio <= 1:
        raise BenchError(f"ratio is {ratio:g}; it is smallest to largest class, above 0 and at most 1")
    counts = tuple(round(largest * ratio ** (i / max(1, n_classes - 1))) for i in range(n_classes))
    if min(counts) < 2:
        raise BenchError(f"{largest} rows and ratio {ratio:g} leave the smallest class {min(counts)}; 2 are needed")
    return counts


def take_counts(order: Labels, y: Labels, counts: Sequence[int], schema: Schema) -> Labels:
    """The first ``counts[c]`` rows of each class c among the row indices ``order``, in that order.

    Raises ``InvalidData`` if a class has fewer.
    """
    chosen = []
    for code, count in enumerate(counts):
        rows = order[y[order] == code]
        if len(rows) < count:
            name = schema.classes[code]
            raise InvalidData(f"class {name!r} has {len(rows)} rows to draw from, {count} are asked for")
        chosen.append(rows[:count])
    return order[np.isin(order, np.concatenate(chosen))]
