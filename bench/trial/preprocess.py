"""From loaded rows to what methods see, and from there to what classifiers see. Fitted on training rows only.

Methods see (``Preprocess.transform``): tabular numeric columns with missing values replaced by the training median
and scaled to mean 0 and standard deviation 1, categorical columns as codes; images as they are, in [0, 1]; series
scaled per channel to [0, 1] by the training rows' range (held-out rows may lie outside).

Classifiers see (``flatten``): one float32 row of numbers, categories one-hot.
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
        self._numeric = list(schema.numeric)
        self._steps: Pipeline | MinMaxScaler | None = None

    def fit(self, X: Array) -> Self:
        """Learn medians and scales from training rows alone."""
        self.n_fitted_ = len(X)
        if self.schema.modality == "tabular" and self._numeric:
            self._steps = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
            self._steps.fit(X[:, self._numeric])
        elif self.schema.modality == "series":
            self._steps = MinMaxScaler().fit(X.reshape(-1, X.shape[-1]))
        return self

    def transform(self, X: Array) -> Array:
        """Rows of the same shape, float32."""
        return self._apply(X, "transform")

    def inverse(self, X: Array) -> Array:
        """Back to the units of the loaded rows (missing values stay filled)."""
        return self._apply(X, "inverse_transform")

    def _apply(self, X: Array, direction: str) -> Array:
        if self._steps is None:
            return X.astype(np.float32, copy=False)
        if self.schema.modality == "series":
            flat = getattr(self._steps, direction)(X.reshape(-1, X.shape[-1]))
            return np.asarray(flat, dtype=np.float32).reshape(X.shape)
        out = X.astype(np.float32, copy=True)
        steps = self._steps
        values = (
            steps.transform(X[:, self._numeric])
            if direction == "transform"
            else steps[-1].inverse_transform(X[:, self._numeric])
        )
        out[:, self._numeric] = values
        return out


def flatten(X: Array, schema: Schema) -> Array:
    """(n, *shape) to (n, width) float32; each categorical column becomes one column a category, in the schema's
    order (also categories that no row has, so that the width never depends on the rows)."""
    if not schema.categorical:
        return np.ascontiguousarray(X.reshape(len(X), -1), dtype=np.float32)
    blocks: list[Array] = []
    for i, column in enumerate(schema.columns):
        if column.categories is None:
            blocks.append(X[:, i : i + 1])
        else:
            block = np.zeros((len(X), len(column.categories)), dtype=np.float32)
            block[np.arange(len(X)), X[:, i].astype(np.int64)] = 1
            blocks.append(block)
    return np.concatenate(blocks, axis=1, dtype=np.float32)
