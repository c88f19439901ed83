"""What a column finds out about numbers."""

from __future__ import annotations

import numpy as np
import pytest

from bench.dataset import Column


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        (np.array([3, 18, 90], np.float32), 0),
        (np.array([1.7e9, 1.7e9 + 1]), 0),  # seconds since 1970
        (np.array([0.5, 2]), 1),
        (np.array([1234.56, 0.1, 99]), 2),
        (np.array([1234.56, 0.1, 99], np.float32), 2),  # single precision has neither, and both come back
        (np.array([0.123456]), 6),
        (np.array([np.pi, 1]), None),
        (np.array([1e-9, 1]), None),
        (np.array([1e16, 0.5]), None),  # too far apart for a decimal
    ],
)
def test_decimals(values: np.ndarray, decimals: int | None) -> None:
    assert Column.of("x", values).decimals == decimals


def test_bounds_gaps_and_constants() -> None:
    column = Column.of("days", np.array([3, np.nan, 7]), unit="days")
    assert column == Column("days", missing=True, decimals=0, low=3, high=7, unit="days")
    assert not column.constant
    assert Column.of("one", np.array([0.1, 0.1], np.float32)).constant
    assert Column.of("none", np.full(3, np.nan)) == Column("none", missing=True)


def test_a_column_that_declares_nothing_is_as_ever() -> None:
    assert Column("x") == Column("x", None, False, False)
    assert Column("x").decimals is None
    assert not Column("x").constant
