"""The study's measures: closed forms, known-good and known-bad tables."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bench.errors import BenchError
from bench.measures.study import (
    Pairs,
    conditional_mse,
    frequencies,
    frequency_pairs,
    predictability,
    predictability_pairs,
    study_scores,
)

SIZES = (3, 4, 2)
NAMES = ("a", "b", "c")


def dependent(n, seed, noise=0.0):
    """b follows a; c is a coin of its own. The condition is whether a is 0."""
    rng = np.random.default_rng(seed)
    a = rng.choice(3, n, p=[0.5, 0.3, 0.2])
    b = np.where(rng.random(n) < noise, rng.integers(0, 4, n), a + 1)
    rows = np.column_stack([a, b, rng.integers(0, 2, n)])
    return rows, (a == 0).astype(np.int64)


@settings(max_examples=30, deadline=None)
@given(hnp.arrays(np.int64, (17, 3), elements=st.integers(0, 1)))
def test_frequencies_sum_to_one_in_each_variable(codes):
    found = frequencies(codes, SIZES)
    np.testing.assert_allclose([found[:3].sum(), found[3:7].sum(), found[7:].sum()], 1)
    assert frequency_pairs(codes, codes, SIZES, NAMES).mse == 0


def test_frequencies_of_a_small_table():
    codes = np.array([[0, 3, 1], [0, 0, 1], [2, 0, 1], [1, 0, 1]])
    np.testing.assert_allclose(frequencies(codes, SIZES), [0.5, 0.25, 0.25, 0.75, 0, 0, 0.25, 0, 1])
    assert frequencies(codes[:0], SIZES).tolist() == [0] * 9


def test_mse_p_runs_over_the_categories_that_real_rows_hold():
    real = np.array([[0], [0], [1], [1]])
    synthetic = np.array([[0], [2], [2], [2]])
    pairs = frequency_pairs(real, synthetic, (3,), ("v",))
    assert pairs.names == ("v=0", "v=1")
    assert pairs.mse == pytest.approx(((0.5 - 0.25) ** 2 + 0.5**2) / 2)


def test_mse_cp_looks_inside_each_condition():
    real = np.array([[0], [0], [1], [1]])
    condition = np.array([0, 0, 1, 1])
    swapped = np.array([[1], [1], [0], [0]])
    assert frequency_pairs(real, swapped, (2,), ("v",)).mse == 0
    assert conditional_mse(real, swapped, condition, condition, (2,)) == {0: 1.0, 1: 1.0}
    assert conditional_mse(real, real, condition, condition, (2,)) == {0: 0.0, 1: 0.0}
    # no synthetic row of condition 1: frequency 0 throughout
    assert conditional_mse(real, real[:2], condition, condition[:2], (2,)) == {0: 0.0, 1: 1.0}


@pytest.mark.parametrize("model", ["lr", "rf"])
def test_predictability_finds_what_determines_what(model):
    train, _ = dependent(600, 0)
    test, _ = dependent(400, 1)
    a, b, c = predictability(train, test, SIZES, model)
    assert (a, b) == (1.0, 1.0)
    assert 0.4 < c < 0.6
    constant = train.copy()
    constant[:, 2] = 1
    assert predictability(constant, test, SIZES, model)[2] == (test[:, 2] == 1).mean()


@pytest.mark.parametrize("model", ["lr", "rf"])
def test_independent_columns_score_worse_than_real_rows(model):
    train, _ = dependent(800, 0)
    again, _ = dependent(800, 1)
    test, _ = dependent(800, 2)
    rng = np.random.default_rng(0)
    shuffled = np.column_stack([rng.permutation(column) for column in again.T])
    good = predictability_pairs(train, again, test, SIZES, NAMES, model)
    bad = predictability_pairs(train, shuffled, test, SIZES, NAMES, model)
    assert good.mse < 0.002 < 0.02 < bad.mse


def test_the_study_s_protocol_is_blind_to_rows_that_are_merely_consistent():
    """Rows whose b follows a by another rule are as predictable within themselves, and wrong about real rows."""
    train, _ = dependent(600, 0)
    test, _ = dependent(600, 1)
    other = train.copy()
    other[:, 1] = (3 - train[:, 0]) % 4
    options = {"sizes": SIZES, "names": NAMES, "model": "rf"}
    within = predictability_pairs(train, other, test, protocol="study", **options)
    across = predictability_pairs(train, other, test, protocol="camino", **options)
    assert within.mse < 0.01 < 0.1 < across.mse


def test_known_accuracies_are_used_again_and_rows_are_bounded():
    (train, _), (synthetic, _), (test, _) = (dependent(500, seed, 0.3) for seed in range(3))
    options = {"sizes": SIZES, "names": NAMES, "model": "rf", "max_rows": 200}
    first = predictability_pairs(train, synthetic, test, **options)
    second = predictability_pairs(train, synthetic, test, known=first.real, **options)
    assert first == first
    np.testing.assert_array_equal(first.real, second.real)
    np.testing.assert_array_equal(first.synthetic, second.synthetic)


def test_all_four_together():
    real_train, synthetic, real_test = (dependent(700, seed, 0.2) for seed in range(3))
    scores = study_scores(real_train, synthetic, real_test, SIZES, NAMES, 2)
    assert set(scores.metrics) == {"mse_p", "mse_cp", "mse_lr", "mse_rf"}
    assert all(0 <= value < 0.01 for value in scores.metrics.values())
    assert scores.frequency.names[-1] == "condition=1"
    assert len(scores.lr.real) == 4
    only = study_scores(real_train, synthetic, real_test, SIZES, NAMES, 2, models=())
    assert set(only.metrics) == {"mse_p", "mse_cp"}
    again = study_scores(real_train, synthetic, real_test, SIZES, NAMES, 2, known=scores)
    assert again.metrics == scores.metrics


def test_no_points_is_not_zero():
    assert np.isnan(Pairs(np.array([]), np.array([]), ()).mse)


def test_an_unknown_model_is_refused():
    train, _ = dependent(100, 0)
    with pytest.raises(BenchError, match="no model 'svm'; known: lr, rf"):
        predictability(train, train, SIZES, "svm")
