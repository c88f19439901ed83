"""A small convolutional network for images and, with one-dimensional convolutions, for series."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from bench.augmenter import BatchTransform
from bench.classifiers._torch import TorchClassifier, row_shape
from bench.registry import classifier

#: dimensions of space -> convolution, its kernel, normalisation, pooling
LAYERS: Mapping[int, tuple[type[nn.Module], int, type[nn.Module], type[nn.Module]]] = {
    1: (nn.Conv1d, 5, nn.BatchNorm1d, nn.MaxPool1d),
    2: (nn.Conv2d, 3, nn.BatchNorm2d, nn.MaxPool2d),
}


@classifier("cnn", modalities=("image", "series"), main=("image", "series"))
class CNN(TorchClassifier):
    """Small convolutional network: 2-D for images, 1-D along the steps for series.

    Blocks of convolution (3 x 3, or 5 steps) - max-pooling - batch norm - ReLU, each with twice the channels of the one
    before, then dropout and one linear layer. Adam with cosine decay of the learning rate.

    Parameters
    ----------
    shape : what a row of numbers is: (channels, height, width) of an image, (steps, channels) of a series; None takes
        the row for a series of one channel.
    channels : channels after the first block.
    blocks : how many; those that find a side of length 1 do not pool.
    dropout : probability of dropping an input of the linear layer.

    The others, and attributes: see :class:`bench.classifiers._torch.TorchClassifier`.
    """

    decay = True

    def __init__(
        self,
        shape: tuple[int, ...] | None = None,
        channels: int = 16,
        blocks: int = 2,
        dropout: float = 0.5,
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
        self.channels = channels
        self.blocks = blocks
        self.dropout = dropout
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
        shape = row_shape(self.shape, width)
        layers: list[nn.Module] = [nn.Unflatten(1, shape)]
        if len(shape) == 2:
            layers.append(ChannelsFirst())
            shape = shape[::-1]
        before, *sizes = shape
        if len(sizes) not in LAYERS:
            raise ValueError(f"CNN takes images and series, not rows of shape {shape}")
        conv, kernel, norm, pool = LAYERS[len(sizes)]
        for block in range(self.blocks):
            after = self.channels * 2**block
            layers.append(conv(before, after, kernel, padding="same", bias=False))
            if min(sizes) >= 2:
                layers.append(pool(2))  # before the normalisation, which then has a quarter of the work
                sizes = [size // 2 for size in sizes]
            layers += [norm(after), nn.ReLU()]
            before = after
        layers += [nn.Flatten(), nn.Dropout(self.dropout), nn.Linear(before * math.prod(sizes), outputs)]
        return nn.Sequential(*layers).to(memory_format=torch.channels_last)


class ChannelsFirst(nn.Module):
    """(batch, steps, channels) to (batch, channels, steps), as torch's convolutions want it."""

    def forward(self, series: Tensor) -> Tensor:
        return series.transpose(1, 2)
