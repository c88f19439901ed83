"""A small residual network for images, trained from scratch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from bench.augmenter import BatchTransform
from bench.classifiers._torch import TorchClassifier, row_shape
from bench.registry import classifier


@classifier("resnet", modalities=("image",))
class ResNet(TorchClassifier):
    """The residual network for small images of He et al. 2016 (section 4.2), with torchvision's blocks.

    A 3 x 3 convolution, then three stages of ``blocks`` basic blocks with ``width``, 2 ``width`` and 4 ``width`` maps,
    each stage but the first at half the size; the mean over the image, then one linear layer. Adam with cosine decay of
    the learning rate.

    Parameters
    ----------
    shape : (channels, height, width) of an image.
    width : maps of the first stage.
    blocks : of each stage; the paper's ResNet-20 has 3.

    The others, and attributes: see :class:`bench.classifiers._torch.TorchClassifier`.
    """

    decay = True

    def __init__(
        self,
        shape: tuple[int, ...] | None = None,
        width: int = 16,
        blocks: int = 1,
        epochs: int = 20,
        min_steps: int = 300,
        max_steps: int | None = None,
        batch_size: int = 32,
        lr: float = 2e-3,
        class_weight: str | Mapping[Any, float] | None = None,
        batch_transform: BatchTransform | None = None,
        random_state: Any = 0,
        device: str = "cpu",
    ) -> None:
        self.shape = shape
        self.width = width
        self.blocks = blocks
        self.epochs = epochs
        self.min_steps = min_steps
        self.max_steps = max_steps
        self.batch_size = batch_size
        self.lr = lr
        self.class_weight = class_weight
        self.batch_transform = batch_transform
        self.random_state = random_state
        self.device = device

    def _network(self, width: int, outputs: int) -> nn.Module:
        from torchvision.models.resnet import BasicBlock

        shape = row_shape(self.shape, width)
        if len(shape) != 3:
            raise ValueError(f"ResNet takes images, not rows of shape {shape}")
        maps = self.width
        layers: list[nn.Module] = [
            nn.Unflatten(1, shape),
            nn.Conv2d(shape[0], maps, 3, padding=1, bias=False),
            nn.BatchNorm2d(maps),
            nn.ReLU(),
        ]
        for stage in range(3):
            for block in range(self.blocks):
                after, stride = self.width * 2**stage, 2 if stage and not block else 1
                shortcut = None
                if stride > 1:
                    shortcut = nn.Sequential(nn.Conv2d(maps, after, 1, stride, bias=False), nn.BatchNorm2d(after))
                layers.append(BasicBlock(maps, after, stride, shortcut))
                maps = after
        layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(maps, outputs)]
        return nn.Sequential(*layers).to(memory_format=torch.channels_last)
