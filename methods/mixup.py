"""Mixed rows: each batch that a neural classifier trains on is blended with itself, labels and all.

Nothing is drawn and nothing is trained beforehand: the classifier has every batch mixed (``batch_transform``), so a
classifier that does not train in batches makes the cell ``skipped``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Self

import numpy as np
import torch
from torch import Tensor

from bench.errors import BenchError
from bench.registry import method
from methods.none import NoAugmentation

if TYPE_CHECKING:
    from bench.task import Array, Labels, Schema


@method(
    "mixup",
    modalities=("tabular", "image", "series"),
    regimes=("real",),
    trivial=True,
    summary="Every batch of a neural classifier blended with itself, labels too",
)
class Mixup(NoAugmentation):
    """Mixup: ``x = s * x1 + (1 - s) * x2`` and the same of the labels (Zhang et al. 2018, "mixup: Beyond empirical risk
    minimization", equation 1).

    One share ``s`` a batch from Beta(alpha, alpha), partners by a permutation of the batch, as in the authors' code.
    Categories are mixed as one-hot columns.

    Parameters
    ----------
    alpha : the paper's; 0.2 as for ImageNet (0.1 to 0.4 there, 1 for CIFAR). Larger mixes more.
    """

    def __init__(self, alpha: float = 0.2, random_state: int = 0) -> None:
        super().__init__(random_state)
        self.alpha = alpha

    def fit(self, X: Array, y: Labels, schema: Schema) -> Self:
        """Learns nothing but the form of a row. Raises ``BenchError`` for an ``alpha`` that makes no sense."""
        if not 0 < self.alpha < math.inf:
            raise BenchError(f"{type(self).__name__.lower()}: alpha must be above 0, not {self.alpha}")
        self.shape_ = schema.shape
        return super().fit(X, y, schema)

    def batch_transform(self, X: Tensor, y: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """A batch of flat rows (n, width) and of one-hot labels (n, n_classes), both float32, mixed with itself."""
        share = rng.beta(self.alpha, self.alpha)
        partner = torch.from_numpy(rng.permutation(len(X))).to(X.device)
        return torch.lerp(X[partner], X, share), torch.lerp(y[partner], y, share)


@method(
    "cutmix",
    modalities=("image", "series"),
    regimes=("real",),
    trivial=True,
    summary="Boxes of other images pasted into every batch of a neural classifier, labels mixed by share",
)
class CutMix(Mixup):
    """CutMix: a box of another image, or a stretch of another series, pasted in; labels mixed by its share (Yun et al.
    2019, "CutMix: Regularization strategy to train strong classifiers", equations 1 and 2).

    One box a batch, of share ``1 - s`` with ``s`` from Beta(alpha, alpha), cut off at the edges as in the authors'
    code.

    Parameters
    ----------
    alpha : the paper's 1.
    """

    def __init__(self, alpha: float = 1.0, random_state: int = 0) -> None:
        super().__init__(alpha, random_state)

    def batch_transform(self, X: Tensor, y: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """As :meth:`Mixup.batch_transform`."""
        image = len(self.shape_) == 3
        # the sides that are cut: height and width of (channels, height, width), steps of (steps, channels)
        sides = self.shape_[1:] if image else self.shape_[:1]
        length = (1 - rng.beta(self.alpha, self.alpha)) ** (1 / len(sides))
        spans = []
        for side in sides:
            middle, half = rng.integers(side), int(side * length) / 2
            spans.append(slice(max(0, math.ceil(middle - half)), min(side, math.ceil(middle + half))))
        box = (slice(None), slice(None), *spans) if image else (slice(None), *spans)
        partner = torch.from_numpy(rng.permutation(len(X))).to(X.device)
        # categories are one-hot here, so a series may have more channels than its schema
        rows = X.clone().reshape(len(X), *(self.shape_ if image else (self.shape_[0], -1)))
        rows[box] = X.reshape(rows.shape)[partner][box]
        pasted = math.prod(span.stop - span.start for span in spans) / math.prod(sides)
        return rows.reshape(X.shape), torch.lerp(y, y[partner], pasted)
