"""Rows on their columns' lattice: what is there stays, what is not goes to the nearest place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bench.dataset import Column
from bench.trial.lattice import land, learned

PRECISIONS = (np.float32, np.float64)


def tables(precision: type[np.floating]) -> st.SearchStrategy[np.ndarray]:
    """Columns of whole numbers, of cents and of anything, a constant, and one with gaps: (n, 5)."""
    numbers = st.floats(-1e6, 1e6, width=32)
    columns = (
        st.integers(-(2**20), 2**20).map(float),
        st.integers(-(10**6), 10**6).map(lambda cents: cents / 100),
        numbers,
        st.just(3.7),
        numbers | st.just(np.nan),
    )
    return st.lists(st.tuples(*columns), min_size=1, max_size=12).map(lambda rows: np.array(rows, precision))


COLUMNS = tuple(Column(name, missing=name == "gaps") for name in ("whole", "cents", "any", "constant", "gaps"))


@pytest.mark.parametrize("precision", PRECISIONS)
@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_training_rows_lie_on_their_own_lattice(precision: type[np.floating], data: st.DataObject) -> None:
    X = data.draw(tables(precision))
    np.testing.assert_array_equal(land(X, learned(COLUMNS, X)), X)


@pytest.mark.parametrize("precision", PRECISIONS)
@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_landed_rows_stay_and_lie_within_bounds_and_decimals(precision: type[np.floating], data: st.DataObject) -> None:
    X = data.draw(tables(precision))
    drawn = data.draw(hnp.arrays(precision, (5, 5), elements=st.floats(-1e7, 1e7, width=32)))
    columns = learned(COLUMNS, X)
    found = land(drawn, columns)
    np.testing.assert_array_equal(land(found, columns), found)
    for j, column in enumerate(columns):
        seen = X[~np.isnan(X[:, j]), j] if not np.isnan(X[:, j]).all() else np.zeros(1)
        assert seen.min() <= found[:, j].min()
        assert found[:, j].max() <= seen.max()
        if column.decimals is not None:
            rounded = np.round(found[:, j].astype(np.float64), column.decimals).astype(precision)
            np.testing.assert_array_equal(rounded, found[:, j])
    assert columns[0].decimals == 0
    assert columns[1].decimals is not None
    assert columns[1].decimals <= 2
    assert (found[:, 3] == precision(3.7)).all()
    assert columns[3].constant


def test_numbers_go_to_the_nearest_place() -> None:
    columns = (
        Column("age", decimals=0, low=18, high=90), Column("price", decimals=2, unit="USD"), Column("c", ("p", "q")),
    )  # fmt: skip
    drawn = np.array([[17.2, 3.14159, -1], [41.3, -0.006, 0.7], [123, 2.675, 7]])
    assert land(drawn, columns).tolist() == [[18, 3.14, 0], [41, -0.01, 1], [90, 2.68, 1]]


def test_what_missing_numbers_were_filled_with_is_a_place_too() -> None:
    columns = (Column("age", decimals=0, low=18, high=90),)
    drawn = np.array([[72.4], [72.6], [72.9], [10]])
    assert land(drawn, columns, {0: 72.5}).tolist() == [[72.5], [72.5], [73], [18]]


def test_what_is_declared_goes_before_what_is_seen() -> None:
    column = learned((Column("percent", low=0, high=100, decimals=1),), np.array([[20], [30]], np.float32))[0]
    assert (column.low, column.high, column.decimals) == (0, 100, 1)
    assert land(np.array([[99.96], [120]]), (column,)).tolist() == [[100], [100]]


def test_a_column_without_a_number_is_filled_with_zeros() -> None:
    columns = learned((Column("lost", missing=True),), np.full((3, 1), np.nan))
    assert land(np.array([[0.3]]), columns).tolist() == [[0]]
    assert columns[0].missing
