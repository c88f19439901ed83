"""What a task's rows may be: converted where nothing is lost, refused in one line everywhere else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.contract import checked, checked_split
from bench.dataset import Column, Dataset, Origin, Schema, Split
from bench.errors import InvalidData

ORIGIN = Origin("simulated", "stand-in", "0" * 64, "made here")
Y = np.array([0, 0, 0, 1, 1, 1])
X = np.arange(12, dtype=np.float32).reshape(6, 2)
TABLE = Schema("tabular", (2,), ("a", "b"), (Column("u"), Column("v")), rare=1)


def table(X: Any = X, y: Any = Y, schema: Schema = TABLE, **more: Any) -> Dataset:
    return Dataset(X, y, schema, ORIGIN, **more)


def test_rows_of_the_contract_pass_as_they_are() -> None:
    found = checked(table())
    assert np.shares_memory(found.X, X)
    assert np.shares_memory(found.y, Y)
    assert (found.X.dtype, found.y.dtype) == (np.float32, np.int64)


@pytest.mark.parametrize("kind", ["int8", "uint16", "int32", ">i4", "uint64", "float32", "float64"])
def test_whole_labels_of_any_type_become_int64(kind: str) -> None:
    found = checked(table(y=Y.astype(kind)))
    assert found.y.dtype == np.int64
    assert found.y.tolist() == Y.tolist()


def test_a_column_with_another_index_scrambles_nothing() -> None:
    column = pd.Series(Y, index=[5, 4, 3, 2, 1, 0])
    with pytest.raises(InvalidData, match=r"^y is a pandas .*Series, not a numpy array; give its values alone"):
        checked(table(y=column))
    assert checked(table(y=column.to_numpy())).y.tolist() == Y.tolist()


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.array(list("nnnppp")), "y holds words"),
        (np.array(list("nnnppp"), dtype=object), "y holds objects"),
        (Y > 0, "y must hold whole numbers, not bool"),
        (Y + 0.5, "y holds 0.5, which is not a whole number"),
        (np.where(np.arange(6) == 3, np.nan, Y), "y holds 1 NaN"),
        (Y[:, None], r"y must have shape \(n,\), not \(6, 1\)"),
        (Y[:5], r"rows have shape \(6, 2\), the schema says \(5, 2\)"),
        (Y - 1, r"labels must lie in 0\.\.1"),
        (Y + np.inf, "y holds .*inf"),
        (Y.tolist(), "y is a list"),
        (np.ma.array(Y, mask=Y == 0), "y is a masked array"),
        (Y.astype("timedelta64[s]"), "y holds timedelta64"),
        (Y * 0, "one class only"),
        (np.array([0, 0, 0, 0, 0, 1]), "class 'b' has 1 row"),
    ],
)
def test_other_labels_are_refused(y: Any, message: str) -> None:
    with pytest.raises(InvalidData, match=message):
        checked(table(y=y))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (pd.DataFrame(X), "X is a pandas .*DataFrame"),
        (X.astype(object), "X holds objects"),
        (X.astype(str), "X holds words"),
        (X.astype(complex), "X holds complex"),
        (X.astype("datetime64[s]"), "X holds datetime64"),
        (np.ma.array(X), "X is a masked array"),
        (X[:, :1], "rows have shape"),
        (np.where(X == 4, np.nan, X), "column 'u' holds 1 NaN"),
        (np.where(X == 4, np.inf, X), "1 values are infinite"),
        (np.where(X == 4, 1e39, X.astype(float)), "X holds 1e.39, which is infinite in single precision"),
        (X.astype(np.int64) + 2**60, "which no floating-point number of 64 bits can be"),
    ],
)
def test_other_rows_are_refused(rows: Any, message: str) -> None:
    with pytest.raises(InvalidData, match=message):
        checked(table(rows))


@pytest.mark.parametrize(
    ("kind", "made"),
    [("int16", "float32"), ("bool", "float32"), ("float16", "float32"), (">f4", "float32"), ("float64", "float64")],
)
def test_numbers_of_any_type_keep_their_values(kind: str, made: str) -> None:
    rows = X.astype(kind)
    found = checked(table(rows)).X
    assert found.dtype == np.dtype(made)
    assert np.array_equal(found, rows)


def test_whole_numbers_that_single_precision_would_round_stay_exact() -> None:
    rows = X.astype(np.int64) + 2**24 + 1
    assert np.array_equal(checked(table(rows)).X, rows)


def test_rows_have_the_decimals_that_they_declare() -> None:
    schema = replace(TABLE, columns=(Column("u", decimals=0, low=0, high=10), Column("v", decimals=1)))
    rows = X.copy()
    rows[:, 1] = np.array([0.1, 0.2, 1.5, -3.7, 8, 9.9], np.float32)  # single precision has no 0.1
    checked(table(rows, schema=schema))
    rows[3, 1] = 0.25
    with pytest.raises(InvalidData, match=r"column 'v' declares 1 decimals and holds 0\.25"):
        checked(table(rows, schema=schema))


MIXED = replace(TABLE, columns=(Column("u", missing=True), Column("v", ("p", "q"))))


@pytest.mark.parametrize("code", [2, -1, 0.5, np.nan])
def test_codes_without_a_category_are_refused(code: float) -> None:
    rows = np.column_stack([X[:, 0], np.arange(6) % 2]).astype(np.float32)
    rows[0, 0] = np.nan  # declared
    checked(table(rows, schema=MIXED))
    rows[4, 1] = code
    with pytest.raises(InvalidData, match="column 'v'"):
        checked(table(rows, schema=MIXED))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rare": 2}, r"rare must be the index of a class, 0\.\.1"),
        ({"rare": -1}, "rare must be"),
        ({"rare": True}, "rare must be"),
        ({"classes": ("a", "a")}, "class name 'a' is there twice"),
        ({"classes": ("a", " ")}, "class name ' ' is blank"),
        ({"classes": ("a", "b\nc")}, "class name .* holds the control character"),
        ({"classes": ("a", 1)}, "class name 1 is int, not text"),
        ({"classes": "ab"}, "class names must be a tuple"),
        ({"columns": (Column("u"), Column("u"))}, "column name 'u' is there twice"),
        ({"columns": (Column("u"), Column(""))}, "column name '' is blank"),
        ({"columns": (Column("u"),)}, "the schema has 1 columns for 2 features"),
        ({"columns": (Column("u", ("p", "q"), low=0), Column("v"))}, "column 'u' has categories; decimals and bounds"),
        ({"columns": (Column("u", decimals=-1), Column("v"))}, "column 'u': decimals must be 0 or a number above"),
        ({"columns": (Column("u", low=2, high=1), Column("v"))}, "column 'u': low .2. lies above high .1."),
        ({"columns": (Column("u", low=1), Column("v"))}, "'u' holds 0, outside its declared bounds 1 to None"),
        ({"columns": (Column("u"), Column("v", low=0, high=9))}, "'v' holds 11, outside its declared bounds 0 to 9"),
        ({"columns": (Column("u"), Column("v", ()))}, "category of column 'v'"),
        ({"columns": (Column("u"), Column("v", ("p", "p")))}, "category of column 'v': name 'p' is there twice"),
        ({"columns": (Column("u"), Column("v", static=True))}, "static, which is for channels of series"),
        ({"modality": "text"}, "modality 'text' is none of"),
        ({"shape": (1, 2)}, r"the shape of a tabular row is \(features\)"),
    ],
)
def test_a_schema_that_contradicts_itself_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidData, match=message):
        checked(table(schema=replace(TABLE, **change)))


def test_images_and_series_are_what_their_schema_says() -> None:
    image = Schema("image", (1, 2, 2), ("a", "b"))
    pixels = np.linspace(0, 1, 24, dtype=np.float32).reshape(6, 1, 2, 2)
    checked(table(pixels, schema=image))
    with pytest.raises(InvalidData, match=r"pixels must lie in \[0, 1\], not 0 to 255; divide by 255"):
        checked(table(pixels * 255, schema=image))
    series = Schema("series", (3, 2), ("a", "b"), (Column("u"), Column("age", static=True)))
    windows = np.zeros((6, 3, 2), np.float32)
    checked(table(windows, schema=series))
    windows[2, 1, 1] = 1
    with pytest.raises(InvalidData, match="'age' is declared static and changes within a row"):
        checked(table(windows, schema=series))


def test_groups_and_order_have_a_value_a_row() -> None:
    days = np.arange("2020-01-01", "2020-01-07", dtype="datetime64[D]")
    found = checked(table(groups=np.arange(6.0), order=days))
    assert found.groups is not None
    assert found.groups.dtype == np.int64
    assert found.order is days
    for more, message in (
        ({"groups": np.arange(5)}, r"groups must have shape \(6,\)"),
        ({"groups": np.array(list("abcdef"))}, "groups holds words"),
        ({"order": np.arange(7)}, "order must hold one number or date a row"),
        ({"order": np.where(np.arange(6) == 1, np.datetime64("NaT"), days)}, "order must hold"),
    ):
        with pytest.raises(InvalidData, match=message):
            checked(table(**more))


def test_what_read_returns_is_a_dataset() -> None:
    with pytest.raises(InvalidData, match=r"read\(\) must return a bench.task.Dataset, not tuple"):
        checked((X, Y))  # type: ignore[arg-type]


def parts(train: Any = (0, 3), valid: Any = (1, 4), test: Any = (2, 5), shown: Any = None) -> Split:
    return Split(*(None if part is None else np.asarray(part) for part in (train, valid, test, shown)))  # type: ignore[arg-type]


def test_a_split_of_any_whole_numbers_has_int64_indices() -> None:
    found = checked_split(parts(np.array([0, 3], np.int32), shown=[0, 3, 5]), table())
    assert found.train.dtype == np.int64
    assert found.shown is not None
    assert found.shown.tolist() == [0, 3, 5]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"test": (2, 6)}, r"the test part of the split names rows outside 0\.\.5"),
        ({"test": (-1, 2)}, "the test part of the split names rows outside"),
        ({"test": (1, 5)}, "the test part of the split shares 1 rows with another part"),
        ({"valid": (1, 1, 4)}, "the valid part of the split names 1 rows twice"),
        ({"valid": np.zeros(0, int)}, "the valid part of the split is empty"),
        ({"train": (0,)}, "class 'b' has no rows in the training part"),
        ({"train": np.array([True, False, False, True, False, False])}, "train part must hold whole numbers"),
        ({"train": [[0, 3]]}, r"train part must have shape \(n,\)"),
        ({"shown": (7,)}, "the shown part of the split names rows outside"),
    ],
)
def test_a_split_that_leaks_or_leaves_something_out_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidData, match=message):
        checked_split(parts(**given), table())
