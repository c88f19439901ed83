"""Learned policies of image augmentation that need no learning: TrivialAugment and RandAugment, torchvision's.

Both papers transform every training image with 14 operations (shear, shift, rotate, brightness, contrast, sharpness,
posterise, solarise, equalise, ...). Here, as with ``image-augment``, the synthetic rows are what is transformed.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Self

import numpy as np
import torch
from torch import nn

from bench.errors import BenchError
from bench.registry import method
from methods.image_augment import ImageAugment

if TYPE_CHECKING:
    from bench.task import Array, Labels, Schema


class PolicyAugment(ImageAugment):
    """Training images of the class asked for, each transformed by a policy of torchvision on 256 levels."""

    def __init__(self, random_state: int = 0) -> None:
        super().__init__(crop=0, flip=0, erase=0, random_state=random_state)

    def sample(self, labels: Labels) -> Array:
        """One transformed training image per label, in steps of 1/255. Raises as :meth:`ImageAugment.sample`."""
        return np.round(super().sample(labels) * 255) / np.float32(255)

    def _transform(self) -> nn.Module:
        return _OnLevels(self._policy())

    @abstractmethod
    def _policy(self) -> nn.Module:
        """The transform of images (channels, height, width) uint8."""


class _OnLevels(nn.Module):
    """A policy for images of 256 levels on images in [0, 1]: posterise and equalise mean levels."""

    def __init__(self, policy: nn.Module) -> None:
        super().__init__()
        self.policy = policy

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        levels = (image * 255).round().to(torch.uint8)
        return self.policy(levels).to(torch.float32) / 255  # type: ignore[no-any-return]


@method("trivial-augment", modalities=("image",), requires=("torchvision",), trivial=True)
class TrivialAugment(PolicyAugment):
    """TrivialAugment: one operation at random strength an image (Müller & Hutter 2021, wide search space)."""

    def _policy(self) -> nn.Module:
        from torchvision.transforms import v2

        return v2.TrivialAugmentWide()


@method("rand-augment", modalities=("image",), requires=("torchvision",), trivial=True)
class RandAugment(PolicyAugment):
    """RandAugment: some operations in a row, all at one strength (Cubuk et al. 2020).

    Parameters
    ----------
    operations, magnitude : the paper's N and M (0 to 30); 2 and 9 as for ImageNet's small networks.
    """

    def __init__(self, operations: int = 2, magnitude: int = 9, random_state: int = 0) -> None:
        super().__init__(random_state)
        self.operations = operations
        self.magnitude = magnitude

    def fit(self, X: Array, y: Labels, schema: Schema) -> Self:
        """Keep the images. Raises ``BenchError`` for options out of range."""
        if self.operations < 1 or not 0 <= self.magnitude <= 30:
            raise BenchError(
                f"rand-augment: operations must be 1 or more and magnitude lie in 0 to 30, not {self.operations} and "
                f"{self.magnitude}"
            )
        return super().fit(X, y, schema)

    def _policy(self) -> nn.Module:
        from torchvision.transforms import v2

        return v2.RandAugment(self.operations, self.magnitude)
