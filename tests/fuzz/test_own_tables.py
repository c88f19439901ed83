"""A user's table, and the TOML file beside it, end in rows that keep the contract or in one line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from bench.contract import checked
from bench.tables.files import read
from bench.tables.options import load
from bench.tables.schema import Table
from bench.task import Origin

FUZZ = settings.get_profile("fuzz")
CITIES = ("Rome", '"Oslo, N"', "NA")
ROWS = b"id,age,pay,city,seen,y\n" + b"".join(
    f"{i},{20 + i},{i}.{i % 10},{CITIES[i % 3]},2020-01-{i + 1:02},{'ab'[i % 2]}\n".encode() for i in range(20)
)
TOML = b"""
label = "y"
positive = "a"
group = "city"
separator = ","
missing = ["NA", "-"]
[columns.age]
kind = "integer"
low = 18
[columns.seen]
kind = "date"
format = "%Y-%m-%d"
"""


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_tables(form, mutated, ends_well, tmp_path):
    path = tmp_path / "data.csv"

    @FUZZ
    @given(mutated((ROWS, ROWS.replace(b",", b";"), ROWS.replace(b",", b"\t"), ROWS.decode().encode("utf-16"))))
    def run(data):
        path.write_bytes(data)

        def rows():
            options = load(path, label="y")
            table = Table.of(read(path, form), options, path.name)
            assert list(table.words())
            return checked(table.dataset(Origin("real", "folder", "", "")))

        ends_well(rows)

    run()


def test_options(mutated, ends_well, tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(ROWS)

    @FUZZ
    @given(mutated((TOML,)))
    def run(data):
        path.with_suffix(".toml").write_bytes(data)

        def rows():
            options = load(path, label="y")
            table = Table.of(read(path, "csv", options.encoding, options.separator), options, path.name)
            return checked(table.dataset(Origin("real", "folder", "", "")))

        ends_well(rows)

    run()


def test_parquet(mutated, ends_well, tmp_path):
    import pandas as pd

    path = tmp_path / "data.parquet"
    pd.DataFrame({"a": [1, 2, 3] * 4, "b": ["x", "y", None] * 4, "y": ["u", "v"] * 6}).to_parquet(path)
    whole = path.read_bytes()

    @FUZZ
    @given(mutated((whole,)))
    def run(data):
        path.write_bytes(data)
        ends_well(lambda: Table.of(read(path, "parquet"), load(path, label="y"), path.name).numbers())

    run()
