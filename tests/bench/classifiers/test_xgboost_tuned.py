"""The search chooses settings by the training rows, keeps the defaults where none is better, and is seeded."""

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.metrics import log_loss
from sklearn.utils.estimator_checks import parametrize_with_checks

from bench.classifiers.xgboost import XGBoost
from bench.classifiers.xgboost_tuned import XGBoostTuned


@parametrize_with_checks([XGBoostTuned(trials=1, folds=2)])
def test_conformance(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def rows():
    X, y = make_classification(900, 12, n_informative=4, flip_y=0.25, random_state=0)
    return X[:400], y[:400], X[400:], y[400:]


def test_better_than_the_defaults_where_rows_are_noisy(rows):
    X, y, X_test, y_test = rows
    tuned = XGBoostTuned(trials=6).fit(X, y)
    assert tuned.best_params_
    plain = XGBoost().fit(X, y)
    assert log_loss(y_test, tuned.predict_proba(X_test)) < log_loss(y_test, plain.predict_proba(X_test)) - 0.05


def test_the_same_seed_finds_the_same(rows):
    X, y, X_test, _ = rows
    first, second = (XGBoostTuned(trials=2, random_state=1).fit(X, y) for _ in range(2))
    assert first.best_params_ == second.best_params_
    assert np.array_equal(first.predict_proba(X_test), second.predict_proba(X_test))


def test_a_class_of_one_row_is_not_searched_but_learnt(rows):
    X, y = rows[0][:50], np.r_[np.zeros(49, int), 1]
    model = XGBoostTuned().fit(X, y)
    assert model.best_params_ == {}
    assert np.array_equal(model.predict_proba(X)[:, 1] > 0, np.ones(50, bool))
