"""What counts as valid synthetic rows."""

from __future__ import annotations

import numpy as np
import pytest

from bench.augmenter import check_rows
from bench.errors import InvalidRows
from bench.task import Column, Schema

SCHEMA = Schema("tabular", (2,), ("a", "b"), (Column("u"), Column("v")))
LABELS = np.zeros(3, np.int64)


@pytest.mark.parametrize("value", [1e39, -1e200, 3.5e38])
def test_a_number_that_is_infinite_in_single_precision_is_invalid(value: float) -> None:
    rows = np.zeros((3, 2))
    rows[1, 0] = value
    with pytest.raises(InvalidRows, match="1 rows hold numbers that are infinite in single precision"):
        check_rows(rows, LABELS, SCHEMA)
    rows[1, 0] = np.finfo(np.float32).max
    assert check_rows(rows, LABELS, SCHEMA).dtype == np.float32


def test_a_masked_array_is_no_row() -> None:
    with pytest.raises(InvalidRows, match="must return a numeric numpy array, got MaskedArray"):
        check_rows(np.ma.array(np.ones((3, 2)), mask=True), LABELS, SCHEMA)
