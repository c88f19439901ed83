"""The rows of one split of a task, preprocessed: what a trial holds, test rows among it.

The fits of one task and seed follow each other; a worker keeps the rows that were read last, and gives copies.
"""

from __future__ import annotations

import functools
import hashlib
from typing import Any

import numpy as np

from bench import registry, seeds
from bench.records.provenance import digest
from bench.task import Dataset, Origin
from bench.trial.fit import FitJob
from bench.trial.preprocess import Preprocess, flatten
from bench.trial.reading import read, split
from bench.trial.tested import scored_rows


class TrialRows:
    """The rows of one split, preprocessed. Methods get ``X``, ``y`` and ``schema``; the rest stays with the trial."""

    def __init__(self, task: str, params: Frozen, origin: Origin, base_seed: int, seed: int) -> None:
        self.task, dataset = load_task(task, params, origin)
        parts = split(self.task, dataset, seeds.derive(base_seed, "split", task, seed))
        self.tested = scored_rows(task, dataset, parts)
        self.test_hash = digest(hashlib.sha256(parts.test.tobytes()).hexdigest())
        self.scale = Preprocess(dataset.schema).fit(dataset.X[parts.train])
        self.X, self.X_valid_rows, self.X_test_rows = (
            self.scale.transform(dataset.X[part]) for part in (parts.train, parts.valid, parts.test)
        )
        self.schema = self.scale.schema_  # with marks
        self.y, self.y_valid, self.y_test = (dataset.y[part] for part in (parts.train, parts.valid, parts.test))
        self.X_valid, self.X_test = flatten(self.X_valid_rows, self.schema), flatten(self.X_test_rows, self.schema)
        self.X_shown, self.y_shown = self.X, self.y
        if parts.shown is not None:  # a leaky variant
            self.X_shown, self.y_shown = self.scale.transform(dataset.X[parts.shown]), dataset.y[parts.shown]
        counts = np.bincount(self.y, minlength=self.schema.n_classes)
        self.rare_classes = tuple(int(c) for c in np.flatnonzero(counts < counts.mean() / 2))


def read_only(values: Any) -> Any:
    """A view of an array that cannot be written to, and cannot be made writeable either."""
    return np.asarray(np.ascontiguousarray(values).data.toreadonly())


class Frozen(dict[str, Any]):
    """Hashable parameters, so that a worker keeps the rows it has read."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(repr(sorted(self.items())))


def load_rows(fit: FitJob) -> TrialRows:
    """The rows of a fit's split; those that were read last are kept."""
    return _rows(fit.task, Frozen(fit.task_params), fit.origin, fit.base_seed, fit.seed)


_rows = functools.lru_cache(maxsize=1)(TrialRows)


@functools.lru_cache(maxsize=1)
def load_task(name: str, params: Frozen, origin: Origin) -> tuple[Any, Dataset]:
    task = registry.tasks[name].create(**params)
    return task, read(task, origin)
