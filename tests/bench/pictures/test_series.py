"""Pictures of windows: one narrow channel leaves the caption room, long windows get wide panels."""

import numpy as np
import pytest

from bench.pictures import series
from bench.task import Column, Schema
from bench.trial.samples import Sample


def sample(steps, channels):
    rng = np.random.default_rng(0)
    X = np.sin(np.arange(steps)[:, None] * rng.uniform(0.1, 0.4, (60, 1, channels))).astype(np.float32)
    y = np.arange(60) % 2
    schema = Schema("series", (steps, channels), ("a", "b"), tuple(Column(f"v{i}") for i in range(channels)))
    words = {"task": "ecg", "method": "series-augment", "regime": "balance", "source": "real", "budget": "standard"}
    return Sample(
        **words, seed=0, schema=schema, n_train=12_345, n_synthetic=23_456, real=X, y_real=y, synthetic=X, y_synthetic=y
    )


@pytest.mark.parametrize(("steps", "channels"), [(24, 1), (96, 1), (24, 6), (140, 3)])
def test_every_word_of_the_caption_is_inside_the_figure(steps, channels):
    figure = series.windows(sample(steps, channels))
    figure.draw_without_rendering()
    width = figure.bbox.width
    assert "budget standard" in figure.get_supxlabel()
    for text in figure.texts:
        assert text.get_window_extent().x1 <= width


def test_long_windows_have_wider_panels():
    widths = []
    for steps in (24, 96, 140):
        figure = series.windows(sample(steps, 2))
        figure.draw_without_rendering()
        widths.append(figure.axes[0].get_window_extent().width)
    assert widths[0] < widths[1] <= widths[2]
