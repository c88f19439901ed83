"""How rows are split: at random and stratified, one split a seed (60 % train, 20 % validation, 20 % test), or in the
order of time, the same at every seed."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
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


def whole_groups(dataset: Dataset, seed: int) -> Split:
    """Split by groups that are large and hold several classes (patients with many rows): three, one and one of five
    folds of scikit-learn's ``StratifiedGroupKFold``, so that parts have about 60/20/20 % of the rows of every class.

    Raises ``InvalidData`` for fewer than five groups, and where the groups leave a part without a class.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    assert dataset.groups is not None
    if (count := len(np.unique(dataset.groups))) < 5:
        raise InvalidData(f"there are {count} groups; a 60/20/20 split needs at least 5")
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a class with fewer rows than folds is said below
        try:
            parts = [held for _, held in folds.split(dataset.y, dataset.y, dataset.groups)]
        except ValueError as error:
            raise InvalidData(f"the groups cannot be split: {error}") from None
    train, valid, test = np.sort(np.concatenate(parts[2:])), parts[0], parts[1]
    _refuse_absent(dataset, (train, valid, test), "split by whole groups")
    return Split(train, valid, test)


def in_time(dataset: Dataset, valid: float = 0.2, test: float = 0.2) -> Split:
    """Cut the rows in the order of ``dataset.order``: the earliest train, the latest test; rows of one time are never
    parted. Rows whose group also has rows in a later part are left out of the earlier ones, so that neither time nor
    groups leak.

    The split is the same at every seed. Groups, where there are any, may be drawn again, else blocks of n^(1/3) test
    rows that follow each other (Künsch 1989, Annals of Statistics 17, 1217-1241, for the rate).

    Raises ``InvalidData`` if a part lacks a class.
    """
    assert dataset.order is not None
    at = np.argsort(dataset.order, kind="stable")
    times = dataset.order[at]
    ends = [int(np.searchsorted(times, times[int(len(at) * share)])) for share in (1 - valid - test, 1 - test)]
    parts = [np.sort(part) for part in np.split(at, ends)]
    if dataset.groups is not None:
        for i in (1, 0):
            later = np.concatenate(parts[i + 1 :])
            parts[i] = parts[i][~np.isin(dataset.groups[parts[i]], dataset.groups[later])]
    _refuse_absent(dataset, parts, "cut in the order of time")
    if dataset.groups is not None:
        return Split(parts[0], parts[1], parts[2], fixed="groups")
    return Split(parts[0], parts[1], parts[2], fixed="blocks", block=int(np.ceil(len(parts[2]) ** (1 / 3))))


def _refuse_absent(dataset: Dataset, parts: Sequence[Labels], how: str) -> None:
    for name, part in zip(("training", "validation", "test"), parts, strict=True):
        absent = np.flatnonzero(np.bincount(dataset.y[part], minlength=dataset.schema.n_classes) == 0)
        if len(absent):
            raise InvalidData(f"{how}, the {name} part has no row of class {dataset.schema.classes[absent[0]]!r}")


def _units(groups: Labels, y: Labels) -> tuple[Labels, Labels]:
    """For each row the number of its group, and for each group the rarest class it holds."""
    _, unit = np.unique(groups, return_inverse=True)
    by_rarity = np.argsort(np.argsort(-np.bincount(y), kind="stable"))  # 0 = the commonest class
    rarest = np.zeros(unit.max() + 1, dtype=np.int64)
    np.maximum.at(rarest, unit, by_rarity[y])
    return unit, np.argsort(by_rarity)[rarest]
