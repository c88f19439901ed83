"""The balanced ensembles are imbalanced-learn's, to the last digit, alone and in a trial."""

import numpy as np
import pytest
from imblearn.ensemble import (
    BalancedBaggingClassifier,
    BalancedRandomForestClassifier,
    EasyEnsembleClassifier,
    RUSBoostClassifier,
)
from sklearn.metrics import average_precision_score, recall_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from bench import registry, seeds
from bench.classifiers.balanced import BalancedBagging, BalancedRandomForest, EasyEnsemble, RUSBoost
from bench.classifiers.forest import RandomForest
from bench.conformance import classifier_checks
from bench.trial.rows import load_rows
from tests.factories import config, planned, walked

#: what scikit-learn's checks find of imbalanced-learn's own classes
DRAWN = "a row of weight 2 is not drawn as often as two rows"
WEIGHTS = {f"check_sample_weight_equivalence_on_{kind}_data": DRAWN for kind in ("dense", "sparse")}
FOREST = WEIGHTS | {"check_class_weight_classifiers": "it sets min_weight_fraction_leaf, which is not offered here"}


@pytest.mark.slow
@parametrize_with_checks(
    [BalancedRandomForest(n_estimators=10), EasyEnsemble(n_estimators=3), RUSBoost(n_estimators=5), BalancedBagging()],
    expected_failed_checks=lambda model: (
        FOREST if isinstance(model, BalancedRandomForest) else WEIGHTS if isinstance(model, RUSBoost) else {}
    ),
)
def test_conformance(estimator, check):
    check(estimator)


@pytest.mark.parametrize(
    "model", [BalancedRandomForest(n_estimators=20), EasyEnsemble(n_estimators=3), RUSBoost(), BalancedBagging()],
    ids=lambda model: type(model).__name__,
)  # fmt: skip
def test_the_trials_own_checks(model):
    for _, check in classifier_checks(model):
        check()


def overlapping(n):
    rng = np.random.default_rng(0)
    y = (np.arange(n) % 20 == 0).astype(np.int64)
    return (rng.normal(size=(n, 3)) + 1.2 * y[:, None]).astype(np.float32), y


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (BalancedRandomForest(random_state=3), BalancedRandomForestClassifier(300, random_state=3)),
        (
            BalancedRandomForest(50, class_weight="balanced"),
            BalancedRandomForestClassifier(50, class_weight="balanced", random_state=0),
        ),
        (EasyEnsemble(random_state=3), EasyEnsembleClassifier(random_state=3)),
        (RUSBoost(30, 0.5), RUSBoostClassifier(n_estimators=30, learning_rate=0.5, random_state=0)),
        (BalancedBagging(random_state=3), BalancedBaggingClassifier(random_state=3)),
    ],
)
def test_the_same_probabilities(ours, theirs):
    X, y = overlapping(600)
    expected = theirs.fit(X[:400], y[:400]).predict_proba(X[400:])
    np.testing.assert_array_equal(ours.fit(X[:400], y[:400]).predict_proba(X[400:]), expected)


@pytest.mark.parametrize(
    "model", [BalancedRandomForest(50), EasyEnsemble(), RUSBoost(), BalancedBagging()], ids=lambda m: type(m).__name__
)
def test_they_find_rare_rows_that_a_plain_forest_misses(model):
    X, y = overlapping(3000)
    found = recall_score(y[2000:], model.fit(X[:2000], y[:2000]).predict(X[2000:]))
    plain = recall_score(y[2000:], RandomForest(50).fit(X[:2000], y[:2000]).predict(X[2000:]))
    assert found > plain + 0.2


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("balanced-random-forest", BalancedRandomForestClassifier(300)),
        ("easy-ensemble", EasyEnsembleClassifier()),
        ("rus-boost", RUSBoostClassifier()),
        ("balanced-bagging", BalancedBaggingClassifier()),
    ],
)
def test_a_trial_scores_what_imbalanced_learn_predicts_on_the_same_split(toy, name, theirs):
    (fit,) = planned(config(classifiers=(name,), regimes=("real",)))
    (record,) = walked([fit])
    rows = load_rows(fit)
    theirs.set_params(random_state=seeds.derive(0, "classifier", "toy", name, 0))
    p = theirs.fit(rows.X, rows.y).predict_proba(rows.X_test)[:, 1]
    assert record.status == "ok", record.reason
    assert record.metrics["auprc"] == average_precision_score(rows.y_test, p)


def test_class_weights_are_for_the_forest_alone(toy):
    names = tuple(entry.name for entry in registry.classifiers if entry.module == "bench.classifiers.balanced")
    found = walked(planned(config("class-weight", classifiers=names, regimes=("real",))))
    status = {record.classifier: record.status for record in found if record.method == "class-weight"}
    assert status.pop("balanced-random-forest") == "ok"
    assert status == dict.fromkeys(("easy-ensemble", "rus-boost", "balanced-bagging"), "skipped")
