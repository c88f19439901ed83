"""Metrics from the confusion matrix are scikit-learn's, to the last digit."""

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.measures.confusion import by_class, confusion, mcc

labels = st.lists(st.integers(0, 4), min_size=1, max_size=60)


@settings(deadline=None)
@given(labels, st.randoms(use_true_random=False))
def test_counts_give_what_scikit_learn_gives(y, random):
    predicted = [random.choice((c, random.randrange(5))) for c in y]
    matrix = confusion(np.array(y), np.array(predicted), 5, None)
    assert matrix.tolist() == sk.confusion_matrix(y, predicted, labels=range(5)).tolist()
    expected = sk.precision_recall_fscore_support(y, predicted, labels=range(5), zero_division=0)
    for found, value in zip(by_class(matrix), expected, strict=True):
        assert found.tolist() == value.tolist()
    if len({*y, *predicted}) > 1:
        assert mcc(matrix) == sk.matthews_corrcoef(y, predicted)


@settings(deadline=None)
@given(labels, st.randoms(use_true_random=False))
def test_weights_give_what_scikit_learn_gives(y, random):
    predicted, weights = [random.randrange(5) for _ in y], np.array([random.uniform(0.1, 5) for _ in y])
    matrix = confusion(np.array(y), np.array(predicted), 5, weights)
    expected = sk.precision_recall_fscore_support(y, predicted, labels=range(5), sample_weight=weights, zero_division=0)
    for found, value in zip(by_class(matrix), expected, strict=True):
        assert found == pytest.approx(value, rel=1e-12)
    assert mcc(matrix) == pytest.approx(sk.matthews_corrcoef(y, predicted, sample_weight=weights), abs=1e-9)


def test_predictions_that_do_not_vary_correlate_with_nothing():
    assert mcc(confusion(np.array([0, 1, 1]), np.array([1, 1, 1]), 2, None)) == 0
    assert mcc(confusion(np.array([1, 1, 1]), np.array([1, 0, 1]), 2, None)) == 0
