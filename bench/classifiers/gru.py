"""A recurrent network that reads a series step by step, as the scores of TimeGAN do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from bench.augmenter import BatchTransform
from bench.classifiers._torch import TorchClassifier, row_shape
from bench.nn.recurrent import gru, resolve_kernel
from bench.registry import classifier


@classifier("gru", modalities=("series",))
class GRU(TorchClassifier):
    """One GRU layer and a linear one on its last state, as TimeGAN's discriminative score has it.

    That score (Yoon, Jarrett, van der Schaar 2019, ``metrics/discriminative_metrics.py``) trains half as many units as
    the series has channels for 2,000 steps of 128 rows with Adam at 1e-3.

    Parameters
    ----------
    shape : (steps, channels) of a row of numbers; None takes the row for a series of one channel.
    hidden : units; None means half the channels as published, but at least 16, since the published rule leaves
        nothing for a series of one channel.
    kernel : ``"auto"``, ``"numba"`` or ``"torch"``: what computes the layer, see :mod:`bench.nn.recurrent`.

    The others, and attributes: see :class:`bench.classifiers._torch.TorchClassifier`.
    """

    def __init__(
        self,
        shape: tuple[int, ...] | None = None,
        hidden: int | None = None,
        epochs: int = 5,
        min_steps: int = 2000,
        max_steps: int | None = None,
        batch_size: int = 128,
        lr: float = 1e-3,
        class_weight: str | Mapping[Any, float] | None = None,
        kernel: str = "auto",
        batch_transform: BatchTransform | None = None,
        random_state: Any = 0,
        device: str = "cpu",
    ) -> None:
        self.shape = shape
        self.hidden = hidden
        self.epochs = epochs
        self.min_steps = min_steps
        self.max_steps = max_steps
        self.batch_size = batch_size
        self.lr = lr
        self.class_weight = class_weight
        self.batch_transform = batch_transform
        self.kernel = kernel
        self.random_state = random_state
        self.device = device

    def _network(self, width: int, outputs: int) -> nn.Module:
        steps, channels = row_shape(self.shape, width)
        hidden = max(channels // 2, 16) if self.hidden is None else self.hidden
        return LastState(steps, channels, hidden, outputs, resolve_kernel(self.kernel, self.device))


class LastState(nn.Module):
    """Rows (batch, steps * channels) to logits (batch, outputs), from the state after the last step."""

    def __init__(self, steps: int, channels: int, hidden: int, outputs: int, compiled: bool) -> None:
        super().__init__()
        self.unflatten = nn.Unflatten(1, (steps, channels))
        self.gru = nn.GRU(channels, hidden, batch_first=True)
        self.head = nn.Linear(hidden, outputs)
        self.compiled = compiled

    def forward(self, rows: Tensor) -> Tensor:
        series = self.unflatten(rows)
        states = gru(series, self.gru) if self.compiled else self.gru(series)[0]
        return self.head(states[:, -1])
