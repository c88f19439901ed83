"""An adapted resampler returns what imbalanced-learn returns, and says in one line what it cannot do."""

from __future__ import annotations

import numpy as np
import pytest
from imblearn.combine import SMOTEENN
from imblearn.over_sampling import SMOTE
from imblearn.under_sampling import RandomUnderSampler, TomekLinks

from bench.adapters import FromResampler
from bench.conformance import toy_rows
from bench.errors import BenchError, Unsuitable


@pytest.mark.parametrize("sampler", [TomekLinks(), RandomUnderSampler(), SMOTEENN(), SMOTEENN(smote=SMOTE())])
def test_the_training_set_is_the_samplers_own_bit_for_bit(sampler):
    X, y, schema = toy_rows(mixed=False)
    rows, labels = FromResampler(sampler, random_state=7).resample(X, y, schema)
    seeded = {"random_state": 7} if "random_state" in sampler.get_params() else {}
    if getattr(sampler, "smote", None):
        seeded["smote__random_state"] = 7
    expected, expected_y = sampler.set_params(**seeded).fit_resample(X, y)
    np.testing.assert_array_equal(rows, expected)
    np.testing.assert_array_equal(labels, expected_y)
    assert (rows.dtype, labels.dtype) == (np.float32, np.int64)


def test_labels_need_not_follow_each_other():
    X, y, schema = toy_rows(mixed=False)
    kept = y != 1
    _, labels = FromResampler(RandomUnderSampler()).resample(X[kept], y[kept], schema)
    assert np.bincount(labels).tolist() == [9, 0, 9]


def test_series_keep_their_shape_and_tables_their_precision():
    X, y, schema = toy_rows("series")
    rows, _ = FromResampler(RandomUnderSampler()).resample(X, y, schema)
    assert rows.shape == (27, *schema.shape)
    X, y, schema = toy_rows(mixed=False)
    rows, _ = FromResampler(SMOTEENN()).resample(X.astype(np.float64), y, schema)
    assert rows.dtype == np.float64


def test_categories_few_rows_and_refusals_are_said():
    X, y, schema = toy_rows()
    with pytest.raises(Unsuitable, match="TomekLinks needs numeric columns and 'c' is categorical"):
        FromResampler(TomekLinks()).resample(X, y, schema)
    X, y, schema = toy_rows(mixed=False)
    few = FromResampler(TomekLinks())
    few.least = 10
    with pytest.raises(Unsuitable, match="needs 10 training rows of class 'rare', there are 9"):
        few.resample(X, y, schema)
    with pytest.raises(BenchError, match="SMOTEENN cannot resample these rows: Expected n_neighbors <= n_samples"):
        FromResampler(SMOTEENN(smote=SMOTE(k_neighbors=30))).resample(X, y, schema)
