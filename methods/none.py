"""No augmentation: what every other method is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from bench.augmenter import Augmenter
from bench.errors import BenchError
from bench.registry import method

if TYPE_CHECKING:
    from bench.task import Array, Labels, Schema


@method("none", modalities=("tabular", "image", "series"), regimes=("real",), trivial=True, reference=True)
class NoAugmentation(Augmenter):
    """No synthetic rows: the real training rows alone."""

    def fit(self, X: Array, y: Labels, schema: Schema) -> Self:
        self.schema_ = schema
        return self

    def sample(self, labels: Labels) -> Array:
        """No rows for no labels. Raises ``BenchError`` if any is asked for: a run takes ``none`` with ``real`` only."""
        if len(labels):
            raise BenchError(
                f"{type(self).__name__} draws no rows, {len(labels)} were asked for; use it with regime real"
            )
        return np.zeros((0, *self.schema_.shape), dtype=np.float32)
