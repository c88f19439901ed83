"""The adapter to imbalanced-learn draws what imbalanced-learn draws, one row a label, and back."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import ADASYN, SMOTE, RandomOverSampler
from imblearn.pipeline import Pipeline
from imblearn.under_sampling import RandomUnderSampler
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

from bench.adapters import FromSampler, as_sampler
from bench.errors import BenchError
from bench.task import Column, Schema


def table(n=300, classes=3, features=4, seed=0, weights=(0.6, 0.3, 0.1), sep=0.5):
    X, y = make_classification(
        n,
        features,
        n_informative=3,
        n_redundant=0,
        n_classes=classes,
        weights=list(weights),
        class_sep=sep,
        random_state=seed,
    )
    schema = Schema("tabular", (features,), tuple("abc"[:classes]), tuple(Column(f"x{i}") for i in range(features)))
    return X.astype(np.float32), y.astype(np.int64), schema


def fill(y):
    counts = np.bincount(y)
    return np.concatenate([np.full(counts.max() - count, cls) for cls, count in enumerate(counts)]).astype(np.int64)


@pytest.mark.parametrize("sampler", [SMOTE(), RandomOverSampler(), SMOTE(k_neighbors=3)])
def test_balancing_is_the_samplers_own_result_bit_for_bit(sampler):
    X, y, schema = table()
    labels = fill(y)
    synthetic = FromSampler(sampler, random_state=7).fit(X, y, schema).sample(labels)
    expected, expected_y = type(sampler)(**{**sampler.get_params(), "random_state": 7}).fit_resample(X, y)
    np.testing.assert_array_equal(np.concatenate([X, synthetic]), expected)
    np.testing.assert_array_equal(np.concatenate([y, labels]), expected_y)


def test_rows_follow_the_order_of_the_labels():
    X, y, schema = table()
    method = FromSampler(SMOTE(), random_state=1).fit(X, y, schema)
    labels = fill(y)
    order = np.random.default_rng(0).permutation(len(labels))
    straight, mixed = method.sample(labels), method.sample(labels[order])
    for cls in range(3):
        np.testing.assert_array_equal(straight[labels == cls], mixed[labels[order] == cls])


def test_adasyn_draws_the_exact_number():
    X, y, schema = table(seed=3)
    method = FromSampler(ADASYN(), random_state=0).fit(X, y, schema)
    for count in (1, 2, 37, 200):
        labels = np.repeat([2, 1], count)
        assert method.sample(labels).shape == (2 * count, 4)
    np.testing.assert_array_equal(method.sample(labels), method.sample(labels))


def test_a_small_class_uses_all_its_rows_as_neighbours_and_the_others_do_not_notice():
    X, y, schema = table()
    rare = np.flatnonzero(y == 2)
    keep = np.sort(np.concatenate([np.flatnonzero(y != 2), rare[:3]]))
    X, y = X[keep], y[keep]
    labels = np.array([2] * 40 + [1] * 40)
    synthetic = FromSampler(SMOTE(), random_state=5).fit(X, y, schema).sample(labels)
    only = X[y == 2]
    assert (synthetic[:40] <= only.max(0) + 1e-5).all()
    assert (synthetic[:40] >= only.min(0) - 1e-5).all()
    expected, _ = SMOTE(sampling_strategy={1: int((y == 1).sum()) + 40}, random_state=5).fit_resample(X, y)
    np.testing.assert_array_equal(synthetic[40:], expected[len(X) :])


def test_a_class_with_one_row_is_said_in_one_line():
    X, y, schema = table(classes=2, weights=(0.9, 0.1))
    keep = np.concatenate([np.flatnonzero(y == 0), np.flatnonzero(y == 1)[:1]])
    with pytest.raises(BenchError, match=r"needs 2 training rows of class 'b', there are 1$"):
        FromSampler(SMOTE()).fit(X[keep], y[keep], schema).sample(np.array([1]))


def test_no_rows_near_another_class_is_an_error_not_an_empty_result():
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(0, 1, (40, 2)), rng.normal(100, 1, (20, 2))]).astype(np.float32)
    y = np.repeat([0, 1], [40, 20]).astype(np.int64)
    schema = Schema("tabular", (2,), ("a", "b"), (Column("x"), Column("y")))
    from methods.smote import Adasyn, BorderlineSmote

    for cls in (Adasyn, BorderlineSmote):
        with pytest.raises(BenchError, match=cls.__name__):
            cls().fit(X, y, schema).sample(np.array([1] * 5))


def test_zero_labels_and_other_shapes():
    rng = np.random.default_rng(0)
    X = rng.random((40, 3, 5, 5), dtype=np.float32)
    y = np.repeat([0, 1], [30, 10]).astype(np.int64)
    schema = Schema("image", (3, 5, 5), ("a", "b"))
    method = FromSampler(SMOTE()).fit(X, y, schema)
    assert method.sample(np.zeros(0, dtype=np.int64)).shape == (0, 3, 5, 5)
    rows = method.sample(np.array([1, 0, 1]))
    assert rows.shape == (3, 3, 5, 5)
    assert rows.dtype == np.float32


def test_numbers_only_samplers_refuse_categories():
    schema = Schema("tabular", (2,), ("a", "b"), (Column("x"), Column("colour", ("red", "blue"))))
    X = np.zeros((4, 2), dtype=np.float32)
    with pytest.raises(BenchError, match="'colour' is categorical"):
        FromSampler(SMOTE()).fit(X, np.array([0, 0, 1, 1]), schema)


def test_as_sampler_of_an_adapted_sampler_is_the_sampler():
    X, y, _ = table()
    ours = as_sampler(FromSampler(SMOTE()), random_state=4).fit_resample(X, y)
    theirs = SMOTE(random_state=4).fit_resample(X, y)
    np.testing.assert_array_equal(ours[0], theirs[0])
    np.testing.assert_array_equal(ours[1], theirs[1])


@pytest.mark.parametrize(
    ("strategy", "expected"), [("auto", None), ("minority", None), ({"seldom": 90}, 90), (lambda y: {"seldom": 70}, 70)]
)
def test_as_sampler_takes_frames_string_labels_and_strategies(strategy, expected):
    X, y, _ = table()
    frame = pd.DataFrame(X, columns=["p", "q", "r", "s"])
    names = pd.Series(np.array(["often", "sometimes", "seldom"])[y], name="target")
    rows, labels = as_sampler(FromSampler(SMOTE()), sampling_strategy=strategy).fit_resample(frame, names)
    assert list(rows.columns) == ["p", "q", "r", "s"]
    assert labels.name == "target"
    pd.testing.assert_frame_equal(rows.iloc[: len(frame)], frame)
    counts = labels.value_counts()
    assert counts["seldom"] == (expected or counts.max())


def test_as_sampler_works_in_a_pipeline_and_in_cross_validation():
    X, y, _ = table(classes=2, weights=(0.8, 0.2), sep=2.0)
    steps = [
        ("over", as_sampler(FromSampler(SMOTE()))),
        ("under", RandomUnderSampler(random_state=0)),
        ("lr", LogisticRegression()),
    ]
    scores = cross_val_score(Pipeline(steps), X, np.array(["no", "yes"])[y], cv=3, scoring="roc_auc")
    assert scores.min() > 0.5


def test_as_sampler_says_when_the_schema_does_not_fit():
    X, y, schema = table()
    with pytest.raises(BenchError, match="4 values a row; the rows have 3 and 2"):
        as_sampler(FromSampler(SMOTE()), schema).fit_resample(X[:, :2], y)
