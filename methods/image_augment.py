"""Classical image augmentation: training images of the asked class, cropped, flipped and erased.

The honest baseline for image generators: it needs no training. The transformations are torchvision's (v2); random
crop with padding and horizontal flip as He et al. 2016 (arXiv 1512.03385, section 4.2) used for CIFAR-10, random
erasing as Zhong et al. 2020 (arXiv 1708.04896), evaluated on Fashion-MNIST among others.

Those papers transform every training image. Here only the synthetic rows are, and in the regime ``balance`` they are of
rare classes: what gives a transformed image away then speaks for a rare class, and the classifier learns that. Hence
the affine map, whose interpolation blurs every pixel, is off: on ``fashion-mnist-imbalanced`` it alone halves what mere
repetition of the rare images gains in their recall, while crop, flip and erasing gain more than repetition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
import torch

from bench.augmenter import Augmenter
from bench.errors import BenchError
from bench.registry import method
from bench.seeds import derive
from methods.nn.adversarial import seeded

if TYPE_CHECKING:
    from bench.task import Array, Labels, Schema


@method("image-augment", modalities=("image",), requires=("torchvision",), trivial=True)
class ImageAugment(Augmenter):
    """Classical augmentation of training images: random crop, flip, erasing.

    Every draw takes a training image of the class at random, with replacement.

    Parameters
    ----------
    crop : padding before a random crop back to size, as a share of the height (4 of 32 pixels in the source); at most
        a half, beyond which a crop may hold nothing of the image's middle.
    flip : probability of mirroring left to right, where the task's schema says that this keeps the class: digits are
        never mirrored.
    erase : probability of blanking a random rectangle of 2 to 15 % of the area.
    degrees, scale : of a random affine map: turned by up to ``degrees``, scaled by up to ``scale`` (below 1) either
        way.
    """

    def __init__(
        self,
        crop: float = 0.125,
        flip: float = 0.5,
        erase: float = 0.25,
        degrees: float = 0.0,
        scale: float = 0.0,
        random_state: int = 0,
    ) -> None:
        super().__init__(random_state)
        self.crop = crop
        self.flip = flip
        self.erase = erase
        self.degrees = degrees
        self.scale = scale

    def fit(self, X: Array, y: Labels, schema: Schema) -> Self:
        """Keep the images X (n, channels, height, width). Raises ``BenchError`` for options out of range."""
        for name, most in (("crop", 0.5), ("flip", 1), ("erase", 1), ("degrees", 180)):
            if not 0 <= getattr(self, name) <= most:
                raise BenchError(f"image-augment: {name} must lie in 0 to {most}, not {getattr(self, name)}")
        if not 0 <= self.scale < 1:
            raise BenchError(f"image-augment: scale must lie in 0 to 1, 1 excluded, not {self.scale}")
        self.images_, self.labels_, self.schema_ = X, y, schema
        return self

    def sample(self, labels: Labels) -> Array:
        """One transformed training image per label. Raises ``BenchError`` for a class without training images."""
        rng = np.random.default_rng(self.random_state)
        rows = np.empty((len(labels), *self.schema_.shape), dtype=np.float32)
        for cls in np.unique(labels):
            known = np.flatnonzero(self.labels_ == cls)
            if not len(known):
                raise BenchError(f"class {self.schema_.classes[cls]!r} has no training rows")
            where = np.flatnonzero(labels == cls)
            rows[where] = self.images_[rng.choice(known, len(where))]
        transform = self._transform()
        with seeded(derive(self.random_state, "sample")):  # torchvision draws from torch's default generator
            for row in rows:
                row[:] = transform(torch.from_numpy(row)).numpy()
        return rows.clip(0, 1)

    def _transform(self) -> torch.nn.Module:
        from torchvision.transforms import InterpolationMode, v2

        _, height, width = self.schema_.shape
        padding = round(self.crop * height)
        steps: list[torch.nn.Module] = []
        if padding:
            steps.append(v2.RandomCrop((height, width), padding=padding))
        if self.flip and self.schema_.mirror:
            steps.append(v2.RandomHorizontalFlip(self.flip))
        if self.degrees or self.scale:
            scale = (1 - self.scale, 1 + self.scale)
            steps.append(v2.RandomAffine(self.degrees, scale=scale, interpolation=InterpolationMode.BILINEAR))
        if self.erase:
            steps.append(v2.RandomErasing(self.erase, scale=(0.02, 0.15)))
        return v2.Compose(steps) if steps else torch.nn.Identity()
