"""Repeated stratified hold-out: 60 % train, 20 % validation, 20 % test, one split a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.errors import InvalidData
from bench.task import Dataset, Split

if TYPE_CHECKING:
    from bench.task import Labels


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


def check(dataset: Dataset) -> None:
    """Raise ``InvalidData`` if the table cannot carry a benchmark: one class, NaN or infinity where none may be,
    a class with one row, labels out of range, a shape that is not the schema's."""
    X, y, schema = dataset.X, dataset.y, dataset.schema
    if X.shape != (len(y), *schema.shape):
        raise InvalidData(f"rows have shape {X.shape}, the schema says {(len(y), *schema.shape)}")
    if len(y) == 0 or y.min() < 0 or y.max() >= schema.n_classes:
        raise InvalidData(f"labels must lie in 0..{schema.n_classes - 1}, one for each of {len(X)} rows")
    counts = np.bincount(y, minlength=schema.n_classes)
    present = np.flatnonzero(counts)
    if len(present) < 2:
        raise InvalidData(f"the table holds one class only ({schema.classes[present[0]]!r}); there is nothing to learn")
    for code in np.flatnonzero(counts < 2):
        raise InvalidData(f"class {schema.classes[code]!r} has {counts[code]} row(s); at least 2 are needed")
    finite = np.isfinite(X)
    if finite.all():
        return
    if np.isinf(X).any():
        raise InvalidData(f"{int(np.isinf(X).sum())} values are infinite; mend the file")
    where = ~finite.reshape(-1, schema.shape[-1] if schema.columns else schema.width)
    for i in np.flatnonzero(where.any(axis=0)):
        column = schema.columns[i] if schema.columns else None
        if column is None or not column.missing or not column.numeric:
            name = column.name if column else f"pixel {i}"
            raise InvalidData(f"column {name!r} holds {int(where[:, i].sum())} NaN values and is not declared to")
