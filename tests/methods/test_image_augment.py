from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from bench.errors import BenchError
from bench.task import Schema
from methods.image_augment import ImageAugment

SCHEMA = Schema("image", (1, 28, 28), ("dark", "light", "absent"))
NOTHING = {"crop": 0.0, "flip": 0.0, "degrees": 0.0, "scale": 0.0, "erase": 0.0}


@pytest.fixture
def images():
    """Class 0 has its ink on the left, class 1 is bright and on the right."""
    X = np.zeros((20, 1, 28, 28), dtype=np.float32)
    y = np.repeat([0, 1], 10)
    X[:10, :, 8:20, 4:10], X[10:, :, 8:20, 18:24] = 0.3, 0.9
    return X * np.linspace(0.8, 1.0, 20, dtype=np.float32)[:, None, None, None], y


def test_rows_of_the_asked_class(images):
    labels = np.array([1, 0, 0, 1, 1] * 20)
    rows = ImageAugment().fit(*images, SCHEMA).sample(labels)
    assert rows.shape == (100, 1, 28, 28)
    assert rows.dtype == np.float32
    assert rows.min() >= 0
    assert rows.max() <= 1
    assert np.array_equal(rows.max(axis=(1, 2, 3)) > 0.5, labels == 1)


def test_without_transformations_rows_are_training_images(images):
    rows = ImageAugment(**NOTHING).fit(*images, SCHEMA).sample(np.array([0, 1, 1]))
    for row in rows:
        assert (row == images[0]).all(axis=(1, 2, 3)).any()


def test_each_transformation_does_its_own(images):
    labels = np.zeros(200, dtype=np.int64)

    def draw(**options):
        return ImageAugment(**{**NOTHING, **options}).fit(*images, SCHEMA).sample(labels)

    on_the_left = (draw(flip=0.5)[..., :14].sum(axis=(1, 2, 3)) > 0).mean()
    assert 0.4 < on_the_left < 0.6
    areas = (draw(crop=0.125) > 0).sum(axis=(1, 2, 3))
    assert areas.max() == 72  # a shift by up to 4 pixels never leaves the frame of this garment
    assert areas.min() == 72
    erased = ((draw(erase=1.0) > 0).sum(axis=(1, 2, 3)) < 72).mean()
    assert erased > 0.2
    assert len(np.unique(draw(degrees=10.0).reshape(200, -1), axis=0)) > 150


def test_seeded_without_touching_the_global_generators(images):
    method = ImageAugment(random_state=3).fit(*images, SCHEMA)
    labels = np.array([0, 1] * 10)
    torch.manual_seed(0)
    before = torch.get_rng_state()
    first, second = method.sample(labels), method.sample(labels)
    assert np.array_equal(first, second)
    assert torch.equal(before, torch.get_rng_state())
    assert not np.array_equal(first, method.set_params(random_state=4).sample(labels))


def test_what_must_not_be_mirrored_is_not(images):
    labels = np.zeros(100, dtype=np.int64)
    method = ImageAugment(**{**NOTHING, "flip": 1.0})
    assert method.fit(*images, SCHEMA).sample(labels)[..., :14].sum() == 0
    assert method.fit(*images, replace(SCHEMA, mirror=False)).sample(labels)[..., 14:].sum() == 0


@pytest.mark.parametrize(
    "options", [{"flip": 2.0}, {"crop": 0.6}, {"erase": -0.1}, {"scale": 1.0}, {"degrees": -1.0}, {"degrees": 181.0}]
)
def test_options_out_of_range(images, options):
    with pytest.raises(BenchError, match=rf"image-augment: {next(iter(options))} must lie in 0 to "):
        ImageAugment(**options).fit(*images, SCHEMA)


def test_user_errors(images):
    with pytest.raises(BenchError, match="class 'absent' has no training rows"):
        ImageAugment().fit(*images, SCHEMA).sample(np.array([2]))
