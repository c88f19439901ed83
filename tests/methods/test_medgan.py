"""medGAN: the contract, its parts in closed form, and that it learns a table whose columns depend on each other."""

import numpy as np
import pytest
import torch
from torch import nn

from bench.augmenter import check_rows
from bench.errors import BenchError
from bench.task import Column, Schema
from methods.medgan import Autoencoder, AveragingCritic, CMedGAN, MedGAN, ResidualGenerator
from methods.nn.encoding import RowEncoder
from methods.nn.networks import MixedHead

SCHEMA = Schema(
    "tabular",
    (4,),
    ("a", "b"),
    (
        Column("number"),
        Column("three", ("x", "y", "z")),
        Column("same", ("x", "y", "z")),
        Column("five", tuple("12345")),
    ),
    rare=1,
)
SHORT = {"steps": 4, "pretrain_steps": 4, "batch_size": 16, "pretrain_batch_size": 8, "noise": 8, "code": 8} | {
    "generator": (8, 8),
    "critic": (8,),
}


def table(n=600, seed=0):
    """The second categorical column repeats the first; class b has other frequencies and another mean."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.3).astype(np.int64)
    three = np.where(y == 1, rng.choice(3, n, p=[0.1, 0.1, 0.8]), rng.choice(3, n, p=[0.6, 0.3, 0.1]))
    five = rng.choice(5, n, p=[0.5, 0.2, 0.15, 0.1, 0.05])
    X = np.column_stack([rng.normal(2.0 * y, 0.5), three, three, five]).astype(np.float32)
    return X, y


@pytest.mark.parametrize("cls", [MedGAN, CMedGAN])
def test_rows_keep_the_contract_and_the_seed(cls):
    X, y = table()
    labels = np.array([0, 1, 1, 0, 1])
    rows = cls(**SHORT).fit(X, y, SCHEMA).sample(labels)
    check_rows(rows, labels, SCHEMA)
    assert (cls(**SHORT).fit(X, y, SCHEMA).sample(labels) == rows).all()
    assert (cls(**SHORT, random_state=1).fit(X, y, SCHEMA).sample(labels) != rows).any()
    before = torch.random.get_rng_state()
    cls(**SHORT).fit(X, y, SCHEMA)
    assert torch.equal(before, torch.random.get_rng_state())


def test_shortcuts_need_one_width():
    X, y = table(50)
    with pytest.raises(BenchError, match="one width"):
        MedGAN(**SHORT | {"code": 9}).fit(X, y, SCHEMA)
    with pytest.raises(BenchError, match="pretrain_steps"):
        MedGAN(**SHORT | {"pretrain_steps": -1}).fit(X, y, SCHEMA)
    with pytest.raises(BenchError, match="l2 must be 0 or more"):
        MedGAN(**SHORT | {"l2": -1.0}).fit(X, y, SCHEMA)


def test_a_generator_of_zero_weights_passes_the_noise_through():
    head = MixedHead(6, 6, (), bounded=False)
    nn.init.eye_(head.linear.weight)
    nn.init.zeros_(head.linear.bias)
    network = ResidualGenerator(6, 0, 2, head, momentum=0.01)
    for block in network.blocks:
        nn.init.zeros_(block[0].weight)
    noise = torch.randn(5, 6)
    torch.testing.assert_close(network(noise), noise)


def test_the_critic_judges_a_row_by_its_batch():
    critic = AveragingCritic(3, 0, (16,))
    rows = torch.randn(4, 3)
    alone = torch.cat([critic(rows[i : i + 1]) for i in range(4)])
    assert not torch.allclose(critic(rows), alone)
    torch.testing.assert_close(critic(rows.flip(0)).flip(0), critic(rows))
    same = rows[:1].expand(4, 3)
    torch.testing.assert_close(critic(same), alone[:1].expand(4))


def test_the_reconstruction_error_is_the_textbook_one():
    encoder = RowEncoder(SCHEMA)
    X, _ = table(20)
    head = MixedHead(8, encoder.n_numeric, encoder.sizes, bounded=False)
    nn.init.zeros_(head.linear.weight)
    nn.init.zeros_(head.linear.bias)
    loss = Autoencoder(encoder.width, 8, head).loss(encoder.encode(X))
    assert loss.item() == pytest.approx((X[:, 0] ** 2).mean() + 2 * np.log(3) + np.log(5), rel=1e-5)


@pytest.mark.parametrize("cls", [MedGAN, CMedGAN])
def test_it_learns_frequencies_and_dependence(cls):
    X, y = table(1_000)
    method = cls(steps=250, pretrain_steps=300, batch_size=64, noise=32, code=32, generator=(32, 32), critic=(64, 32))
    labels = np.repeat([0, 1], 1_000)
    rows = method.fit(X, y, SCHEMA).sample(labels)
    for c in (0, 1):
        synthetic = np.bincount(rows[labels == c, 1].astype(int), minlength=3) / 1_000
        real = np.bincount(X[y == c, 1].astype(int), minlength=3) / (y == c).sum()
        assert np.abs(synthetic - real).max() < 0.2
    assert rows[labels == 1, 0].mean() - rows[labels == 0, 0].mean() > 1.0
    assert (rows[:, 1] == rows[:, 2]).mean() > 0.75  # 0.4 by chance


def test_pretraining_matters_for_the_decoder():
    X, _ = table(500)
    encoder = RowEncoder(SCHEMA)
    method = MedGAN(pretrain_steps=150, pretrain_batch_size=50, code=16, noise=16)
    method.encoder_ = encoder
    head = MixedHead(16, encoder.n_numeric, encoder.sizes, bounded=False)
    autoencoder = Autoencoder(encoder.width, 16, head)
    before = autoencoder.loss(encoder.encode(X)).item()
    method._pretrain(autoencoder, X)
    assert autoencoder.loss(encoder.encode(X)).item() < 0.5 * before
