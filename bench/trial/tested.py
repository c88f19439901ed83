"""The test rows of a trial as they are kept beside its records: which rows, of which class, drawn again with which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.records.predicted import ScoredRows

if TYPE_CHECKING:
    from bench.task import Dataset, Labels, Split


def units(dataset: Dataset, split: Split) -> Labels:
    """For each test row the number of the unit that it is drawn again with: itself, its group, or its block of time.

    ``(len(split.test),)`` int64, numbered from 0. Without a fixed test set groups still are units, for they are what a
    split draws.
    """
    n = len(split.test)
    if split.fixed == "blocks":
        assert dataset.order is not None  # the contract's check
        place = np.empty(n, dtype=np.int64)
        place[np.argsort(dataset.order[split.test], kind="stable")] = np.arange(n)
        return place // split.block
    if split.fixed != "rows" and dataset.groups is not None:
        found: Labels = np.unique(dataset.groups[split.test], return_inverse=True)[1].astype(np.int64)
        return found
    return np.arange(n, dtype=np.int64)


def scored_rows(task: str, dataset: Dataset, split: Split) -> ScoredRows:
    """The test rows of a split, as they travel to the writer of the run."""
    schema = dataset.schema
    arrays = {"rows": split.test, "labels": dataset.y[split.test], "units": units(dataset, split)}
    return ScoredRows(
        task=task,
        source=dataset.origin.source,
        classes=schema.classes,
        rare=schema.rare,
        fixed=split.fixed,
        **{name: values.astype("<i8").tobytes() for name, values in arrays.items()},
    )
