"""A table as rows: the label, groups, time, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from bench.errors import BenchError
from bench.tables.files import of_frame, read
from bench.tables.options import TableOptions, beside, checked, load, to_toml
from bench.tables.schema import Table


def frame(n=60, **more):
    rng = np.random.default_rng(0)
    columns = {
        "id": np.arange(n), "age": rng.integers(18, 80, n), "pay": rng.normal(size=n).round(2),
        "city": rng.choice(["Rome", "Oslo"], n), "y": np.where(np.arange(n) % 4 == 0, "ill", "well"),
    }  # fmt: skip
    return pd.DataFrame(columns | more)


def table(data, label="y", **options):
    return Table.of(of_frame(data), TableOptions(label=label, **options), "data.csv")


def test_rows_as_numbers():
    data = frame(gap=np.where(np.arange(60) < 5, np.nan, 1.5 * np.arange(60)))
    found = table(data)
    schema, X, (classes, y) = found.schema(), found.numbers(), found.classes
    assert [c.name for c in schema.columns] == ["age", "pay", "city", "gap"]
    assert (classes, schema.rare, X.dtype) == (("well", "ill"), 1, np.float32)
    assert np.array_equal(y, (data.y == "ill").to_numpy().astype(int))
    assert np.allclose(X[:, 0], data.age)
    assert [schema.columns[2].categories[int(code)] for code in X[:, 2]] == data.city.tolist()
    assert schema.columns[3].missing
    assert np.isnan(X[:5, 3]).all()


def test_numbers_that_single_precision_would_round_stay_double():
    assert table(frame(pay=np.arange(60) + 12_345_678.25)).numbers().dtype == np.float64


def test_classes_go_from_the_commonest_to_the_rarest_unless_one_is_positive():
    y = np.repeat(["b", "a", "c"], [30, 20, 10])
    found = table(frame(y=y))
    assert (found.classes[0], found.schema().rare) == (("b", "a", "c"), None)
    assert table(frame(), positive="well").classes[0] == ("ill", "well")
    with pytest.raises(BenchError, match="no class 'wel'; did you mean 'well'"):
        _ = table(frame(), positive="wel").classes
    with pytest.raises(BenchError, match="positive is for labels of two classes"):
        _ = table(frame(y=y), positive="a").classes


@pytest.mark.parametrize(
    ("options", "data", "says"),
    [
        ({"label": "yy"}, frame(), "data.csv has no column 'yy'; did you mean 'y'"),
        ({"label": ""}, frame(), "which column is the label.*id, age"),
        ({"group": "y"}, frame(), "different columns"),
        ({"columns": {"agee": {}}}, frame(), "no column 'agee'; did you mean 'age'"),
        ({}, frame(y=np.linspace(0, 1, 60)), "60 different numbers: that is regression"),
        ({}, frame(y=np.arange(60) // 2), "30 different numbers: that is regression"),
        ({}, frame(y="ill"), "one class alone"),
        ({}, frame(y=np.where(np.arange(60) < 3, None, "ill")), "missing in 3 rows"),
        ({}, frame(200, y=[f"c{i}" for i in range(200)]), "200 different values"),
        ({"group": "g"}, frame(g=[None] * 2 + ["a"] * 58), "group 'g' is missing in 2"),
        ({"time": "city"}, frame(), "said to be date and holds"),
        ({}, frame()[["id", "y"]], "no column to learn from"),
    ],
)
def test_what_is_no_task_is_said_in_one_line(options, data, says):
    with pytest.raises(BenchError, match=says):
        table(data, **{"label": "y", **options}).dataset(None)


def test_whole_numbers_may_be_classes():
    assert len(table(frame(600, y=np.arange(600) % 25)).classes[0]) == 25


def test_groups_and_time_are_no_features():
    data = frame(patient=np.arange(60) // 3, seen=pd.date_range("2020-01-01", periods=60)[::-1])
    found = table(data, group="patient", time="seen")
    assert {"patient", "seen"}.isdisjoint(c.name for c in found.features)
    assert np.array_equal(pd.factorize(found.groups())[0], data.patient)
    assert (np.diff(found.order()) < 0).all()
    assert any("patient" in line for line in found.words())


def test_the_toml_file_says_what_was_understood_and_gives_it_back(tmp_path):
    path = tmp_path / "data.csv"
    frame(**{'a "b"\\': np.arange(60) % 7}).to_csv(path, index=False)
    first = Table.of(read(path, "csv"), TableOptions(label="y"), path.name)
    beside(path).write_text(to_toml(first, path.name))
    options = load(path)
    again = Table.of(read(path, "csv"), options, path.name)
    assert options.positive == "ill"
    assert [(c.name, c.kind) for c in again.columns] == [(c.name, c.kind) for c in first.columns]
    assert [c.decimals for c in again.features] == [c.decimals for c in first.features]
    assert np.array_equal(again.numbers(), first.numbers())
    assert load(path, label="city").label == "city"  # the command line goes before


def test_bounds_that_the_user_states_are_declared(tmp_path):
    found = table(frame(), columns={"age": {"low": 18, "high": 100, "unit": "years"}})
    column = found.schema().columns[0]
    assert (column.low, column.high, column.unit, column.decimals) == (18, 100, "years", 0)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("labl = 'y'", "no option 'labl'; did you mean 'label'"),
        ("label = 3", "label must be str, not 3"),
        ("[columns.age]\nkin = 'x'", "columns.age has no option 'kin'; did you mean 'kind'"),
        ("[columns.age]\nkind = 'int'", "unknown kind 'int'; did you mean 'integer'"),
        ("columns.age = 1", "columns.age must be a table, not 1"),
        ("label = ", "cannot be read"),
    ],
)
def test_what_a_toml_file_cannot_say(tmp_path, text, says):
    (tmp_path / "data.toml").write_text(text)
    with pytest.raises(BenchError, match=says):
        load(tmp_path / "data.csv.gz")


def test_options_are_what_is_said_alone():
    assert TableOptions(label="y", missing=("-",)).given == {"label": "y", "missing": ["-"]}
    assert checked({"missing": ["-"]}, "t") == {"missing": ("-",)}


def test_a_decimal_comma_is_found_where_commas_part_nothing(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("a;b;y\n" + "".join(f"{i},5;{i % 3};{'xz'[i % 2]}\n" for i in range(20)))
    found = Table.of(read(path, "csv"), TableOptions(label="y"), path.name)
    assert found.numbers()[3].tolist() == [3.5, 0]
