import numpy as np
import pytest

from bench.errors import BenchError
from bench.task import Schema
from methods.policy_augment import RandAugment, TrivialAugment

SCHEMA = Schema("image", (1, 12, 12), ("a", "b"))


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    X = rng.integers(0, 256, (20, 1, 12, 12)).astype(np.float32) / 255
    y = np.arange(20) % 2
    X[y == 1] /= 4
    return X, y


@pytest.mark.parametrize("method", [TrivialAugment(), RandAugment()])
def test_images_of_the_class_are_changed_and_stay_images(method, rows):
    X, y = rows
    labels = np.repeat([0, 1], 40)
    drawn = method.fit(X, y, SCHEMA).sample(labels)
    assert drawn.shape == (80, 1, 12, 12)
    assert (drawn.min(), drawn.max()) >= (0, 0)
    assert drawn.max() <= 1
    assert np.allclose(drawn * 255, np.round(drawn * 255), atol=1e-4)
    known = {row.tobytes() for row in X}
    assert sum(row.tobytes() in known for row in drawn) < 40  # most differ; identity is one of the operations
    assert drawn[labels == 1].mean() < drawn[labels == 0].mean()  # a class's images come from its own
    assert np.array_equal(drawn, method.sample(labels))


def test_colour_images_are_taken():
    schema = Schema("image", (3, 8, 8), ("a", "b"))
    X = np.random.default_rng(0).random((4, 3, 8, 8), dtype=np.float32)
    assert RandAugment(operations=3).fit(X, np.arange(4) % 2, schema).sample(np.zeros(30, int)).shape == (30, 3, 8, 8)


@pytest.mark.parametrize("options", [{"operations": 0}, {"magnitude": 31}, {"magnitude": -1}])
def test_options_out_of_range_are_one_line(options, rows):
    with pytest.raises(BenchError, match="rand-augment: operations must be 1 or more"):
        RandAugment(**options).fit(*rows, SCHEMA)
