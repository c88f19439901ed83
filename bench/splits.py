"""Repeated stratified hold-out: 60 % train, 20 % validation, 20 % test, one split a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.dataset import Dataset, Split
from bench.errors import InvalidData

if TYPE_CHECKING:
    from bench.dataset import Labels


def stratified(dataset: Dataset, seed: int, valid: float = 0.2, test: float = 0.2) -> Split:
    """Split at random, every class in its proportion; rows of one group (``dataset.groups``) stay together.

    Groups are drawn as units and stratified by the rarest class they hold, so proportions are exact when groups are
    single rows or duplicates, and approximate when they are large. Raises ``InvalidData`` if a class has too few rows
    to stand in all three parts.
    """
    from sklearn.model_selection import train_test_split

    y = dataset.y
    if dataset.groups is None:
        unit, labels = np.arange(len(y)), y
    else:
        unit, labels = _units(dataset.groups, y)
    counts = np.bincount(labels, minlength=dataset.schema.n_classes)
    for code, count in enumerate(counts):
        if count < 5:
            raise InvalidData(
                f"class {dataset.schema.classes[code]!r} has {count} distinct rows; a 60/20/20 split needs at least 5"
            )
    ids = np.arange(len(labels))
    rest, test_ids = train_test_split(ids, test_size=test, stratify=labels, random_state=seed)
    train_ids, valid_ids = train_test_split(
        rest, test_size=valid / (1 - test), stratify=labels[rest], random_state=seed
    )
    part = np.empty(len(labels), dtype=np.int8)
    for code, chosen in enumerate((train_ids, valid_ids, test_ids)):
        part[chosen] = code
    where = part[unit]
    train, valid_, test_ = (np.flatnonzero(where == code) for code in range(3))
    return Split(train, valid_, test_)


def _units(groups: Labels, y: Labels) -> tuple[Labels, Labels]:
    """For each row the number of its group, and for each group the rarest class it holds."""
    _, unit = np.unique(groups, return_inverse=True)
    by_rarity = np.argsort(np.argsort(-np.bincount(y), kind="stable"))  # 0 = the commonest class
    rarest = np.zeros(unit.max() + 1, dtype=np.int64)
    np.maximum.at(rarest, unit, by_rarity[y])
    return unit, np.argsort(by_rarity)[rarest]
