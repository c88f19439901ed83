"""The conditional GAN: the vanilla GAN with the label as input to both networks; and as the YData slides have it."""

from __future__ import annotations

from typing import ClassVar

from bench.registry import method
from methods.gan import GAN, SLIDES, SLIDES_LENGTH


@method("cgan", modalities=("tabular", "image", "series"), published=SLIDES_LENGTH)
@method(
    "slides-cgan",
    modalities=("tabular", "image", "series"),
    params=SLIDES,
    published=SLIDES_LENGTH,
    summary="Conditional GAN with the settings of YData's slides.",
)
class CGAN(GAN):
    """Conditional GAN: 33 and d + 1 inputs for two classes, one-hot labels for more (Mirza & Osindero 2014).

    One pair of networks for all classes, which are drawn equally often while training (``balanced``). The slides
    condition on two k-means clusters of the frauds; here the condition is the class.
    """

    conditional: ClassVar[bool] = True
