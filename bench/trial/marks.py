"""Which numbers of a table are missing, as columns that methods learn and draw.

Filling a gap with the median erases that it was there. So each numeric column of which some training rows have no
number gets a *mark*: a categorical column at the end, 1 where the number is missing (``Schema.marks``). The number
itself is the training median there. A synthetic row is missing what its marks say, whatever number it holds.

Classifiers see the filled numbers alone. A method that declares itself unfit for "missing" (or "categorical") rows gets
none of the marks; its rows lack nothing, and the measures of synthetic rows, which see marks, can tell.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.dataset import Column, Schema

if TYPE_CHECKING:
    from bench.registry import Entry
    from bench.task import Array

#: categories of a mark
KNOWN_MISSING = ("known", "missing")


def marked(schema: Schema, X: Array) -> Schema:
    """The schema with a mark for each numeric column of which some, but not all, of the training rows X (n, features)
    have no number; as it is for images, series and tasks whose gaps are only to be filled."""
    if schema.modality != "tabular" or schema.gaps == "filled":
        return schema
    share = np.isnan(X).mean(axis=0)
    gappy = [i for i in schema.numeric if 0 < share[i] < 1]
    names = {column.name for column in schema.columns}
    marks = tuple(Column(_name(schema.columns[i].name, names), KNOWN_MISSING) for i in gappy)
    width = len(schema.columns)
    return replace(
        schema,
        shape=(width + len(marks),),
        columns=(*schema.columns, *marks),
        marks=tuple((i, width + k) for k, i in enumerate(gappy)),
    )


def _name(column: str, taken: set[str]) -> str:
    name = f"{column} missing"
    while name in taken:
        name += "'"
    taken.add(name)
    return name


def unmarked(schema: Schema) -> Schema:
    """The schema of the loaded rows."""
    if not schema.marks:
        return schema
    width = len(schema.columns) - len(schema.marks)
    return replace(schema, shape=(width,), columns=schema.columns[:width], marks=())


def without(X: Array, schema: Schema) -> Array:
    """Marked rows without their marks."""
    return X[:, : len(schema.columns) - len(schema.marks)] if schema.marks else X


def missing(X: Array, schema: Schema) -> Array:
    """Which numbers of marked rows are missing, (n, features) bool without the marks."""
    out = np.zeros((len(X), len(schema.columns) - len(schema.marks)), dtype=bool)
    for column, mark in schema.marks:
        out[:, column] = X[:, mark] == 1
    return out


def takes_marks(entry: Entry[Any]) -> bool:
    """Whether a method is shown marks."""
    return not {"missing", "categorical"} & set(entry.unfit)
