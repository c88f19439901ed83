"""What a task's rows are: their form, their origin, their split. ``bench.contract`` checks them.

Shapes: tabular ``(n, features)``, categorical columns as integer codes; images ``(n, channels, height, width)`` in
[0, 1]; series ``(n, steps, channels)``, a static feature being a channel that is constant over the steps
(``Column.static``). Numbers are float32, or float64 where single precision would round them. ``y`` is ``(n,)`` int64,
an index into ``Schema.classes``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

#: float32, or float64 where single precision would round
Array = NDArray[Any]
Labels = NDArray[np.int64]
Modality = Literal["tabular", "image", "series"]
Source = Literal["real", "real-subset", "simulated"]
#: what of a fixed test set may be drawn again; "" where every seed draws other test rows
Fixed = Literal["", "rows", "groups", "blocks"]
#: decimals of a column at most; numbers with more count as continuous
MOST_DECIMALS = 6


@dataclass(frozen=True)
class Column:
    """One feature of a table, or one channel of a series.

    ``categories`` None means numeric; otherwise values are the codes ``0 .. len(categories) - 1``.
    ``missing`` says that loaded rows may hold NaN here (imputed on training rows before a method sees them).
    ``static`` marks a series channel that does not change within a row.

    The rest is about the numbers of a table, in the units of the loaded rows. What is None is learned from training
    rows where it is needed (``bench.trial.lattice``); what is given must be true of every row. A date is a whole number
    of days or seconds, an amount of money a number of two decimals; ``unit`` says of what.

    ``decimals`` : digits after the point, 0 for integers; ``low``, ``high`` : bounds that no row lies outside;
    ``unit`` : in words, for people ("USD", "days").
    """

    name: str
    categories: tuple[str, ...] | None = None
    missing: bool = False
    static: bool = False
    decimals: int | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""

    @property
    def numeric(self) -> bool:
        return self.categories is None

    @property
    def constant(self) -> bool:
        """Whether its bounds leave one value."""
        return self.low is not None and self.low == self.high

    @classmethod
    def of(cls, name: str, values: NDArray[Any], unit: str = "") -> Self:
        """The numeric column that values (n,) are of: their decimals, bounds and whether any is missing (NaN).

        Decimals are the fewest, of at most ``MOST_DECIMALS``, that give every value back bit for bit in its own
        precision; None where there are no such. Without a value at all only ``missing`` is known.
        """
        known = values[~np.isnan(values)]
        missing = len(known) < len(values)
        if not len(known):
            return cls(name, missing=missing, unit=unit)
        low, high = float(known.min()), float(known.max())
        return cls(name, missing=missing, decimals=_decimals(known), low=low, high=high, unit=unit)


def _decimals(values: NDArray[Any]) -> int | None:
    distinct = np.unique(values)
    exact = distinct.astype(np.float64)
    for decimals in range(MOST_DECIMALS + 1):
        if np.abs(exact).max() * 10.0**decimals > 2**52:  # beyond, a product has no digit left to round
            return None
        if np.array_equal(np.round(exact, decimals).astype(distinct.dtype), distinct):
            return decimals
    return None


@dataclass(frozen=True)
class Schema:
    """The form of one row. ``columns`` is empty for images. ``rare`` indexes the class that binary metrics score.
    ``mirror`` says that an image mirrored left to right is still one of its class.

    ``gaps`` says what methods see of missing numbers of a table: which they were ("marked"), or only what they were
    filled with ("filled"), as some published protocols have it. ``marks`` (column, mark) is not for tasks: the trial
    adds categorical columns, the marks, which say whether the number of a column is missing (``bench.trial.marks``).
    """

    modality: Modality
    shape: tuple[int, ...]
    classes: tuple[str, ...]
    columns: tuple[Column, ...] = ()
    rare: int | None = None
    mirror: bool = True
    gaps: Literal["marked", "filled"] = "marked"
    marks: tuple[tuple[int, int], ...] = ()

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

    ``fixed`` : empty where every seed draws other test rows. Where the test rows are the same at every seed, it says
    what of them may be drawn again, so that intervals tell how much the choice of test rows decides: ``"rows"`` (each
    stands for itself), ``"groups"`` (all rows of one of ``Dataset.groups`` together: a patient) or ``"blocks"``
    (``block`` rows that follow each other in ``Dataset.order``: more than depend on each other).
    ``shown`` : rows that methods learn from, where a published protocol let them see more than the training rows. It is
    a leak, only for the ``leaky`` variants that re-run such protocols; None (the training rows) everywhere else.
    """

    train: Labels
    valid: Labels
    test: Labels
    shown: Labels | None = None
    fixed: Fixed = ""
    block: int = 1


def row_bytes(X: Array) -> list[bytes]:
    """Each of the rows (n, ...) as bytes that are equal if its numbers are."""
    return [row.tobytes() for row in np.ascontiguousarray(X + 0)]  # + 0: -0.0 equals 0.0
