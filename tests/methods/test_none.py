"""`none` draws nothing, and says so."""

from __future__ import annotations

import numpy as np
import pytest

from bench.conformance import toy_rows
from bench.errors import BenchError
from methods.none import NoAugmentation


@pytest.mark.parametrize("modality", ["tabular", "image", "series"])
def test_draws_nothing(modality):
    X, y, schema = toy_rows(modality)
    method = NoAugmentation().fit(X, y, schema)
    assert method.sample(y[:0]).shape == (0, *schema.shape)
    with pytest.raises(BenchError, match="draws no rows, 2 were asked for"):
        method.sample(np.array([0, 1]))
