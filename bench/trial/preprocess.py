"""From loaded rows to what methods see, and from there to what classifiers see. Fitted on training rows only.

Methods see (``Preprocess.transform``): tabular numeric columns with missing values replaced by the training median
and scaled to mean 0 and standard deviation 1, categorical columns as codes; images as they are, in [0, 1]; series
with each numeric channel's missing values replaced by its training median (over all steps) and scaled to [0, 1] by the
training rows' range (held-out rows may lie outside), categorical channels as codes.

Classifiers see (``flatten``): one float32 row of numbers, categories one-hot; of series at every step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

if TYPE_CHECKING:
    from bench.task import Array, Schema


class Preprocess:
    """The scaler of one split. ``n_fitted_`` keeps how many rows it was fitted on, for the leak audit."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.n_fitted_ = 0
        bare = schema.modality == "series" and not schema.columns  # nothing is said of its channels: numbers
        self._numeric = list(range(schema.shape[-1])) if bare else list(schema.numeric)
        self._steps: Pipeline | None = None

    def fit(self, X: Array) -> Self:
        """Learn medians and scales from training rows alone."""
        self.n_fitted_ = len(X)
        if self._numeric:
            impute = SimpleImputer(strategy="median", keep_empty_features=True)
            if self.schema.modality == "tabular":
                self._steps = make_pipeline(impute, StandardScaler())
            elif any(column.missing for column in self.schema.columns):
                self._steps = make_pipeline(impute, MinMaxScaler())
            else:
                self._steps = make_pipeline(MinMaxScaler())
            self._steps.fit(self._values(X))
        return self

    def transform(self, X: Array) -> Array:
        """Rows of the same shape, float32."""
        return self._apply(X, "transform")

    def inverse(self, X: Array) -> Array:
        """Back to the units of the loaded rows (missing values stay filled, categories stay codes)."""
        return self._apply(X, "inverse_transform")

    def _apply(self, X: Array, direction: str) -> Array:
        if self._steps is None:
            return X.astype(np.float32, copy=False)
        steps = self._steps if direction == "transform" else self._steps[-1]
        out = X.astype(np.float32, copy=True)
        out[..., self._numeric] = getattr(steps, direction)(self._values(X)).reshape(*X.shape[:-1], -1)
        return out

    def _values(self, X: Array) -> Array:
        """The numeric columns, side by side: (n, c) of a table, (n * steps, c) of series."""
        return X[..., self._numeric].reshape(-1, len(self._numeric))


def flat_shape(schema: Schema) -> tuple[int, ...]:
    """What a row of ``flatten`` is: the schema's shape, each categorical column or channel as wide as it has
    categories."""
    return (*schema.shape[:-1], sum(_widths(schema))) if schema.columns else schema.shape


def _widths(schema: Schema) -> list[int]:
    return [1 if column.categories is None else len(column.categories) for column in schema.columns]


def flatten(X: Array, schema: Schema) -> Array:
    """(n, *shape) to (n, width) float32; each categorical column (of series at every step) becomes one column a
    category, in the schema's order (also categories that no row has, so that the width never depends on the rows)."""
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
