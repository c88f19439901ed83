"""Perceptrons: a sound one for any rows, and the one of ZetaGAN (PyTorch Summer Hackathon 2019)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from torch import nn

from bench.augmenter import BatchTransform
from bench.classifiers._torch import TorchClassifier
from bench.registry import classifier


@classifier("mlp", modalities=("tabular", "image", "series"))
@classifier(
    "zetagan-mlp",
    modalities=("tabular", "image", "series"),
    params={"hidden": (18,), "dropout": 0.4, "batch_size": 64, "decay": False},
    summary="ZetaGAN's perceptron: one hidden layer of 18 units, dropout 0.4",
)
class MLP(TorchClassifier):
    """A perceptron with batch normalisation and dropout, wide enough for images.

    For each hidden layer: linear - batch norm - dropout - LeakyReLU(0.01); then linear. Trained by Adam with cosine
    decay of the learning rate.

    ``zetagan-mlp`` is ZetaGAN's: 18 units, dropout 0.4, Adam at 1e-3 throughout, batches of 64, 5 epochs. Its 5 epochs
    over 227,845 transactions are 17,800 steps; over 460 rows they would be 40, hence ``min_steps``. On images 18 units
    are so few that any method which adds rows seems to help, so it stands for ZetaGAN's claims alone.

    Parameters
    ----------
    hidden : units of the hidden layers.
    dropout : probability of dropping a unit.
    decay : cosine decay of the learning rate to 0 over the steps; else it is constant.

    The others, and attributes: see :class:`bench.classifiers._torch.TorchClassifier`.
    """

    _chunk = 1024

    def __init__(
        self,
        hidden: tuple[int, ...] = (256, 128),
        dropout: float = 0.2,
        epochs: int = 5,
        min_steps: int = 1000,
        max_steps: int | None = None,
        batch_size: int = 128,
        lr: float = 1e-3,
        decay: bool = True,
        class_weight: str | Mapping[Any, float] | None = None,
        batch_transform: BatchTransform | None = None,
        random_state: Any = 0,
        device: str = "cpu",
    ) -> None:
        self.hidden = hidden
        self.dropout = dropout
        self.epochs = epochs
        self.min_steps = min_steps
        self.max_steps = max_steps
        self.batch_size = batch_size
        self.lr = lr
        self.decay = decay
        self.class_weight = class_weight
        self.batch_transform = batch_transform
        self.random_state = random_state
        self.device = device

    def _network(self, width: int, outputs: int) -> nn.Module:
        layers: list[nn.Module] = []
        for before, after in pairwise((width, *self.hidden)):
            layers += [nn.Linear(before, after), nn.BatchNorm1d(after), nn.Dropout(self.dropout), nn.LeakyReLU(0.01)]
        return nn.Sequential(*layers, nn.Linear(self.hidden[-1] if self.hidden else width, outputs))
