"""The vanilla GAN (Goodfellow et al. 2014), trained on each class that needs rows; and as the YData slides have it.

``gan`` has the slides' sizes, and settings that were chosen on development tasks (``results/defaults``): DCGAN's batch
norm, leaky ReLU and rate (Radford et al. 2016), normal scores of numeric columns, averaged weights. ``slides-gan`` has
the slides' (Clemente) rates; betas (0.5, 0.9), ReLU and the linear output are those of the code behind them (Nash
2017). Left out: its soft labels (0.999 to 1), its division of every feature by 10, and its batches drawn with one fixed
seed, which showed the network the same 128 rows at every step. Its generator saw test frauds; here none does.
"""

from __future__ import annotations

from torch import nn
from torch.optim import Optimizer

from bench.registry import Training, method
from methods.nn.adversarial import CrossEntropy, Objective, adam
from methods.nn.generative import AdversarialAugmenter
from methods.nn.transforms import TransformName


@method(
    "gan",
    modalities=("tabular", "image", "series"),
    published=Training("steps", 5_000, "YData's slides on credit-card fraud: 'Epochs 5000', an epoch being one batch"),
)
@method(
    "slides-gan",
    modalities=("tabular", "image", "series"),
    params={"learning_rate": 5e-4, "activation": "relu", "batch_norm": False, "transform": "none", "ema": 0.0},
    published=Training("steps", 5_000, "YData's slides on credit-card fraud: 'Epochs 5000', an epoch being one batch"),
    summary="Vanilla GAN with the settings of YData's slides, one a class",
)
@method(
    "pacgan",
    modalities=("tabular", "image", "series"),
    params={"pac": 2},
    published=Training(
        "steps", 400_000, "Lin et al. 2018, ring and grid: 400 epochs of 100,000 points in batches of 100"
    ),
    summary="Vanilla GAN whose critic judges two rows together (PacGAN), one a class",
)
class GAN(AdversarialAugmenter):
    """Vanilla GAN, one for each class that needs rows.

    Generator noise 32 -> 128 -> 256 -> 512 -> d, discriminator d -> 512 -> 256 -> 128 -> 1, batch 128, Adam.
    ``steps`` is the slides' "Epochs 5000" (an epoch there is one batch); their log stops at 500, where a detector
    still tells 98 % of the rows apart. Other parameters: :class:`methods.nn.generative.AdversarialAugmenter`.
    """

    def __init__(
        self,
        steps: int = 5000,
        batch_size: int = 128,
        noise: int = 32,
        generator: tuple[int, ...] = (128, 256, 512),
        critic: tuple[int, ...] = (512, 256, 128),
        learning_rate: float = 2e-4,
        betas: tuple[float, float] = (0.5, 0.9),
        activation: str = "leaky_relu",
        critic_activation: str | None = None,
        batch_norm: bool = True,
        critic_steps: int = 1,
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

    def _objective(self) -> Objective:
        return CrossEntropy()

    def _optimisers(self, generator: nn.Module, critic: nn.Module) -> tuple[Optimizer, Optimizer]:
        return adam(generator, self.learning_rate, self.betas), adam(critic, self.learning_rate, self.betas)
