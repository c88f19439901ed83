"""Wasserstein GANs at ZetaGAN's sizes, with weight clipping or a gradient penalty, for each class or conditional.

ZetaGAN means 5 critic steps to a generator step but counts them within epochs of 3 batches, which gives 3:1 and 1,500
generator steps; its generator saw test frauds. Here it is 5:1, 1,500 generator steps, training rows alone.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from torch import nn
from torch.optim import Optimizer

from bench.errors import BenchError
from bench.registry import Training, method
from methods.nn.adversarial import GradientPenalty, Objective, Wasserstein, adam
from methods.nn.generative import AdversarialAugmenter
from methods.nn.transforms import TransformName


@method(
    "wgan",
    modalities=("tabular", "image", "series"),
    published=Training("steps", 1_500, "ZetaGAN on credit-card fraud: 1,500 epochs of one generator step each"),
    summary="Wasserstein GAN with weight clipping, one a class",
)
@method(
    "zetagan",
    modalities=("tabular", "image", "series"),
    params={"transform": "none", "ema": 0.0},
    published=Training("steps", 1_500, "ZetaGAN on credit-card fraud: 1,500 epochs of one generator step each"),
    summary="Wasserstein GAN with weight clipping as ZetaGAN has it, one a class",
)
@method(
    "wgan-gp",
    modalities=("tabular", "image", "series"),
    params={"clip": None, "penalty": 10.0, "optimiser": "adam", "learning_rate": 1e-4, "steps": 5000},
    published=Training("steps", 5_000, "Nash 2017, WGAN with gradient penalty on credit-card fraud"),
    summary="Wasserstein GAN with gradient penalty, one a class",
)
class WGAN(AdversarialAugmenter):
    """Wasserstein GAN, one for each class that needs rows.

    Generator noise 100 -> 256 -> 512 -> d with batch norm, critic d -> 512 -> 256 -> 1 without, leaky ReLU 0.2.
    ``clip`` with RMSProp 5e-5 is Arjovsky et al. 2017 and ZetaGAN; ``penalty`` with Adam 1e-4 is Gulrajani et al. 2017
    (``wgan-gp``: 5,000 steps and betas (0.5, 0.9) as Nash's WCGAN on credit fraud; the paper has (0, 0.9) for images).
    Normal scores of numeric columns and averaged weights were chosen on development tasks (``results/defaults``);
    ``zetagan`` has neither. Other parameters: :class:`methods.nn.generative.AdversarialAugmenter`.
    """

    def __init__(
        self,
        steps: int = 1500,
        batch_size: int = 128,
        noise: int = 100,
        generator: tuple[int, ...] = (256, 512),
        critic: tuple[int, ...] = (512, 256),
        clip: float | None = 0.01,
        penalty: float = 0.0,
        optimiser: Literal["rmsprop", "adam"] = "rmsprop",
        learning_rate: float = 5e-5,
        betas: tuple[float, float] = (0.5, 0.9),
        activation: str = "leaky_relu",
        critic_activation: str | None = None,
        batch_norm: bool = True,
        critic_steps: int = 5,
        pac: int = 1,
        temperature: float | tuple[float, float] = 1 / 3,
        balanced: bool = True,
        transform: TransformName = "quantile",
        ema: float = 0.995,
        device: str = "cpu",
        random_state: int = 0,
    ) -> None:
        super().__init__(random_state)
        self.steps = steps
        self.batch_size = batch_size
        self.noise = noise
        self.generator = generator
        self.critic = critic
        self.clip = clip
        self.penalty = penalty
        self.optimiser = optimiser
        self.learning_rate = learning_rate
        self.betas = betas
        self.activation = activation
        self.critic_activation = critic_activation
        self.batch_norm = batch_norm
        self.critic_steps = critic_steps
        self.pac = pac
        self.temperature = temperature
        self.balanced = balanced
        self.transform = transform
        self.ema = ema
        self.device = device

    def _check(self) -> None:
        super()._check()
        if not self.penalty >= 0:
            raise BenchError(f"wgan: penalty must be 0 (none) or more, not {self.penalty}")
        if self.clip is not None and not self.clip > 0:
            raise BenchError(f"wgan: clip must be above 0, not {self.clip}")
        if self.penalty and self.clip is not None:
            raise BenchError("wgan: clip and penalty exclude each other; set clip to None or penalty to 0")
        if not self.penalty and self.clip is None:
            raise BenchError("wgan: the critic needs clip or penalty: without one its scores have no bound")

    def _objective(self) -> Objective:
        return GradientPenalty(self.penalty, self.pac) if self.penalty else Wasserstein(self.clip)

    def _optimisers(self, generator: nn.Module, critic: nn.Module) -> tuple[Optimizer, Optimizer]:
        networks = (generator, critic)
        if self.optimiser == "rmsprop":
            first, second = (torch.optim.RMSprop(net.parameters(), lr=self.learning_rate) for net in networks)
            return first, second
        if self.optimiser == "adam":
            return adam(generator, self.learning_rate, self.betas), adam(critic, self.learning_rate, self.betas)
        raise BenchError(f"wgan: unknown optimiser {self.optimiser!r}; known: rmsprop, adam")


@method(
    "cwgan",
    modalities=("tabular", "image", "series"),
    published=Training("steps", 1_500, "ZetaGAN on credit-card fraud: 1,500 epochs of one generator step each"),
    summary="conditional WGAN with weight clipping",
)
@method(
    "cwgan-gp",
    modalities=("tabular", "image", "series"),
    params={"clip": None, "penalty": 10.0, "optimiser": "adam", "learning_rate": 1e-4, "steps": 5000},
    published=Training("steps", 5_000, "Nash 2017, WGAN with gradient penalty on credit-card fraud"),
    summary="conditional WGAN with gradient penalty",
)
class CWGAN(WGAN):
    """Wasserstein GAN with the label as input to both networks; classes are drawn equally often (``balanced``)."""

    conditional: ClassVar[bool] = True
