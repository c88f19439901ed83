"""Rows that a method draws of a user's table."""

import numpy as np
import pytest

from bench import registry
from bench.augmenting.conditions import parse
from bench.augmenting.drawing import Drawer, drawn, labels_wanted
from bench.errors import BenchError, Unsuitable


def drawer(table, method="smote", seed=0):
    return Drawer(table, registry.methods[method], "smoke", seed, "cpu")


def test_how_many_of_each_class():
    y = np.repeat([0, 1, 2], [60, 30, 10])
    assert np.bincount(labels_wanted(y, 3)).tolist() == [0, 30, 50]
    assert np.bincount(labels_wanted(y, 3, rows=11)).tolist() == [7, 3, 1]
    assert np.bincount(labels_wanted(y, 3, per_class=4)).tolist() == [4, 4, 4]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"rows": 0}, "--rows must be a number above 0"),
        ({"per_class": -1}, "--per-class must be"),
        ({"rows": 10**8}, "at most 10,000,000"),
        ({"rows": 1, "per_class": 1}, "give one of them"),
        ({}, "equally large"),
    ],
)
def test_numbers_of_rows_that_are_none(more, says):
    with pytest.raises(BenchError, match=says):
        labels_wanted(np.repeat([0, 1], 5), 2, **more)


@pytest.mark.parametrize("method", ["smote", "random-over", "cwgan"])
def test_rows_lie_on_the_columns_lattice(table, data, method):
    labels = labels_wanted(table.classes[1], 2)
    rows, codes, lacking = drawn(drawer(table, method), labels, ())
    assert rows.shape == (len(labels), len(table.features))
    assert np.array_equal(codes, labels)
    assert not lacking
    named = {column.name: rows[:, j] for j, column in enumerate(table.features)}
    for name in ("age", "seen", "city"):
        assert np.array_equal(named[name], np.round(named[name]))
    assert named["age"].min() >= data.age.min()
    assert named["age"].max() <= data.age.max()
    assert np.array_equal(named["pay"], named["pay"].round(2))
    assert set(np.unique(named["gap"][~np.isnan(named["gap"])])) <= {0, 1, 2, 3, 4}


@pytest.mark.parametrize("method", ["smote", "random-over"])
def test_as_much_is_missing_as_in_real_rows(table, method):
    rows, codes, _ = drawn(drawer(table, method), labels_wanted(table.classes[1], 2, per_class=800), ())
    gap = next(j for j, column in enumerate(table.features) if column.name == "gap")
    X, y = table.numbers(exact=True), table.classes[1]
    for code in (0, 1):
        real, synthetic = np.isnan(X[y == code, gap]).mean(), np.isnan(rows[codes == code, gap]).mean()
        assert abs(real - synthetic) < 0.05


def test_random_over_draws_real_rows_bit_for_bit(table):
    rows, codes, _ = drawn(drawer(table, "random-over"), labels_wanted(table.classes[1], 2, per_class=30), ())
    X, y = table.numbers(exact=True), table.classes[1]
    known = {(row.tobytes(), int(code)) for row, code in zip(np.nan_to_num(X, nan=-1), y, strict=True)}
    assert {(row.tobytes(), int(code)) for row, code in zip(np.nan_to_num(rows, nan=-1), codes, strict=True)} <= known


def test_the_same_seed_draws_the_same_rows_another_others(table):
    labels = labels_wanted(table.classes[1], 2)
    first, again, other = (drawn(drawer(table, seed=seed), labels, ())[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again, equal_nan=True)
    assert not np.array_equal(first, other, equal_nan=True)


def test_conditions_hold_of_every_row_and_too_few_are_said(table):
    labels = labels_wanted(table.classes[1], 2, per_class=40)
    j = [column.name for column in table.features].index("age")
    rows, codes, lacking = drawn(drawer(table), labels, parse("age > 40", table.features))
    assert (rows[:, j] > 40).all()
    assert np.bincount(codes).tolist() == [40, 40]
    assert not lacking
    rows, codes, lacking = drawn(drawer(table), labels, parse("age > 75", table.features), tries=30)
    assert 0 < len(rows) < 80
    assert lacking[0].startswith(f"only {np.bincount(codes)[0]} of 40 rows of class 'well' fulfil the condition")
    with pytest.raises(BenchError, match="no synthetic row of smote fulfils the condition"):
        drawn(drawer(table), labels, parse("age > 500", table.features), tries=2)


@pytest.mark.parametrize(
    ("method", "kind", "says"),
    [
        ("class-weight", BenchError, "class-weight draws no rows"),
        ("none", BenchError, "none draws no rows"),
        ("random-under", BenchError, "random-under draws no rows"),
        ("dcgan", BenchError, "dcgan is for image, not for tables"),
        ("adasyn", Unsuitable, "'city' is categorical"),
    ],
)
def test_methods_that_cannot(table, method, kind, says):
    with pytest.raises(kind, match=says):
        drawer(table, method)


def test_rows_that_are_none_are_the_methods_fault(table, monkeypatch):
    made = drawer(table)
    monkeypatch.setattr(type(made.method), "sample", lambda self, labels: np.full((len(labels), 5), np.nan))
    with pytest.raises(BenchError, match="smote drew rows that are none"):
        drawn(made, labels_wanted(table.classes[1], 2), ())
