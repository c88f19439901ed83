"""Scores of series between known-good and known-bad controls."""

import numpy as np
import pytest
import torch

from bench.errors import BenchError
from bench.measures.series import discriminative_score, forecast, measure, predictive_score

SHORT = {"iterations": 300}


def waves(n, seed, steps=12):
    """Sines of three channels in [0, 1]; the next value follows from those before."""
    rng = np.random.default_rng(seed)
    angle = rng.uniform(0, 6, (n, 1, 3)) + 0.5 * np.arange(steps)[:, None]
    return ((np.sin(angle) + 1) / 2).astype(np.float32)


def noise(n, seed, steps=12):
    return np.random.default_rng(seed).uniform(0, 1, (n, steps, 3)).astype(np.float32)


def test_discriminative_score_of_equals_and_of_noise():
    assert discriminative_score(waves(400, 0), waves(400, 1), seed=0, **SHORT) < 0.12
    constant = np.full((400, 12, 3), 0.5, np.float32)
    assert discriminative_score(waves(400, 0), constant, seed=0, iterations=600) > 0.3


def test_unequal_numbers():
    """Many against few: half is still what a guess is worth in training, and the score stays in its range."""
    score = discriminative_score(waves(300, 0), waves(40, 1), seed=0, **SHORT)
    assert 0 <= score <= 0.5


def test_predictive_score_is_better_from_real_than_from_noise():
    """A channel that is the mean of the others one step before."""

    def linked(n, seed):
        x = waves(n, seed)
        x[:, 1:, 2] = x[:, :-1, :2].mean(2)
        return x

    real = linked(300, 0)
    good = predictive_score(real, linked(300, 1), seed=0, iterations=600)
    bad = predictive_score(real, noise(300, 1), seed=0, iterations=600)
    assert good < 0.6 * bad


def test_forecast_learns_what_can_be_learnt():
    learnt = forecast(waves(400, 0), waves(200, 1), seed=0, epochs=200)
    blind = forecast(noise(400, 0), waves(200, 1), seed=0, epochs=20)
    assert learnt["r2"] > 0.6 > 0.3 > blind["r2"]
    assert learnt["mae"] < blind["mae"]
    assert learnt["msle"] < blind["msle"]


def test_windows_far_below_have_no_logarithm():
    assert "msle" not in forecast(waves(50, 0), waves(50, 1) - 2, seed=0, epochs=1)


def test_same_seed_same_score_and_no_global_state():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    options = {"seed": 5, "iterations": (20, 20), "epochs": 2}
    first = measure(waves(60, 0), waves(60, 1), waves(60, 2), **options)
    assert first == measure(waves(60, 0), waves(60, 1), waves(60, 2), **options)
    assert torch.equal(before, torch.get_rng_state())
    assert set(first) == {
        "discriminative", "predictive", "predictive_real",
        "forecast_r2", "forecast_mae", "forecast_msle", "forecast_r2_real", "forecast_mae_real", "forecast_msle_real",
    }  # fmt: skip


def test_what_is_turned_off_is_left_out():
    assert measure(waves(60, 0), waves(60, 1), waves(60, 2), 0, iterations=(0, 0), epochs=0) == {}


def test_one_channel_and_one_unit():
    one = waves(60, 0)[..., :1]
    assert 0 <= predictive_score(one, one, seed=0, iterations=5) <= 1
    assert 0 <= discriminative_score(one, one, seed=0, iterations=5) <= 0.5


def test_the_compiled_kernel_gives_the_scores_of_torch():
    pytest.importorskip("numba")
    real, synthetic = waves(100, 0), noise(100, 1)
    scores = [predictive_score(real, synthetic, 0, iterations=30, kernel=k) for k in ("numba", "torch")]
    assert scores[0] == pytest.approx(scores[1], abs=1e-5)


def test_bad_input():
    with pytest.raises(BenchError, match="one shape"):
        predictive_score(waves(60, 0), waves(60, 0, steps=13), seed=0)
    with pytest.raises(BenchError, match="at least 5"):
        discriminative_score(waves(60, 0), waves(4, 0), seed=0)
    holed = waves(60, 0)
    holed[3, 4, 1] = np.nan
    with pytest.raises(BenchError, match="NaN"):
        forecast(waves(60, 0), holed, seed=0)


@pytest.mark.parametrize("count", [-3, 0.5])
def test_counts_that_make_no_sense(count):
    """0 leaves a score out of ``measure``; it is no number of iterations for a score that is asked for."""
    rows = waves(60, 0)
    for options in ({"iterations": (count, 0)}, {"iterations": (0, count)}, {"epochs": count}):
        with pytest.raises(BenchError, match="whole number of at least 1"):
            measure(rows, rows, rows, 0, **{"iterations": (0, 0), "epochs": 0, **options})
    with pytest.raises(BenchError, match="iterations must"):
        discriminative_score(rows, rows, seed=0, iterations=0)
    with pytest.raises(BenchError, match="repeats must"):
        predictive_score(rows, rows, seed=0, repeats=0)
