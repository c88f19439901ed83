"""The Wasserstein GANs have ZetaGAN's sizes, clip or penalise, and learn."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bench import registry
from bench.conformance import toy_rows
from bench.errors import BenchError
from bench.task import Column, Schema
from methods.nn import generative
from methods.wgan import CWGAN, WGAN

LEARNING = {
    "clip": None, "penalty": 10.0, "optimiser": "adam", "learning_rate": 5e-3, "steps": 150, "critic_steps": 2,
    "generator": (32, 32), "critic": (32, 32), "batch_size": 64,
}  # fmt: skip


def test_registered_variants_preset_the_penalty():
    registry.discover()
    for name in ("wgan-gp", "cwgan-gp"):
        params = registry.methods[name].create().get_params()
        assert params["penalty"] == 10
        assert params["clip"] is None
        assert params["optimiser"] == "adam"
        assert params["critic_steps"] == 5
    clipped = registry.methods["wgan"].create().get_params()
    assert (clipped["clip"], clipped["learning_rate"], clipped["optimiser"]) == (0.01, 5e-5, "rmsprop")


def test_zetagan_sizes_and_clipped_weights(monkeypatch):
    built = []
    original = generative.Critic
    monkeypatch.setattr(generative, "Critic", lambda *args: built.append(original(*args)) or built[-1])
    schema = Schema("tabular", (30,), ("a",), tuple(Column(str(i)) for i in range(30)))
    X = np.random.default_rng(0).normal(size=(50, 30)).astype(np.float32)
    method = WGAN(steps=2).fit(X, np.zeros(50, dtype=np.int64), schema)
    linear = [layer for layer in method.generators_[0].modules() if isinstance(layer, torch.nn.Linear)]
    assert [(layer.in_features, layer.out_features) for layer in linear] == [(100, 256), (256, 512), (512, 30)]
    assert any(isinstance(layer, torch.nn.BatchNorm1d) for layer in method.generators_[0].modules())
    (critic,) = built
    linear = [layer for layer in critic.modules() if isinstance(layer, torch.nn.Linear)]
    assert [(layer.in_features, layer.out_features) for layer in linear] == [(30, 512), (512, 256), (256, 1)]
    assert not any(isinstance(layer, torch.nn.BatchNorm1d) for layer in critic.modules())
    assert max(parameter.abs().max() for parameter in critic.parameters()) <= 0.01


@pytest.mark.parametrize("cls", [WGAN, CWGAN])
def test_gradient_penalty_learns_where_each_class_is(cls):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [300, 60]).astype(np.int64)
    X = (rng.normal(size=(360, 2)) * 0.3 + np.where(y[:, None] == 1, 1, -1)).astype(np.float32)
    schema = Schema("tabular", (2,), ("a", "b"), (Column("x"), Column("y")))
    rows = cls(**LEARNING).fit(X, y, schema).sample(np.repeat([0, 1], 400))
    assert rows[:400].mean() < -0.4
    assert rows[400:].mean() > 0.4
    assert (rows[:400].std(0) > 0.1).all()  # it has not collapsed to a point


def test_categories_follow_their_frequencies():
    rng = np.random.default_rng(0)
    shares = np.array([0.6, 0.3, 0.1])
    codes = rng.choice(3, size=(500, 1), p=shares)
    X = np.concatenate([codes, (codes > 0).astype(int)], 1).astype(np.float32)  # the second follows from the first
    schema = Schema("tabular", (2,), ("a",), (Column("c", ("x", "y", "z")), Column("d", ("no", "yes"))))
    rows = WGAN(**LEARNING).fit(X, np.zeros(500, dtype=np.int64), schema).sample(np.zeros(2000, dtype=np.int64))
    np.testing.assert_allclose(np.bincount(rows[:, 0].astype(int), minlength=3) / 2000, shares, atol=0.15)
    assert ((rows[:, 0] > 0) == (rows[:, 1] == 1)).mean() > 0.75  # 0.54 if they were independent


def test_options_that_exclude_each_other_or_are_unknown():
    X, y, schema = toy_rows()
    small = {"steps": 1, "batch_size": 4, "generator": (4,), "critic": (4,)}
    with pytest.raises(BenchError, match="exclude each other"):
        WGAN(**small, penalty=10).fit(X, y, schema)
    with pytest.raises(BenchError, match="needs clip or penalty"):
        WGAN(**small, clip=None).fit(X, y, schema)
    with pytest.raises(BenchError, match="penalty must be 0"):
        WGAN(**small, clip=None, penalty=-1).fit(X, y, schema)
    with pytest.raises(BenchError, match="clip must be above 0"):
        WGAN(**small, clip=0.0).fit(X, y, schema)
    with pytest.raises(BenchError, match="unknown optimiser 'sgd'"):
        WGAN(**small, optimiser="sgd").fit(X, y, schema)
