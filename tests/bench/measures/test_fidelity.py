"""Fidelity under controls: fresh draws, noise, collapse, broken dependence; and closed forms."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import ks_2samp

from bench.measures.fidelity import density_coverage, kolmogorov_smirnov, marginals, measure
from bench.task import Column, Schema

MIXED = Schema(
    "tabular",
    (4,),
    ("common", "rare"),
    (Column("x"), Column("y"), Column("colour", ("r", "g", "b")), Column("size", ("s", "m"))),
    rare=1,
)
SERIES = Schema("series", (12, 2), ("a", "b"), (Column("u"), Column("v")))
IMAGE = Schema("image", (1, 8, 8), ("a", "b"))


def mixed(n, seed):
    """Two correlated numbers and two categories that depend on them; class 1 lies elsewhere."""
    rng = np.random.default_rng(seed)
    label = (np.arange(n) % 4 == 0).astype(np.int64)
    x = rng.normal(label * 3.0, 1)
    y = 0.9 * x + rng.normal(0, 0.3, n)
    colour = np.digitize(x, [-0.5, 1.0])
    size = np.where(rng.random(n) < 0.9, colour > 0, colour == 0)
    return np.stack([x, y, colour, size], axis=1).astype(np.float32), label


def series(n, seed):
    rng = np.random.default_rng(seed)
    phase = rng.uniform(0, 6.28, (n, 1))
    u = 0.5 + 0.4 * np.sin(0.5 * np.arange(12) + phase)
    return np.stack([u, 1 - u], axis=2).astype(np.float32), np.arange(n) % 2


def image(n, seed):
    rng = np.random.default_rng(seed)
    rows = np.zeros((n, 1, 8, 8), np.float32)
    y = np.arange(n) % 2
    rows[y == 0, :, :, 3:5] = 1
    rows[y == 1, :, 3:5, :] = 1
    return np.clip(rows * 0.8 + rng.normal(0.1, 0.1, rows.shape), 0, 1).astype(np.float32), y


def against(maker, schema, synthetic, y, n=1000, **options):
    return measure(*maker(n, 0), *maker(n, 1), synthetic, y, schema, 0, **options)


@pytest.mark.parametrize(("maker", "schema"), [(mixed, MIXED), (series, SERIES), (image, IMAGE)])
def test_fresh_draws_look_real(maker, schema):
    found = against(maker, schema, *maker(1000, 2))
    for name, ideal, slack in [
        ("ks", 0, 0.06), ("tv", 0, 0.05), ("frequency_mse", 0, 0.001), ("association", 0, 0.05),
        ("autocorrelation", 0, 0.02), ("xgboost_auc", 0.5, 0.06), ("logistic_auc", 0.5, 0.06),
        ("density", 1, 0.1), ("coverage", 1, 0.08),
    ]:  # fmt: skip
        if name in found:
            assert found[name] == pytest.approx(ideal, abs=slack), name


def test_which_measures_each_modality_has():
    both = {"ks", "ks_max", "density", "coverage", "xgboost_auc", "logistic_auc"}
    assert set(against(mixed, MIXED, *mixed(200, 2))) == both | {"tv", "tv_max", "frequency_mse", "association"}
    assert set(against(series, SERIES, *series(200, 2))) == both | {"association", "autocorrelation"}
    assert set(against(image, IMAGE, *image(200, 2))) == both
    with_features = against(image, IMAGE, *image(200, 2), features=lambda rows: rows.reshape(len(rows), -1)[:, :8])
    assert set(with_features) == both | {"frechet_cnn"}


@pytest.mark.parametrize(("maker", "schema"), [(mixed, MIXED), (series, SERIES), (image, IMAGE)])
def test_noise_is_bad(maker, schema):
    rows, y = maker(1000, 2)
    rng = np.random.default_rng(3)
    noise = rng.uniform(0, 1, rows.shape).astype(np.float32) * 4 - 2
    if schema.categorical:
        noise[:, 2], noise[:, 3] = rng.integers(0, 3, 1000), rng.integers(0, 2, 1000)
    found = against(maker, schema, noise, y)
    assert found["ks"] > 0.1
    assert found["xgboost_auc"] > 0.95
    assert found["coverage"] < 0.75


def test_shuffled_columns_keep_marginals_and_lose_dependence():
    rows, y = mixed(1000, 2)
    rng = np.random.default_rng(3)
    shuffled = rows.copy()
    for c in (0, 1):  # within each class
        index = np.flatnonzero(y == c)
        for column in range(4):
            shuffled[index, column] = rows[rng.permutation(index), column]
    found = against(mixed, MIXED, shuffled, y)
    assert found["ks"] < 0.06
    assert found["tv"] < 0.06
    assert found["association"] > 0.15
    assert found["xgboost_auc"] > 0.9


def test_a_collapsed_generator_has_density_and_no_coverage():
    rows, y = mixed(1000, 2)
    centre = np.where(y[:, None] == 1, rows[y == 1][:1], rows[y == 0][:1]).astype(np.float32)
    found = against(mixed, MIXED, centre, y)
    assert found["coverage"] < 0.1
    assert found["ks"] > 0.4


def test_time_shuffled_windows_lose_autocorrelation_alone():
    rows, y = series(500, 2)
    order = np.random.default_rng(0).permuted(np.tile(np.arange(12), (500, 1)), axis=1)
    found = against(series, SERIES, np.take_along_axis(rows, order[:, :, None], axis=1), y)
    assert found["autocorrelation"] > 0.2
    assert found["ks"] < 0.05
    assert found["association"] < 0.02


def test_a_draw_of_the_rare_class_is_held_against_the_rare_class():
    rows, y = mixed(1000, 2)
    found = against(mixed, MIXED, rows[y == 1], y[y == 1])
    assert found["ks"] < 0.15
    assert 0.38 < found["xgboost_auc"] < 0.62


def test_copies_of_training_rows_do_not_fool_the_detectors_below_chance():
    found = against(mixed, MIXED, *mixed(1000, 0))
    assert 0.44 < found["xgboost_auc"] < 0.56


@pytest.mark.parametrize("n", [1, 2, 4, 18, 40, 120])
def test_few_rows_give_defined_figures(n):
    train, y_train = mixed(80, 0)
    held, y_held = mixed(24, 1)
    rare = mixed(4 * n, 2)[0][::4]
    found = measure(train, y_train, held, y_held, rare, np.ones(n, dtype=np.int64), MIXED, 0)
    json.dumps(found, allow_nan=False)
    assert ("xgboost_auc" in found) is False  # six held-out rare rows
    assert ("coverage" in found) == (n >= 10)


def test_constant_columns_and_no_common_class_are_defined():
    flat = np.zeros((60, 4), np.float32)
    zeros = np.zeros(60, dtype=np.int64)
    found = measure(flat, zeros, flat, zeros, flat, zeros, MIXED, 0)
    assert found["ks"] == found["tv"] == found["association"] == 0
    assert found["coverage"] == 1
    assert measure(flat, zeros, flat, zeros, flat, zeros + 1, MIXED, 0) == {}


def test_same_seed_same_figures_and_global_state_untouched():
    rows, y = mixed(300, 2)
    np.random.seed(3)  # noqa: NPY002 - the global state is the subject
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    assert against(mixed, MIXED, rows, y) == against(mixed, MIXED, rows, y)
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


values = hnp.arrays(float, st.integers(1, 40), elements=st.integers(-5, 5))


@given(values, values)
@settings(max_examples=50)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_kolmogorov_smirnov_is_scipys(a, b):
    assert kolmogorov_smirnov(a, b) == pytest.approx(ks_2samp(a, b, method="asymp").statistic)


def test_the_worst_column_is_told_from_the_mean():
    real, synthetic = mixed(1000, 0)[0], mixed(1000, 2)[0]
    synthetic[:, 1] += 100  # one number of two
    synthetic[:, 3] = 1 - real[:, 3]  # one category of two
    found = marginals(real, synthetic, MIXED)
    assert found["ks_max"] == 1
    assert found["ks"] == pytest.approx(0.5, abs=0.05)
    share = np.mean(real[:, 3])
    assert found["tv_max"] == pytest.approx(abs(2 * share - 1))
    assert found["tv"] < 0.75 * found["tv_max"]


def grey(n, seed):
    """Images of 256 levels, many pixels exactly 0."""
    rows, y = image(n, seed)
    return np.round(rows * 255) / np.float32(255), y


def test_a_sigmoid_that_never_gives_0_is_not_what_is_measured_of_images():
    rows, y = grey(1000, 2)
    fresh, squashed = (against(grey, IMAGE, made, y) for made in (rows, np.clip(rows, 0.001, 0.999)))
    assert squashed == fresh
    assert squashed["xgboost_auc"] == pytest.approx(0.5, abs=0.06)
    told = against(grey, IMAGE, np.where(rows == 0, np.float32(0.02), rows), y)  # five levels off is a difference
    assert told["ks"] > fresh["ks"] + 0.05
    assert told["xgboost_auc"] > 0.9


def test_images_are_compared_pixel_position_by_position():
    rows, y = grey(1000, 2)
    moved = rows.reshape(1000, -1)[:, np.random.default_rng(0).permutation(64)].reshape(rows.shape)
    assert against(grey, IMAGE, rows, y)["ks"] < 0.06
    assert against(grey, IMAGE, moved, y)["ks"] > 0.2  # all pixels together would be the same numbers


def test_pixels_that_never_change_do_not_dilute_the_mean_over_positions():
    rows, synthetic = (np.zeros((50, 1, 8, 8), np.float32) for _ in range(2))
    rows[:25, :, 4, 4] = 1
    synthetic[:, :, 4, 4] = 1
    assert marginals(rows, synthetic, IMAGE) == {"ks": 0.5, "ks_max": 0.5}
    assert marginals(synthetic, synthetic, IMAGE) == {}


def test_density_coverage_by_hand():
    real = np.array([[0.0], [1.0], [2.0], [10.0]])
    # k=1 radii: 1, 1, 1, 8; the fake 0.5 lies in the balls of 0 and 1, the fake 3 in those of 2 and 10
    assert density_coverage(real, np.array([[0.5], [3.0]]), k=1) == {"density": 2.0, "coverage": 1.0}
    assert density_coverage(real, np.array([[0.5], [0.5]]), k=1) == {"density": 2.0, "coverage": 0.5}
