"""What a task must offer: rows with a schema, where they came from, and how they are split.

A task works in two steps so that planning a run is cheap and workers never touch the network:

``locate(home)``
    decides where the rows come from (data folder, cache, download, installed package, stand-in) and returns an
    :class:`Origin`, whose ``sha256`` identifies the rows. It reads no rows.
``read(origin)``
    reads the rows and returns a :class:`Dataset`.

Shapes: tabular ``(n, features)`` float32, categorical columns as integer codes; images
``(n, channels, height, width)`` float32 in [0, 1]; series ``(n, steps, channels)`` float32, a static feature being a
channel that is constant over the steps (``Column.static``). ``y`` is ``(n,)`` int64, an index into ``Schema.classes``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bench.data import DataHome

    Array = NDArray[np.float32]
    Labels = NDArray[np.int64]

Modality = Literal["tabular", "image", "series"]
Source = Literal["real", "real-subset", "simulated"]


@dataclass(frozen=True)
class Column:
    """One feature of a table, or one channel of a series.

    ``categories`` None means numeric; otherwise values are the codes ``0 .. len(categories) - 1``.
    ``missing`` says that loaded rows may hold NaN here (imputed on training rows before a method sees them).
    ``static`` marks a series channel that does not change within a row.
    """

    name: str
    categories: tuple[str, ...] | None = None
    missing: bool = False
    static: bool = False

    @property
    def numeric(self) -> bool:
        return self.categories is None


@dataclass(frozen=True)
class Schema:
    """The form of one row. ``columns`` is empty for images. ``rare`` indexes the class that binary metrics score.
    ``mirror`` says that an image mirrored left to right is still one of its class."""

    modality: Modality
    shape: tuple[int, ...]
    classes: tuple[str, ...]
    columns: tuple[Column, ...] = ()
    rare: int | None = None
    mirror: bool = True

    @property
    def categorical(self) -> tuple[int, ...]:
        """Indices of the categorical columns."""
        return tuple(i for i, column in enumerate(self.columns) if not column.numeric)

    @property
    def numeric(self) -> tuple[int, ...]:
        """Indices of the numeric columns."""
        return tuple(i for i, column in enumerate(self.columns) if column.numeric)

    @property
    def n_classes(self) -> int:
        return len(self.classes)

    @property
    def width(self) -> int:
        """Numbers in one row when flattened."""
        product = 1
        for size in self.shape:
            product *= size
        return product


@dataclass(frozen=True)
class Origin:
    """Where a task's rows come from. ``sha256`` changes whenever the rows do."""

    source: Source
    kind: Literal["folder", "cache", "download", "package", "stand-in"]
    sha256: str
    note: str
    path: Path | None = None
    licence: str = ""


@dataclass(frozen=True)
class Dataset:
    """All rows of a task. ``groups`` (n,) int64 marks rows that must not straddle a split (a patient, duplicates);
    ``order`` (n,) is the time of a row where time matters; ``extra`` holds what only the task's own split needs."""

    X: Array
    y: Labels
    schema: Schema
    origin: Origin
    groups: Labels | None = None
    order: NDArray[Any] | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True)
class Split:
    """Row indices (int64) of the three disjoint parts of a dataset.

    ``shown`` : rows that methods learn from, where a published protocol let them see more than the training rows. It is
    a leak, only for the ``leaky`` variants that re-run such protocols; None (the training rows) everywhere else.
    """

    train: Labels
    valid: Labels
    test: Labels
    shown: Labels | None = None


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
