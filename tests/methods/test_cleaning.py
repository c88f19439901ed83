"""Cleaners are imbalanced-learn's, bit for bit; what goes lies among other classes."""

from __future__ import annotations

import numpy as np
import pytest
from imblearn.under_sampling import (
    AllKNN,
    EditedNearestNeighbours,
    NeighbourhoodCleaningRule,
    RepeatedEditedNearestNeighbours,
    TomekLinks,
)

from bench.task import Column, Schema
from methods.cleaning import AllNeighbours, Edited, NeighbourhoodCleaning, RepeatedEdited, Tomek

SCHEMA = Schema("tabular", (2,), ("a", "b", "c"), (Column("u"), Column("v")), rare=2)
LINE = Schema("tabular", (1,), ("a", "b"), (Column("u"),), rare=1)


def overlapping() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [120, 60, 20]).astype(np.int64)
    return (rng.normal(size=(len(y), 2)) + y[:, None]).astype(np.float32), y


@pytest.mark.parametrize(
    ("method", "sampler"),
    [
        (Tomek(), TomekLinks()),
        (Edited(), EditedNearestNeighbours()),
        (Edited(n_neighbors=5, kind_sel="mode"), EditedNearestNeighbours(n_neighbors=5, kind_sel="mode")),
        (RepeatedEdited(kind_sel="mode"), RepeatedEditedNearestNeighbours(kind_sel="mode")),
        (AllNeighbours(), AllKNN()),
        (NeighbourhoodCleaning(), NeighbourhoodCleaningRule()),
        (NeighbourhoodCleaning(n_neighbors=5), NeighbourhoodCleaningRule(n_neighbors=5)),
    ],
)
def test_the_training_set_is_imbalanced_learns_and_only_larger_classes_lose_rows(method, sampler):
    X, y = overlapping()
    rows, labels = method.resample(X, y, SCHEMA)
    expected, expected_y = sampler.fit_resample(X, y)
    np.testing.assert_array_equal(rows, expected)
    np.testing.assert_array_equal(labels, expected_y)
    assert (labels == 2).sum() == 20
    assert len(labels) < len(y)
    known = {(*row, label) for row, label in zip(X.tolist(), y.tolist(), strict=True)}
    assert {(*row, label) for row, label in zip(rows.tolist(), labels.tolist(), strict=True)} < known


@pytest.mark.parametrize("method", [Tomek(), Edited(), RepeatedEdited(), AllNeighbours(), NeighbourhoodCleaning()])
def test_classes_apart_stay_whole(method):
    X = np.concatenate([np.arange(12), 100 + np.arange(6)]).astype(np.float32)[:, None]
    y = np.repeat([0, 1], [12, 6])
    rows, labels = method.resample(X, y, LINE)
    np.testing.assert_array_equal(rows, X)
    np.testing.assert_array_equal(labels, y)


def test_of_a_tomek_link_the_row_of_the_larger_class_goes():
    X = np.array([0, 1, 2, 5.9, 6, 7.5, 9, 9.5], np.float32)[:, None]
    y = np.array([0, 0, 0, 0, 1, 1, 0, 0])
    rows, _ = Tomek().resample(X, y, LINE)
    assert set(X[:, 0].tolist()) - set(rows[:, 0].tolist()) == {float(np.float32(5.9))}


def test_a_stray_row_is_edited_out():
    X = np.concatenate([np.arange(12), 100 + np.arange(6), [102.5]]).astype(np.float32)[:, None]
    y = np.array([0] * 12 + [1] * 6 + [0])
    for method in (Edited(), RepeatedEdited(), AllNeighbours(), NeighbourhoodCleaning()):
        rows, _ = method.resample(X, y, LINE)
        assert 102.5 not in rows
        assert len(rows) == 18
