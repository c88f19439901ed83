"""What columns are taken for."""

import pyarrow as pa
import pytest

from bench.errors import InvalidData
from bench.tables.columns import Cells
from bench.tables.inference import infer

NAMES = [f"person {i}" for i in range(200)]


def column(values, told=None, name="x"):
    return infer(Cells(name, pa.array(values)), told)


@pytest.mark.parametrize(
    ("values", "kind", "facts"),
    [
        (["1", "2", "7"] * 2, "integer", {"decimals": 0, "digits": 0, "missing": 0}),
        (["1.0", "2.0"] * 2, "integer", {"decimals": 0, "digits": 1}),
        (["1.5", "2.25", "NA"], "decimal", {"decimals": 2, "digits": None, "missing": 1, "blank": "NA"}),
        (["10.50", "2.25"], "decimal", {"decimals": 2, "digits": 2}),
        (["1e-3", "0.12345678901234"], "decimal", {"decimals": None}),
        (["0", "1", "1"], "boolean", {"categories": ("0", "1")}),
        (["yes", "no", "no", ""], "boolean", {"categories": ("no", "yes"), "missing": 1, "blank": ""}),
        (["x", "y", "x"], "category", {"categories": ("x", "y")}),
        (["01067", "10115", "01067"], "category", {}),  # postcodes: a number would lose the zero
        (["2020-01-01", "2020-03-01"], "date", {"format": "%Y-%m-%d", "step": 86_400_000_000}),
        (["31.12.2020", "01.02.2021"], "date", {"format": "%d.%m.%Y"}),
        (["2020-01-01 10:00:00", "2020-01-01 12:30:00"], "date", {"step": 60_000_000}),
        ([1, 5, 5], "integer", {}),
        ([0.5, float("nan"), 0.25], "decimal", {"decimals": 2, "missing": 1}),
        ([True, False, None], "boolean", {"categories": ("false", "true"), "missing": 1}),
        (["a", None, "a"], "category", {"categories": ("a",), "missing": 1}),  # that it is missing says something
    ],
)
def test_kinds(values, kind, facts):
    found = column(values)
    assert found.kind == kind, found.why
    assert {key: getattr(found, key) for key in facts} == facts


@pytest.mark.parametrize(
    ("values", "name", "why"),
    [
        (["7"] * 5, "x", "one value alone"),
        (["", "NA"], "x", "empty"),
        ([str(i) for i in range(5, 105)], "x", "an id: every row"),
        ([str(i * i) for i in range(50)], "customer_id", "an id: every row"),
        ([str(2**60 + i) for i in (5, 3, 8)], "x", "more than 53 bits"),
        (NAMES, "x", "an id: nearly every value"),
        (NAMES * 3, "x", "text of 200 different values"),
        (["01/02/2020", "03/04/2020"], "x", "day and month"),
        (["a", "b", "a"], " ", "no name"),
        ([[1], [2]], "x", "list"),
    ],
)
def test_what_is_left_out_and_why(values, name, why):
    found = column(values, name=name)
    assert found.kind == "leave out"
    assert why in found.why


def test_squares_are_no_id_unless_they_are_called_so():
    assert column([str(i * i) for i in range(50)]).kind == "integer"


def test_what_the_user_says_counts():
    assert column(["1", "2", "1"], {"kind": "category"}).categories == ("1", "2")
    assert column(["01/02/2020", "13/04/2020"], {"kind": "date", "format": "%d/%m/%Y"}).format == "%d/%m/%Y"
    assert column(NAMES, {"kind": "category"}).kind == "category"
    bounded = column(["18", "40"], {"low": 18, "unit": "years"})
    assert (bounded.kind, bounded.low, bounded.high, bounded.unit) == ("integer", 18, None, "years")
    assert column(["1", "2"], {"kind": "leave out"}).why == "as you said"


@pytest.mark.parametrize(
    ("values", "told", "says"),
    [
        (["1", "x"], {"kind": "integer"}, "said to be integer and holds 'x'"),
        (["1.5", "2"], {"kind": "integer"}, "said to be integer and holds '1.5'"),
        (["2020-01-01", "soon"], {"kind": "date"}, "said to be date"),
        (["1", "inf"], {}, "infinity"),
        (["x", "=1+2"], {}, r"formula of a spreadsheet \('=1\+2'\)"),
        (["-2+3+cmd|' /C calc'!A0", "x"], {}, "formula"),
        (["@SUM(A1)", "x"], {}, "formula"),
    ],
)
def test_what_is_not_so_is_said(values, told, says):
    with pytest.raises(InvalidData, match=says):
        column(values, told)


@pytest.mark.parametrize("text", ["-1.5", "+3", "-", "a=b", "@home", "+ or -", "-(x"])
def test_what_only_begins_like_a_formula_is_none(text):
    assert column([text, "x", "x", "y", "y"]).kind == "category"


def test_a_decimal_comma():
    cells = Cells("x", pa.array(["1,5", "2,25"]), point=",")
    assert infer(cells).decimals == 2
