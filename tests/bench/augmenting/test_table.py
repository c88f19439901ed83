"""Real and synthetic rows in one table."""

import gzip
import os
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.augmenting.augment import Asked, augmented
from bench.augmenting.table import as_frame, check_target, joined, synthetic_table, write
from bench.errors import BenchError
from bench.tables.files import of_frame, read
from bench.tables.options import TableOptions
from bench.tables.schema import Table, open_table

ROWS = [
    f"{i};{'NA' if i % 7 == 0 else i % 5};{1 + i % 28:02}.01.2024;{i % 9},50;{'no' if i % 4 else 'yes'};7\n"
    for i in range(60)
]
TEXT = 'id;"a ""b""";when;money;y;k\n' + "".join(ROWS) + '60;"x;y";01.01.2024;1,00;no;7\n'


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text(TEXT)
    return path


def test_real_rows_stay_as_they_were_written_and_synthetic_ones_look_alike(text, names):
    table = open_table(text, label="y")
    whole, _ = augmented(table, Asked("random-over", seed=1))
    target = text.with_name("out.csv")
    write(whole, target, table.raw.separator)
    lines = target.read_text().splitlines()
    assert lines[: len(TEXT.splitlines())] == TEXT.splitlines()
    real = [line.split(";") for line in TEXT.splitlines()[1:-1]]
    more = [line.split(";") for line in lines[len(TEXT.splitlines()) :]]
    assert len(more) == 31
    assert [row[0] for row in more] == [str(61 + i) for i in range(31)]  # ids count on
    known = {tuple(row[1:]) for row in real if row[4] == "yes"}
    assert {tuple(row[1:]) for row in more} <= known  # random over-sampling: whole rows, in their own spelling


def test_a_frame_comes_back_in_its_own_types(table, data):
    whole, _ = augmented(table, Asked("smote", per_class=20))
    made = as_frame(whole, data, len(data))
    assert made.dtypes.equals(data.dtypes)
    assert list(made.columns) == list(data.columns)
    pd.testing.assert_frame_equal(made.iloc[: len(data)], data)
    synthetic = made.iloc[len(data) :]
    assert synthetic.y.value_counts().to_dict() == {"ill": 20, "well": 20}
    assert synthetic.id.tolist() == list(range(200, 240))
    assert np.array_equal(synthetic.pay, synthetic.pay.round(2))
    assert synthetic.gap.isna().any()


def test_marks_and_synthetic_rows_alone(table, data):
    rows, labels = table.numbers(exact=True)[:3], np.zeros(3, dtype=np.int64)
    synthetic = synthetic_table(table, rows, labels)
    alone = joined(table, synthetic, mark=True, only_synthetic=True)
    assert alone.num_rows == 3
    both = joined(table, synthetic, mark=True)
    assert both["synthetic"].to_pylist() == [False] * len(data) + [True] * 3
    assert joined(table, synthetic).column_names == list(data.columns)
    taken = Table.of(of_frame(data.assign(synthetic=data.age)), TableOptions(label="y"), "data")
    rows = taken.numbers(exact=True)[:3]
    with pytest.raises(BenchError, match="the table has one"):
        joined(taken, synthetic_table(taken, rows, labels), mark=True)


@pytest.mark.parametrize("name", ["out.csv", "out.csv.gz", "out.tsv", "out.parquet"])
def test_forms(table, data, tmp_path, name):
    whole = joined(table, synthetic_table(table, table.numbers(exact=True), table.classes[1]))
    write(whole, tmp_path / name)
    if name.endswith("parquet"):
        back = pd.read_parquet(tmp_path / name)
        pd.testing.assert_frame_equal(back.iloc[: len(data)], data, check_dtype=False, check_categorical=False)
    else:
        if name.endswith("gz"):
            assert gzip.decompress((tmp_path / name).read_bytes()).startswith(b"id,age,")
        back = pd.read_csv(tmp_path / name, sep="\t" if name == "out.tsv" else ",")
        assert back.age.tolist() == data.age.tolist() * 2
        assert back.gap.isna().tolist() == data.gap.isna().tolist() * 2
    assert [path.name for path in tmp_path.iterdir()] == [name]


CELLS = st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"]), max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(CELLS, CELLS, st.just("end")), min_size=1, max_size=6), mark=st.sampled_from(",;|"))
def test_any_cells_come_back_as_they_were(tmp_path, rows, mark):
    columns = list(zip(*rows, strict=True))
    whole = pa.table([pa.array(column, pa.string()) for column in columns], ["a", "b,;", 'c"'])
    target = tmp_path / "any.csv"
    write(whole, target, mark)
    os.utime(target, ns=(time.time_ns(), time.time_ns()))
    back = read(target, "csv", separator=mark)
    assert back.names == whole.column_names
    assert back.table.to_pydict() == whole.to_pydict()


def test_what_cannot_be_written_is_said_before_any_work(text, tmp_path):
    table = open_table(text, label="y")
    (tmp_path / "there.csv").touch()
    for target, says in [
        (text, "is the table itself"),
        (tmp_path / "there.csv", "is there already; --force"),
        (tmp_path / "no" / "out.csv", "is no folder"),
        (tmp_path / "out.xlsx", "Excel is read and not written"),
        (tmp_path / "out.parquet", "text is written as it stood"),
        (tmp_path / "out.json", "no table ends in"),
    ]:
        with pytest.raises(BenchError, match=says):
            check_target(table, text, target, force=False)
    check_target(table, text, tmp_path / "there.csv", force=True)
