"""Under-samplers are imbalanced-learn's, bit for bit, and do what their names say."""

from __future__ import annotations

import numpy as np
import pytest
from imblearn.under_sampling import (
    ClusterCentroids,
    CondensedNearestNeighbour,
    InstanceHardnessThreshold,
    NearMiss,
    OneSidedSelection,
    RandomUnderSampler,
)

from bench.errors import BenchError
from bench.task import Column, Schema
from methods.under_sampling import (
    CentroidsUnder,
    CondensedUnder,
    HardnessUnder,
    NearMissUnder,
    OneSidedUnder,
    RandomUnder,
)


def schema(classes: int = 3, width: int = 3) -> Schema:
    columns = tuple(Column(f"x{i}") for i in range(width))
    return Schema("tabular", (width,), tuple("abc"[:classes]), columns, rare=classes - 1)


def overlapping(seed: int = 0) -> tuple[np.ndarray, np.ndarray, Schema]:
    rng = np.random.default_rng(seed)
    y = np.repeat([0, 1, 2], [90, 40, 15])
    return (rng.normal(size=(len(y), 3)) + y[:, None]).astype(np.float32), y.astype(np.int64), schema()


def line(points: dict[float, int]) -> tuple[np.ndarray, np.ndarray, Schema]:
    """Points on a line, each with its class of two."""
    return np.array(list(points), np.float32)[:, None], np.array(list(points.values())), schema(2, 1)


@pytest.mark.parametrize(
    ("method", "sampler"),
    [
        (RandomUnder(random_state=3), RandomUnderSampler(random_state=3)),
        (NearMissUnder(), NearMiss()),
        (NearMissUnder(version=2), NearMiss(version=2)),
        (NearMissUnder(version=3, n_neighbors=4), NearMiss(version=3, n_neighbors=4)),
        (CentroidsUnder(random_state=3), ClusterCentroids(random_state=3, voting="soft")),
        (CentroidsUnder(voting="hard", random_state=3), ClusterCentroids(random_state=3, voting="hard")),
        (HardnessUnder(random_state=3), InstanceHardnessThreshold(random_state=3)),
        (CondensedUnder(random_state=3), CondensedNearestNeighbour(random_state=3)),
        (OneSidedUnder(random_state=3), OneSidedSelection(random_state=3)),
    ],
)
def test_the_training_set_is_imbalanced_learns_bit_for_bit(method, sampler):
    X, y, form = overlapping()
    rows, labels = method.resample(X, y, form)
    expected, expected_y = sampler.fit_resample(X, y)
    np.testing.assert_array_equal(rows, expected)
    np.testing.assert_array_equal(labels, expected_y)
    left = np.bincount(labels, minlength=3)
    assert left[2] == 15
    assert (left <= [90, 40, 15]).all()


@pytest.mark.parametrize("method", [RandomUnder(), NearMissUnder(), NearMissUnder(version=2), CentroidsUnder()])
def test_every_class_is_as_small_as_the_smallest(method):
    X, y, form = overlapping()
    assert np.bincount(method.resample(X, y, form)[1]).tolist() == [15, 15, 15]


def test_near_miss_takes_the_nearest_and_all_of_a_small_class_as_neighbours():
    X, y, form = line({0: 1, 1: 1, 3: 0, 4: 0, 9: 0, 20: 0})
    rows, labels = NearMissUnder().resample(X, y, form)
    assert sorted(rows[labels == 0, 0]) == [3, 4]
    rows, labels = NearMissUnder(version=3).resample(X, y, form)
    assert set(rows[labels == 0, 0]) <= {3, 4, 9}


def test_centroids_are_means_of_clusters():
    X, y, form = line({0: 0, 2: 0, 50: 0, 52: 0, 100: 1, 101: 1})
    rows, labels = CentroidsUnder().resample(X, y, form)
    assert sorted(rows[labels == 0, 0]) == [1, 51]
    rows, labels = CentroidsUnder(voting="hard").resample(X, y, form)
    assert all(value in X for value in rows)


def test_the_hard_rows_go():
    X, y, form = line({float(i): 0 for i in range(20)} | {40.0 + i: 1 for i in range(10)} | {45.5: 0, 46.5: 0})
    rows, labels = HardnessUnder().resample(X, y, form)
    assert not {45.5, 46.5} & set(rows[labels == 0, 0])


def test_condensing_keeps_one_nearest_neighbour_right():
    X, y, form = line({float(i): 0 for i in range(20)} | {40.0 + i: 1 for i in range(5)})
    rows, labels = CondensedUnder().resample(X, y, form)
    assert (labels == 0).sum() < 20
    nearest = labels[np.abs(X - rows.T).argmin(axis=1)]
    np.testing.assert_array_equal(nearest, y)


@pytest.mark.parametrize(
    "method", [NearMissUnder(version=4), CentroidsUnder(voting="loud"), NearMissUnder(n_neighbors=0)]
)
def test_options_that_make_no_sense_are_said(method):
    with pytest.raises(BenchError, match="cannot resample these rows: The '"):
        method.resample(*overlapping())
