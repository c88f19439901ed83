"""Rows as networks see them: numbers first, then one block of one-hot columns for each categorical value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from bench.task import Array, Labels, Schema


class RowEncoder:
    """Between rows of a schema and flat vectors of ``width`` numbers.

    A tabular column, a pixel, a channel at one step is one value of the vector; a categorical one is a one-hot block.
    A static channel of a series is kept once, and written to every step when decoded, so that it stays static.

    Attributes
    ----------
    n_numeric : numeric values, which come first.
    sizes : width of each categorical block, in order.
    width : n_numeric + sum(sizes).
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        channels = schema.shape[-1]
        static = {i for i, column in enumerate(schema.columns) if column.static}
        kept = [i for i in range(schema.width) if i < channels or i % channels not in static]
        categorical = set(schema.categorical)
        self._numeric = np.array([i for i in kept if i % channels not in categorical], dtype=np.int64)
        self._categorical = np.array([i for i in kept if i % channels in categorical], dtype=np.int64)
        self._static = sorted(static)
        self.n_numeric = len(self._numeric)
        self.sizes = tuple(len(schema.columns[i % channels].categories or ()) for i in self._categorical)
        self.width = self.n_numeric + sum(self.sizes)
        self._offsets = torch.from_numpy(np.concatenate([[0], np.cumsum(self.sizes)[:-1]]).astype(np.int64))

    def compact(self, X: Array, device: str) -> tuple[Tensor, Tensor]:
        """Rows (n, *shape) as the numbers (n, n_numeric) float32 and the one-hot positions (n, blocks) int64.

        One-hot vectors are made a batch at a time: 250,000 rows of 1,430 categories would be 1.4 GB.
        """
        flat = torch.from_numpy(np.ascontiguousarray(X, dtype=np.float32)).reshape(len(X), -1)
        numbers = flat if self.n_numeric == self.schema.width else flat[:, self._numeric]
        if not self.sizes:
            return numbers.to(device), torch.empty((len(X), 0), dtype=torch.int64, device=device)
        codes = flat[:, self._categorical].to(torch.int64) + self._offsets
        return numbers.to(device, copy=True), codes.to(device)

    def expand(self, numbers: Tensor, codes: Tensor) -> Tensor:
        """The vectors (n, width) of compact rows."""
        if not self.sizes:
            return numbers
        hot = torch.zeros(len(codes), self.width - self.n_numeric, device=codes.device).scatter_(1, codes, 1.0)
        return torch.cat([numbers, hot], 1) if self.n_numeric else hot

    def encode(self, X: Array, device: str = "cpu") -> Tensor:
        """Rows (n, *shape) as vectors (n, width) float32."""
        return self.expand(*self.compact(X, device))

    def decode(self, vectors: Tensor) -> Array:
        """Vectors (n, width) as rows (n, *shape) float32; the largest entry of a block is its category."""
        rows = np.zeros((len(vectors), self.schema.width), dtype=np.float32)
        rows[:, self._numeric] = vectors[:, : self.n_numeric].cpu().numpy()
        blocks = vectors[:, self.n_numeric :].split(self.sizes, 1) if self.sizes else ()
        for position, block in zip(self._categorical, blocks, strict=True):
            rows[:, position] = block.argmax(1).cpu().numpy()
        shaped = rows.reshape(len(rows), *self.schema.shape)
        if self._static:
            shaped[..., self._static] = shaped[:, :1, self._static]
        return shaped


class LabelEncoder:
    """Labels as conditions: one number (0 or 1) for two classes, one-hot for more."""

    def __init__(self, n_classes: int) -> None:
        self.n_classes = n_classes
        self.width = 1 if n_classes == 2 else n_classes

    def __call__(self, labels: Tensor) -> Tensor:
        """(n,) int64 to (n, width) float32."""
        if self.n_classes == 2:
            return labels[:, None].to(torch.float32)
        return torch.nn.functional.one_hot(labels, self.n_classes).to(torch.float32)


def uniform_batches(labels: Labels) -> tuple[Labels, Labels, Labels]:
    """(order, starts, counts): row numbers sorted by class, and where each class that has rows begins in them."""
    order = np.argsort(labels, kind="stable")
    _, starts, counts = np.unique(labels[order], return_index=True, return_counts=True)
    return order.astype(np.int64), starts.astype(np.int64), counts.astype(np.int64)
