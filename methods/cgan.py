"""The conditional GAN: the vanilla GAN with the label as input to both networks; and as the YData slides have it."""

from __future__ import annotations

from typing import ClassVar

from bench.registry import Training, method
from methods.gan import GAN


@method(
    "cgan",
    modalities=("tabular", "image", "series"),
    published=Training("steps", 5_000, "YData's slides on credit-card fraud: 'Epochs 5000', an epoch being one batch"),
)
@method(
    "slides-cgan",
    modalities=("tabular", "image", "series"),
    params={"learning_rate": 5e-4, "activation": "relu", "batch_norm": False, "transform": "none", "ema": 0.0},
    published=Training("steps", 5_000, "YData's slides on credit-card fraud: 'Epochs 5000', an epoch being one batch"),
    summary="Conditional GAN with the settings of YData's slides.",
)
class CGAN(GAN):
    """Conditional GAN: 33 and d + 1 inputs for two classes, one-hot labels for more (Mirza & Osindero 2014).

    One pair of networks for all classes, which are drawn equally often while training (``balanced``). The slides
    condition on two k-means clusters of the frauds; here the condition is the class.
    """

    conditional: ClassVar[bool] = True
