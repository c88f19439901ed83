"""Checks of a classifier beyond scikit-learn's own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone

from bench.conformance._toy import Named, toy_rows, watched_random_state

if TYPE_CHECKING:
    from bench.task import Array, Labels, Modality


def classifier_checks(classifier: Any, modality: Modality = "tabular") -> Named:
    """Checks of a scikit-learn classifier beyond ``sklearn.utils.estimator_checks``: what the trial relies on.

    modality : of the rows, which are flattened as the trial gives them.
    """
    case = _Case(classifier, modality)
    for check in (
        _probabilities,
        _same_seed_same_probabilities,
        _classifier_random_state_untouched,
        _classifier_rows_untouched,
        _learns,
    ):
        yield check.__name__.strip("_"), partial(check, case)


class _Case:
    """A classifier and rows of three classes, 180 of them, that lie six deviations apart."""

    def __init__(self, classifier: Any, modality: Modality) -> None:
        self.classifier = classifier
        X, y, self.schema = toy_rows(modality, mixed=False)
        step = 2.0 if modality == "tabular" else 0.2
        moved = X.reshape(len(X), -1) + step * y[:, None]
        self.X, self.y = np.tile(moved, (3, 1)).astype(np.float32), np.tile(y, 3)

    def rows(self, n_classes: int) -> tuple[Array, Labels]:
        keep = self.y < n_classes
        return self.X[keep], self.y[keep]

    def fresh(self, seed: int = 0) -> Any:
        """A clone as the trial sets it up."""
        made = clone(self.classifier)
        known = made.get_params()
        assert "random_state" in known, "the constructor takes no random_state"
        if "shape" in known:
            made.set_params(shape=self.schema.shape)
        return made.set_params(random_state=seed)


def _probabilities(case: _Case) -> None:
    for n_classes in (2, 3):
        X, y = case.rows(n_classes)
        fitted = case.fresh().fit(X.copy(), y.copy())
        for rows in (X, X[:1]):
            shares = fitted.predict_proba(rows)
            assert shares.shape == (len(rows), n_classes), f"predict_proba gave {shares.shape} for {n_classes} classes"
            assert np.isfinite(shares).all(), "probabilities are not finite"
            assert (shares >= 0).all(), "probabilities below zero"
            assert np.allclose(shares.sum(1), 1, atol=1e-5), "probabilities do not sum to one"
        assert np.array_equal(fitted.classes_, np.arange(n_classes)), "classes_ are not the sorted labels"


def _same_seed_same_probabilities(case: _Case) -> None:
    X, y = case.rows(3)
    first, second = (case.fresh(5).fit(X.copy(), y.copy()).predict_proba(X) for _ in range(2))
    assert np.array_equal(first, second), "the same random_state gave other probabilities"


def _classifier_random_state_untouched(case: _Case) -> None:
    X, y = case.rows(2)
    with watched_random_state():
        case.fresh().fit(X, y).predict_proba(X)


def _classifier_rows_untouched(case: _Case) -> None:
    X, y = case.rows(2)
    rows, labels = X.copy(), y.copy()
    case.fresh().fit(rows, labels).predict_proba(rows)
    assert np.array_equal(rows, X), "the training rows were changed"
    assert np.array_equal(labels, y), "the training labels were changed"


def _learns(case: _Case) -> None:
    X, y = case.rows(2)
    accuracy = (case.fresh().fit(X, y).predict(X) == y).mean()
    assert accuracy > 0.8, f"accuracy {accuracy:.2f} on training rows of two classes that lie far apart"
