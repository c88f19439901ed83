"""Conditions in words."""

import numpy as np
import pytest

from bench.augmenting.conditions import fulfilled, parse
from bench.errors import BenchError


def holds(table, text):
    return fulfilled(parse(text, table.features), table.numbers(exact=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("age > 40", lambda d: d.age > 40),
        ("age>=40 and age <= 50", lambda d: d.age.between(40, 50)),
        ("pay < 99.5", lambda d: d.pay < 99.5),
        ("city == Rome", lambda d: d.city == "Rome"),
        ("city = 'Rome'", lambda d: d.city == "Rome"),
        ('"city" != "Rome" AND age == 30', lambda d: (d.city != "Rome") & (d.age == 30)),
        ("gap != 2", lambda d: (d.gap != 2).fillna(False).astype(bool)),
        ("seen >= 2020-03-01", lambda d: d.seen >= "2020-03-01"),
        ("", lambda d: d.age > 0),
    ],
)
def test_rows_that_fulfil_it(table, data, text, expected):
    assert np.array_equal(holds(table, text), expected(data).to_numpy())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("agee > 4", "no column 'agee' is learned from; did you mean 'age'"),
        ("age", "write a column, one of"),
        ("age > 1 or age < 2", "'1 or age < 2'|write a column"),
        ("age > x", "holds numbers, and 'x' is none"),
        ("city > Rome", "compare it by == or !="),
        ("city == Bonn", "never 'Bonn'"),
        ("seen > soon", "holds dates, and 'soon' is none"),
        ("id > 3", "no column 'id' is learned from"),
        ("__import__('os') == 1", "write a column|no column"),
    ],
)
def test_what_is_no_condition(table, text, says):
    with pytest.raises(BenchError, match=says):
        parse(text, table.features)
