"""The SMOTE family agrees with imbalanced-learn, and picks SMOTE-NC or SMOTE-N from the schema."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.over_sampling import (
    ADASYN,
    SMOTE,
    SMOTEN,
    SMOTENC,
    SVMSMOTE,
    BorderlineSMOTE,
    KMeansSMOTE,
    RandomOverSampler,
)

from bench.conformance import toy_rows
from bench.errors import BenchError, Unsuitable
from bench.task import Column, Schema
from methods.smote import Adasyn, BorderlineSmote, KMeansSmote, RandomOver, Smote, SvmSmote


def fill(y):
    counts = np.bincount(y)
    return np.concatenate([np.full(counts.max() - count, cls) for cls, count in enumerate(counts)]).astype(np.int64)


def overlapping(n=200, seed=0):
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.2).astype(np.int64)
    X = (rng.normal(size=(n, 3)) + y[:, None]).astype(np.float32)
    return X, y, Schema("tabular", (3,), ("a", "b"), tuple(Column(c) for c in "xyz"), rare=1)


@pytest.mark.parametrize(
    ("method", "sampler"),
    [
        (RandomOver(random_state=3), RandomOverSampler(random_state=3)),
        (Smote(random_state=3), SMOTE(random_state=3)),
        (Smote(k_neighbors=2, random_state=3), SMOTE(k_neighbors=2, random_state=3)),
        (BorderlineSmote(random_state=3), BorderlineSMOTE(random_state=3)),
        (SvmSmote(random_state=3), SVMSMOTE(random_state=3)),
    ],
)
def test_balancing_equals_imbalanced_learn_bit_for_bit(method, sampler):
    X, y, schema = overlapping()
    labels = fill(y)
    expected_X, expected_y = sampler.fit_resample(X, y)
    np.testing.assert_array_equal(np.concatenate([X, method.fit(X, y, schema).sample(labels)]), expected_X)
    np.testing.assert_array_equal(np.concatenate([y, labels]), expected_y)


def test_adasyn_rows_are_imbalanced_learns_where_the_count_was_exact_or_too_large():
    X, y, schema = overlapping()
    theirs = ADASYN(random_state=0).fit_resample(X, y)[0][len(X) :]
    ours = Adasyn(random_state=0).fit(X, y, schema).sample(fill(y))
    assert len(ours) == len(fill(y))
    if len(theirs) >= len(ours):
        assert {row.tobytes() for row in ours} <= {row.tobytes() for row in theirs}


def test_mixed_columns_use_smotenc_and_categories_alone_smoten():
    X, y, schema = toy_rows(mixed=True)
    labels = fill(y)
    synthetic = Smote(random_state=1).fit(X, y, schema).sample(labels)
    expected, _ = SMOTENC([2], random_state=1).fit_resample(X, y)
    np.testing.assert_array_equal(synthetic, expected[len(X) :].astype(np.float32))
    only = Schema("tabular", (1,), schema.classes, (schema.columns[2],))
    codes = X[:, 2:3]
    synthetic = Smote(random_state=1).fit(codes, y, only).sample(labels)
    expected, _ = SMOTEN(random_state=1).fit_resample(codes, y)
    np.testing.assert_array_equal(synthetic, expected[len(X) :])


@given(st.lists(st.integers(0, 2), max_size=30), st.integers(0, 100))
@settings(max_examples=20, deadline=None)
def test_rows_stay_within_their_class_whatever_is_asked(labels, seed):
    X, y, schema = toy_rows(mixed=False)
    labels = np.array(labels, dtype=np.int64)
    rows = Smote(random_state=seed).fit(X, y, schema).sample(labels)
    assert rows.shape == (len(labels), 4)
    for cls in np.unique(labels):
        of_class = X[y == cls]
        assert (rows[labels == cls] >= of_class.min(0) - 1e-4).all()
        assert (rows[labels == cls] <= of_class.max(0) + 1e-4).all()


def test_random_over_repeats_rows_of_the_class_even_a_single_one():
    X, y, schema = toy_rows()
    keep = np.concatenate([np.flatnonzero(y != 2), np.flatnonzero(y == 2)[:1]])
    rows = RandomOver().fit(X[keep], y[keep], schema).sample(np.array([2, 2, 0]))
    np.testing.assert_array_equal(rows[:2], X[y == 2][[0, 0]])
    assert any((rows[2] == row).all() for row in X[y == 0])


def test_a_static_channel_stays_static():
    X, y, schema = toy_rows("series", mixed=True)
    rows = Smote().fit(X, y, schema).sample(np.array([2] * 8))
    np.testing.assert_allclose(rows[:, :, 2], rows[:, :1, 2].repeat(12, 1), rtol=1e-5)


def test_max_rows_needs_a_neighbour():
    schema = Schema("tabular", (1,), ("a", "b"), (Column("c", ("x", "y")),))
    with pytest.raises(BenchError, match="max_rows must be at least 2, not -5"):
        Smote(max_rows=-5).limit(schema)


def test_smoten_is_shown_only_some_rows_of_a_large_class():
    rng = np.random.default_rng(0)
    schema = Schema("tabular", (2,), ("a", "b"), (Column("p", tuple("uvw")), Column("q", tuple("xyz"))))
    X = rng.integers(0, 3, (400, 2)).astype(np.float32)
    y = (np.arange(400) < 40).astype(np.int64)
    few = Smote(max_rows=60).fit(X, y, schema)
    seen = []
    make = few.make
    few.make = lambda schema: seen.append(make(schema)) or seen[-1]
    rows = few.sample(np.repeat([0, 1], 50))
    assert rows.shape == (100, 2)
    strategies = [sampler.sampling_strategy for sampler in seen if isinstance(sampler.sampling_strategy, dict)]
    assert strategies == [{0: 60 + 50, 1: 40 + 50}]
    np.testing.assert_array_equal(rows, few.sample(np.repeat([0, 1], 50)))


def test_kmeans_smote_rows_are_imbalanced_learns_thinned_to_the_number_asked_for():
    X, y, schema = overlapping()
    labels = fill(y)
    method = KMeansSmote(cluster_balance_threshold=0.1, random_state=3).fit(X, y, schema)
    sampler = KMeansSMOTE(kmeans_estimator=8, cluster_balance_threshold=0.1, random_state=3)
    theirs = sampler.fit_resample(X, y)[0][len(X) :]
    ours = method.sample(labels)
    assert len(labels) == len(ours) <= len(theirs)
    assert {row.tobytes() for row in ours} <= {row.tobytes() for row in theirs}


def test_rows_that_a_sampler_refuses_are_unsuitable():
    X, y, schema = overlapping()
    with pytest.raises(Unsuitable, match="KMeansSmote cannot draw from these rows: No clusters found"):
        KMeansSmote(cluster_balance_threshold=0.99).fit(X, y, schema).sample(np.array([1]))
    among = (np.arange(200) % 40 == 0).astype(np.int64)  # five rows, each in the midst of the others
    with pytest.raises(Unsuitable, match="SvmSmote cannot draw from these rows: All support vectors"):
        SvmSmote().fit(np.sort(X, axis=0), among, schema).sample(np.array([1]))
