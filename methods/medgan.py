"""medGAN: a generator in the code space of an autoencoder that was trained first.

Choi et al. 2017, "Generating multi-label discrete patient records using generative adversarial networks" (MLHC);
defaults from the authors' code (mp2893/medgan). Theirs is for binary or count columns; as in Camino et al. 2018
(arXiv 1807.01202) the decoder here ends in one Gumbel-softmax a categorical column, and numbers are linear, so any
table will do. The parts that make it medGAN: the pre-trained decoder, which the generator's training tunes on;
shortcuts around every generator layer; and minibatch averaging, by which the critic sees the mean of the batch beside
each row, against mode collapse.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss
from torch.optim import Optimizer

from bench.errors import BenchError
from bench.registry import Training, method
from methods.nn.adversarial import Batches, CrossEntropy, Objective, seeded, train
from methods.nn.averaging import Average
from methods.nn.generative import AdversarialAugmenter
from methods.nn.networks import Generator, MixedHead, hidden_layers
from methods.nn.transforms import TransformName

if TYPE_CHECKING:
    from bench.task import Array, Labels

#: batches that settle the generator's batch statistics after training, as the authors' burn-in does
BURN_IN = 100


class Autoencoder(nn.Module):
    """Vectors (n, width) to codes (n, code) by one tanh layer, and back through ``head``."""

    def __init__(self, width: int, code: int, head: MixedHead) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(width, code), nn.Tanh())
        self.head = head

    def loss(self, rows: Tensor) -> Tensor:
        """Reconstruction error, summed over columns: cross-entropy of categories, squared error of numbers."""
        head = self.head
        out = head.linear(self.encoder(rows))
        total = mse_loss(out[:, : head.n_numeric], rows[:, : head.n_numeric], reduction="sum") / len(rows)
        if head.sizes:
            logits, hot = (part[:, head.n_numeric :].split(head.sizes, 1) for part in (out, rows))
            for block, truth in zip(logits, hot, strict=True):
                total = total + cross_entropy(block, truth.argmax(1))
        return total


class ResidualGenerator(nn.Module):
    """Noise (n, w) and condition (n, c) to vectors: ``layers`` times h + relu(BN(Wh)), then h + tanh(BN(Wh)) as the
    code, then the decoder's head. The condition is added to the noise through a linear map, to keep the width."""

    def __init__(self, width: int, condition: int, layers: int, head: MixedHead, momentum: float) -> None:
        super().__init__()
        self.condition = nn.Linear(condition, width, bias=False) if condition else None
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.Linear(width, width, bias=False),
                nn.BatchNorm1d(width, momentum=momentum),
                nn.ReLU() if i < layers else nn.Tanh(),
            )
            for i in range(layers + 1)
        )
        self.head = head

    def forward(self, noise: Tensor, condition: Tensor | None = None) -> Tensor:
        h = noise if self.condition is None else noise + self.condition(condition)
        for block in self.blocks:
            h = h + block(h)
        return cast(Tensor, self.head(h))


class AveragingCritic(nn.Module):
    """Vectors (n, width) and condition (n, c) to scores (n,), each row judged beside the mean of its batch."""

    def __init__(self, width: int, condition: int, hidden: Sequence[int]) -> None:
        super().__init__()
        layers = hidden_layers(2 * (width + condition), hidden, "relu", batch_norm=False)
        self.net = nn.Sequential(*layers, nn.Linear(hidden[-1], 1))

    def forward(self, rows: Tensor, condition: Tensor | None = None) -> Tensor:
        joined = rows if condition is None else torch.cat([rows, condition], 1)
        mean = joined.mean(0, keepdim=True).expand_as(joined)
        return cast(Tensor, self.net(torch.cat([joined, mean], 1)).squeeze(1))


@method(
    "medgan",
    published=Training(
        "steps",
        42_000,
        "Choi et al. 2017, on MIMIC-III: 1,000 epochs in batches of 1,000 of 46,520 patients, 9 in 10 to train on",
    ),
    summary="medGAN: generator in the code space of a pre-trained autoencoder, one a class",
)
class MedGAN(AdversarialAugmenter):
    """medGAN, one for each class that needs rows.

    Code and noise 128, generator 128, 128 and the code, critic 256, 128, batch norm momentum 0.99, L2 0.001, Adam with
    its usual rates, 2 critic steps to a generator step. The authors count epochs: on their 46,520 patients 100 epochs
    in batches of 100 (42,000 steps) for the autoencoder and 1,000 epochs in batches of 1,000 (42,000 steps) after it.
    Theirs are counts and codes; for numbers, normal scores and averaged weights were chosen (``results/defaults``).

    Parameters
    ----------
    steps, pretrain_steps : generator steps, and autoencoder steps before them.
    code : width of the autoencoder's code; the shortcuts make noise and generator layers as wide.
    l2 : weight decay of all networks.
    temperature : of the decoder's Gumbel-softmax; 2/3 as Camino et al.
    Other parameters: :class:`methods.nn.generative.AdversarialAugmenter`.
    """

    pac = 1
    activation = critic_activation = "relu"
    batch_norm = True
    betas = (0.9, 0.999)

    def __init__(
        self,
        steps: int = 42_000,
        pretrain_steps: int = 42_000,
        batch_size: int = 1000,
        pretrain_batch_size: int = 100,
        noise: int = 128,
        code: int = 128,
        generator: tuple[int, ...] = (128, 128),
        critic: tuple[int, ...] = (256, 128),
        learning_rate: float = 1e-3,
        l2: float = 1e-3,
        batch_norm_momentum: float = 0.99,
        critic_steps: int = 2,
        temperature: float | tuple[float, float] = 2 / 3,
        balanced: bool = True,
        transform: TransformName = "quantile",
        ema: float = 0.995,
        device: str = "cpu",
        random_state: int = 0,
    ) -> None:
        super().__init__(random_state)
        self.steps = steps
        self.pretrain_steps = pretrain_steps
        self.batch_size = batch_size
        self.pretrain_batch_size = pretrain_batch_size
        self.noise = noise
        self.code = code
        self.generator = generator
        self.critic = critic
        self.learning_rate = learning_rate
        self.l2 = l2
        self.batch_norm_momentum = batch_norm_momentum
        self.critic_steps = critic_steps
        self.temperature = temperature
        self.balanced = balanced
        self.transform = transform
        self.ema = ema
        self.device = device

    def _objective(self) -> Objective:
        return CrossEntropy()

    def _optimisers(self, generator: nn.Module, critic: nn.Module) -> tuple[Optimizer, Optimizer]:
        return self._adam(generator), self._adam(critic)

    def _adam(self, network: nn.Module) -> Optimizer:
        return torch.optim.Adam(
            network.parameters(), lr=self.learning_rate, betas=self.betas, weight_decay=self.l2, fused=True
        )

    def _check(self) -> None:
        super()._check()
        if {self.noise, *self.generator} != {self.code}:
            raise BenchError(
                f"medgan: its shortcuts need noise ({self.noise}), generator ({self.generator}) and code ({self.code}) "
                "of one width"
            )
        if self.pretrain_steps < 0 or self.pretrain_batch_size < 1:
            raise BenchError("medgan: pretrain_steps must be 0 or more and pretrain_batch_size at least 1")
        if not self.l2 >= 0 or not 0 <= self.batch_norm_momentum <= 1:
            raise BenchError("medgan: l2 must be 0 or more, and batch_norm_momentum lie in 0 to 1")

    def _train(self, X: Array, y: Labels, seed: int, cls: int | None) -> Generator:
        encoder = self.encoder_
        condition = self.labels_.width if self.conditional else 0
        with seeded(seed):
            first, last = self._temperatures()
            head = MixedHead(self.code, encoder.n_numeric, encoder.sizes, bounded=False, temperature=first)
            self._pretrain(Autoencoder(encoder.width, self.code, head).to(self.device), X)
            network = ResidualGenerator(
                self.code, condition, len(self.generator), head, momentum=1 - self.batch_norm_momentum
            )
            critic = AveragingCritic(encoder.width, condition, self.critic).to(self.device)
            network.to(self.device)
            generator = cast(Generator, network)  # has what sampling and watching use: a call and a head
            average = Average(network, self.ema)
            drawn = cast(Generator, average.module)
            batches = self._batches(X, y)
            train(
                network,
                critic,
                self._objective(),
                batches,
                self._optimisers(network, critic),
                steps=self.steps,
                noise=self.noise,
                critic_steps=self.critic_steps,
                on_step=average.following(self._watch(generator, drawn, y, cls, seed, last / first)),
            )
            self._settle(average.module, batches)
        return drawn.eval()

    def _pretrain(self, autoencoder: Autoencoder, X: Array) -> None:
        numbers, codes = self.encoder_.compact(X, self.device)
        optimiser = self._adam(autoencoder)
        for _ in range(self.pretrain_steps):
            picked = torch.randint(len(X), (self.pretrain_batch_size,), device=self.device)
            loss = autoencoder.loss(self.encoder_.expand(numbers[picked], codes[picked]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()

    @torch.no_grad()
    def _settle(self, network: nn.Module, batches: Batches) -> None:
        """Batch statistics of the finished generator, as plain means over fresh batches: with momentum 0.99 they
        would still remember earlier weights."""
        for module in network.modules():
            if isinstance(module, nn.BatchNorm1d):
                module.reset_running_stats()
                module.momentum = None
        network.train()
        for _ in range(BURN_IN):
            rows, condition = batches()
            network(torch.randn(len(rows), self.noise, device=self.device), condition)


@method(
    "cmedgan",
    published=Training(
        "steps",
        42_000,
        "Choi et al. 2017, on MIMIC-III: 1,000 epochs in batches of 1,000 of 46,520 patients, 9 in 10 to train on",
    ),
    summary="medGAN with the label as input to generator and critic",
)
class CMedGAN(MedGAN):
    """medGAN with the label as input to both networks; classes are drawn equally often (``balanced``)."""

    conditional: ClassVar[bool] = True
