"""Mixed batches: the shares of rows and labels agree, and only classifiers that train in batches take them."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from bench.classifiers.cnn import CNN
from bench.classifiers.mlp import MLP
from bench.errors import BenchError
from bench.task import Column, Schema
from methods.mixup import CutMix, Mixup

TABLE = Schema("tabular", (2,), ("a", "b", "c"), (Column("x"), Column("y")))
IMAGE = Schema("image", (2, 6, 5), ("a", "b", "c"))
SERIES = Schema("series", (8, 2), ("a", "b", "c"))


def batch(schema, n=16):
    """Rows that are constant at their own class, so that a mixture's label can be read off its numbers."""
    y = torch.arange(n) % 3
    X = y[:, None].float().expand(n, schema.width).clone()
    return X, torch.nn.functional.one_hot(y, 3).float()


def fitted(method, schema):
    return method.fit(np.zeros((3, *schema.shape), np.float32), np.arange(3), schema)


@pytest.mark.parametrize("seed", range(5))
def test_labels_are_mixed_as_rows_are(seed):
    X, y = batch(TABLE)
    mixed, labels = fitted(Mixup(alpha=1.0), TABLE).batch_transform(X, y, np.random.default_rng(seed))
    assert torch.allclose(labels.sum(1), torch.ones(16))
    assert torch.allclose(mixed[:, 0], labels @ torch.arange(3.0), atol=1e-6)
    assert not torch.equal(mixed, X)


@pytest.mark.parametrize("schema", [IMAGE, SERIES])
@pytest.mark.parametrize("seed", range(5))
def test_a_pasted_box_weighs_its_share(schema, seed):
    X, y = batch(schema)
    before = X.clone()
    mixed, labels = fitted(CutMix(), schema).batch_transform(X, y, np.random.default_rng(seed))
    assert torch.equal(X, before)  # the training rows are not written to
    assert torch.allclose(mixed.mean(1), labels @ torch.arange(3.0), atol=1e-6)
    assert set(mixed.unique().tolist()) <= {0, 1, 2}  # pasted, not blended


def test_shares_follow_their_distribution():
    """Beta(a, a) has variance 1 / (4 (2 a + 1))."""
    X, y = torch.tensor([[0.0, 0.0], [1.0, 1.0]]), torch.eye(2)
    method, rng = fitted(Mixup(alpha=0.5), TABLE), np.random.default_rng(0)
    shares = []
    for _ in range(4000):
        _, labels = method.batch_transform(X, y, rng)
        if labels[0, 1] > 0:
            shares.append(1 - labels[0, 1].item())
    assert np.mean(shares) == pytest.approx(0.5, abs=0.03)
    assert np.var(shares) == pytest.approx(1 / 8, abs=0.01)


@pytest.mark.parametrize("alpha", [0, -1, float("inf"), float("nan")])
def test_an_alpha_without_a_meaning_is_one_line(alpha):
    with pytest.raises(BenchError, match=r"mixup: alpha must be above 0"):
        fitted(Mixup(alpha=alpha), TABLE)


@pytest.mark.parametrize("classes", [2, 10])
def test_classifiers_train_on_the_mixture(classes):
    X, y = load_digits(n_class=classes, return_X_y=True)
    X, y = (X / 16).astype(np.float32)[:300], y[:300]
    schema = Schema("image", (1, 8, 8), tuple(map(str, range(classes))))
    for method, model in ((Mixup(1.0), MLP(max_steps=250)), (CutMix(), CNN(shape=(1, 8, 8), max_steps=250))):
        change = method.fit(X.reshape(-1, 1, 8, 8), y, schema).batch_transform
        plain = model.set_params(batch_transform=None).fit(X, y).predict_proba(X)
        first, second = (model.set_params(batch_transform=change).fit(X, y).predict_proba(X) for _ in range(2))
        assert np.array_equal(first, second)
        assert not np.array_equal(first, plain)
        assert first.max(axis=1).mean() < plain.max(axis=1).mean()  # less sure of itself: what mixup is known for
        assert (first.argmax(1) == y).mean() > 0.8


def test_a_transform_that_changes_nothing_gives_the_plain_model():
    X, y = load_digits(n_class=3, return_X_y=True)
    plain = MLP(max_steps=20).fit(X, y).predict_proba(X)
    same = MLP(max_steps=20, batch_transform=lambda X, y, rng: (X, y)).fit(X, y).predict_proba(X)
    assert np.allclose(plain, same, atol=1e-5)
