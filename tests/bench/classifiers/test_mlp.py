"""Both perceptrons: a sound one, and ZetaGAN's."""

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from sklearn.datasets import load_digits, make_moons
from sklearn.neural_network import MLPClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks
from torch import nn

from bench import registry
from bench.classifiers.mlp import MLP


@parametrize_with_checks([MLP(hidden=(32,), min_steps=150, batch_size=64, lr=5e-3)])
def test_conformance(estimator, check):
    check(estimator)


@pytest.mark.parametrize(("classes", "outputs"), [(2, 1), (4, 4)])
def test_network_is_zetagans(classes, outputs):
    rng = np.random.default_rng(0)
    registry.discover()
    model = registry.classifiers["zetagan-mlp"].create(max_steps=1)
    assert (model.lr, model.batch_size, model.epochs, model.decay) == (1e-3, 64, 5, False)
    model.fit(rng.normal(size=(40, 30)), np.arange(40) % classes)
    linear, norm, dropout, activation, head = model.network_
    assert (linear.in_features, linear.out_features, head.in_features, head.out_features) == (30, 18, 18, outputs)
    assert isinstance(norm, nn.BatchNorm1d)
    assert (dropout.p, activation.negative_slope) == (0.4, 0.01)


def test_learns_a_boundary_that_is_not_linear():
    X, y = make_moons(600, noise=0.1, random_state=0)
    held_out = make_moons(600, noise=0.1, random_state=1)
    assert MLP(hidden=(64,), dropout=0.1, max_steps=600, min_steps=600, lr=2e-2).fit(X, y).score(*held_out) > 0.9


def test_works_behind_a_sampler():
    X, y = make_moons(300, noise=0.1, random_state=0)
    kept = (y == 0) | (np.arange(300) % 5 == 0)
    pipeline = make_pipeline(SMOTE(random_state=0), MLP(max_steps=50)).fit(X[kept], y[kept])
    assert pipeline.predict_proba(X).shape == (300, 2)


def test_as_good_on_images_as_scikit_learns():
    """On the same split of the digits, beside ``MLPClassifier`` of the same widths; ZetaGAN's is far behind."""
    X, y = load_digits(return_X_y=True)
    X = (X / 16).astype(np.float32)
    train, test = slice(0, 500), slice(500, None)
    theirs = MLPClassifier((256, 128), max_iter=60, random_state=0).fit(X[train], y[train]).score(X[test], y[test])
    ours = MLP(min_steps=300, max_steps=300).fit(X[train], y[train]).score(X[test], y[test])
    assert ours > theirs - 0.015
    narrow = MLP(hidden=(18,), dropout=0.4, min_steps=300, max_steps=300).fit(X[train], y[train])
    assert narrow.score(X[test], y[test]) < ours - 0.03
