"""The adversarial loop that every generator of the suite shares, and its three objectives.

A generator is a module called ``generator(noise, condition)``, a critic one called ``critic(rows, condition)`` that
returns one score a pack of rows (``(batch / pac,)``). ``condition`` is a tensor ``(batch, c)`` or None. What rows look
like is the networks' affair: flat vectors, images, codes of an autoencoder.

Random numbers come from torch's default generator inside :func:`seeded`, which puts the caller's state back.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus
from torch.optim import Optimizer

#: draws a batch of real rows and their condition
Batches = Callable[[], tuple[Tensor, Tensor | None]]
#: called after every generator step with its number (from 1) and losses that no one has waited for yet
OnStep = Callable[[int, Mapping[str, Tensor]], None]


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Run with torch's default generators (every device's) at ``seed``; their state before is restored after."""
    devices = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        yield


def adam(network: nn.Module, learning_rate: float, betas: Sequence[float] = (0.5, 0.9)) -> Optimizer:
    """Adam over all of a network's parameters, in one fused kernel."""
    return torch.optim.Adam(network.parameters(), lr=learning_rate, betas=(betas[0], betas[1]), fused=True)


class Objective(ABC):
    """What the critic and the generator minimise."""

    @abstractmethod
    def critic(
        self, critic: nn.Module, real: Tensor, synthetic: Tensor, condition: Tensor | None
    ) -> tuple[Tensor, ...]:
        """(loss, d_real, d_synthetic): what to minimise, and the two terms that are reported."""

    @abstractmethod
    def generator(self, critic: nn.Module, synthetic: Tensor, condition: Tensor | None) -> Tensor:
        """The generator's loss; ``critic`` is frozen meanwhile."""

    def constrain(self, critic: nn.Module) -> None:  # noqa: B027  (most objectives leave the weights alone)
        """Called after each critic step."""


class CrossEntropy(Objective):
    """Goodfellow et al. 2014 with the non-saturating generator loss, on logits.

    ``d_real`` and ``d_synthetic`` are the critic's cross-entropies on real and on generated rows (log 2 = 0.693 where
    it cannot tell). Computed on logits: the Simulacrum study's code applied the cross-entropy of probabilities to
    logits, which may be why its plain GANs did badly.
    """

    def critic(
        self, critic: nn.Module, real: Tensor, synthetic: Tensor, condition: Tensor | None
    ) -> tuple[Tensor, ...]:
        d_real = softplus(-critic(real, condition)).mean()
        d_synthetic = softplus(critic(synthetic, condition)).mean()
        return d_real + d_synthetic, d_real, d_synthetic

    def generator(self, critic: nn.Module, synthetic: Tensor, condition: Tensor | None) -> Tensor:
        return softplus(-critic(synthetic, condition)).mean()


class Wasserstein(Objective):
    """Arjovsky et al. 2017: mean scores, weights clipped to ``[-clip, clip]`` after each critic step.

    ``d_real`` and ``d_synthetic`` are mean scores; their gap estimates the Wasserstein distance up to a constant
    factor.
    """

    def __init__(self, clip: float | None = 0.01) -> None:
        self.clip = clip

    def critic(
        self, critic: nn.Module, real: Tensor, synthetic: Tensor, condition: Tensor | None
    ) -> tuple[Tensor, ...]:
        d_real = critic(real, condition).mean()
        d_synthetic = critic(synthetic, condition).mean()
        return d_synthetic - d_real, d_real, d_synthetic

    def generator(self, critic: nn.Module, synthetic: Tensor, condition: Tensor | None) -> Tensor:
        return -critic(synthetic, condition).mean()

    @torch.no_grad()
    def constrain(self, critic: nn.Module) -> None:
        if self.clip is not None:
            for parameter in critic.parameters():
                parameter.clamp_(-self.clip, self.clip)


class GradientPenalty(Wasserstein):
    """Gulrajani et al. 2017: ``weight · mean((‖∇score‖₂ − 1)²)`` between real and generated rows.

    The norm is taken for each pack and the mean last; two of the source projects square the gap of the mean norm, or
    take one norm over the whole batch. The condition is not interpolated: both rows of a pair share it.
    """

    def __init__(self, weight: float = 10.0, pac: int = 1) -> None:
        super().__init__(clip=None)
        self.weight = weight
        self.pac = pac

    def critic(
        self, critic: nn.Module, real: Tensor, synthetic: Tensor, condition: Tensor | None
    ) -> tuple[Tensor, ...]:
        loss, d_real, d_synthetic = super().critic(critic, real, synthetic, condition)
        share = torch.rand(len(real) // self.pac, device=real.device).repeat_interleave(self.pac)
        share = share.view(-1, *[1] * (real.dim() - 1))
        between = torch.lerp(synthetic, real, share).requires_grad_()
        (slope,) = torch.autograd.grad(critic(between, condition).sum(), between, create_graph=True)
        norm = slope.reshape(len(real) // self.pac, -1).norm(dim=1)
        return loss + self.weight * (norm - 1).square().mean(), d_real, d_synthetic


def train(
    generator: nn.Module,
    critic: nn.Module,
    objective: Objective,
    batches: Batches,
    optimisers: tuple[Optimizer, Optimizer],
    *,
    steps: int,
    noise: int,
    critic_steps: int = 1,
    on_step: OnStep | None = None,
) -> None:
    """Train both networks in place: ``steps`` generator steps, each after ``critic_steps`` critic steps.

    Call it inside :func:`seeded`. Every step draws fresh noise. The generator's own batch takes its condition from a
    fresh draw of ``batches``.

    Parameters
    ----------
    batches : each call draws real rows and their condition; the number of rows may not change, a multiple of ``pac``.
    optimisers : of the generator and of the critic.
    noise : width of the generator's input, standard normal.
    on_step : called with losses ``g``, ``d_real``, ``d_synthetic`` and ``gap`` (d_real - d_synthetic), as detached
        tensors.
    """
    of_generator, of_critic = optimisers
    generator.train()
    critic.train()
    for step in range(1, steps + 1):
        for _ in range(critic_steps):
            real, condition = batches()
            with torch.no_grad():
                synthetic = generator(torch.randn(len(real), noise, device=real.device), condition)
            loss, d_real, d_synthetic = objective.critic(critic, real, synthetic, condition)
            of_critic.zero_grad()
            loss.backward()
            of_critic.step()
            objective.constrain(critic)
        if condition is not None:
            real, condition = batches()
        critic.requires_grad_(False)  # the generator's step needs no gradient of the critic's weights
        loss = objective.generator(
            critic, generator(torch.randn(len(real), noise, device=real.device), condition), condition
        )
        of_generator.zero_grad()
        loss.backward()
        of_generator.step()
        critic.requires_grad_(True)
        if on_step is not None:
            d_real, d_synthetic = d_real.detach(), d_synthetic.detach()
            on_step(
                step, {"g": loss.detach(), "d_real": d_real, "d_synthetic": d_synthetic, "gap": d_real - d_synthetic}
            )
