"""Heads, packs and activations compute what they say."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bench.errors import BenchError
from methods.nn.networks import Critic, Generator, Maxout, MixedHead, hidden_layers


def test_a_block_sums_to_one_and_numbers_come_first():
    head = MixedHead(5, 2, (3, 4), bounded=False)
    out = head(torch.randn(7, 5))
    assert out.shape == (7, 9)
    torch.testing.assert_close(out[:, 2:5].sum(1), torch.ones(7))
    torch.testing.assert_close(out[:, 5:].sum(1), torch.ones(7))
    bounded = MixedHead(5, 2, (), bounded=True)(100 * torch.randn(50, 5))
    assert bounded.min() >= 0
    assert bounded.max() <= 1


def test_the_largest_of_a_block_is_a_draw_from_its_softmax():
    head = MixedHead(1, 0, (3,), bounded=False, temperature=0.2)
    shares = torch.tensor([0.5, 0.3, 0.2])
    with torch.no_grad():
        head.linear.weight.zero_()
        head.linear.bias.copy_(shares.log())
        torch.manual_seed(0)
        synthetic = head(torch.zeros(20000, 1)).argmax(1)
    np.testing.assert_allclose(np.bincount(synthetic) / 20000, shares, atol=0.015)


def test_lower_temperature_is_harder():
    torch.manual_seed(0)
    head = MixedHead(4, 0, (5,), bounded=False)
    sharpness = []
    for temperature in (2.0, 0.1):
        head.temperature = temperature
        sharpness.append(head(torch.randn(500, 4)).amax(1).mean().item())
    assert sharpness[0] < 0.6 < 0.9 < sharpness[1]


def test_a_block_of_one_category_is_always_one():
    out = MixedHead(2, 0, (1, 2), bounded=False)(torch.randn(1000, 2))
    assert torch.equal(out[:, 0], torch.ones(1000))


def test_packs_join_neighbouring_rows_with_their_conditions():
    critic = Critic(2, 1, (4,), "relu", pac=2)
    rows, condition = torch.randn(6, 2), torch.randn(6, 1)
    scores = critic(rows, condition)
    assert scores.shape == (3,)
    torch.testing.assert_close(scores[1:2], critic(rows[2:4], condition[2:4]))


def test_maxout_is_the_largest_piece():
    assert Maxout(2)(torch.tensor([[1.0, 5.0, -3.0, -4.0]])).tolist() == [[5.0, -3.0]]


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "maxout"])
def test_hidden_layers_have_the_sizes_asked_for(activation):
    net = torch.nn.Sequential(*hidden_layers(3, (6, 4), activation, batch_norm=True))
    assert net(torch.randn(5, 3)).shape == (5, 4)


def test_unknown_activation():
    with pytest.raises(BenchError, match="known: relu, leaky_relu, maxout"):
        hidden_layers(3, (4,), "tanh", batch_norm=False)


def test_the_generator_uses_its_condition():
    torch.manual_seed(0)
    generator = Generator(2, 1, (8,), MixedHead(8, 3, (), bounded=False), "relu", batch_norm=False)
    noise = torch.randn(4, 2)
    assert not torch.equal(generator(noise, torch.zeros(4, 1)), generator(noise, torch.ones(4, 1)))
