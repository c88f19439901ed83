"""What is encoded and decoded is what it was, in its own type and spelling."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from bench.tables.columns import Cells
from bench.tables.inference import infer
from bench.tables.values import continued, decode, encode

DAY = dt.date(2020, 1, 31)


@pytest.mark.parametrize(
    "values",
    [
        ["1", "20", "7"],
        ["1.0", "2.0", "9.0"],
        ["1.50", "NA", "2.25"],
        ["1.5", "?", "2.25"],
        ["0.12345678901234", "-0.00015"],
        ["yes", "no", ""],
        ["b", " a", "b"],
        ["31.12.2020", "01.01.1969", "NA"],
        ["2020-01-01 10:00:00", "2020-01-01 12:30:00"],
        pa.array([1, None, 250], pa.uint8()),
        pa.array([1.5, None, 0.1], pa.float32()),
        pa.array([True, None, False]),
        pa.array([DAY, None, dt.date(1850, 5, 5)]),
        pa.array([dt.datetime(2020, 1, 1, 1, 2, 3, 456), dt.datetime(2021, 1, 1)], pa.timestamp("us", tz="UTC")),
        pa.array(["x", "y", None, "x"]).dictionary_encode(),
    ],
)
def test_there_and_back(values):
    array = pa.array(values) if isinstance(values, list) else values
    cells = Cells("x", array)
    column = infer(cells)
    assert column.used, column.why
    back = decode(encode(cells, column), column, array.type)
    assert back.type == array.type
    assert back.to_pylist() == array.to_pylist()


def test_synthetic_numbers_look_like_the_columns():
    def drawn(values, numbers, point="."):
        cells = Cells("x", pa.array(values), point=point)
        column = infer(cells)
        return decode(np.array(numbers), column, pa.string()).to_pylist()

    assert drawn(["1.50", "2.25"], [3.1, 0.0]) == ["3.10", "0.00"]
    assert drawn(["1.5", "2.25"], [3.1, 3.0]) == ["3.1", "3"]
    assert drawn(["1,5", "2,25"], [3.1], ",") == ["3,1"]
    assert drawn(["1", "5", "N/A", "N/A", ""], [4.0, np.nan]) == ["4", "N/A"]


def test_left_out_columns_go_on():
    def more(array, name="x"):
        cells = Cells(name, array)
        return continued(cells, infer(cells), 2).to_pylist()

    assert more(pa.array(["1", "2", "3"])) == ["4", "5"]
    assert more(pa.array([10, 11, 12], pa.int32())) == [13, 14]
    assert more(pa.array(["k", "k"])) == ["k", "k"]
    assert more(pa.array([f"p{i}" for i in range(30)])) == ["", ""]
    assert more(pa.array([f"p{i}" for i in range(30)] + [None])) == [None, None]
