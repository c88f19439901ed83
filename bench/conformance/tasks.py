"""Checks of a task on its own rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.conformance._toy import Check, Named
from bench.contract import checked, checked_split
from bench.task import Dataset, Split, Task

if TYPE_CHECKING:
    from bench.data import DataHome
    from bench.task import Array, Column


def task_checks(task: Task, home: DataHome, covers: bool = True) -> Named:
    """Checks of a task whose rows can be had from ``home``; they are read once.

    covers : whether every row must be in some part of a split. Not so where windows that straddle a boundary are
        dropped, or a training set is cut down.
    """
    dataset: list[Dataset] = []

    def rows() -> Dataset:
        if not dataset:
            dataset.append(task.read(task.locate(home)))
        return dataset[0]

    checks: dict[str, Check] = {
        "origin_identifies_the_rows": lambda: _origin(task, home),
        "dataset_matches_its_schema": lambda: _dataset(rows()),
        "reading_is_deterministic": lambda: _same_dataset(rows(), task.read(task.locate(home))),
        "split_is_disjoint": lambda: _disjoint(task, rows(), covers),
        "split_is_deterministic": lambda: _same_split(task.split(rows(), 1), task.split(rows(), 1)),
        "every_class_is_trained_on": lambda: _classes_in_train(task, rows()),
        "groups_stay_together": lambda: _groups(task, rows()),
        "a_fixed_test_set_is_declared": lambda: _fixed(task, rows()),
    }
    yield from checks.items()


def _origin(task: Task, home: DataHome) -> None:
    origin = task.locate(home)
    assert len(origin.sha256) == 64, "Origin.sha256 is no SHA-256 in hexadecimal"
    assert origin == task.locate(home), "locate() called again gave another origin"
    assert origin.note, "Origin.note says nothing of where the rows come from"


def _dataset(data: Dataset) -> None:
    schema = data.schema
    checked(data)
    assert data.X.dtype == np.float32, f"X is {data.X.dtype}, not float32"
    assert data.y.dtype == np.int64, f"y is {data.y.dtype}, not int64"
    assert data.X.shape == (len(data.y), *schema.shape), f"X is {data.X.shape}, rows should be {schema.shape}"
    assert set(np.unique(data.y)) == set(range(schema.n_classes)), "y does not hold each of the schema's classes"
    assert not np.isinf(data.X).any(), "X holds infinity"
    if schema.modality == "image":
        assert data.X.min() >= 0, "pixels below 0"
        assert data.X.max() <= 1, "pixels above 1"
        return
    assert len(schema.columns) == schema.shape[-1], "the schema has not one column for each feature"
    for i, column in enumerate(schema.columns):
        _column(column, data.X[..., i])


def _column(column: Column, values: Array) -> None:
    """``values`` (n,) of a table or (n, steps) of series are as their column declares them."""
    if not column.missing:
        assert not np.isnan(values).any(), f"column {column.name!r} holds NaN and is not declared missing"
    if column.categories is not None:
        codes = values[~np.isnan(values)]
        valid = (codes == np.round(codes)) & (codes >= 0) & (codes < len(column.categories))
        assert valid.all(), f"column {column.name!r} holds codes it has no category for"
    if column.static:
        assert (values == values[:, :1]).all(), f"column {column.name!r} is declared static and changes"


def _same_dataset(first: Dataset, second: Dataset) -> None:
    assert np.array_equal(first.X, second.X, equal_nan=True), "read() called again gave other rows"
    assert np.array_equal(first.y, second.y), "read() called again gave other labels"


def _disjoint(task: Task, data: Dataset, covers: bool) -> None:
    split = task.split(data, 0)
    parts = {"train": split.train, "valid": split.valid, "test": split.test}
    for name, part in parts.items():
        assert part.dtype == np.int64, f"{name} is {part.dtype}, not int64"
        assert len(part), f"{name} is empty"
    joined = np.concatenate(list(parts.values()))
    assert len(np.unique(joined)) == len(joined), "a row is in two parts of the split, or twice in one"
    assert joined.min() >= 0, "the split names rows that are not there"
    assert joined.max() < len(data), "the split names rows that are not there"
    assert not covers or len(joined) == len(data), f"{len(data) - len(joined)} rows are in no part of the split"


def _same_split(first: Split, second: Split) -> None:
    for name in ("train", "valid", "test"):
        assert np.array_equal(getattr(first, name), getattr(second, name)), f"{name} differs at the same seed"


def _classes_in_train(task: Task, data: Dataset) -> None:
    for seed in range(3):
        found = set(np.unique(data.y[task.split(data, seed).train]))
        assert found == set(range(data.schema.n_classes)), f"at seed {seed} only classes {sorted(found)} are trained on"


def _fixed(task: Task, data: Dataset) -> None:
    first, second = (checked_split(task.split(data, seed), data) for seed in (0, 1))
    assert first.fixed == second.fixed, "Split.fixed differs between seeds"
    same = np.array_equal(np.sort(first.test), np.sort(second.test))
    assert same or not first.fixed, f"the split declares fixed={first.fixed!r}, yet seeds have different test rows"
    assert first.fixed or not same, 'every seed has the same test rows: declare it, such as Split(..., fixed="rows")'


def _groups(task: Task, data: Dataset) -> None:
    if data.groups is None:
        return
    split = task.split(data, 0)
    train, valid, test = (set(data.groups[part]) for part in (split.train, split.valid, split.test))
    assert not train & valid | train & test | valid & test, "a group has rows in two parts of the split"
