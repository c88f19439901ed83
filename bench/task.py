"""What a task must offer: rows with a schema, where they came from, and how they are split.

A task works in two steps so that planning a run is cheap and workers never touch the network:

``locate(home)``
    decides where the rows come from (data folder, cache, download, installed package, stand-in) and returns an
    :class:`Origin`, whose ``sha256`` identifies the rows. It reads no rows.
``read(origin)``
    reads the rows and returns a :class:`Dataset`.

Shapes and types of the rows: ``bench.dataset``, checked by ``bench.contract``; whoever runs a task reads and splits by
``bench.trial.reading``, which lets nothing pass that breaks that contract.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from bench.dataset import (
    Array,
    Column,
    Dataset,
    Fixed,
    Labels,
    Modality,
    Origin,
    Schema,
    Source,
    Split,
)

if TYPE_CHECKING:
    from bench.data import DataHome

__all__ = [
    "Array", "Column", "DataFile", "Dataset", "Fixed", "Labels", "Modality", "Opened", "Origin", "Schema", "Source",
    "Split", "Task",
]  # fmt: skip


@dataclass(frozen=True)
class DataFile:
    """One file a task can read, as ``augbench data`` shows it. ``path`` is relative to the data folder.

    ``sha256`` identifies the data; "" takes any content. A file with another checksum is still the one expected if its
    content is (``tasks.sources.content``): ``form`` says what counts as content, ``content`` is the content's checksum
    ("": the file's own), ``separator`` parts the columns of a table.
    """

    path: str
    sha256: str = ""
    url: str = ""
    licence: str = ""
    note: str = ""
    source: Source = "real"
    form: Literal["bytes", "gzip", "text", "numbers"] = "bytes"
    content: str = ""
    separator: str = ","


@dataclass(frozen=True)
class Opened:
    """What stands behind the colon of ``csv:data.csv:label``, as a class registered with ``opens=True`` takes it apart.

    ``opened(kind, text, **given)`` returns it: constructor ``options``, which records keep; the ``place`` of the file,
    which they do not; what the task is to be ``called`` by (the file's stem, the label); its ``traits``.
    """

    options: Mapping[str, Any]
    place: Path
    called: tuple[str, ...]
    traits: tuple[str, ...] = ()


class Task(ABC):
    """A data set with its protocol. Subclasses are registered with ``@bench.registry.task``.

    Parameters
    ----------
    name : the registered name; a family (several names on one class) tells its members apart by it.
    **params : the task's own options; each has a default, and a configuration may set it.
    """

    modality: ClassVar[Modality]
    #: metric that boards sort by; see ``bench.measures.naming``
    primary: ClassVar[str] = "auprc"
    #: the files it can be fed with, best first
    files: ClassVar[Sequence[DataFile]] = ()
    #: the user's own file that it was opened from, if it was and if the file is on this machine
    place: Path | None = None

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

    def words(self, origin: Origin) -> Sequence[str]:
        """What was understood of a user's own file, in lines; nothing of rows that the suite knows."""
        return ()

    def measures(self, rows: Array, labels: Labels) -> dict[str, float]:
        """What this task alone can measure of synthetic rows, in the units of loaded ones; kept with their fidelity."""
        return {}
