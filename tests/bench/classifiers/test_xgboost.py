"""The wrapper changes nothing but the base score: its probabilities are the plain classifier's to the last digit."""

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import make_pipeline
from sklearn.datasets import make_classification
from sklearn.metrics import average_precision_score
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.estimator_checks import parametrize_with_checks
from xgboost import XGBClassifier

from bench.classifiers.xgboost import XGBoost


@parametrize_with_checks([XGBoost()])
def test_conformance(estimator, check):
    check(estimator)


def rows(classes, seed=0):
    X, y = make_classification(
        400,
        8,
        n_informative=5,
        n_classes=classes,
        weights=[0.7] + [0.3 / (classes - 1)] * (classes - 1),
        flip_y=0.1,
        random_state=seed,
    )
    return X[:250], y[:250], X[250:]


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("options", [{}, {"n_estimators": 20, "subsample": 0.5, "learning_rate": 0.1, "max_depth": 3}])
def test_probabilities_are_the_plain_ones_in_a_pipeline(classes, dtype, options):
    X, y, held_out = rows(classes)
    plain = XGBClassifier(tree_method="hist", base_score=0.5, random_state=7, n_jobs=1, **options)
    ours = XGBoost(random_state=7, **options)
    a, b = (
        make_pipeline(StandardScaler(), SMOTE(random_state=3), model)
        .fit(X.astype(dtype), y)
        .predict_proba(held_out.astype(dtype))
        for model in (plain, ours)
    )
    np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("classes", [2, 3])
def test_predictions_are_the_plain_ones(classes):
    X, y, held_out = rows(classes)
    plain = XGBClassifier(tree_method="hist", base_score=0.5, random_state=0, n_jobs=1).fit(X, y)
    np.testing.assert_array_equal(XGBoost().fit(X, y).predict(held_out), plain.predict(held_out))


def test_a_class_may_be_absent():
    X, y, held_out = rows(3)
    kept = y != 1
    model = XGBoost().fit(X[kept], y[kept])
    assert list(model.classes_) == [0, 2]
    plain = XGBClassifier(tree_method="hist", base_score=0.5, random_state=0, n_jobs=1).fit(X[kept], y[kept] // 2)
    np.testing.assert_array_equal(model.predict_proba(held_out), plain.predict_proba(held_out))
    assert set(model.predict(held_out)) <= {0, 2}


def test_balanced_is_by_sample_weights():
    X, y, held_out = rows(2)
    plain = XGBClassifier(tree_method="hist", base_score=0.5, random_state=0, n_jobs=1)
    plain.fit(X, y, sample_weight=compute_sample_weight("balanced", y))
    ours = XGBoost(class_weight="balanced").fit(X, y).predict_proba(held_out)
    np.testing.assert_array_equal(ours, plain.predict_proba(held_out))
    assert not np.array_equal(ours, XGBoost().fit(X, y).predict_proba(held_out))


def test_few_positives_can_be_split_off():
    """Fifty rows in five thousand that one column tells apart: from their share, no leaf of theirs is heavy enough."""
    X = np.random.default_rng(0).normal(size=(5000, 2))
    y = np.arange(5000) < 50
    X[y, 0] += 20
    found = {}
    for score in (0.5, None):
        proba = XGBoost(n_estimators=1, base_score=score).fit(X, y).predict_proba(X)[:, 1]
        found[score] = average_precision_score(y, proba)
    assert found[0.5] > 0.9
    assert found[None] < 0.6  # they share their leaf with as many others


def test_nan_is_missing_and_infinity_is_refused():
    X, y, held_out = rows(2)
    X[::7, 2] = np.nan
    plain = XGBClassifier(tree_method="hist", base_score=0.5, random_state=0, n_jobs=1).fit(X, y)
    np.testing.assert_array_equal(XGBoost().fit(X, y).predict_proba(held_out), plain.predict_proba(held_out))
    X[0, 0] = np.inf
    with pytest.raises(ValueError, match="infinity"):
        XGBoost().fit(X, y)


def test_warm_up_leaves_no_trace():
    model = XGBoost(class_weight={"a": 2})
    model.warm_up()
    assert not hasattr(model, "classes_")
