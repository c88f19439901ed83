"""What a task must offer: rows with a schema, where they came from, and how they are split.

A task works in two steps so that planning a run is cheap and workers never touch the network:

``locate(home)``
    decides where the rows come from (data folder, cache, download, installed package, stand-in) and returns an
    :class:`Origin`, whose ``sha256`` identifies the rows. It reads no rows.
``read(origin)``
    reads the rows and returns a :class:`Dataset`.

Shapes and types of the rows: ``bench.dataset``. Whoever runs a task reads and splits by :func:`read` and
:func:`split` of this module, which let nothing pass that breaks that contract.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from bench.dataset import (
    Array,
    Column,
    Dataset,
    Labels,
    Modality,
    Origin,
    Schema,
    Source,
    Split,
    checked,
    checked_split,
)
from bench.errors import InvalidData

if TYPE_CHECKING:
    from bench.data import DataHome

__all__ = [
    "Array", "Column", "DataFile", "Dataset", "Labels", "Modality", "Origin", "Schema", "Source", "Split", "Task",
    "check_primary", "read", "split",
]  # fmt: skip


@dataclass(frozen=True)
class DataFile:
    """One file a task can read, as ``augbench data`` shows it. ``path`` is relative to the data folder."""

    path: str
    sha256: str = ""
    url: str = ""
    licence: str = ""
    note: str = ""
    source: Source = "real"


class Task(ABC):
    """A data set with its protocol. Subclasses are registered with ``@bench.registry.task``.

    Parameters
    ----------
    name : the registered name; a family (several names on one class) tells its members apart by it.
    **params : the task's own options; each has a default, and a configuration may set it.
    """

    modality: ClassVar[Modality]
    #: metric that boards sort by; see ``bench.measures.metrics``
    primary: ClassVar[str] = "auprc"
    #: the files it can be fed with, best first
    files: ClassVar[Sequence[DataFile]] = ()

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def locate(self, home: DataHome) -> Origin:
        """Say where the rows come from; the only step that may use the network.

        Raises ``DataUnavailable`` if there is no way to the rows here, ``InvalidData`` for an altered file.
        """

    @abstractmethod
    def read(self, origin: Origin) -> Dataset:
        """Read every row. Raises ``InvalidData``."""

    def split(self, dataset: Dataset, seed: int) -> Split:
        """Split the rows 60/20/20 at random, stratified by class; groups stay together. Override for time order,
        patients or an official test set."""
        from bench.splits import stratified

        return stratified(dataset, seed)

    def measures(self, rows: Array, labels: Labels) -> dict[str, float]:
        """What this task alone can measure of synthetic rows, in the units of loaded ones; kept with their fidelity."""
        return {}


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
    from bench.measures.metrics import names
    from bench.registry import did_you_mean

    known = names() if schema is None else names(schema.classes, schema.rare)
    primary = str(task.primary)
    if primary in known or (schema is None and primary.startswith("recall_")):
        return
    where = "" if schema is None else f" of a task of {schema.n_classes} classes"
    if schema is not None and schema.rare is None:
        where += " without a rare one"
    raise InvalidData(f"task {task.name!r}: primary {primary!r} is not a metric{where}{did_you_mean(primary, known)}")
