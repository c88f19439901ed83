"""The trivial baselines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.conformance import toy_rows
from bench.errors import BenchError
from methods.none import NoAugmentation
from methods.reweight import ClassWeight, MovedThreshold


@pytest.mark.parametrize("method", [ClassWeight(), MovedThreshold(), NoAugmentation()])
def test_they_draw_nothing(method):
    X, y, schema = toy_rows()
    method.fit(X, y, schema)
    assert method.sample(y[:0]).shape == (0, *schema.shape)
    with pytest.raises(BenchError, match="use it with regime real"):
        method.sample(y)


def test_only_class_weight_asks_the_classifier_for_something():
    assert ClassWeight().classifier_options() == {"class_weight": "balanced"}
    assert MovedThreshold().classifier_options() == {}
    proba = np.array([[0.3, 0.7]])
    assert ClassWeight().adjust(proba) is proba


def test_two_classes_are_decided_at_the_base_rate_and_ranked_as_before():
    X, _, schema = toy_rows()
    schema = replace(schema, classes=("common", "rare"))
    y = np.repeat([0, 1], [90, 10])
    method = MovedThreshold().fit(X[:100], y, schema)
    p = np.linspace(0.01, 0.99, 99)
    moved = method.adjust(np.stack([1 - p, p], axis=1))
    np.testing.assert_array_equal(moved[:, 1] > 0.5 + 1e-9, p > 0.1 + 1e-9)
    assert (np.diff(moved[:, 1]) > 0).all()
    np.testing.assert_allclose(moved.sum(axis=1), 1)


def test_a_class_without_training_rows_stays_impossible():
    X, _, schema = toy_rows()
    schema = replace(schema, classes=("common", "rare"))
    method = MovedThreshold().fit(X[:10], np.zeros(10, dtype=np.int64), schema)
    np.testing.assert_allclose(method.adjust(np.array([[0.5, 0.5]])), [[1.0, 0.0]])
    assert np.isfinite(method.adjust(np.array([[0.0, 1.0]]))).all()
