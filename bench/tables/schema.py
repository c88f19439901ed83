"""A table with what all of its columns are: which is the label, which are learned from, and the rows as numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.dataset import Dataset, Origin, Schema
from bench.errors import BenchError, InvalidData
from bench.slugs import did_you_mean
from bench.tables.columns import MISSING, Cells, TableColumn
from bench.tables.files import Raw, form_of, nearest, read
from bench.tables.inference import infer
from bench.tables.options import TableOptions, load
from bench.tables.values import encode

if TYPE_CHECKING:
    from bench.dataset import Array, Labels

#: a numeric label with more values than this, of which many are rare, is a quantity and no class
MOST_NUMBERS = 20
MOST_CLASSES = 100


@dataclass(frozen=True)
class Table:
    """A raw table and what its columns are, in the file's order."""

    raw: Raw
    columns: tuple[TableColumn, ...]
    options: TableOptions
    point: str = "."

    @classmethod
    def of(cls, raw: Raw, options: TableOptions, where: str) -> Table:
        """Infer what the user does not say; ``where`` names the table in messages. Raises ``InvalidData``."""
        for name in options.columns:
            nearest(name, raw.names, f"{where} (as its TOML file names it)")
        options = options.with_columns(raw.names, where)
        point = options.decimal or _point(raw)
        blanks = options.missing or MISSING
        used = {options.label, options.group, options.time}
        found = []
        for i, name in enumerate(raw.names):
            cells = Cells(name, raw.table.column(i).combine_chunks(), blanks, point)
            told = options.columns.get(name, {})
            if name in used:
                told = {"kind": "leave out"}  # learned from as no feature; classes, groups and times have readers below
            found.append(infer(cells, told))
        table = cls(raw, tuple(found), options, point)
        if not table.features:
            raise InvalidData(f"{where} has no column to learn from: {table._left_out() or 'only the label'}")
        return table

    def cells(self, name: str) -> Cells:
        values = self.raw.table.column(self.raw.names.index(name)).combine_chunks()
        return Cells(name, values, self.options.missing or MISSING, self.point)

    @property
    def features(self) -> tuple[TableColumn, ...]:
        """The columns that are learned from."""
        return tuple(column for column in self.columns if column.used)

    @cached_property
    def classes(self) -> tuple[tuple[str, ...], Labels]:
        """The classes, from the commonest to the rarest, the positive one of two last; and the label of every row.

        Raises ``InvalidData`` for a label that is missing somewhere, has one value, or is a quantity.
        """
        label = self.options.label
        cells = self.cells(label)
        if gaps := int(cells.gaps.sum()):
            raise InvalidData(f"the label {label!r} is missing in {gaps:,} rows; take them out of the table")
        words = np.asarray(cells.words.to_numpy(zero_copy_only=False), dtype=object)
        counts = Counter(words.tolist())
        _refuse_quantity(label, cells, len(counts), len(words))
        if len(counts) < 2:
            raise InvalidData(f"the label {label!r} has one class alone ({next(iter(counts))!r}); nothing to learn")
        names = sorted(counts, key=lambda name: (-counts[name], name))
        if self.options.positive:
            names = self._with_positive_last(names)
        code = {name: i for i, name in enumerate(names)}
        return tuple(names), np.fromiter((code[word] for word in words), dtype=np.int64, count=len(words))

    def _with_positive_last(self, names: list[str]) -> list[str]:
        wanted = self.options.positive
        if wanted not in names:
            raise BenchError(f"the label {self.options.label!r} has no class {wanted!r}{did_you_mean(wanted, names)}")
        if len(names) > 2:
            raise BenchError(f"positive is for labels of two classes; {self.options.label!r} has {len(names)}")
        return [*(name for name in names if name != wanted), wanted]

    def numbers(self, exact: bool = False) -> Array:
        """The features as numbers (n, features): in single precision, in double where that would round cells, or where
        they are to be ``exact``."""
        X = np.column_stack([encode(self.cells(column.name), column) for column in self.features])
        if exact:
            return X
        single = X.astype(np.float32)
        for j, column in enumerate(self.features):
            if column.decimals is not None:
                back = np.round(single[:, j].astype(np.float64), column.decimals)
                if not np.array_equal(back, np.round(X[:, j], column.decimals), equal_nan=True):
                    return X
        return single

    def schema(self) -> Schema:
        """The form of a row; the last of two classes is the one that is scored."""
        names, _ = self.classes
        columns = tuple(column.feature for column in self.features)
        return Schema("tabular", (len(columns),), names, columns, rare=1 if len(names) == 2 else None)

    def groups(self) -> Labels | None:
        """Whose a row is, (n,) int64, by the column of groups; None without one. Raises ``InvalidData``."""
        if not self.options.group:
            return None
        cells = self.cells(self.options.group)
        if gaps := int(cells.gaps.sum()):
            raise InvalidData(f"the group {self.options.group!r} is missing in {gaps:,} rows")
        codes = cells.words.dictionary_encode().indices
        return np.asarray(codes.to_numpy(zero_copy_only=False), dtype=np.int64)

    def order(self) -> Array | None:
        """When a row was, (n,), by the column of time; None without one. Raises ``InvalidData``."""
        name = self.options.time
        if not name:
            return None
        cells = self.cells(name)
        column = infer(cells, {**self.options.columns.get(name, {}), "kind": self._kind_of_time(name, cells)})
        if not column.used:
            raise InvalidData(f"the time {name!r} cannot be put in order: {column.why}")
        times = encode(cells, column)
        if gaps := int(np.isnan(times).sum()):
            raise InvalidData(f"the time {name!r} is missing in {gaps:,} rows")
        return times

    def _kind_of_time(self, name: str, cells: Cells) -> str:
        told = self.options.columns.get(name, {}).get("kind")
        return told if told in ("integer", "decimal", "date") else "date" if cells.numbers is None else "decimal"

    def dataset(self, origin: Origin) -> Dataset:
        """All of it as a task's rows."""
        _, y = self.classes
        return Dataset(self.numbers(), y, self.schema(), origin, self.groups(), self.order())

    def words(self) -> Iterator[str]:
        """What was understood of the table, in a few lines."""
        names, y = self.classes
        counts = np.bincount(y)
        shown = ", ".join(f"{name} {count:,}" for name, count in list(zip(names, counts, strict=True))[:6])
        more = f" and {len(names) - 6} more" if len(names) > 6 else ""
        scored = f"; scored: {names[1]}" if len(names) == 2 else ""
        yield f"{len(y):,} rows; label {self.options.label}: {shown}{more}{scored}"
        kinds = Counter(column.kind for column in self.features)
        gappy = sum(column.missing > 0 for column in self.features)
        what = ", ".join(f"{count} {_plural(kind, count)}" for kind, count in kinds.items())
        yield f"{len(self.features)} columns: {what}" + (f"; cells missing in {gappy}" if gappy else "")
        for word, name in (("kept together", self.options.group), ("in the order of", self.options.time)):
            if name:
                yield f"split: rows {word} {name}" + (" (a group)" if word.startswith("kept") else "")
        if left := self._left_out():
            yield f"left out: {left}"

    def _left_out(self) -> str:
        used = {self.options.label, self.options.group, self.options.time}
        columns = [column for column in self.columns if not column.used and column.name not in used]
        shown = "; ".join(f"{column.name or '(no name)'} ({column.why})" for column in columns[:8])
        return shown + (f"; {len(columns) - 8} more" if len(columns) > 8 else "")


def open_table(path: Path, **given: str) -> Table:
    """The table in a file of the form that its name says, read as its TOML file and ``given`` say (``label``,
    ``group``, ``time``). Raises ``BenchError``."""
    options = load(path, **given)
    return Table.of(read(path, form_of(path), options.encoding, options.separator), options, path.name)


def _plural(kind: str, count: int) -> str:
    known = {"category": "categories", "boolean": "truth values"}
    return kind if count == 1 else known.get(kind, f"{kind}s")


def _refuse_quantity(label: str, cells: Cells, distinct: int, n: int) -> None:
    numbers = cells.numbers
    if numbers is not None and distinct > MOST_NUMBERS:
        whole = bool((numbers == np.rint(numbers)).all())
        if not whole or distinct > MOST_CLASSES or distinct > n / MOST_NUMBERS:
            raise InvalidData(
                f"the label {label!r} holds {distinct:,} different numbers: that is regression, and augbench compares "
                "classifiers; make classes of it (above or below a value)"
            )
    if distinct > MOST_CLASSES:
        raise InvalidData(f"the label {label!r} has {distinct:,} different values; at most {MOST_CLASSES} are classes")


def _point(raw: Raw) -> str:
    """The decimal point of a text table: a comma where it does not part the values and some column needs it."""
    if raw.form not in ("csv", "tsv") or raw.separator == ",":
        return "."
    for i, name in enumerate(raw.names):
        values = raw.table.column(i).combine_chunks()
        if Cells(name, values).numbers is None and Cells(name, values, point=",").numbers is not None:
            return ","
    return "."
