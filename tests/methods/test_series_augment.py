"""Distorted real windows: each distortion by itself, and what stays as it is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.errors import BenchError
from bench.task import Column, Schema
from methods.series_augment import SeriesAugment, resample

STEPS = 20
SCHEMA = Schema("series", (STEPS, 2), ("low", "high"), (Column("u"), Column("v")))
OFF = {"jitter": 0.0, "scale": 0.0, "magnitude_warp": 0.0, "time_warp": 0.0}


def rows(n=40, seed=0):
    y = (np.arange(n) % 2).astype(np.int64)
    X = np.random.default_rng(seed).uniform(0, 0.4, (n, STEPS, 2)) + 0.6 * y[:, None, None]
    return X.astype(np.float32), y


def test_with_everything_off_rows_are_real_ones_of_their_class():
    X, y = rows()
    synthetic = SeriesAugment(**OFF).fit(X, y, SCHEMA).sample(np.array([1] * 30 + [0] * 30))
    for row, label in zip(synthetic, [1] * 30 + [0] * 30, strict=True):
        assert (X[y == label] == row).all((1, 2)).any()


@pytest.mark.parametrize("name", OFF)
def test_each_distortion_changes_rows_a_little(name):
    X, y = rows()
    model = SeriesAugment(**{**OFF, name: 0.1}).fit(X, y, SCHEMA)
    synthetic, plain = model.sample(y), SeriesAugment(**OFF).fit(X, y, SCHEMA).sample(y)
    assert not np.array_equal(synthetic, plain)
    assert np.abs(synthetic - plain).mean() < 0.25
    assert np.array_equal(synthetic, model.sample(y))


def test_scaling_keeps_the_mean_and_time_warp_the_values():
    X, y = rows()
    plain = SeriesAugment(**OFF).fit(X, y, SCHEMA).sample(y)
    scaled = SeriesAugment(**{**OFF, "scale": 0.3}).fit(X, y, SCHEMA).sample(y)
    assert np.allclose(scaled.mean(1), plain.mean(1), atol=1e-6)
    warped = SeriesAugment(**{**OFF, "time_warp": 0.3}).fit(X, y, SCHEMA).sample(y)
    for label in (0, 1):
        assert warped[y == label].min() >= plain[y == label].min() - 1e-6
        assert warped[y == label].max() <= X[y == label].max() + 1e-6


def test_jitter_is_in_the_units_of_the_rows():
    X, y = rows(400)
    plain = SeriesAugment(**OFF).fit(X, y, SCHEMA).sample(y)
    noise = SeriesAugment(**{**OFF, "jitter": 0.015}).fit(X, y, SCHEMA).sample(y) - plain
    assert noise.std() == pytest.approx(0.015, rel=0.05)


def test_where_zero_lies_does_not_matter():
    """Multiplied are deviations from a window's mean, so rows moved by a constant give rows moved by it."""
    X, y = rows()
    here, there = (SeriesAugment(jitter=0).fit(rows, y, SCHEMA).sample(y) for rows in (X, X + 1))
    assert np.allclose(here + 1, there, atol=1e-5)


def test_no_knots():
    X, y = rows()
    assert np.isfinite(SeriesAugment(knots=0).fit(X, y, SCHEMA).sample(y)).all()


def test_static_and_categorical_channels_stay():
    X, y = rows()
    X[..., 1] = y[:, None]
    for column in (Column("v", static=True), Column("v", ("a", "b"))):
        schema = Schema("series", (STEPS, 2), ("low", "high"), (Column("u"), column))
        synthetic = SeriesAugment().fit(X, y, schema).sample(y)
        assert np.array_equal(synthetic[..., 1], X[..., 1])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_resampling_by_an_even_clock_changes_nothing_and_any_clock_keeps_the_ends(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(3, STEPS, 2))
    even = np.tile(np.arange(STEPS, dtype=float), (3, 1))
    assert np.allclose(resample(x, even), x)
    clock = np.concatenate([np.zeros((3, 1)), np.cumsum(rng.uniform(0.1, 2, (3, STEPS - 1)), axis=1)], axis=1)
    warped = resample(x, clock)
    assert np.allclose(warped[:, [0, -1]], x[:, [0, -1]])


def test_what_it_refuses():
    X, y = rows()
    with pytest.raises(BenchError, match="class 1"):
        SeriesAugment().fit(X[y == 0], y[y == 0], SCHEMA).sample(y)
    for name, value in (("jitter", -1), ("scale", float("nan")), ("time_warp", float("inf")), ("knots", 2.5)):
        with pytest.raises(BenchError, match=f"series-augment: {name} must"):
            SeriesAugment(**{name: value}).fit(X, y, SCHEMA)
    with pytest.raises(BenchError, match="not tabular"):
        SeriesAugment().fit(X[:, 0], y, Schema("tabular", (2,), ("a", "b"), (Column("u"), Column("v"))))
