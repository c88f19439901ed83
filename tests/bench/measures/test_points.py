"""Matching by class and the space of distances."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bench.measures.points import GREY_LEVELS, embed, grey_levels, match, snap
from bench.task import Column, Schema

labels = hnp.arrays(np.int64, st.integers(0, 60), elements=st.integers(0, 4))


@given(labels, labels, st.integers(1, 40))
def test_match_gives_equal_class_counts_without_repeats(real, synthetic, limit):
    a, b = match(real, synthetic, np.random.default_rng(0), limit)
    assert np.array_equal(np.bincount(real[a], minlength=5), np.bincount(synthetic[b], minlength=5))
    assert len(set(a)) == len(a)
    assert len(set(b)) == len(b)
    assert len(a) <= limit + 5
    if len(a):
        assert set(real[a]) == set(real) & set(synthetic)


def test_match_uses_everything_below_the_limit():
    a, b = match(np.array([0, 0, 0, 1]), np.array([1, 1, 1]), np.random.default_rng(0), 100)
    assert a.tolist() == [3]
    assert len(b) == 1


def test_a_different_category_is_one_unit_away():
    schema = Schema("tabular", (2,), ("a", "b"), (Column("x"), Column("k", ("u", "v", "w"))))
    points = embed(np.array([[0, 0], [0, 2], [1, 2]], dtype=np.float32), schema)
    assert points.shape == (3, 4)
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.testing.assert_allclose(distances, [[0, 1, 2**0.5], [1, 0, 1], [2**0.5, 1, 0]], rtol=1e-6)


def test_series_and_images_are_flattened():
    schema = Schema("series", (4, 2), ("a", "b"), (Column("x"), Column("y")))
    assert embed(np.ones((3, 4, 2), dtype=np.float32), schema).shape == (3, 8)


def test_drawn_pixels_go_to_the_nearest_grey_level_of_the_training_images():
    training = np.array([0, 0.5, 1, 0], dtype=np.float32).reshape(2, 1, 1, 2)
    images = np.array([0.001, 0.24, 0.26, 0.74, 0.76, 3], dtype=np.float32).reshape(3, 1, 1, 2)
    found = snap(images, training)
    assert found.dtype == np.float32
    assert found.ravel().tolist() == [0, 0, 0.5, 0.5, 1, 1]
    assert snap(images[:0], training).shape == (0, 1, 1, 2)


def test_snapping_leaves_training_images_and_those_of_many_levels_as_they_are():
    rng = np.random.default_rng(0)
    grey = rng.integers(0, GREY_LEVELS, (700, 1, 28, 28)).astype(np.float32) / 255  # more than one block
    assert len(grey_levels(grey)) == GREY_LEVELS
    np.testing.assert_array_equal(snap(grey, grey), grey)
    fine = rng.random((700, 1, 28, 28)).astype(np.float32)
    assert snap(grey, fine) is grey


def test_series_of_categories_have_a_block_at_every_step():
    schema = Schema("series", (3, 2), ("a", "b"), (Column("x"), Column("k", ("u", "v"))))
    rows = np.array([[[0.1, 0], [0.2, 1], [0.3, 0]], [[0.1, 0], [0.2, 1], [0.3, 1]]], np.float32)
    points = embed(rows, schema)
    assert points.shape == (2, 3 + 6)
    assert points[:, :3] == pytest.approx(rows[..., 0])
    assert np.linalg.norm(points[0] - points[1]) == pytest.approx(1)  # they differ in one category
