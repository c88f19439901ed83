"""From loaded rows to what methods see, and from there to what classifiers see. Fitted on training rows only.

Methods see (``Preprocess.transform``): tabular numeric columns with missing values replaced by the training median
and scaled to mean 0 and standard deviation 1, categorical columns as codes; images as they are, in [0, 1]; series
with each numeric channel's missing values replaced by its training median (over all steps) and scaled to [0, 1] by the
training rows' range (held-out rows may lie outside), categorical channels as codes.

Where training rows of a table lack numbers, rows have marks at their end that say which (``bench.trial.marks``).

A table keeps the precision it was loaded in: float32, or float64 where single precision would round (ids, times since
1970), also after scaling. A scaled training row that a method hands back is that training row, bit for bit
(``Preprocess.inverse``).

Classifiers see (``flatten``): one float32 row of numbers, categories one-hot, no marks; of series at every step.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from bench.dataset import row_bytes
from bench.trial.lattice import land, learned
from bench.trial.marks import marked, missing, unmarked, without

if TYPE_CHECKING:
    from bench.task import Array, Schema


class Preprocess:
    """The scaler of one split. ``n_fitted_`` keeps how many rows it was fitted on, for the leak audit; ``schema_`` is
    that of transformed rows, with marks."""

    def __init__(self, schema: Schema) -> None:
        self.schema = self.schema_ = schema
        self.n_fitted_ = 0
        bare = schema.modality == "series" and not schema.columns  # nothing is said of its channels: numbers
        self._numeric = list(range(schema.shape[-1])) if bare else list(schema.numeric)
        self._table = schema.modality == "tabular" and bool(self._numeric)
        self._steps: Pipeline | None = None

    def fit(self, X: Array) -> Self:
        """Learn medians, scales and lattices from training rows alone."""
        self.n_fitted_ = len(X)
        self._loaded = X.dtype
        self._precision = np.dtype(X.dtype if self._table else np.float32)
        if self._numeric:
            self._fit(X)
        if self._table:
            self._train = self._values(X)
            if len(self._known) < len(set(row_bytes(self._filled))):  # a copy could be one row or another
                self._precision = np.dtype(np.float64)
                self._fit(X)
                del self._known
            self.columns_ = learned(self.schema.columns, X)
            self.schema_ = marked(self.schema, X)
        return self

    def _fit(self, X: Array) -> None:
        impute = SimpleImputer(strategy="median", keep_empty_features=True)
        if self.schema.modality == "tabular":
            self._steps = make_pipeline(impute, StandardScaler())
        elif any(column.missing for column in self.schema.columns):
            self._steps = make_pipeline(impute, MinMaxScaler())
        else:
            self._steps = make_pipeline(MinMaxScaler())
        self._steps.fit(self._values(X))

    def transform(self, X: Array) -> Array:
        """Loaded rows as methods see them, float32 or (tables alone) float64: of the same shape, but for marks."""
        if self._steps is None:
            return X.astype(np.float32, copy=False)
        out = self._with(X, self._precision, self._steps.transform(self._values(X)))
        marks = [np.isnan(X[:, column]) for column, _ in self.schema_.marks]
        return np.column_stack([out, *marks]).astype(self._precision) if marks else out

    def inverse(self, X: Array) -> Array:
        """Back to the units and the precision of the loaded rows: NaN where marks say so (without marks, missing
        numbers stay filled), categories stay codes.

        The numbers of a table's row that equal a training row's are those exactly; others are as near as rounding
        allows.
        """
        if self._steps is None:
            return X.astype(np.float32, copy=False)
        values = self._values(X)
        if not self._table:
            return self._with(X, self._precision, self._steps[-1].inverse_transform(values))
        out = self._with(X, self._loaded, self._steps[-1].inverse_transform(values.astype(np.float64)))
        known = [self._known.get(row, -1) for row in row_bytes(values)]
        for j, filled in zip(self._numeric, self._filled.T, strict=True):
            out[:, j] = np.where(np.array(known) < 0, out[:, j], filled[known])
        out = without(out, self.schema_)
        out[missing(X, self.schema_)] = np.nan
        return out

    def land(self, X: Array) -> Array:
        """Rows as methods see them, as they are once they are saved: every number of a table at the nearest one that
        its column can have (``bench.trial.lattice``). Numbers that are there, images and series stay bit for bit."""
        if not self._table or not len(X):
            return X
        X = self.complete(X)
        units = self.inverse(X)
        landed = land(units, self.columns_, None if self.schema_.marks else self._fills)
        same = np.ones(X.shape, dtype=bool)
        same[:, : units.shape[1]] = (landed == units) | np.isnan(units)
        return np.where(same, X, self.transform(landed))

    def complete(self, X: Array) -> Array:
        """A table's rows as a method drew them, with marks that nothing is missing if it knows of none, and with filled
        numbers where marks say that they are missing, as real rows have them."""
        if not self._table or not len(X):
            return X
        X = X.astype(self._precision)
        if not self.schema_.marks:
            return X
        if X.shape[1] < len(self.schema_.columns):
            X = np.column_stack([X, np.zeros((len(X), len(self.schema_.marks)), X.dtype)])
        filled = self.transform(np.full((1, len(self.schema.columns)), np.nan, self._loaded))[0]
        for column, mark in self.schema_.marks:
            X[X[:, mark] == 1, column] = filled[column]
        return X

    @property
    def _fills(self) -> dict[int, float]:
        """What missing numbers of each column are filled with."""
        assert self._steps is not None
        return dict(zip(self._numeric, self._steps[0].statistics_.tolist(), strict=True))

    @cached_property
    def _filled(self) -> Array:
        """The training rows' numbers as they were loaded, missing ones filled in."""
        fills = np.array(list(self._fills.values()))
        return np.where(np.isnan(self._train), fills, self._train).astype(self._loaded)

    @cached_property
    def _known(self) -> dict[bytes, int]:
        """The training rows' numbers after scaling, and the row of each; the first of equal ones."""
        assert self._steps is not None
        scaled = self._steps.transform(self._train.astype(self._precision)).astype(self._precision)
        return {row: i for i, row in reversed(list(enumerate(row_bytes(scaled))))}

    def _with(self, X: Array, dtype: np.dtype[np.floating], numbers: Array) -> Array:
        """A copy of X whose numeric columns hold ``numbers``."""
        out = X.astype(dtype, copy=True)
        out[..., self._numeric] = numbers.reshape(*X.shape[:-1], len(self._numeric))
        return out

    def _values(self, X: Array) -> Array:
        """The numeric columns, side by side: (n, c) of a table, (n * steps, c) of series."""
        values = X[..., self._numeric].reshape(-1, len(self._numeric))
        return values.astype(self._precision, copy=False) if self._table else values


def flat_shape(schema: Schema) -> tuple[int, ...]:
    """What a row of ``flatten`` is: the schema's shape, each categorical column or channel as wide as it has
    categories."""
    schema = unmarked(schema)
    return (*schema.shape[:-1], sum(_widths(schema))) if schema.columns else schema.shape


def _widths(schema: Schema) -> list[int]:
    return [1 if column.categories is None else len(column.categories) for column in schema.columns]


def flatten(X: Array, schema: Schema) -> Array:
    """(n, *shape) to (n, width) float32; each categorical column (of series at every step) becomes one column a
    category, in the schema's order (also categories that no row has, so that the width never depends on the rows)."""
    X, schema = without(X, schema), unmarked(schema)
    if not schema.categorical:
        return np.ascontiguousarray(X.reshape(len(X), -1), dtype=np.float32)
    widths = _widths(schema)
    out = np.zeros((*X.shape[:-1], sum(widths)), dtype=np.float32)
    start = 0
    for i, (column, width) in enumerate(zip(schema.columns, widths, strict=True)):
        if column.categories is None:
            out[..., start] = X[..., i]
        else:
            np.put_along_axis(out, start + X[..., i : i + 1].astype(np.int64), 1, axis=-1)
        start += width
    return out.reshape(len(X), -1)
