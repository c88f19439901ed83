"""Which test rows are drawn again together: themselves, their group, or their block of time."""

import numpy as np

from bench.dataset import Column, Dataset, Origin, Schema, Split
from bench.trial.tested import scored_rows, units

TEST = np.array([9, 2, 5, 7, 4], dtype=np.int64)


def dataset(groups=None, order=None):
    X = np.zeros((10, 1), dtype=np.float32)
    y = np.arange(10, dtype=np.int64) % 2
    origin = Origin("real", "package", "0" * 64, "")
    return Dataset(X, y, Schema("tabular", (1,), ("a", "b"), (Column("x"),), rare=1), origin, groups, order)


def split(**more):
    train, valid = np.array([0, 1, 3], dtype=np.int64), np.array([6, 8], dtype=np.int64)
    return Split(train, valid, TEST, **more)


def test_rows_stand_for_themselves():
    assert units(dataset(), split(fixed="rows")).tolist() == [0, 1, 2, 3, 4]


def test_rows_of_a_patient_stay_together():
    patients = np.array([0, 0, 7, 0, 3, 7, 0, 3, 0, 3], dtype=np.int64)
    assert units(dataset(groups=patients), split(fixed="groups")).tolist() == [0, 1, 1, 0, 0]
    # rows that each stand for themselves do so whatever groups there are
    assert units(dataset(groups=patients), split(fixed="rows")).tolist() == [0, 1, 2, 3, 4]


def test_blocks_follow_time_not_the_order_of_rows():
    day = np.array([0, 0, 30, 0, 10, 20, 0, 40, 0, 50], dtype=np.int64)
    assert units(dataset(order=day), split(fixed="blocks", block=2)).tolist() == [2, 1, 0, 1, 0]


def test_what_is_kept_names_the_rows():
    found = scored_rows("wdbc", dataset(), split(fixed="rows"))
    assert found.numbers("rows").tolist() == TEST.tolist()
    assert found.numbers("labels").tolist() == [1, 0, 1, 1, 0]
    assert (found.task, found.source, found.fixed, found.rare) == ("wdbc", "real", "rows", 1)
