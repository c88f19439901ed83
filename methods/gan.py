"""The vanilla GAN of the YData slides (Clemente), trained on each class that needs rows.

Sizes, batch and rates are the slides'; betas (0.5, 0.9), ReLU and the linear output those of the code behind them
(Nash 2017). Left out: its soft labels (0.999 to 1), its division of every feature by 10, and its batches drawn with
one fixed seed, which showed the network the same 128 rows at every step. Its generator saw test frauds; here none does.
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

    Generator noise 32 -> 128 -> 256 -> 512 -> d, discriminator d -> 512 -> 256 -> 128 -> 1, batch 128, Adam 5e-4.
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
        learning_rate: float = 5e-4,
        betas: tuple[float, float] = (0.5, 0.9),
        activation: str = "relu",
        critic_activation: str | None = None,
        batch_norm: bool = False,
        critic_steps: int = 1,
        pac: int = 1,
        temperature: float | tuple[float, float] = 1 / 3,
        balanced: bool = True,
        transform: TransformName = "none",
        ema: float = 0.0,
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
