"""Calibration: closed forms, agreement with scikit-learn's logistic regression, and what shares of classes do."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from bench.measures.calibration import calibration_error, calibration_slope, log_losses


def two(p):
    return np.column_stack([1 - p, p])


@pytest.fixture
def drawn():
    """20,000 rows whose labels come true as often as the probabilities say."""
    rng = np.random.default_rng(0)
    p = rng.beta(1, 3, 20_000)
    return (rng.random(len(p)) < p).astype(np.int64), p


def test_calibration_error_closed_form():
    p = np.array([0.1, 0.1, 0.9, 0.9])
    happened = np.array([False, True, True, True])
    assert calibration_error(p, happened, np.ones(4)) == pytest.approx((2 * 0.4 + 2 * 0.1) / 4)
    assert calibration_error(p, happened, np.array([1, 3, 2, 2])) == pytest.approx((4 * 0.65 + 4 * 0.1) / 8)
    assert calibration_error(np.array([0.0, 1.0]), np.array([False, True]), np.ones(2)) == 0
    assert calibration_error(np.array([1.0, 1.0]), np.array([False, False]), np.ones(2)) == 1


def test_log_losses():
    y, p = np.array([0, 1, 1]), two(np.array([0.25, 0.5, 0.0]))
    assert log_losses(y, p) == pytest.approx([-np.log(0.75), -np.log(0.5), -np.log(1e-7)])


def test_slope_of_true_and_of_sharpened_probabilities(drawn):
    y, p = drawn
    ones = np.ones(len(y))
    assert calibration_slope(y, two(p), ones) == pytest.approx(1, abs=0.05)
    logit = np.log(p / (1 - p))
    for by in (0.5, 3):  # odds to the power: overconfident above 1
        sharper = two(1 / (1 + np.exp(-by * logit)))
        assert calibration_slope(y, sharper, ones) == pytest.approx(1 / by, abs=0.05)


def test_slope_is_that_of_a_logistic_regression(drawn):
    y, p = (part[:500] for part in drawn)
    logit = np.log(np.clip(p, 1e-7, 1) / np.clip(1 - p, 1e-7, 1))
    weights = np.where(y == 1, 2.0, 0.5)
    for each in (np.ones(500), weights):
        model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(logit[:, None], y, sample_weight=each)
        assert calibration_slope(y, two(p), each) == pytest.approx(model.coef_[0, 0], abs=1e-4)


def test_slope_does_not_move_with_the_shares():
    """Three classes, calibrated; then a test set of another mix: Bayes' probabilities are off, the slope is not."""
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(40_000, 3)) * 1.5 + [1.5, 0, -1]
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    y = (rng.random(len(p))[:, None] > p.cumsum(1)).sum(1)
    weights = np.array([1.0, 0.1, 5.0])[y]
    assert calibration_slope(y, p, np.ones(len(y))) == pytest.approx(1, abs=0.04)
    assert calibration_slope(y, p, weights) == pytest.approx(1, abs=0.04)
    hit, top = p.argmax(1) == y, p.max(1)
    assert calibration_error(top, hit, weights) > 3 * calibration_error(top, hit, np.ones(len(y)))


@pytest.mark.parametrize(
    ("y", "p"),
    [
        ([1, 1, 1], [0.2, 0.5, 0.9]),  # one class
        ([0, 1, 0, 1], [0.5] * 4),  # constant
        ([0, 0, 1, 1], [0.1, 0.2, 0.6, 0.9]),  # separated
        ([0, 1], [0.0, 1.0]),
    ],
)
def test_a_slope_that_nothing_tells_is_none(y, p):
    assert calibration_slope(np.array(y), two(np.array(p)), np.ones(len(y))) is None
