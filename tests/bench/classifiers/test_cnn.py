"""The convolutional classifier reads rows in the shape it is told, and learns images and series."""

import gzip
import os
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.metrics import f1_score
from sklearn.utils.estimator_checks import parametrize_with_checks
from torch import nn

from bench.classifiers.cnn import CNN


@parametrize_with_checks([CNN(channels=8, epochs=1, min_steps=100, lr=5e-3)])
def test_conformance(estimator, check):
    check(estimator)


def test_learns_real_digits():
    X, y = load_digits(return_X_y=True)
    X = X / 16
    model = CNN(shape=(1, 8, 8), epochs=5, min_steps=0).fit(X[:1200], y[:1200])
    assert model.score(X[1200:], y[1200:]) > 0.85


def test_a_pattern_is_found_wherever_it_stands():
    """What sets it apart from a perceptron: trained on bumps at the left, it knows them at the right."""
    rng = np.random.default_rng(0)

    def series(start):
        y = np.arange(200) % 2
        X = 0.1 * rng.normal(size=(200, 40, 1)).astype(np.float32)
        for row, label in zip(X, y, strict=True):
            at = rng.integers(start, start + 12)
            row[at : at + 4, 0] += (1, -1, 1, -1) if label else (1, 1, 1, 1)
        return X.reshape(200, -1), y

    model = CNN(shape=(40, 1), blocks=2, dropout=0.2, max_steps=150).fit(*series(2))
    first = model.network_[2]
    assert isinstance(first, nn.Conv1d)
    assert model.score(*series(2)) > 0.95


@pytest.mark.parametrize(
    ("shape", "conv", "channels"), [((3, 6, 5), nn.Conv2d, 3), ((30, 3), nn.Conv1d, 3), (None, nn.Conv1d, 1)]
)
def test_shape_decides_the_convolution(shape, conv, channels):
    X = np.random.default_rng(0).random((20, 90))
    model = CNN(shape=shape, max_steps=2).fit(X, np.arange(20) % 2)
    first = next(m for m in model.network_ if isinstance(m, (nn.Conv1d, nn.Conv2d)))
    assert isinstance(first, conv)
    assert first.in_channels == channels


def test_rows_are_read_row_major():
    """Channel 1 of a (steps, channels) series is every other number of the row."""
    rng = np.random.default_rng(1)
    X = rng.random((200, 24, 2))
    y = np.arange(200) % 2
    X[:, :, 1] = np.where(y[:, None], np.linspace(0, 1, 24), np.linspace(1, 0, 24))
    model = CNN(shape=(24, 2), max_steps=100).fit(X.reshape(200, -1), y)
    X[:, :, 0] = rng.random((200, 24))
    assert model.score(X.reshape(200, -1), y) > 0.95


def test_shape_that_rows_do_not_have():
    with pytest.raises(ValueError, match=r"\(1, 8, 8\) have 64 numbers, not 63"):
        CNN(shape=(1, 8, 8)).fit(np.zeros((4, 63)), [0, 1, 0, 1])


def test_shape_that_is_neither_image_nor_series():
    with pytest.raises(ValueError, match="images and series"):
        CNN(shape=(4,)).fit(np.zeros((4, 4)), [0, 1, 0, 1])


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("AUGBENCH_DATA"), reason="needs the Fashion-MNIST files in $AUGBENCH_DATA")
def test_two_thousand_fashion_mnist_images():
    """At least 0.82 weighted F1 without augmentation, at the default (full) setting."""
    folder = Path(os.environ["AUGBENCH_DATA"]) / "fashion_mnist"
    rows = {}
    for part in ("train", "t10k"):
        with gzip.open(folder / f"{part}-images-idx3-ubyte.gz") as images:
            X = np.frombuffer(images.read(), np.uint8, offset=16).reshape(-1, 784)
        with gzip.open(folder / f"{part}-labels-idx1-ubyte.gz") as labels:
            rows[part] = X / np.float32(255), np.frombuffer(labels.read(), np.uint8, offset=8)
    model = CNN(shape=(1, 28, 28)).fit(*(part[:2000] for part in rows["train"]))
    X, y = rows["t10k"]
    assert f1_score(y, model.predict(X), average="weighted") >= 0.82
