"""An imbalanced-learn sampler that takes rows away, or adds some and takes others away, as a method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone

from bench.augmenter import Resampler
from bench.errors import BenchError, Unsuitable

if TYPE_CHECKING:
    from bench.task import Array, Labels, Schema


class FromResampler(Resampler):
    """An imbalanced-learn sampler as a method of the regime ``resample``.

    ``resample`` returns what ``fit_resample`` returns, bit for bit and in its order. Images and series are flattened
    for the sampler.

    Parameters
    ----------
    sampler : the sampler; every ``random_state`` of a clone of it is set. Subclasses that choose it by the rows
        override :meth:`make`.
    """

    #: fewest rows of a class the sampler can work with
    least = 1
    #: whether categorical columns are taken, as codes
    mixed = False

    def __init__(self, sampler: Any = None, random_state: int = 0) -> None:
        super().__init__(random_state)
        self.sampler = sampler

    def make(self, smallest: int) -> Any:
        """A fresh sampler for training rows whose smallest class has ``smallest`` of them."""
        return clone(self.sampler)

    def resample(self, X: Array, y: Labels, schema: Schema) -> tuple[Array, Labels]:
        """Rows (m, *schema.shape) in the precision of X (n, *schema.shape), labels (m,) int64.

        Raises ``Unsuitable`` for categorical columns that the sampler would take for numbers and for a class with too
        few rows, ``BenchError`` for what the sampler refuses.
        """
        kind = type(self.sampler if self.sampler is not None else self).__name__
        if schema.categorical and not self.mixed:
            name = schema.columns[schema.categorical[0]].name
            raise Unsuitable(f"{kind} needs numeric columns and {name!r} is categorical; use random-under")
        classes, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
        if counts.min() < self.least:
            few = schema.classes[classes[counts.argmin()]]
            raise Unsuitable(f"{kind} needs {self.least} training rows of class {few!r}, there are {counts.min()}")
        sampler = self.make(int(counts.min()))
        seeded = [key for key in sampler.get_params() if key.rpartition("__")[2] == "random_state"]
        sampler.set_params(**dict.fromkeys(seeded, self.random_state))
        try:
            rows, labels = sampler.fit_resample(X.reshape(len(X), -1), codes)
        except (RuntimeError, ValueError) as error:
            raise BenchError(f"{kind} cannot resample these rows: {' '.join(str(error).split())}") from error
        return rows.astype(X.dtype, copy=False).reshape(-1, *schema.shape), classes[labels]
