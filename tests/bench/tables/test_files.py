"""Tables as their files have them, and files that hold none: one line each."""

import gzip

import pandas as pd
import pytest

from bench.errors import BenchError, InvalidData
from bench.tables.files import form_of, nearest, of_frame, read

TEXT = "a,b\n1,x\n2,y\n"


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def cells(raw):
    return {name: raw.table.column(name).to_pylist() for name in raw.names}


def test_cells_of_text_stay_as_they_stand(tmp_path):
    raw = read(write(tmp_path / "t.csv", 'a,"b, c"\n01.50," x ""y"""\nNA,\n'), "csv")
    assert cells(raw) == {"a": ["01.50", "NA"], "b, c": [' x "y"', ""]}


@pytest.mark.parametrize(
    "content",
    [
        TEXT.replace("\n", "\r\n"), "\ufeff" + TEXT, TEXT.rstrip("\n"), "\n\n" + TEXT, gzip.compress(TEXT.encode()),
        TEXT.encode("utf-16"),
    ],
)  # fmt: skip
def test_the_same_content_is_the_same_data(tmp_path, content):
    plain = read(write(tmp_path / "plain.csv", TEXT), "csv")
    other = read(write(tmp_path / "other.csv", content), "csv")
    assert (other.sha256, cells(other)) == (plain.sha256, cells(plain))
    assert read(write(tmp_path / "more.csv", TEXT + "3,z\n"), "csv").sha256 != plain.sha256


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_the_separator_is_found(tmp_path, mark):
    raw = read(write(tmp_path / "t.csv", f"a{mark}b\n1,5{mark}2\n"), "csv")
    assert (raw.separator, cells(raw)) == (mark, {"a": ["1,5"], "b": ["2"]})


def test_text_of_another_encoding_is_read_if_it_is_named(tmp_path):
    path = write(tmp_path / "t.csv", "näme,b\n1,é\n".encode("cp1252"))
    with pytest.raises(InvalidData, match=r"t\.csv is not UTF-8 \(byte 0xe4 in line 1\).*cp1252"):
        read(path, "csv")
    assert cells(read(path, "csv", "cp1252")) == {"näme": ["1"], "b": ["é"]}
    with pytest.raises(InvalidData, match="'klingon' is none"):
        read(path, "csv", "klingon")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("a,b\n", "holds no rows"),
        ("a,b,a\n1,2,3\n", "column 'a' is there twice"),
        ("a,b\n1,2\n1,2,3\n", r"\(1,2,3\) has 3 values, the header has 2"),
        ("a,b\n1,2\n1\n", r"\(1\) has 1 values, the header has 2"),
        ("<!DOCTYPE html><html>", "is a web page"),
        ("1,2\n3,4\n", "has no header"),
        ("a,b\n1,\0\n", "zero bytes"),
        ("a\x1b[31m,b\n1,2\n", "control character"),
        (b"PAR1....", "is a Parquet file.*write parquet:"),
        (b"PK\x03\x04....", "is an Excel file.*write excel:"),
        (b"\x1f\x8b....", "cannot be read"),
        ('a,b\n1,"2\n' + "3,4\n" * 1_500_000, "MiB.*lone quotation mark"),
        ("a,b\n1," + "x" * 2_000_000 + "\n3,4\n", "more than 1 MiB"),
        ('a,b\n1,2\n3,"4\n5,6\n', "lone quotation mark"),
    ],
)
def test_what_is_no_table_is_said_in_one_line(tmp_path, content, says):
    with pytest.raises(InvalidData, match=says) as found:
        read(write(tmp_path / "t.csv", content), "csv")
    assert str(found.value).isprintable()
    assert len(str(found.value)) < 400


def test_a_damaged_file_of_another_form(tmp_path):
    with pytest.raises(InvalidData, match="is not a Parquet file that can be read"):
        read(write(tmp_path / "t.parquet", b"PAR1" * 4), "parquet")
    with pytest.raises(InvalidData, match="cannot be read"):
        read(tmp_path / "absent.csv", "csv")
    with pytest.raises(InvalidData, match="is a folder"):
        read(tmp_path, "csv")


def test_parquet_keeps_types_and_its_hash_is_of_values(tmp_path):
    frame = pd.DataFrame({"n": pd.array([1, None], "Int64"), "c": pd.Categorical(["x", "y"]), "t": ["u", None]})
    sums = set()
    for packing in ("snappy", "zstd", None):
        frame.to_parquet(tmp_path / "t.parquet", compression=packing)
        raw = read(tmp_path / "t.parquet", "parquet")
        sums.add(raw.sha256)
    assert len(sums) == 1
    assert cells(raw) == {"n": [1, None], "c": ["x", "y"], "t": ["u", None]}
    frame.assign(n=[1, 2]).to_parquet(tmp_path / "t.parquet")
    assert read(tmp_path / "t.parquet", "parquet").sha256 not in sums


def test_excel_is_read_where_pandas_can_and_refused_in_one_line_elsewhere(tmp_path):
    path = tmp_path / "t.xlsx"
    try:
        pd.DataFrame({"a": [1, 2], "b": ["x", None]}).to_excel(path, index=False)
    except ImportError:
        with pytest.raises(InvalidData, match=r"pandas cannot read Excel here.*save it as CSV"):
            read(write(path, b"PK\x03\x04...."), "excel")
    else:
        assert cells(read(path, "excel")) == {"a": [1, 2], "b": ["x", None]}


def test_a_frame_is_a_table():
    frame = pd.DataFrame({"a": [1.5], 0: ["x"]}, index=[7])
    assert cells(of_frame(frame)) == {"a": [1.5], "0": ["x"]}
    with pytest.raises(InvalidData, match="'a' twice"):
        of_frame(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(InvalidData, match="no table of plain values"):
        of_frame(pd.DataFrame({"a": [1, "x", object()]}))


def test_a_form_goes_by_the_ending(tmp_path):
    assert [form_of(tmp_path / n) for n in ("a.CSV", "a.csv.gz", "b.tsv", "c.pq", "d.xlsx")] == [
        "csv", "csv", "tsv", "parquet", "excel"
    ]  # fmt: skip
    with pytest.raises(BenchError, match=r"no table ends in '\.json'"):
        form_of(tmp_path / "a.json")


def test_the_nearest_name():
    assert nearest("b", ["a", " b"], "t") == " b"
    with pytest.raises(InvalidData, match=r"t has no column 'labl'; did you mean 'label'\?"):
        nearest("labl", ["x", "label"], "t")
