"""Association measures against closed forms and scipy."""

import numpy as np
import pytest
from scipy.stats.contingency import association as scipy_association

from bench.measures.association import association, autocorrelation, pearson
from bench.task import Column, Schema


def schema(*sizes, numbers=0):
    columns = [Column(f"x{i}") for i in range(numbers)]
    columns += [Column(f"k{i}", tuple(f"v{j}" for j in range(size))) for i, size in enumerate(sizes)]
    return Schema("tabular", (len(columns),), ("a", "b"), tuple(columns))


def test_pearson_is_numpys_and_a_constant_column_has_none():
    rows = np.random.default_rng(0).normal(size=(100, 3)) @ np.array([[1, 0.5, 0], [0, 1, 0], [0, 0, 1]])
    np.testing.assert_allclose(pearson(rows), np.corrcoef(rows.T))
    rows[:, 1] = 7.3
    assert (pearson(rows.astype(np.float32))[1] == 0).all()


def test_cramers_v_is_one_for_a_copy_and_near_zero_for_independence():
    rng = np.random.default_rng(0)
    k = rng.integers(0, 20, 1000)
    rows = np.stack([k, k[rng.permutation(1000)], (k + 3) % 20], axis=1).astype(np.float32)
    v = association(rows, schema(20, 20, 20))
    assert v[0, 2] == pytest.approx(1, abs=1e-6)
    assert v[0, 1] < 0.08
    plain = scipy_association(np.histogram2d(rows[:, 0], rows[:, 1], bins=20)[0].astype(int), "cramer")
    assert plain > 0.12  # what the correction is for


def test_cramers_v_approaches_the_plain_one_for_many_rows():
    rng = np.random.default_rng(1)
    a = rng.integers(0, 3, 20_000)
    b = np.where(rng.random(20_000) < 0.4, a, rng.integers(0, 3, 20_000))
    table = np.histogram2d(a, b, bins=3)[0].astype(int)
    v = association(np.stack([a, b], axis=1).astype(np.float32), schema(3, 3))[0, 1]
    assert v == pytest.approx(scipy_association(table, "cramer"), abs=1e-3)


def test_correlation_ratio_is_the_between_group_share():
    rng = np.random.default_rng(2)
    k = rng.integers(0, 3, 500)
    x = np.array([0.0, 1.0, 5.0])[k] + rng.normal(size=500)
    rows = np.stack([x, k], axis=1).astype(np.float32)
    x = rows[:, 0].astype(float)
    between = sum((k == j).sum() * (x[k == j].mean() - x.mean()) ** 2 for j in range(3))
    expected = np.sqrt(between / ((x - x.mean()) ** 2).sum())
    matrix = association(rows, schema(3, numbers=1))
    assert matrix[0, 1] == matrix[1, 0] == pytest.approx(expected, rel=1e-4)


def test_one_row_and_one_category_give_zeros():
    assert (association(np.zeros((1, 3), np.float32), schema(2, 2, numbers=1)) == 0).all()
    assert (association(np.zeros((50, 2), np.float32), schema(2, 2)) == 0).all()


def test_autocorrelation_of_a_known_process():
    rng = np.random.default_rng(3)
    steps = 400
    noise = rng.normal(size=(50, steps))
    ar = np.zeros_like(noise)
    for t in range(1, steps):
        ar[:, t] = 0.8 * ar[:, t - 1] + noise[:, t]
    windows = np.stack([ar, noise, np.full_like(noise, 0.37)], axis=2).astype(np.float32)
    acf = autocorrelation(windows, 3)
    np.testing.assert_allclose(acf[:, 0], [0.8, 0.64, 0.512], atol=0.03)
    np.testing.assert_allclose(acf[:, 1], 0, atol=0.02)
    assert (acf[:, 2] == 0).all()
