"""Sines: TimeGAN's formula and the rare class."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from bench.data import DataHome
from bench.errors import BenchError
from tasks.sines import MANY, Sines, draw, fast_threshold


def test_rows_are_sines_of_small_frequency_and_phase():
    X, _ = draw(200, 24, 5, seed=3)
    angle = np.arcsin(np.clip(2 * X.astype(np.float64) - 1, -1, 1))
    phase, frequency = angle[:, 0], angle[:, 1] - angle[:, 0]
    assert phase.min() > -1e-6
    assert phase.max() < 0.1 + 1e-6
    assert frequency.min() > -1e-4
    assert frequency.max() < 0.1 + 1e-4
    expected = (np.sin(frequency[:, None] * np.arange(24)[:, None] + phase[:, None]) + 1) / 2
    assert np.abs(expected - X).max() < 1e-2


def test_threshold_is_the_quantile():
    assert fast_threshold(1) == pytest.approx(0.09)
    assert fast_threshold(2) == pytest.approx(0.1 * (2 - np.sqrt(0.2)) / 2)  # of a triangular distribution
    means = np.random.default_rng(0).uniform(0, 0.1, (200_000, 5)).mean(1)
    assert (means > fast_threshold(5)).mean() == pytest.approx(0.1, abs=0.003)


@pytest.mark.parametrize("channels", [19, 20, 200])
def test_many_channels_have_the_same_share(channels):
    """Against simulation on either side of where the normal law takes over."""
    means = np.random.default_rng(1).uniform(0, 0.1, (60_000, channels)).mean(1)
    assert (means > fast_threshold(channels)).mean() == pytest.approx(0.1, abs=0.004)


def test_the_share_is_continuous_where_the_normal_law_takes_over():
    """In standard deviations of the mean, the quantile barely moves from one channel more."""
    scores = [(fast_threshold(n) / 0.1 - 0.5) * np.sqrt(12 * n) for n in (MANY - 1, MANY)]
    assert scores[0] == pytest.approx(scores[1], abs=5e-3)


def test_the_task_is_simulated_and_learnable():
    task = Sines("sines", rows=2000)
    origin = task.locate(DataHome(offline=True))
    assert origin.source == "simulated"
    data = task.read(origin)
    assert data.X.shape == (2000, 24, 5)
    assert data.y.mean() == pytest.approx(0.1, abs=0.02)
    split = task.split(data, 0)
    flat = data.X.reshape(len(data), -1)
    model = LogisticRegression(max_iter=500, C=100).fit(flat[split.train], data.y[split.train])
    assert model.score(flat[split.test], data.y[split.test]) > 0.95


def test_options_change_the_identity():
    home = DataHome(offline=True)
    sums = {Sines("sines", **o).locate(home).sha256 for o in ({}, {"rows": 500}, {"data_seed": 1}, {"steps": 12})}
    assert len(sums) == 4
    with pytest.raises(BenchError, match="100 rows"):
        Sines("sines", rows=5)
