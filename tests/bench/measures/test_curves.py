"""Areas and precisions under many weightings: scikit-learn's, one weighting at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from bench.measures.curves import ranked

#: few different scores, so that many are equal
ROWS = st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=40).filter(
    lambda rows: 0 < sum(hit for hit, _ in rows) < len(rows)
)


@given(ROWS, st.integers(0, 2**32 - 1))
def test_every_weighting_gives_what_scikit_learn_gives_it(rows, seed):
    positive, score = np.array([hit for hit, _ in rows]), np.array([value / 5 for _, value in rows])
    weights = np.random.default_rng(seed).uniform(0.1, 3.0, size=(3, len(rows)))
    areas, precisions = ranked(positive, score, weights)
    for area, precision, one in zip(areas, precisions, weights, strict=True):
        assert area == pytest.approx(roc_auc_score(positive, score, sample_weight=one))
        assert precision == pytest.approx(average_precision_score(positive, score, sample_weight=one))


def test_a_weight_of_two_is_a_row_that_is_there_twice():
    positive, score = np.array([True, False, True, False]), np.array([0.9, 0.8, 0.4, 0.4])
    (area,), (precision,) = ranked(positive, score, np.array([[1.0, 2.0, 1.0, 0.0]]))
    again = [0, 1, 1, 2]
    assert area == pytest.approx(roc_auc_score(positive[again], score[again]))
    assert precision == pytest.approx(average_precision_score(positive[again], score[again]))


@pytest.mark.parametrize("weights", [[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]], ids=["no positive", "no negative"])
def test_what_a_weighting_cannot_define_is_nan(weights):
    found = ranked(np.array([True, False, False]), np.array([0.3, 0.2, 0.1]), np.array([weights, [1.0, 1.0, 1.0]]))
    assert all(np.isnan(values[0]) for values in found)
    assert [values[1] for values in found] == [1.0, 1.0]


def test_rows_without_a_positive_define_nothing():
    found = ranked(np.zeros(3, dtype=bool), np.arange(3.0), np.ones((2, 3)))
    assert all(np.isnan(values).all() for values in found)
