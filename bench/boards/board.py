"""What a board is: its key, its columns and its rows. Whatever makes, writes or draws boards imports this alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from bench.records.record import Record

#: one line of a board: plain numbers under keys with units
Row = dict[str, Any]

#: what stands where there is no number
NONE = "–"
#: the regime of the real rows alone
NO_AUGMENTATION = "real"
#: how loudly a board says where its rows came from
SOURCE_LABELS = {"real": "real data", "real-subset": "REAL SUBSET", "simulated": "SIMULATED STAND-IN"}
#: shown beside the primary metric where records have them; every metric is in CSV and JSON
SHOWN = ("roc_auc", "f1", "f1_macro", "f1_weighted", "recall", "recall_rare", "balanced_accuracy", "accuracy")
#: those that stand there where training and test rows have other shares of the classes: of one class each, or of pairs
SHARELESS_SHOWN = (
    "recall",
    "recall_rare",
    "recall_macro",
    "roc_auc_pairs",
    "log_loss_macro",
    "calibration_slope",
    "ece",
)
#: the axes of a record that keep boards apart, and those that keep rows apart, wherever they are set
BOARD_AXES = ("train_rows", "label_noise", "precision")
ROW_AXES = ("tuned", "epsilon")


class Setting(NamedTuple):
    """What keeps boards apart besides the task and its source: records that differ in it never meet on one."""

    budget: str
    device: str
    train_rows: int | None = None
    label_noise: float | None = None
    precision: str | None = None

    @classmethod
    def of(cls, record: Record) -> Setting:
        return cls(record.budget, record.device, record.train_rows, record.label_noise, record.precision)

    @property
    def order(self) -> tuple[Any, ...]:
        """To sort by: what is not set comes first."""
        return tuple((value is not None, value) for value in self)

    @property
    def words(self) -> list[str]:
        """For a heading; what is not set is not said."""
        rows, noise = self.train_rows, self.label_noise
        more = (
            "" if rows is None else f"{rows} training rows",
            "" if noise is None else f"{100 * noise:g} % of labels flipped",
            self.precision or "",
        )
        return [f"budget {self.budget}", self.device, *filter(None, more)]


class Key(NamedTuple):
    """What makes two records of one task's board."""

    task: str
    source: str
    setting: Setting

    @classmethod
    def of(cls, record: Record) -> Key:
        return cls(record.task, record.source, Setting.of(record))

    @property
    def order(self) -> tuple[Any, ...]:
        return self.task, self.source, self.setting.order


class Name(NamedTuple):
    """What makes two records of one row of a board."""

    method: str
    classifier: str
    regime: str
    tuned: str | None = None
    epsilon: float | None = None

    @classmethod
    def of(cls, record: Record) -> Name:
        return cls(record.method, record.classifier, record.regime, record.tuned, record.epsilon)

    @classmethod
    def of_row(cls, row: Row) -> Name:
        return cls(row["method"], row["classifier"], row["regime"], row.get("tuned"), row.get("epsilon"))

    @property
    def order(self) -> tuple[Any, ...]:
        return tuple((value is not None, value) for value in self)

    @property
    def unit(self) -> Name:
        """The method and how it is used, whatever the classifier."""
        return self._replace(classifier="")

    @property
    def words(self) -> str:
        """``smote · balance``; of a method that is used with the real rows alone, the method."""
        more = (
            "" if self.regime == NO_AUGMENTATION else self.regime,
            "" if self.tuned is None else f"tuned {self.tuned}",
            "" if self.epsilon is None else f"ε = {self.epsilon:g}",
        )
        return " · ".join(filter(None, (self.method, *more)))

    def fields(self, axes: Sequence[str] = ()) -> Row:
        """The name as a row holds it, with those of ``ROW_AXES`` that its board has."""
        return {name: getattr(self, name) for name in ("method", "classifier", "regime", *axes)}


def axes_of(names: Sequence[Name]) -> tuple[str, ...]:
    """Those of ``ROW_AXES`` that any row sets: they are shown, and no other."""
    return tuple(axis for axis in ROW_AXES if any(getattr(name, axis) is not None for name in names))


def axis_columns(axes: Sequence[str]) -> tuple[Column, ...]:
    return tuple(Column({"epsilon": "ε"}.get(axis, axis), axis, "text") for axis in axes)


def half(row: Row, key: str) -> float | None:
    """Half the width of the interval that is shown: that of a primary comparison is at the level it is tested at."""
    return row[f"{key}_half"] if f"{key}_half" in row else row[f"{key}_ci95"]  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Column:
    """How a board shows one thing. ``kind`` says which keys of a row it reads and how they are written."""

    label: str
    key: str
    kind: Literal[
        "text", "mean", "signed", "seconds", "megabytes", "share", "part", "rank", "verdict", "p", "rating", "place",
        "measure",
    ]  # fmt: skip


@dataclass(frozen=True)
class Board:
    """A leaderboard. ``rows`` hold plain numbers under keys with units; ``columns`` are those worth showing.

    ``kind`` is ``task``, ``overall`` (every row over all tasks of a modality), ``standing`` (methods against each other
    over them) or ``measures`` (what was measured of a task's synthetic rows). ``source`` of ``overall`` and
    ``standing`` is ``real`` (subsets included, and counted) or ``simulated``, never both. ``reference`` is the method
    that every row is compared with, as its records declare it; ``family``, ``modality``, ``leaky`` and ``development``
    are what those of a task do. ``pairs`` are comparisons of any two rows; ``facts`` what tests over all tasks found,
    or what measures mean; ``synthetic`` a task's board of measures; ``provenance`` what every file of the board says of
    its version, commit, records, selection and licence (``bench.boards.provenance``).
    """

    kind: Literal["task", "overall", "standing", "measures"]
    task: str
    source: str
    setting: Setting
    date: str
    primary: str
    heading: str
    notes: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    reference: str = ""
    family: str = ""
    modality: str = ""
    leaky: bool = False
    development: bool = False
    pairs: tuple[Row, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    synthetic: Board | None = None
    provenance: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        return Key(self.task, self.source, self.setting)

    @property
    def budget(self) -> str:
        return self.setting.budget

    @property
    def device(self) -> str:
        return self.setting.device

    @property
    def baseline(self) -> str:
        """What differences are to, in words: ``none/real``."""
        return baseline(self.reference)

    @property
    def loud(self) -> str:
        """What the rows are, where they are not real ones."""
        return "" if self.source == "real" else SOURCE_LABELS.get(self.source, self.source)

    def is_reference(self, row: Row) -> bool:
        """Whether it is the row (one a classifier) that the others are compared with."""
        return bool(row["method"] == self.reference and row["regime"] == NO_AUGMENTATION)


def baseline(reference: str) -> str:
    """``none/real``: the reference trained on the real rows alone."""
    return f"{reference}/{NO_AUGMENTATION}" if reference else "no augmentation"
