from __future__ import annotations

import numpy as np
import pytest

from bench.data import DataHome
from bench.errors import BenchError
from tasks.digits import Digits


@pytest.fixture(scope="module")
def dataset():
    task = Digits("digits-imbalanced")
    return task.read(task.locate(DataHome(offline=True)))


def test_rows(dataset):
    assert dataset.X.shape == (1797, 1, 8, 8)
    assert dataset.X.min() == 0.0
    assert dataset.X.max() == 1.0
    assert dataset.origin.source == "real"
    assert len(dataset.origin.sha256) == 64
    assert not dataset.schema.mirror  # image-augment reads it


def test_split_thins_the_training_part_only(dataset):
    task = Digits("digits-imbalanced", largest=80, ratio=0.1)
    split = task.split(dataset, 4)
    counts = np.bincount(dataset.y[split.train])
    assert counts[0] == 80
    assert counts[9] == 8
    assert (np.diff(counts) < 0).all()
    assert np.bincount(dataset.y[split.test]).min() > 30
    assert len(np.unique(np.concatenate([split.train, split.valid, split.test]))) == sum(counts) + 720


def test_more_than_there_is(dataset):
    with pytest.raises(BenchError, match="rows to draw from"):
        Digits("digits-imbalanced", largest=200).split(dataset, 0)
