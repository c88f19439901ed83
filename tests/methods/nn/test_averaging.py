import pytest
import torch
from torch import nn

from bench.errors import BenchError
from methods.nn.averaging import Average


def test_the_average_follows_the_weights_by_its_closed_form():
    network = nn.Linear(1, 1, bias=False)
    average = Average(network, 0.5)
    told = []
    on_step = average.following(lambda step, losses: told.append(step))
    values = [4.0, 8.0, 16.0, 32.0]
    expected = values[0]  # the first step replaces what the network was made with
    for step, value in enumerate(values, start=1):
        with torch.no_grad():
            network.weight.fill_(value)
        on_step(step, {})
        if step > 1:
            kept = min(0.5, (1 + step) / (10 + step))
            expected = kept * expected + (1 - kept) * value
        assert average.module.weight.item() == pytest.approx(expected)
    assert told == [1, 2, 3, 4]
    assert network.weight.item() == 32


def test_batch_statistics_are_averaged_too():
    network = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    average = Average(network, 0.9)
    on_step = average.following(None)
    for step in (1, 2):
        network(torch.randn(8, 2) + 100 * step)
        on_step(step, {})
    known, drawn = network[1].running_mean, average.module[1].running_mean
    assert not torch.equal(known, drawn)
    assert drawn.abs().max() > 0


def test_without_a_decay_the_network_is_its_own_average():
    network = nn.Linear(1, 1)
    average = Average(network, 0)
    assert average.module is network
    assert average.following(None) is None


@pytest.mark.parametrize("decay", [-0.1, 1, 2])
def test_a_decay_that_makes_no_sense_is_one_line(decay):
    with pytest.raises(BenchError, match="ema must lie in 0"):
        Average(nn.Linear(1, 1), decay)
