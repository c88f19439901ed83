"""What the neural classifiers share: one training loop and one way to predict.

The loop is deliberately plain (Adam, mini-batches of a seeded permutation, no early stopping), so that it treats real
and synthetic training rows alike and its cost is a fixed number of steps. Rows stay resident on the device.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils import check_random_state
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data
from torch import Tensor, nn
from torch.nn import functional as F

from bench.augmenter import BatchTransform
from bench.errors import BenchError


class TorchClassifier(ClassifierMixin, BaseEstimator, ABC):
    """A scikit-learn classifier whose model is a network from flat rows to logits.

    Subclasses store the parameters below in their constructor (scikit-learn wants them spelt out there) and say what
    the network is. Two classes give one logit (binary cross-entropy), more give one logit a class (cross-entropy).

    Parameters
    ----------
    epochs : passes over the training rows.
    min_steps : at least so many optimiser steps, by further epochs. A few epochs of a small table are a handful of
        steps, which would leave the network close to its initial weights.
    max_steps : at most so many optimiser steps; None means no limit. With ``min_steps == max_steps`` every training
        set costs the same, however many synthetic rows it holds.
    batch_size : rows a step, at least 2 (batch normalisation needs two). An epoch is cut into equal batches of at
        most this size, so that no batch of one row is left over.
    lr : Adam's learning rate.
    class_weight : None, ``"balanced"`` or ``{class: weight}``, as in scikit-learn: weights of the rows' losses.
    batch_transform : changes each batch before the step, see ``bench.augmenter.Augmenter``; None leaves it.
    random_state : seeds initial weights, permutations and dropout; torch's global generators are left untouched.
    device : torch device string.
    """

    epochs: int
    min_steps: int
    max_steps: int | None
    batch_size: int
    lr: float
    class_weight: str | Mapping[Any, float] | None
    batch_transform: BatchTransform | None
    random_state: Any
    device: str

    #: cosine decay of the learning rate to zero over the steps; constant otherwise
    decay: bool = False
    #: of a row, for those to which it matters; see :func:`row_shape`
    shape: tuple[int, ...] | None = None
    #: rows predicted at a time, which bounds the memory of a big test set
    _chunk = 256

    @abstractmethod
    def _network(self, width: int, outputs: int) -> nn.Module:
        """The untrained network: (batch, width) float32 to (batch, outputs) logits; global generators are seeded."""

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train from X (n, width) and y (n,) of at least two classes.

        Raises ``ValueError`` for rows or labels that scikit-learn would refuse, or of one class only, and
        ``BenchError`` for parameters without a meaning.
        """
        table, labels = validate_data(self, X, y, dtype=np.float32)
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        k = len(self.classes_)
        if k < 2:
            raise ValueError(f"{type(self).__name__} needs rows of at least two classes, got 1 class")
        steps, batches = self._plan(len(table))

        device = torch.device(self.device)
        rows = _tensor(table).to(device)
        weights = None
        if self.class_weight is not None:
            by_class = compute_class_weight(self.class_weight, classes=self.classes_, y=labels)
            weights = torch.from_numpy(by_class[codes]).float().to(device)
        # one logit and float targets for two classes, else one logit a class and their indices
        targets = torch.from_numpy(codes).to(device, torch.float32 if k == 2 else torch.int64)

        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        with seeded(seed, device):
            self.network_ = self._network(table.shape[1], 1 if k == 2 else k).to(device)
            self._train(rows, targets, weights, steps, batches, seed)
        self.network_.eval()
        self.n_steps_ = steps
        return self

    def warm_up(self) -> None:
        """One step on made-up rows: loads and compiles what the first fit of a process would pay for."""
        rows = np.zeros((4, math.prod(self.shape or (8,))), dtype=np.float32)
        clone(self).set_params(max_steps=1, class_weight=None, batch_transform=None).fit(
            rows, [0, 1, 0, 1]
        ).predict_proba(rows)

    def _plan(self, n: int) -> tuple[int, int]:
        """Optimiser steps in all, and batches an epoch."""
        if self.batch_size < 2:
            raise BenchError(f"{type(self).__name__}: batch_size must be at least 2, not {self.batch_size}")
        batches = math.ceil(n / self.batch_size)
        steps = batches * math.ceil(max(self.epochs, self.min_steps / batches))
        if self.max_steps is not None:
            steps = min(steps, self.max_steps)
        if steps < 1:
            raise BenchError(f"{type(self).__name__}: epochs, min_steps and max_steps leave nothing to train")
        return steps, batches

    def _train(
        self, rows: Tensor, targets: Tensor, weights: Tensor | None, steps: int, batches: int, seed: int
    ) -> None:
        network = self.network_.train()
        optimiser = torch.optim.Adam(network.parameters(), lr=self.lr, fused=True)
        generator = torch.Generator().manual_seed(seed)
        draws = np.random.default_rng(seed)
        done = 0
        while done < steps:
            order = torch.randperm(len(rows), generator=generator).to(rows.device)
            for batch in order.tensor_split(batches)[: steps - done]:
                if self.decay:
                    optimiser.param_groups[0]["lr"] = self.lr * 0.5 * (1 + math.cos(math.pi * done / steps))
                X, y = rows[batch], targets[batch]
                if self.batch_transform is not None:
                    X, mixed = self.batch_transform(X, _one_hot(y, len(self.classes_)), draws)
                    y = mixed[:, 1] if len(self.classes_) == 2 else mixed
                loss = _loss(network(X), y, None if weights is None else weights[batch])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                done += 1

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Class probabilities (n, len(classes_)) in the order of ``classes_``."""
        check_is_fitted(self)
        table = validate_data(self, X, dtype=np.float32, reset=False)
        device = torch.device(self.device)
        out = np.empty((len(table), len(self.classes_)))
        # every chunk is as long, the last one padded, so that the same kernels run: with fewer rows others might, and
        # a row's probability would depend, in its seventh digit, on the rows that it is predicted with
        chunk = np.zeros((self._chunk, table.shape[1]), dtype=np.float32)
        with torch.no_grad():
            for start in range(0, len(table), self._chunk):
                rows = table[start : start + self._chunk]
                chunk[: len(rows)] = rows
                logits = self.network_(torch.from_numpy(chunk).to(device)).cpu().double()[: len(rows)]
                if logits.shape[1] == 1:
                    logits = torch.cat((torch.zeros_like(logits), logits), 1)
                out[start : start + self._chunk] = logits.softmax(1).numpy()
        return out

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The most probable class of each row."""
        codes = self.predict_proba(X).argmax(1)
        return self.classes_[codes]


def _loss(logits: Tensor, targets: Tensor, weights: Tensor | None) -> Tensor:
    if logits.shape[1] == 1:
        return F.binary_cross_entropy_with_logits(logits[:, 0], targets, weights)
    if weights is None:  # targets may be class indices or, of mixed rows, shares of classes
        return F.cross_entropy(logits, targets)
    return (F.cross_entropy(logits, targets, reduction="none") * weights).mean()


def _one_hot(targets: Tensor, classes: int) -> Tensor:
    return F.one_hot(targets.to(torch.int64), classes).to(torch.float32)


def _tensor(X: NDArray[np.float32]) -> Tensor:
    """Without a copy where the array may be written to; torch has no read-only tensors."""
    return torch.from_numpy(X if X.flags.writeable else X.copy())


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Seed torch's global generators (of the CPU and of ``device``) inside the block, and restore them after it."""
    accelerator = device.type != "cpu"
    with torch.random.fork_rng([device] if accelerator else [], device_type=device.type if accelerator else "cuda"):
        torch.default_generator.manual_seed(seed)
        if accelerator:
            torch.get_device_module(device).manual_seed(seed)
        yield


def row_shape(shape: tuple[int, ...] | None, width: int) -> tuple[int, ...]:
    """``shape``, or that of a series of one channel. Raises ``ValueError`` if rows of ``width`` numbers do not fit."""
    if shape is None:
        return (width, 1)
    if math.prod(shape) != width:
        raise ValueError(f"rows of shape {tuple(shape)} have {math.prod(shape)} numbers, not {width}")
    return tuple(shape)
