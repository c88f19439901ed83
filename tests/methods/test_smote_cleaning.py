"""SMOTE with cleaning is imbalanced-learn's, bit for bit, and bears a class with few rows."""

from __future__ import annotations

import numpy as np
import pytest
from imblearn.combine import SMOTEENN, SMOTETomek
from imblearn.over_sampling import SMOTE
from imblearn.under_sampling import EditedNearestNeighbours

from bench.errors import Unsuitable
from bench.task import Column, Schema
from methods.smote_cleaning import SmoteEnn, SmoteTomek

SCHEMA = Schema("tabular", (2,), ("a", "b", "c"), (Column("u"), Column("v")), rare=2)


def overlapping(rare: int = 20) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [120, 60, rare]).astype(np.int64)
    return (rng.normal(size=(len(y), 2)) + 1.5 * y[:, None]).astype(np.float32), y


@pytest.mark.parametrize(
    ("method", "sampler"),
    [
        (SmoteEnn(random_state=4), SMOTEENN(random_state=4)),
        (SmoteTomek(random_state=4), SMOTETomek(random_state=4)),
        (
            SmoteEnn(k_neighbors=3, n_neighbors=5, kind_sel="mode", random_state=4),
            SMOTEENN(
                smote=SMOTE(k_neighbors=3, random_state=4),
                enn=EditedNearestNeighbours(sampling_strategy="all", n_neighbors=5, kind_sel="mode"),
            ),
        ),
    ],
)
def test_the_training_set_is_imbalanced_learns_bit_for_bit(method, sampler):
    X, y = overlapping()
    rows, labels = method.resample(X, y, SCHEMA)
    expected, expected_y = sampler.fit_resample(X, y)
    np.testing.assert_array_equal(rows, expected)
    np.testing.assert_array_equal(labels, expected_y)


@pytest.mark.parametrize("method", [SmoteEnn(), SmoteTomek()])
def test_rows_appear_and_vanish(method):
    X, y = overlapping()
    rows, labels = method.resample(X, y, SCHEMA)
    known = set(map(tuple, X.tolist()))
    kept = [tuple(row) in known for row in rows.tolist()]
    assert 0 < sum(kept) < len(X)
    assert not all(kept)
    assert np.bincount(labels).max() <= 120


@pytest.mark.parametrize("method", [SmoteEnn(), SmoteTomek()])
def test_a_class_of_three_rows_takes_its_other_two_as_neighbours(method):
    X, y = overlapping(rare=3)
    rows, labels = method.resample(X, y, SCHEMA)
    own = rows[labels == 2]
    assert len(own) > 3
    assert (own >= X[y == 2].min(axis=0) - 1e-5).all()
    assert (own <= X[y == 2].max(axis=0) + 1e-5).all()
    with pytest.raises(Unsuitable, match="needs 2 training rows of class 'c', there are 1"):
        method.resample(*overlapping(rare=1), SCHEMA)
