from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import BenchError, InvalidData
from bench.task import Schema
from tasks.sources.imbalance import exponential_counts, take_counts

SCHEMA = Schema("image", (1, 2, 2), ("a", "b", "c"))


@given(st.integers(200, 5000), st.integers(2, 20), st.floats(0.01, 1.0))
def test_exponential_counts(largest, n_classes, ratio):
    counts = exponential_counts(largest, n_classes, ratio)
    assert counts[0] == largest
    assert counts[-1] == round(largest * ratio)
    assert all(after <= before for before, after in pairwise(counts))


@pytest.mark.parametrize(("largest", "ratio"), [(100, 0.0), (100, 1.5), (100, 0.001)])
def test_senseless_ratios(largest, ratio):
    with pytest.raises(BenchError):
        exponential_counts(largest, 10, ratio)


def test_take_counts_keeps_the_order():
    y = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2])
    order = np.array([8, 7, 6, 5, 4, 3, 2, 1, 0])
    assert take_counts(order, y, (1, 2, 3), SCHEMA).tolist() == [8, 7, 6, 5, 4, 2]
    with pytest.raises(InvalidData, match="class 'b' has 3 rows to draw from, 4 are asked for"):
        take_counts(order, y, (1, 4, 3), SCHEMA)
