"""A perceptron with one hidden layer, the downstream model of ZetaGAN (PyTorch Summer Hackathon 2019)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from bench.classifiers._torch import TorchClassifier
from bench.registry import classifier


@classifier("mlp", modalities=("tabular", "image", "series"))
class MLP(TorchClassifier):
    """One hidden layer with batch normalisation and dropout (ZetaGAN's: 18 units, dropout 0.4).

    Linear - batch norm - dropout - LeakyReLU(0.01) - Linear, trained by Adam (1e-3, batch 64, 5 epochs) as ZetaGAN
    does. Its 5 epochs over 227,845 transactions are 17,800 steps; over 460 rows they would be 40, hence ``min_steps``.

    Parameters
    ----------
    hidden : units of the hidden layer.
    dropout : probability of dropping a unit.

    The others, and attributes: see :class:`bench.classifiers._torch.TorchClassifier`.
    """

    _chunk = 1024

    def __init__(
        self,
        hidden: int = 18,
        dropout: float = 0.4,
        epochs: int = 5,
        min_steps: int = 1000,
        max_steps: int | None = None,
        batch_size: int = 64,
        lr: float = 1e-3,
        class_weight: str | Mapping[Any, float] | None = None,
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
        self.class_weight = class_weight
        self.random_state = random_state
        self.device = device

    def _network(self, width: int, outputs: int) -> nn.Module:
        return nn.Sequential(
            nn.Linear(width, self.hidden),
            nn.BatchNorm1d(self.hidden),
            nn.Dropout(self.dropout),
            nn.LeakyReLU(0.01),
            nn.Linear(self.hidden, outputs),
        )
