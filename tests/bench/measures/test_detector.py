"""The detector's accuracy: chance on equal distributions, one on separated ones."""

import numpy as np
import pytest

from bench.measures.detector import accuracy


def rows(seed, n=400, d=6, shift=0.0):
    return np.random.default_rng(seed).normal(shift, 1, (n, d)).astype(np.float32)


def test_same_distribution_is_near_chance():
    scores = [accuracy(rows(s), rows(100 + s), seed=s) for s in range(5)]
    assert 0.42 < np.mean(scores) < 0.58


def test_shifted_rows_are_detected():
    assert accuracy(rows(0), rows(1, shift=6.0)) > 0.99


def test_a_constant_class_ratio_cannot_be_exploited():
    """Ten times more generated rows must not raise the accuracy above chance."""
    assert 0.4 < accuracy(rows(0), rows(1, n=4000)) < 0.6


def test_a_single_repeated_row_is_detected():
    synthetic = np.repeat(rows(1, n=1), 400, axis=0)
    assert accuracy(rows(0), synthetic) > 0.9


def test_seed_decides_and_global_state_is_left_alone():
    np.random.seed(3)  # noqa: NPY002 - the global state is the subject
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    assert accuracy(rows(0), rows(1), seed=5) == accuracy(rows(0), rows(1), seed=5)
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


def test_images_are_flattened():
    images = np.random.default_rng(0).random((200, 1, 8, 8)).astype(np.float32)
    assert accuracy(images, np.zeros_like(images)) > 0.99


def test_too_few_rows_and_other_widths_are_refused():
    with pytest.raises(ValueError, match="4 rows a side"):
        accuracy(rows(0, n=3), rows(1))
    with pytest.raises(ValueError, match="6 numbers"):
        accuracy(rows(0), rows(1, d=5))


def test_wide_rows_are_still_judged():
    rng = np.random.default_rng(0)
    real, synthetic = rng.normal(size=(2, 200, 600)).astype(np.float32)
    assert accuracy(real, synthetic + 3) > 0.99
    assert 0.35 < accuracy(real, synthetic) < 0.65


def test_images_are_not_given_away_by_pixels_that_are_almost_0():
    real, synthetic = np.random.default_rng(0).integers(0, 3, (2, 400, 1, 8, 8)).astype(np.float32) / 2
    assert accuracy(real, np.clip(synthetic, 0.001, 0.999)) == accuracy(real, synthetic) < 0.6
    flat = np.clip(synthetic, 0.001, 0.999).reshape(400, -1)
    assert accuracy(real.reshape(400, -1), flat) > 0.99  # a table's numbers are judged as they are
