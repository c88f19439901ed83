"""A task's rows, its split and its metric, as everything that runs a task takes them: checked against the contract.

``Task.read`` and ``Task.split`` are what the author of a task wrote; nothing else calls them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.contract import checked, checked_split
from bench.errors import InvalidData
from bench.measures.naming import describe, names
from bench.slugs import did_you_mean

if TYPE_CHECKING:
    from bench.dataset import Dataset, Origin, Schema, Split
    from bench.task import Task


def read(task: Task, origin: Origin) -> Dataset:
    """The task's rows, in the types and shapes of the contract. Raises ``InvalidData`` for rows that are not, and for
    a primary metric that a task of these classes does not have."""
    dataset = checked(task.read(origin))
    check_primary(task, dataset.schema)
    return dataset


def split(task: Task, dataset: Dataset, seed: int) -> Split:
    """The task's split of its rows at a seed. Raises ``InvalidData`` for one that leaks, or leaves a part empty."""
    return checked_split(task.split(dataset, seed), dataset)


def check_primary(task: Task, schema: Schema | None = None) -> None:
    """Raise ``InvalidData`` if the task's primary metric is not one: of any task, or of one with this schema."""
    found = names() if schema is None else names(schema.classes, schema.rare)
    known = [name for name in found if describe(name).higher_is_better is not None]
    primary = str(task.primary)
    if primary in known or (schema is None and primary.startswith("recall_")):
        return
    where = "" if schema is None else f" of a task of {schema.n_classes} classes"
    if schema is not None and schema.rare is None:
        where += " without a rare one"
    raise InvalidData(f"task {task.name!r}: primary {primary!r} is not a metric{where}{did_you_mean(primary, known)}")
