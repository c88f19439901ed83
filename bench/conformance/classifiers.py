"""Checks of a classifier beyond scikit-learn's own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone

from bench.conformance._toy import Named, toy_rows, watched_random_state

if TYPE_CHECKING:
    from bench.task import Array, Labels


def classifier_checks(classifier: Any) -> Named:
    """Checks of a scikit-learn classifier beyond ``sklearn.utils.estimator_checks``: what the trial relies on."""
    for check in (
        _probabilities,
        _same_seed_same_probabilities,
        _classifier_random_state_untouched,
        _classifier_rows_untouched,
        _learns,
    ):
        yield check.__name__.strip("_"), partial(check, classifier)


def _flat(n_classes: int) -> tuple[Array, Labels]:
    X, y, _ = toy_rows("tabular", mixed=False)
    X = np.tile(X, (3, 1)) + 2 * np.tile(y, 3)[:, None]
    y = np.tile(y, 3)
    keep = y < n_classes
    return X[keep].astype(np.float32), y[keep]


def _seeded_clone(classifier: Any, seed: int = 0) -> Any:
    fresh = clone(classifier)
    assert "random_state" in fresh.get_params(), "the constructor takes no random_state"
    return fresh.set_params(random_state=seed)


def _probabilities(classifier: Any) -> None:
    for n_classes in (2, 3):
        X, y = _flat(n_classes)
        fitted = _seeded_clone(classifier).fit(X.copy(), y.copy())
        for rows in (X, X[:1]):
            shares = fitted.predict_proba(rows)
            assert shares.shape == (len(rows), n_classes), f"predict_proba gave {shares.shape} for {n_classes} classes"
            assert np.isfinite(shares).all(), "probabilities are not finite"
            assert (shares >= 0).all(), "probabilities below zero"
            assert np.allclose(shares.sum(1), 1, atol=1e-5), "probabilities do not sum to one"
        assert np.array_equal(fitted.classes_, np.arange(n_classes)), "classes_ are not the sorted labels"


def _same_seed_same_probabilities(classifier: Any) -> None:
    X, y = _flat(3)
    first, second = (_seeded_clone(classifier, 5).fit(X.copy(), y.copy()).predict_proba(X) for _ in range(2))
    assert np.array_equal(first, second), "the same random_state gave other probabilities"


def _classifier_random_state_untouched(classifier: Any) -> None:
    X, y = _flat(2)
    with watched_random_state():
        _seeded_clone(classifier).fit(X, y).predict_proba(X)


def _classifier_rows_untouched(classifier: Any) -> None:
    X, y = _flat(2)
    rows, labels = X.copy(), y.copy()
    _seeded_clone(classifier).fit(rows, labels).predict_proba(rows)
    assert np.array_equal(rows, X), "the training rows were changed"
    assert np.array_equal(labels, y), "the training labels were changed"


def _learns(classifier: Any) -> None:
    X, y = _flat(2)
    accuracy = (_seeded_clone(classifier).fit(X, y).predict(X) == y).mean()
    assert accuracy > 0.8, f"accuracy {accuracy:.2f} on training rows of two classes that are six deviations apart"
