import numpy as np
import pytest

from bench.errors import BenchError
from bench.task import Column, Schema
from methods.window_augment import SeriesMask, WindowWarp

COLUMNS = (Column("u"), Column("kind", ("p", "q")), Column("age", static=True), Column("v"))
SCHEMA = Schema("series", (20, 4), ("a", "b"), COLUMNS)


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    X = rng.random((12, 20, 4)).astype(np.float32)
    X[..., 1] = X[..., 1] > 0.5
    X[..., 2] = X[:, :1, 2]
    return X, np.arange(12) % 2


@pytest.mark.parametrize("method", [WindowWarp(), SeriesMask(time=0.5, channels=0.5)])
def test_windows_are_changed_where_they_may_be(method, rows):
    X, y = rows
    labels = np.repeat([0, 1], 30)
    drawn = method.fit(X, y, SCHEMA).sample(labels)
    assert np.array_equal(drawn, method.sample(labels))
    for row, cls in zip(drawn, labels, strict=True):
        source = next(x for x in X[y == cls] if np.array_equal(x[:, 1:3], row[:, 1:3]))
        assert row[:, [0, 3]].min() >= source[:, [0, 3]].min() - 1e-6
        assert row[:, [0, 3]].max() <= source[:, [0, 3]].max() + 1e-6
    assert not all(any(np.array_equal(row, x) for x in X) for row in drawn)


def test_a_warped_stretch_is_read_at_another_speed():
    """A straight line stays one outside the stretch; inside it is twice as steep, or half."""
    X = np.linspace(0, 1, 101, dtype=np.float32).reshape(1, 101, 1).repeat(2, 0)
    schema = Schema("series", (101, 1), ("a", "b"))
    drawn = WindowWarp(share=0.1, speeds=(2.0,)).fit(X, np.array([0, 1]), schema).sample(np.array([0] * 5))
    for row in drawn[..., 0]:
        slopes = np.diff(row) * 100
        assert row[0] == 0
        assert row[-1] == pytest.approx(1)
        assert np.isclose(slopes, slopes.min(), atol=1e-3).sum() >= 89
        assert slopes.max() / slopes.min() == pytest.approx(2, abs=0.01)


def test_masks_blank_one_stretch_and_some_channels():
    X = np.random.default_rng(1).random((2, 50, 4)).astype(np.float32)
    schema = Schema("series", (50, 4), ("a", "b"))
    drawn = SeriesMask(time=0.4, channels=0.5).fit(X, np.array([0, 1]), schema).sample(np.zeros(60, int))
    changed = drawn != X[0]
    whole = changed.all(axis=1).sum(axis=1)
    assert set(whole) == {0, 1, 2}
    for row, gone in zip(changed, drawn, strict=True):
        kept = ~row.all(axis=0)
        steps = np.flatnonzero(row[:, kept].any(axis=1))
        assert len(steps) <= 20
        assert len(steps) == 0 or steps[-1] - steps[0] + 1 == len(steps)
        assert np.allclose(gone[steps][:, kept], X[0].mean(axis=0)[kept], atol=1e-6)


@pytest.mark.parametrize(
    "method", [WindowWarp(share=0), WindowWarp(speeds=()), WindowWarp(speeds=(0,)), SeriesMask(time=2)]
)
def test_options_out_of_range_are_one_line(method, rows):
    with pytest.raises(BenchError, match="must"):
        method.fit(*rows, SCHEMA)
