"""Synthetic rows of a table put onto their columns' lattice: the decimals, bounds and codes that real rows have.

A network draws 41.3 years where every real age is whole, and 7.2 where the least is 18; whoever saves such a table
rounds it first. So the measures of synthetic rows look at them as they would be saved (``Preprocess.land``).

The lattice of a column is what its schema declares (``bench.dataset.Column``) and, of the rest, what training rows
show. No other row is asked, so nothing leaks. All of it is in the units of the loaded rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bench.dataset import Column

if TYPE_CHECKING:
    from bench.task import Array


def learned(columns: Sequence[Column], X: Array) -> tuple[Column, ...]:
    """The columns with decimals and bounds, from training rows X (n, features) where they are not declared."""
    return tuple(_learned(column, X[:, j]) if column.numeric else column for j, column in enumerate(columns))


def _learned(column: Column, values: Array) -> Column:
    empty = bool(np.isnan(values).all())  # and filled with zeros
    seen = Column.of(column.name, np.zeros(1) if empty else values)
    return replace(
        column,
        missing=column.missing or seen.missing,
        decimals=seen.decimals if column.decimals is None else column.decimals,
        low=seen.low if column.low is None else column.low,
        high=seen.high if column.high is None else column.high,
    )


def land(rows: Array, columns: Sequence[Column], also: Mapping[int, float] | None = None) -> Array:
    """Rows (n, features) with every number at the nearest one its column can have, NaN where it was.

    Numbers are clipped to the bounds and rounded to the decimals, codes to valid ones; a constant column becomes its
    constant. What lies on the lattice stays bit for bit.

    Parameters
    ----------
    columns : as ``learned`` gives them; a None among decimals and bounds restricts nothing.
    also : for some columns one more value that a number may have, such as what missing ones were filled with.
    """
    out = rows.copy()
    for j, column in enumerate(columns):
        if column.categories is not None:
            out[:, j] = np.clip(np.round(rows[:, j]), 0, len(column.categories) - 1)
            continue
        values = rows[:, j].astype(np.float64)
        landed = _numbers(values, column)
        if also and j in also:
            landed = np.where(np.abs(also[j] - values) < np.abs(landed - values), also[j], landed)
        out[:, j] = landed
    return out


def _numbers(values: NDArray[np.float64], column: Column) -> NDArray[np.float64]:
    low = -np.inf if column.low is None else column.low
    high = np.inf if column.high is None else column.high
    clipped = np.clip(values, low, high)
    if column.decimals is None:
        return clipped
    return np.clip(np.round(clipped, column.decimals), low, high)
