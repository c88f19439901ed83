"""Conditions in words."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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


WORDS = st.sampled_from(["age", "city", "Rome", ">", "==", "!=", "and", '"', "'", " ", "40", "(", "seen", "2020-01-01"])


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=30) | st.lists(WORDS, max_size=12).map(" ".join))
def test_any_text_is_conditions_or_one_line(table, text):
    with suppress(BenchError):  # whose message is one line whatever stands in it
        assert fulfilled(parse(text, table.features), table.numbers(exact=True)).shape == (200,)


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
