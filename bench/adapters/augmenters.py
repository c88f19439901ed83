"""An imbalanced-learn over-sampler as an augmenter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np
from imblearn.utils._tags import get_tags
from sklearn.base import clone

from bench.augmenter import Augmenter
from bench.errors import BenchError, Unsuitable
from bench.seeds import derive

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.task import Array, Labels, Schema

    #: rows in single or, where they come so, in double precision
    Rows = NDArray[Any]

#: how often a sampler that drew too few rows is asked for twice as many
ATTEMPTS = 12
#: what samplers say of rows that they cannot work on by their nature (KMeansSMOTE, SVMSMOTE)
REFUSALS = ("No clusters found", "All support vectors are considered as noise")


def categorical_positions(schema: Schema) -> list[int]:
    """Positions of categorical values in a flattened row: for a series, of every step."""
    channels = schema.shape[-1]
    return [i for i in range(schema.width) if i % channels in schema.categorical] if schema.categorical else []


class FromSampler(Augmenter):
    """An imbalanced-learn over-sampler as an augmenter.

    ``fit`` keeps the training rows. ``sample(labels)`` calls ``fit_resample`` with ``sampling_strategy = {class: rows
    it has + rows asked for}`` and takes what follows the originals, so that for labels that fill every class to the
    largest, training rows followed by synthetic rows are what the sampler itself returns, bit for bit. Images and
    series are flattened for the sampler.

    Two things differ from the bare sampler, because a benchmark meets every table: a sampler that draws an approximate
    number (ADASYN) is asked for more and its surplus dropped at random; and where a class has no more rows than
    ``k_neighbors``, that class is drawn with all its other rows as neighbours (imbalanced-learn raises).

    Parameters
    ----------
    sampler : the sampler; ``sampling_strategy`` and ``random_state`` are set on a clone of it. Subclasses that choose
        it by the schema override :meth:`make`.
    """

    #: fewest rows of a class the sampler can work with
    least = 2
    #: whether categorical columns are taken (as codes) though the sampler's own tags do not say so
    mixed = False

    def __init__(self, sampler: Any = None, random_state: int = 0) -> None:
        super().__init__(random_state)
        self.sampler = sampler

    def make(self, schema: Schema) -> Any:
        """A fresh sampler for rows of this schema, flattened."""
        return clone(self.sampler)

    def limit(self, schema: Schema) -> int | None:
        """Rows of a class the sampler is shown at most when that class is drawn (a random choice); None means all."""
        return None

    def takes_categories(self, schema: Schema) -> bool:
        """Whether categorical columns are taken: the sampler's tags say so (it takes text), or ``mixed`` does."""
        return self.mixed or bool(get_tags(self.make(schema)).input_tags.string)

    def takes_missing(self, schema: Schema) -> bool:
        """Whether rows may hold NaN and infinity, as those of a sampler that only copies; its tags say so."""
        return bool(get_tags(self.make(schema)).input_tags.allow_nan)

    def fit(self, X: Array, y: Labels, schema: Schema) -> Self:
        """Keep the rows, in double precision if they come so.

        Raises ``Unsuitable`` for categorical columns that the sampler would take for numbers.
        """
        if schema.categorical and not self.takes_categories(schema):
            name = schema.columns[schema.categorical[0]].name
            raise Unsuitable(
                f"{self._kind()} needs numeric columns and {name!r} is categorical; use smote or random-over"
            )
        wide = np.asarray(X).dtype == np.float64
        self.rows_ = np.array(X, dtype=np.float64 if wide else np.float32).reshape(len(X), -1)
        self.labels_ = np.array(y, dtype=np.int64)
        self.schema_ = schema
        self.counts_ = np.bincount(self.labels_, minlength=schema.n_classes)
        return self

    def sample(self, labels: Labels) -> Array:
        """One row per label, (len(labels), *schema.shape), in the precision of the training rows.

        Raises ``BenchError`` for a class that has too few training rows, or of which the sampler draws nothing;
        ``Unsuitable`` where the sampler refuses the rows (``REFUSALS``).
        """
        labels = np.asarray(labels, dtype=np.int64)
        synthetic = np.empty((len(labels), self.schema_.width), dtype=self.rows_.dtype)
        classes, counts = np.unique(labels, return_counts=True)
        asked = dict(zip(classes.tolist(), counts.tolist(), strict=True))
        for k, group in self._groups(asked).items():
            for cls, rows in self._draw(group, k).items():
                synthetic[labels == cls] = rows
        return synthetic.reshape(len(labels), *self.schema_.shape)

    def _groups(self, asked: Mapping[int, int]) -> dict[int | None, dict[int, int]]:
        """Classes by the ``k_neighbors`` they allow; those with rows enough (key None) share one call."""
        wanted = self.make(self.schema_).get_params().get(self._k_name())
        groups: dict[int | None, dict[int, int]] = {}
        for cls, count in asked.items():
            has = int(self.counts_[cls])
            if has < self.least:
                name = self.schema_.classes[cls]
                raise BenchError(f"{self._kind()} needs {self.least} training rows of class {name!r}, there are {has}")
            k = has - 1 if isinstance(wanted, int) and has <= wanted else None
            groups.setdefault(k, {})[cls] = count
        return groups

    def _draw(self, asked: Mapping[int, int], k: int | None) -> dict[int, Array]:
        """Rows of each class, exactly as many as asked; ``k`` overrides the number of neighbours."""
        result: dict[int, Array] = {}
        missing = dict(asked)
        for attempt in range(ATTEMPTS):
            rows, labels = self._resample({cls: count << attempt for cls, count in missing.items()}, k)
            for cls, count in list(missing.items()):
                found = rows[labels == cls]
                if len(found) >= count:
                    result[cls] = self._thin(found, count)
                    del missing[cls]
            if not missing:
                return result
        names = ", ".join(repr(self.schema_.classes[cls]) for cls in missing)
        raise BenchError(f"{self._kind()} draws no rows for class {names}: none of its rows lies near another class")

    def _resample(self, asked: Mapping[int, int], k: int | None) -> tuple[Rows, Labels]:
        sampler = self.make(self.schema_)
        params = sampler.get_params()
        rows, labels = self._shown(asked)
        counts = np.bincount(labels, minlength=len(self.counts_))
        options: dict[str, Any] = {"sampling_strategy": {cls: int(counts[cls]) + n for cls, n in asked.items()}}
        if "random_state" in params:
            options["random_state"] = self.random_state
        if k is not None:
            options[self._k_name()] = k
        sampler.set_params(**options)
        n = len(rows)
        try:
            X, y = sampler.fit_resample(rows, labels)
        except (RuntimeError, ValueError) as error:
            if "No samples will be generated" in str(error):  # ADASYN rounded every row's share to zero
                return rows[:0], labels[:0]
            refused = Unsuitable if str(error).startswith(REFUSALS) else BenchError
            raise refused(f"{self._kind()} cannot draw from these rows: {' '.join(str(error).split())}") from error
        return X[n:], y[n:]

    def _shown(self, asked: Mapping[int, int]) -> tuple[Rows, Labels]:
        most = self.limit(self.schema_)
        large = [cls for cls in asked if most is not None and self.counts_[cls] > most]
        if not large:
            return self.rows_, self.labels_
        keep = np.ones(len(self.labels_), dtype=bool)
        for cls in large:
            where = np.flatnonzero(self.labels_ == cls)
            keep[where] = False
            keep[np.random.default_rng(derive(self.random_state, "shown", cls)).choice(where, most, replace=False)] = (
                True
            )
        return self.rows_[keep], self.labels_[keep]

    def _thin(self, rows: Array, count: int) -> Array:
        if len(rows) == count:
            return rows
        keep = np.random.default_rng(self.random_state).choice(len(rows), count, replace=False)
        return cast("Array", rows[np.sort(keep)])

    def _k_name(self) -> str:
        return "n_neighbors" if "n_neighbors" in self.make(self.schema_).get_params() else "k_neighbors"

    def _kind(self) -> str:
        return type(self.sampler if self.sampler is not None else self).__name__
