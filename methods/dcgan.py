"""DCGAN for class-conditional images: the label by projection (``dcgan``) or by an auxiliary classifier (``acgan``).

Sources: Radford, Metz & Chintala 2016 (arXiv 1511.06434: architecture, initialisation, Adam 2e-4 with beta1 0.5, batch
128, noise of 100); Miyato & Koyama 2018 (arXiv 1802.05637: projection); Odena, Olah & Shlens 2017 (arXiv 1610.09585,
section 3: auxiliary classifier). The networks are in ``methods.nn.dcgan_networks``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, Self, cast

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bench.augmenter import Augmenter
from bench.errors import BenchError
from bench.registry import Training, method
from bench.seeds import derive
from methods.nn.adversarial import CrossEntropy, OnStep, seeded, train
from methods.nn.averaging import Average
from methods.nn.dcgan_networks import Discriminator, Generator, Shape, padded
from methods.nn.diffaugment import TRANSFORMS

if TYPE_CHECKING:
    from bench.task import Array, Labels, Schema

#: images generated at once
CHUNK = 1024
#: images of each class that the monitor is shown
WATCHED = 16


class AuxiliaryCrossEntropy(CrossEntropy):
    """AC-GAN: both networks also minimise the cross-entropy of the class, on real and on generated images."""

    def __init__(self, weight: float) -> None:
        self.weight = weight

    def critic(
        self, critic: nn.Module, real: Tensor, synthetic: Tensor, condition: Tensor | None
    ) -> tuple[Tensor, ...]:
        (on_real, class_real), (on_synthetic, class_synthetic) = (
            _judge(critic, real, condition),
            _judge(critic, synthetic, condition),
        )
        d_real, d_synthetic = F.softplus(-on_real).mean(), F.softplus(on_synthetic).mean()
        return d_real + d_synthetic + self.weight * (class_real + class_synthetic), d_real, d_synthetic

    def generator(self, critic: nn.Module, synthetic: Tensor, condition: Tensor | None) -> Tensor:
        logit, class_loss = _judge(critic, synthetic, condition)
        return F.softplus(-logit).mean() + self.weight * class_loss


def _judge(critic: nn.Module, images: Tensor, classes: Tensor | None) -> tuple[Tensor, Tensor]:
    assert isinstance(critic, Discriminator)
    assert classes is not None
    logit, auxiliary = critic.classify(images, classes)
    assert auxiliary is not None
    return logit, F.cross_entropy(auxiliary, classes)


@method(
    "dcgan",
    modalities=("image",),
    published=Training(
        "steps",
        39_000,
        "the authors' code for MNIST: 200 epochs of 50,000 digits in batches of 128, half of them the generator's",
    ),
    summary="Convolutional GAN, the class by label projection.",
)
@method(
    "acgan",
    modalities=("image",),
    params={"head": "auxiliary"},
    published=Training("steps", 50_000, "Odena et al. 2017, ten classes of ImageNet: 50,000 batches of 100"),
    summary="Convolutional GAN, the class by an auxiliary classifier.",
)
class DCGAN(Augmenter):
    """Class-conditional DCGAN, one pair of networks for all classes.

    Images may have any size and any number of channels: their border is repeated up to the next size that the strides
    divide, and cut off again.

    Parameters
    ----------
    steps : generator steps, each after one discriminator step.
    batch_size, latent, width, lr, beta1 : DCGAN's. ``width`` is the number of maps at half the image's size; at 32
        a step costs a third of one at 64.
    head : "projection" or "auxiliary".
    auxiliary_weight : weight of the auxiliary classifier's cross-entropy.
    spectral : spectral normalisation in the discriminator (Miyato) in place of batch norm (DCGAN).
    balanced : draw every class equally often while training; otherwise rows as they come.
    augment : differentiable augmentations of what the discriminator sees, of "flip", "translation", "cutout".
    ema : decay of the average of the generator's weights that images are drawn from; 0 draws from the last weights.
    bfloat16 : convolutions in bfloat16; 1.5 to 2 times as fast on processors that have it.
    """

    def __init__(
        self,
        steps: int = 10_000,
        batch_size: int = 128,
        latent: int = 100,
        width: int = 64,
        lr: float = 2e-4,
        beta1: float = 0.5,
        head: Literal["projection", "auxiliary"] = "projection",
        auxiliary_weight: float = 1.0,
        spectral: bool = False,
        balanced: bool = True,
        augment: tuple[str, ...] = (),
        ema: float = 0.0,
        bfloat16: bool = False,
        device: str = "cpu",
        random_state: int = 0,
    ) -> None:
        super().__init__(random_state)
        self.steps = steps
        self.batch_size = batch_size
        self.latent = latent
        self.width = width
        self.lr = lr
        self.beta1 = beta1
        self.head = head
        self.auxiliary_weight = auxiliary_weight
        self.spectral = spectral
        self.balanced = balanced
        self.augment = augment
        self.ema = ema
        self.bfloat16 = bfloat16
        self.device = device

    def fit(self, X: Array, y: Labels, schema: Schema) -> Self:
        """Train on images X (n, channels, height, width) in [0, 1]. Raises ``BenchError`` for a wrong option."""
        self._check()
        if "flip" in self.augment and not schema.mirror:
            raise BenchError(f"{type(self).__name__}: augment has flip, but a mirrored image leaves its class here")
        channels, height, width = schema.shape
        shape: Shape = padded((channels, height, width))
        self.schema_, self.present_ = schema, np.unique(y)
        images = torch.as_tensor(X, dtype=torch.float32, device=self.device) * 2 - 1
        images = F.pad(images, (0, shape[2] - width, 0, shape[1] - height), mode="replicate")
        labels = torch.as_tensor(y, device=self.device)
        weights = torch.ones(len(y), device=self.device)
        if self.balanced:
            weights /= labels.bincount()[labels]

        def batches() -> tuple[Tensor, Tensor]:
            rows = torch.multinomial(weights, self.batch_size, replacement=True)
            return images[rows], labels[rows]

        with seeded(derive(self.random_state, "fit")):
            generator = Generator(shape, schema.n_classes, self.latent, self.width, self.bfloat16)
            discriminator = Discriminator(
                shape, schema.n_classes, self.width, self.head, self.spectral, tuple(self.augment), self.bfloat16
            )
            for network in (generator, discriminator):
                network.to(self.device).to(memory_format=torch.channels_last)
            auxiliary = self.head == "auxiliary"
            average = Average(generator, self.ema)
            drawn = cast(Generator, average.module)
            train(
                generator,
                discriminator,
                AuxiliaryCrossEntropy(self.auxiliary_weight) if auxiliary else CrossEntropy(),
                batches,
                (self._optimiser(generator), self._optimiser(discriminator)),
                steps=self.steps,
                noise=self.latent,
                on_step=average.following(self._watch(generator, drawn)),
            )
        self.generator_ = drawn.eval()
        return self

    def sample(self, labels: Labels) -> Array:
        """One image per label, in [0, 1]. Raises ``BenchError`` for a class without training images."""
        for cls in np.setdiff1d(labels, self.present_):
            raise BenchError(f"class {self.schema_.classes[cls]!r} has no training rows")
        return self._draw(self.generator_, np.asarray(labels), derive(self.random_state, "sample"))

    def _check(self) -> None:
        if self.head not in ("projection", "auxiliary"):
            raise BenchError(f'{type(self).__name__}: head must be "projection" or "auxiliary", not {self.head!r}')
        for name in set(self.augment) - set(TRANSFORMS):
            raise BenchError(f"{type(self).__name__}: unknown augmentation {name!r}; known: {', '.join(TRANSFORMS)}")
        for name, least in (("steps", 1), ("batch_size", 2), ("latent", 1), ("width", 1)):
            if getattr(self, name) < least:
                raise BenchError(f"{type(self).__name__}: {name} must be at least {least}, not {getattr(self, name)}")
        if not self.lr > 0:
            raise BenchError(f"{type(self).__name__}: lr must be above 0, not {self.lr}")
        if not 0 <= self.beta1 < 1:
            raise BenchError(f"{type(self).__name__}: beta1 must lie in 0 to 1, 1 excluded, not {self.beta1}")
        if not self.auxiliary_weight >= 0:
            raise BenchError(f"{type(self).__name__}: auxiliary_weight must be 0 or more, not {self.auxiliary_weight}")

    def _optimiser(self, network: nn.Module) -> torch.optim.Optimizer:
        return torch.optim.Adam(network.parameters(), self.lr, (self.beta1, 0.999), fused=True)

    def _watch(self, generator: Generator, drawn: Generator) -> OnStep | None:
        monitor = self.monitor
        if monitor is None:
            return None
        watched = np.repeat(self.present_, WATCHED)
        seed = derive(self.random_state, "watch")  # the same noise at every step, so that sheets can be compared

        def draw() -> tuple[Array, Labels]:
            rows = self._draw(drawn.eval(), watched, seed)
            generator.train()
            return rows, watched

        def on_step(step: int, losses: Mapping[str, Tensor]) -> None:
            if monitor.wants(step, self.steps):
                with seeded(seed):
                    monitor.record(step, {key: float(value) for key, value in losses.items()}, draw)

        return on_step

    @torch.inference_mode()
    def _draw(self, generator: Generator, labels: Labels, seed: int) -> Array:
        rows = np.empty((len(labels), *self.schema_.shape), dtype=np.float32)
        _, height, width = self.schema_.shape
        with seeded(seed):
            for start in range(0, len(labels), CHUNK):
                classes = torch.as_tensor(labels[start : start + CHUNK], device=self.device)
                images = generator(torch.randn(len(classes), self.latent, device=self.device), classes)
                rows[start : start + CHUNK] = ((images[..., :height, :width] + 1) / 2).clamp(0, 1).cpu().numpy()
        return rows
