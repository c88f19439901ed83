"""The objectives have their closed forms, and the loop counts its steps and minds its random state."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from methods.nn.adversarial import CrossEntropy, GradientPenalty, Wasserstein, adam, seeded, train
from methods.nn.networks import Critic


class Scores(nn.Module):
    """A critic that is linear in the first column."""

    def __init__(self, slope=1.0):
        super().__init__()
        self.slope = nn.Parameter(torch.tensor(slope))

    def forward(self, rows, condition=None):
        return self.slope * rows[:, 0]


def rows(value, n=6, width=2):
    return torch.full((n, width), value)


def test_cross_entropy_is_log_two_for_a_critic_that_cannot_tell():
    loss, d_real, _ = CrossEntropy().critic(Scores(0.0), rows(1.0), rows(-1.0), None)
    assert d_real.item() == pytest.approx(math.log(2))
    assert loss.item() == pytest.approx(2 * math.log(2))
    assert CrossEntropy().generator(Scores(0.0), rows(1.0), None).item() == pytest.approx(math.log(2))


def test_cross_entropy_agrees_with_torch_on_logits():
    real, synthetic = torch.randn(8, 2), torch.randn(8, 2)
    loss, *_ = CrossEntropy().critic(Scores(), real, synthetic, None)
    expected = nn.BCEWithLogitsLoss()
    assert loss.item() == pytest.approx(
        (expected(real[:, 0], torch.ones(8)) + expected(synthetic[:, 0], torch.zeros(8))).item(), rel=1e-5
    )


def test_wasserstein_is_the_difference_of_mean_scores():
    loss, d_real, d_synthetic = Wasserstein().critic(Scores(2.0), rows(3.0), rows(1.0), None)
    assert (d_real.item(), d_synthetic.item(), loss.item()) == (6.0, 2.0, -4.0)
    assert Wasserstein().generator(Scores(2.0), rows(1.0), None).item() == -2.0
    critic = Scores(2.0)
    Wasserstein(0.5).constrain(critic)
    assert critic.slope.item() == 0.5


@pytest.mark.parametrize("slope", [0.0, 1.0, 3.0])
def test_penalty_of_a_linear_critic(slope):
    loss, d_real, d_synthetic = GradientPenalty(10.0).critic(Scores(slope), torch.randn(6, 2), torch.randn(6, 2), None)
    assert (loss - d_synthetic + d_real).item() == pytest.approx(10 * (slope - 1) ** 2, abs=1e-4)


def test_penalty_takes_the_mean_of_squares_not_the_square_of_the_mean():
    class Kinked(Scores):  # slope 0 on one half of the rows, 2 on the other: mean norm 1, mean square 1
        def forward(self, rows, condition=None):
            return self.slope * 2 * rows[:, 0].clamp_min(0)

    both = torch.tensor([[1.0, 0.0]] * 5 + [[-1.0, 0.0]] * 5)
    loss, d_real, d_synthetic = GradientPenalty(10.0).critic(Kinked(), both, both, None)
    assert (loss - d_synthetic + d_real).item() == pytest.approx(10.0, abs=1e-4)


def test_penalty_of_packs_takes_one_norm_a_pack():
    class Packed(nn.Module):
        def forward(self, rows, condition=None):
            return rows.reshape(-1, 4).sum(1)  # gradient (1, 1, 1, 1) of a pack of two rows: norm 2

    real, synthetic = torch.randn(6, 2), torch.randn(6, 2)
    loss, d_real, d_synthetic = GradientPenalty(10.0, pac=2).critic(Packed(), real, synthetic, None)
    assert (loss - d_synthetic + d_real).item() == pytest.approx(10.0, abs=1e-4)


class Line(nn.Module):
    """A generator that is one linear map, and counts its calls."""

    def __init__(self):
        super().__init__()
        self.map = nn.Linear(3, 2)
        self.calls = []

    def forward(self, noise, condition=None):
        self.calls.append((len(noise), self.training, torch.is_grad_enabled()))
        return self.map(noise)


def run(steps=4, critic_steps=3, seed=0, on_step=None):
    with seeded(seed):
        generator, critic = Line(), Critic(2, 0, (8,), "relu", pac=2)
        data = torch.randn(50, 2) + 5
        optimisers = adam(generator, 1e-2), adam(critic, 1e-2)
        options = {"steps": steps, "critic_steps": critic_steps, "noise": 3, "on_step": on_step}
        train(generator, critic, CrossEntropy(), lambda: (data[torch.randint(50, (10,))], None), optimisers, **options)
    return generator, critic


def test_the_loop_takes_critic_steps_for_each_generator_step():
    seen = []
    generator, _ = run(4, 3, on_step=lambda step, losses: seen.append((step, sorted(losses))))
    assert [with_grad for _, _, with_grad in generator.calls] == [False, False, False, True] * 4
    assert {n for n, _, _ in generator.calls} == {10}
    assert seen == [(step, ["d_real", "d_synthetic", "g", "gap"]) for step in (1, 2, 3, 4)]


def test_same_seed_same_weights_and_the_caller_keeps_its_random_state():
    torch.manual_seed(123)
    before = torch.get_rng_state()
    first, critic = run()
    assert torch.equal(before, torch.get_rng_state())
    second, _ = run()
    other, _ = run(seed=1)
    assert torch.equal(first.map.weight, second.map.weight)
    assert not torch.equal(first.map.weight, other.map.weight)
    assert all(parameter.requires_grad for parameter in critic.parameters())


def test_training_moves_the_generator_towards_the_data():
    generator, _ = run(steps=400, critic_steps=1)
    with torch.no_grad():
        mean = generator(torch.randn(500, 3)).mean(0).numpy()
    assert np.abs(mean - 5).max() < 2.5
