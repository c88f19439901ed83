"""The Fréchet distance between images, in the feature space of the suite's own small CNN (``frechet_cnn``).

The distance is Heusel et al.'s ("GANs trained by a two time-scale update rule ...", NeurIPS 2017, eq. 6): two
Gaussians are fitted to the features of real and of synthetic images. Their Inception network knows colour
photographs at 299 × 299; here the features are the last feature maps of the suite's ``cnn`` classifier, averaged over
the pixels as Inception's are, trained on the real training rows of the task. So figures compare within one task and
seed, never with published FIDs. Like every such distance it is biased upwards for few images; it compares fairly at
equal counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.measures.privacy import row_hashes

if TYPE_CHECKING:
    from bench.task import Array, Labels

Features = Callable[["Array"], NDArray[np.float32]]

_CACHE: dict[tuple[Any, ...], Features] = {}


def frechet_distance(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    """``|mean_a - mean_b|^2 + tr(C_a + C_b - 2 (C_a C_b)^(1/2))`` of features (n, d) and (m, d); 0 is ideal.

    The trace of the root is taken as the sum of the singular values of ``A B^T``, where ``A^T A = C_a`` and
    ``B^T B = C_b``: exact, also where a covariance is singular because there are fewer images than features.
    """
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    mean_a, mean_b = a.mean(axis=0), b.mean(axis=0)
    root_a, root_b = _root(a - mean_a), _root(b - mean_b)
    cross = np.linalg.svd(root_a @ root_b.T, compute_uv=False).sum()
    spread = (root_a**2).sum() + (root_b**2).sum()
    return float(max(0.0, ((mean_a - mean_b) ** 2).sum() + spread - 2 * cross))


def _root(centred: NDArray[np.float64]) -> NDArray[np.float64]:
    """R with ``R^T R`` the covariance (divided by n - 1), of at most d rows."""
    root = np.linalg.qr(centred, mode="r") if len(centred) > centred.shape[1] else centred
    return root / np.sqrt(max(len(centred) - 1, 1))


def cnn_features(X: Array, y: Labels, seed: int, steps: int = 150, device: str = "cpu") -> Features:
    """Train the suite's ``cnn`` on real training images and return its feature map, kept for the process.

    Parameters
    ----------
    X, y : training images (n, channels, height, width) in [0, 1] and labels (n,); all methods of one task and seed
        share the network, since it depends on these and on ``seed`` alone.
    steps : optimiser steps; features of a roughly trained network do.

    Returns
    -------
    images (n, channels, height, width) to float32 (n, d).
    """
    key = (X.shape, int(np.bitwise_xor.reduce(row_hashes(X))), seed, steps, device)
    if key not in _CACHE:
        _CACHE.clear()  # one network at a time: a worker goes through its fits task by task
        _CACHE[key] = _train(X, y, seed, steps, device)
    return _CACHE[key]


def _train(X: Array, y: Labels, seed: int, steps: int, device: str) -> Features:
    import torch

    from bench.classifiers.cnn import CNN

    model = CNN(shape=X.shape[1:], min_steps=steps, max_steps=steps, random_state=seed, device=device)
    model.fit(X.reshape(len(X), -1), y)
    flatten = next(layer for layer in model.network_.modules() if isinstance(layer, torch.nn.Flatten))

    def features(rows: Array) -> NDArray[np.float32]:
        seen: list[Any] = []
        hook = flatten.register_forward_pre_hook(lambda _, maps: seen.append(maps[0].float().mean(dim=(2, 3)).cpu()))
        try:
            model.predict_proba(rows.reshape(len(rows), -1))
        finally:
            hook.remove()
        return np.asarray(torch.cat(seen).numpy(), dtype=np.float32)

    return features
