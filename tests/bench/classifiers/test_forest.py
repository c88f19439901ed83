"""The forest and the linear baseline are scikit-learn's, to the last digit."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import scale
from sklearn.utils.estimator_checks import parametrize_with_checks

from bench.classifiers.forest import RandomForest
from bench.classifiers.logistic import Logistic

X, y = load_breast_cancer(return_X_y=True)
X = scale(X)


#: what scikit-learn expects its own forest to fail
BOOTSTRAP = "a row of weight 2 is not in as many bootstrap samples as two rows"
FOREST = {f"check_sample_weight_equivalence_on_{kind}_data": BOOTSTRAP for kind in ("dense", "sparse")} | {
    "check_class_weight_classifiers": "it sets min_weight_fraction_leaf, which is not offered here"
}


@parametrize_with_checks(
    [RandomForest(n_estimators=30), Logistic()],
    expected_failed_checks=lambda model: FOREST if isinstance(model, RandomForest) else {},
)
def test_conformance(estimator, check):
    check(estimator)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (RandomForest(random_state=3), RandomForestClassifier(300, random_state=3)),
        (RandomForest(class_weight="balanced"), RandomForestClassifier(300, class_weight="balanced", random_state=0)),
        (Logistic(C=0.1), LogisticRegression(C=0.1, max_iter=1000)),
    ],
)
def test_the_same_probabilities(ours, theirs):
    expected = theirs.fit(X[:300], y[:300]).predict_proba(X[300:])
    assert np.array_equal(ours.fit(X[:300], y[:300]).predict_proba(X[300:]), expected)
