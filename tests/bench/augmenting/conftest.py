import numpy as np
import pandas as pd
import pytest

from bench.tables.files import of_frame
from bench.tables.options import TableOptions
from bench.tables.schema import Table


def frame(n=200):
    """Numbers, decimals, a category, gaps, a date, an id; two classes, one of them rare."""
    rng = np.random.default_rng(3)
    ill = rng.permutation(n) < n // 5
    data = pd.DataFrame(
        {
            "id": np.arange(n, dtype=np.int32), "age": rng.integers(18, 80, n), "pay": rng.gamma(2, 100, n).round(2),
            "city": pd.Categorical(rng.choice(["Rome", "Oslo"], n)),
            "gap": pd.array(np.where(rng.random(n) < 0.3, pd.NA, rng.integers(0, 5, n)), "Int64"),
            "seen": pd.date_range("2020-01-01", periods=n), "y": np.where(ill, "ill", "well"),
        }
    )  # fmt: skip
    data.loc[ill, "pay"] = (data.pay[ill] + 200).round(2)
    return data


@pytest.fixture
def data(names):
    return frame()


@pytest.fixture
def table(data):
    return Table.of(of_frame(data), TableOptions(label="y"), "data")
