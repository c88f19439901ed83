"""The residual network takes images of any size and beats a perceptron on them."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from torch import nn
from torchvision.models.resnet import BasicBlock

from bench.classifiers.mlp import MLP
from bench.classifiers.resnet import ResNet


def test_learns_digits_that_are_shifted_better_than_a_perceptron():
    X, y = load_digits(return_X_y=True)
    images = (X / 16).astype(np.float32).reshape(-1, 8, 8)
    shifts = np.random.default_rng(0).integers(0, 5, (len(images), 2))
    moved = np.zeros((len(images), 1, 12, 12), np.float32)
    for image, (row, column), place in zip(images, shifts, moved, strict=True):
        place[0, row : row + 8, column : column + 8] = image
    rows = moved.reshape(len(moved), -1)
    train, test = slice(0, 900), slice(900, None)
    model = ResNet(shape=(1, 12, 12), width=8, min_steps=200, max_steps=200).fit(rows[train], y[train])
    flat = MLP(min_steps=200, max_steps=200).fit(rows[train], y[train])
    assert model.score(rows[test], y[test]) > flat.score(rows[test], y[test]) + 0.05


def test_the_network_is_made_of_torchvisions_blocks():
    X = np.random.default_rng(0).random((20, 3 * 9 * 7))
    model = ResNet(shape=(3, 9, 7), width=4, blocks=2, max_steps=2).fit(X, np.arange(20) % 4)
    blocks = [layer for layer in model.network_ if isinstance(layer, BasicBlock)]
    assert [block.conv1.out_channels for block in blocks] == [4, 4, 8, 8, 16, 16]
    assert [block.stride for block in blocks] == [1, 1, 2, 1, 2, 1]
    assert isinstance(model.network_[-1], nn.Linear)
    assert model.predict_proba(X).shape == (20, 4)


def test_rows_that_are_no_images_are_one_line():
    with pytest.raises(ValueError, match=r"ResNet takes images, not rows of shape \(5, 1\)"):
        ResNet(max_steps=1).fit(np.zeros((4, 5)), [0, 1, 0, 1])
