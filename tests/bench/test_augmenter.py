"""What counts as valid synthetic rows."""

from __future__ import annotations

import numpy as np
import pytest

from bench.augmenter import Resampler, check_resampled, check_rows
from bench.errors import BenchError, InvalidRows
from bench.task import Column, Schema

SCHEMA = Schema("tabular", (2,), ("a", "b"), (Column("u"), Column("v")))
LABELS = np.zeros(3, np.int64)


@pytest.mark.parametrize("value", [1e39, -1e200, 3.5e38])
def test_a_number_that_is_infinite_in_single_precision_is_invalid(value: float) -> None:
    rows = np.zeros((3, 2))
    rows[1, 0] = value
    with pytest.raises(InvalidRows, match="1 rows hold numbers that are infinite in single precision"):
        check_rows(rows, LABELS, SCHEMA)
    rows[1, 0] = np.finfo(np.float32).max
    assert check_rows(rows, LABELS, SCHEMA).dtype == np.float32


def test_a_masked_array_is_no_row() -> None:
    with pytest.raises(InvalidRows, match="must return a numeric numpy array, got MaskedArray"):
        check_rows(np.ma.array(np.ones((3, 2)), mask=True), LABELS, SCHEMA)


def test_a_resampled_training_set_keeps_its_labels_and_may_be_of_any_length() -> None:
    X, y = check_resampled((np.ones((4, 2)), np.array([1, 0, 0, 1], np.int32)), np.array([0, 1]), SCHEMA)
    assert (X.dtype, y.dtype, y.tolist()) == (np.float32, np.int64, [1, 0, 0, 1])


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        (np.ones((2, 2)), "must return rows and labels, got ndarray"),
        (([[1.0, 2.0]], np.array([0])), "must return a numeric numpy array, got list"),
        ((np.ones((2, 2)), np.array([0.0, 1.0])), r"must return labels \(m,\) of integers, got float64"),
        ((np.ones((2, 2)), np.array([[0], [1]])), r"must return labels \(m,\) of integers"),
        ((np.ones((3, 2)), np.array([0, 1])), "3 rows and 2 labels"),
        ((np.ones((2, 2)), np.array([0, 2])), "class 2, which no training row has"),
        ((np.ones((2, 2)), np.array([1, 1])), "left rows of 1 of 2 classes"),
        ((np.ones((2, 3)), np.array([0, 1])), r"rows have shape \(3,\), not \(2,\)"),
        ((np.full((2, 2), np.nan), np.array([0, 1])), "2 rows hold NaN or infinity"),
    ],
)
def test_what_is_no_training_set_is_said(returned: object, said: str) -> None:
    with pytest.raises(InvalidRows, match=said):
        check_resampled(returned, np.array([0, 0, 1]), SCHEMA)


def test_a_resampler_draws_no_rows() -> None:
    class Same(Resampler):
        def resample(self, X, y, schema):
            return X, y

    fitted = Same().fit(np.ones((2, 2)), np.array([0, 1]), SCHEMA)
    assert fitted.sample(np.zeros(0, np.int64)).shape == (0, 2)
    with pytest.raises(BenchError, match="Same draws no rows, 3 were asked for; use regime resample"):
        fitted.sample(LABELS)
