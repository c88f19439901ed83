"""The recurrent classifier reads series in order."""

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from bench.classifiers.gru import GRU
from bench.errors import BenchError


@parametrize_with_checks([GRU(hidden=8, min_steps=100, lr=1e-2)])
def test_conformance(estimator, check):
    check(estimator)


def walks(n=400, seed=0):
    """Two channels of 12 steps; in class 1 the first channel rises, in class 0 the same values fall."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    rising = np.sort(rng.random((n, 12)), axis=1)
    X = np.stack((np.where(y[:, None], rising, rising[:, ::-1]), rng.random((n, 12))), axis=2)
    return X.reshape(n, -1), y


def test_learns_the_order_of_the_steps():
    X, y = walks()
    held_out, truth = walks(seed=1)
    model = GRU(shape=(12, 2), min_steps=0, max_steps=100, epochs=100, lr=1e-2).fit(X, y)
    assert model.score(held_out, truth) > 0.95
    backwards = held_out.reshape(-1, 12, 2)[:, ::-1].reshape(len(truth), -1)
    assert model.score(backwards, truth) < 0.05


@pytest.mark.parametrize("steps", [1, 12])
def test_kernels_agree(steps):
    X, y = walks(60)
    X = X[:, : 2 * steps]
    compiled, plain = (
        GRU(shape=(steps, 2), max_steps=40, lr=1e-2, kernel=k).fit(X, y).predict_proba(X) for k in ("numba", "torch")
    )
    np.testing.assert_allclose(compiled, plain, atol=1e-4)


def test_unknown_kernel():
    with pytest.raises(BenchError, match="unknown GRU kernel 'cuda'"):
        GRU(kernel="cuda").fit(*walks(10))


@pytest.mark.parametrize(("channels", "hidden", "units"), [(1, None, 16), (60, None, 30), (6, 3, 3)])
def test_units(channels, hidden, units):
    X = np.random.default_rng(0).random((10, 4 * channels))
    model = GRU(shape=(4, channels), hidden=hidden, max_steps=1).fit(X, np.arange(10) % 3)
    assert (model.network_.gru.input_size, model.network_.gru.hidden_size) == (channels, units)
    assert model.predict_proba(X).shape == (10, 3)
