"""The split of Tanaka & Aranha (arXiv 1904.09135): the first 70 % of the file train, the last 30 % test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.task import Dataset, Split

if TYPE_CHECKING:
    from bench.task import Fixed, Labels

TRAIN = 0.7
#: of the training part, at its end: the published protocol has no validation rows, the bench needs some
VALID = 0.1


def first_rows(dataset: Dataset, train: float = TRAIN, valid: float = VALID) -> Split:
    """The same split at every seed, in the file's order; of rows with one ``order`` (equal times) none are parted.

    The last ``valid`` of the training part are validation rows, so 63 % train, 7 % validate and 30 % test.
    """
    ends = [_start(dataset.order, int(len(dataset) * share)) for share in (train * (1 - valid), train)]
    rows = np.arange(len(dataset))
    fixed: Fixed = "rows" if dataset.groups is None else "groups"
    return Split(rows[: ends[0]], rows[ends[0] : ends[1]], rows[ends[1] :], fixed=fixed)


def _start(order: Labels | None, row: int) -> int:
    """``row``, or the first one of the same time."""
    return row if order is None else int(np.searchsorted(order, order[row]))
