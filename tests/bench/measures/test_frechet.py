"""The Fréchet distance against closed forms, and the CNN's features."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from bench.measures.frechet import cnn_features, frechet_distance


def test_same_features_are_at_distance_zero_and_a_shift_costs_its_square():
    a = np.random.default_rng(0).normal(size=(300, 5))
    assert frechet_distance(a, a[::-1]) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(a, a + 2.0) == pytest.approx(20.0)


@pytest.mark.parametrize("n", [4, 6, 400])
def test_agrees_with_the_matrix_square_root_also_when_singular(n):
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(n, 6)) @ rng.normal(size=(6, 6)), rng.normal(1, 2, size=(n + 1, 6))
    ca, cb = np.cov(a.T), np.cov(b.T)
    expected = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(ca + cb - 2 * sqrtm(ca @ cb).real)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-4)


def test_cnn_features_put_real_images_nearer_than_noise_and_are_seeded():
    from sklearn.datasets import load_digits

    data = load_digits()
    images, labels = (data.images / 16).astype(np.float32)[:, None], data.target.astype(np.int64)
    features = cnn_features(images[:800], labels[:800], seed=3, steps=60)
    real, fresh = features(images[:500]), features(images[800:1300])
    noise = features(np.random.default_rng(0).random((500, 1, 8, 8)).astype(np.float32))
    assert real.ndim == 2
    assert frechet_distance(real, fresh) < frechet_distance(real, noise) / 3
    assert cnn_features(images[:800], labels[:800], seed=3, steps=60) is features
    cnn_features(images[:700], labels[:700], seed=3, steps=10)
    again = cnn_features(images[:800], labels[:800], seed=3, steps=60)
    np.testing.assert_array_equal(again(images[:20]), features(images[:20]))
