"""Fully connected generators and critics, and the output head for mixed columns."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from bench.errors import BenchError


class Maxout(nn.Module):
    """Largest of ``pieces`` affine maps (Goodfellow et al. 2013): (n, pieces * width) to (n, width)."""

    def __init__(self, pieces: int = 5) -> None:
        super().__init__()
        self.pieces = pieces

    def forward(self, x: Tensor) -> Tensor:
        return x.view(len(x), -1, self.pieces).amax(2)


def hidden_layers(width: int, sizes: Sequence[int], activation: str, batch_norm: bool) -> list[nn.Module]:
    """For each size: linear, batch norm if wanted, "relu", "leaky_relu" (slope 0.2) or "maxout" (5 pieces)."""
    layers: list[nn.Module] = []
    for size in sizes:
        pieces = 5 if activation == "maxout" else 1
        layers.append(nn.Linear(width, size * pieces))
        if batch_norm:
            layers.append(nn.BatchNorm1d(size * pieces))
        if activation == "relu":
            layers.append(nn.ReLU())
        elif activation == "leaky_relu":
            layers.append(nn.LeakyReLU(0.2))
        elif activation == "maxout":
            layers.append(Maxout(pieces))
        else:
            raise BenchError(f"unknown activation {activation!r}; known: relu, leaky_relu, maxout")
        width = size
    return layers


class MixedHead(nn.Module):
    """One linear layer whose output is numbers followed by a Gumbel-softmax for each categorical block.

    (n, width) to (n, n_numeric + sum(sizes)). Jang et al. 2017, Maddison et al. 2017: noise is added in training and
    in sampling alike, so that the largest entry of a block is a draw from its softmax. The critic sees the soft
    values; :meth:`methods.nn.encoding.RowEncoder.decode` takes the largest.

    Measured for 29 blocks of 1,430 columns and 100 rows on one core: softmax by a loop over the split blocks 5.5 ms
    forward and backward, by scatter or an indicator matrix 6 to 7 ms, padded to the largest block 21 ms; the noise as
    -log(-log U) 0.8 ms, by ``exponential_`` 4.7 ms.
    """

    def __init__(self, width: int, n_numeric: int, sizes: Sequence[int], bounded: bool, temperature: float = 1 / 3):
        super().__init__()
        self.n_numeric = n_numeric
        self.sizes = tuple(sizes)
        self.bounded = bounded
        self.temperature = temperature
        self.linear = nn.Linear(width, n_numeric + sum(sizes))

    def forward(self, x: Tensor) -> Tensor:
        out = self.linear(x)
        numbers = out[:, : self.n_numeric].sigmoid() if self.bounded else out[:, : self.n_numeric]
        if not self.sizes:
            return numbers
        logits = out[:, self.n_numeric :]
        noise = torch.rand_like(logits).clamp_min_(1e-12).log_().neg_().log_().neg_()
        blocks = ((logits + noise) / self.temperature).split(self.sizes, 1)
        return torch.cat([numbers, *(block.softmax(1) for block in blocks)], 1)


class Generator(nn.Module):
    """Noise (n, noise) and condition (n, condition) to vectors, through hidden layers and a head."""

    def __init__(
        self, noise: int, condition: int, hidden: Sequence[int], head: MixedHead, activation: str, batch_norm: bool
    ) -> None:
        super().__init__()
        self.hidden = nn.Sequential(*hidden_layers(noise + condition, hidden, activation, batch_norm))
        self.head = head

    def forward(self, noise: Tensor, condition: Tensor | None = None) -> Tensor:
        joined = noise if condition is None else torch.cat([noise, condition], 1)
        return self.head(self.hidden(joined))  # type: ignore[no-any-return]


class Critic(nn.Module):
    """Vectors (n, width) and condition (n, condition) to scores (n / pac,), without a last activation.

    ``pac`` > 1 is packing (Lin et al. 2018, PacGAN): ``pac`` rows, each with its condition, are judged together.
    """

    def __init__(self, width: int, condition: int, hidden: Sequence[int], activation: str, pac: int = 1) -> None:
        super().__init__()
        self.pac = pac
        self.net = nn.Sequential(
            *hidden_layers((width + condition) * pac, hidden, activation, batch_norm=False), nn.Linear(hidden[-1], 1)
        )

    def forward(self, rows: Tensor, condition: Tensor | None = None) -> Tensor:
        joined = rows if condition is None else torch.cat([rows, condition], 1)
        return self.net(joined.reshape(len(joined) // self.pac, -1)).squeeze(1)  # type: ignore[no-any-return]
