"""An augmenter as an imbalanced-learn over-sampler."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from imblearn.over_sampling.base import BaseOverSampler
from imblearn.utils import check_sampling_strategy, check_target_type
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.utils import check_array, check_consistent_length, check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from bench.adapters.augmenters import FromSampler
from bench.adapters.columns import UnfitRows, UnfitTypes
from bench.adapters.tables import Table
from bench.augmenter import Augmenter, check_rows
from bench.errors import InvalidRows
from bench.task import Schema


class AugmenterSampler(BaseOverSampler):
    """An augmenter as an imbalanced-learn over-sampler; see :func:`as_sampler`."""

    _parameter_constraints: dict[str, Any] = {  # noqa: RUF012  (imbalanced-learn's way)
        **BaseOverSampler._parameter_constraints,
        "augmenter": [Augmenter],
        "schema": [Schema, None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        augmenter: Augmenter | None = None,
        schema: Schema | None = None,
        *,
        sampling_strategy: Any = "auto",
        random_state: Any = 0,
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy)
        self.augmenter = augmenter
        self.schema = schema
        self.random_state = random_state

    def fit(self, X: Any, y: Any, **params: Any) -> AugmenterSampler:
        """Check rows and labels as ``fit_resample`` does, without training; imbalanced-learn has it so."""
        super().fit(X, y, **params)
        rows, labels, _ = self._check_X_y(X, y)
        try:
            self._table(rows, tuple(map(str, np.unique(labels))))
        except UnfitTypes:
            if not self.__sklearn_tags__().input_tags.string:
                raise
        return self

    def fit_resample(self, X: Any, y: Any, **params: Any) -> tuple[Any, Any]:
        """The rows and labels given, followed by synthetic ones, in the types they were given in.

        Raises ``UnfitRows`` (a ``ValueError``) in one line for rows that the augmenter cannot learn from; otherwise
        what imbalanced-learn's own samplers raise.
        """
        self._validate_params()
        check_classification_targets(y)
        rows, labels, one_hot = self._check_X_y(X, y)
        self.sampling_strategy_ = check_sampling_strategy(self.sampling_strategy, labels, self._sampling_type)
        rows, taken = self._fit_resample(rows, labels)
        if isinstance(X, list):
            rows = rows.tolist()
        return rows, _labels(y, labels, one_hot, taken)

    def _check_X_y(self, X: Any, y: Any, accept_sparse: Any = None) -> tuple[Any, Any, bool]:
        y, one_hot = check_target_type(y, indicate_one_vs_all=True)
        if not isinstance(X, pd.DataFrame):
            X = check_array(X, dtype=None, accept_sparse=True, ensure_all_finite=False)
        elif not X.size:
            raise UnfitRows(f"the frame has {len(X)} rows and {X.shape[1]} columns; a minimum of 1 is required of both")
        elif not X.columns.is_unique:
            raise UnfitRows(f"the frame has the column {X.columns[X.columns.duplicated()][0]!r} twice; rename one")
        validate_data(self, X=X, y=y, reset=True, skip_check_array=True)
        check_consistent_length(X, y)
        return X, np.asarray(y), one_hot

    def _fit_resample(self, X: Any, y: Any, **params: Any) -> tuple[Any, Any]:
        """All rows, and for each a training row that has its label, as an index: its own for a training row."""
        classes, first, codes = np.unique(y, return_index=True, return_inverse=True)
        every = np.arange(len(y))
        asked = {int(np.flatnonzero(classes == cls)[0]): count for cls, count in self.sampling_strategy_.items()}
        wanted = np.repeat(np.array(list(asked), dtype=np.int64), list(asked.values()))
        if not len(wanted):
            return (X.reset_index(drop=True) if isinstance(X, pd.DataFrame) else X.copy()), every
        assert self.augmenter is not None
        table = self._table(X, tuple(map(str, classes)))
        seed = self.random_state
        if not isinstance(seed, Integral):
            seed = int(check_random_state(seed).randint(2**31 - 1))
        self.augmenter_ = clone(self.augmenter).set_params(random_state=seed)
        rows = table.rows.reshape(len(y), *table.schema.shape)
        synthetic = self.augmenter_.fit(rows, codes.astype(np.int64), table.schema).sample(wanted)
        try:
            if not self._takes_missing(table.schema):
                check_rows(synthetic, wanted, table.schema)
        except InvalidRows as error:
            raise UnfitRows(f"{type(self.augmenter).__name__} broke its contract: {error}") from error
        synthetic = np.ascontiguousarray(synthetic, dtype=table.rows.dtype).reshape(len(wanted), -1)
        return table.followed_by(X, synthetic), np.concatenate([every, first[wanted]])

    def _table(self, X: Any, classes: tuple[str, ...]) -> Table:
        """The rows encoded. Raises ``UnfitRows``."""
        table = Table.of(X, self.schema, classes, np.float64 if isinstance(self.augmenter, FromSampler) else np.float32)
        if len(classes) > table.schema.n_classes or X.shape[1] != table.schema.width:
            raise UnfitRows(
                f"the schema says {table.schema.n_classes} classes and {table.schema.width} values a row; "
                f"the rows have {len(classes)} and {X.shape[1]}"
            )
        if not self._takes_missing(table.schema):
            table.check_finite(type(self.augmenter).__name__)
        return table

    def _takes_missing(self, schema: Schema) -> bool:
        return isinstance(self.augmenter, FromSampler) and self.augmenter.takes_missing(schema)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        form = self.schema or Schema("tabular", (1,), ("0", "1"))
        tags.input_tags.allow_nan = self._takes_missing(form)
        tags.input_tags.string = not isinstance(self.augmenter, FromSampler) or self.augmenter.takes_categories(form)
        return tags


def _labels(y: Any, labels: Any, one_hot: bool, taken: NDArray[np.int64]) -> Any:
    """``y`` of the rows ``taken``, in the type that it was given in."""
    if isinstance(y, pd.Series | pd.DataFrame):
        return y.iloc[taken].reset_index(drop=True)
    if isinstance(y, list):
        return [y[i] for i in taken]
    return np.asarray(y)[taken] if one_hot else labels[taken]


def as_sampler(
    augmenter: Augmenter, schema: Schema | None = None, *, sampling_strategy: Any = "auto", random_state: Any = 0
) -> AugmenterSampler:
    """An imbalanced-learn sampler that draws its rows from ``augmenter``.

    It has ``fit_resample(X, y)`` for arrays, lists, pandas frames and sparse matrices and for labels of any type, and
    works in ``imblearn.pipeline.Pipeline``, in cross-validation and in a grid search. Original rows come first, bit for
    bit and in their own dtypes; synthetic rows follow in the same dtypes, and one that repeats a training row is that
    row exactly. Integers and times are rounded (imbalanced-learn cuts their fraction off).

    Parameters
    ----------
    augmenter : cloned for each ``fit_resample``, with ``random_state`` set.
    schema : the form of a row, with categories as codes; class ``i`` is the ``i``-th label in sorted order. None takes
        numbers, truth values and times for numeric, text and pandas categories for categorical, where a missing value
        is a category of its own. Rows of images and series are given flattened, with a schema.
    sampling_strategy : as in imbalanced-learn.
    random_state : an int, a ``RandomState`` or None, as in scikit-learn.

    The trial standardises numbers before a method sees them; here the pipeline should (put a scaler before it). Missing
    numbers are refused unless the method only copies (random over-sampling). Sparse rows are made dense for the method
    and come back sparse.
    """
    return AugmenterSampler(augmenter, schema, sampling_strategy=sampling_strategy, random_state=random_state)
