"""The same rows are the same data however they are packed or written; other rows never are."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import InvalidData
from bench.filetypes import is_web_page
from bench.task import DataFile
from tasks.sources import content
from tasks.sources.content import numbers_sha256, opened, read_numbers, same_content

ROWS = b"6,148,33.6\n1,85,-0.5\n8,183,0\n"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def stated(form: str) -> DataFile:
    """A file as a task states it: these rows, packed by someone else."""
    numbers = numbers_sha256(np.array([[6, 148, 33.6], [1, 85, -0.5], [8, 183, 0]]))
    return DataFile("rows", "0" * 64, form=form, content=numbers if form == "numbers" else sha256(ROWS))  # type: ignore[arg-type]


SPELLINGS = {
    "as stated": (ROWS, "gzip text numbers"),
    "packed": (gzip.compress(ROWS), "gzip text numbers"),
    "packed twice in a row": (gzip.compress(ROWS[:9]) + gzip.compress(ROWS[9:]), "gzip text numbers"),
    "CRLF": (ROWS.replace(b"\n", b"\r\n"), "text numbers"),
    "CR": (ROWS.replace(b"\n", b"\r"), "text numbers"),
    "packed CRLF": (gzip.compress(ROWS.replace(b"\n", b"\r\n")), "text numbers"),
    "no last line end": (ROWS[:-1], "text numbers"),
    "byte order mark": (b"\xef\xbb\xbf" + ROWS, "text numbers"),
    "blank lines at the end": (ROWS + b"\r\n\r\n", "text numbers"),
    "blank lines": (ROWS.replace(b"\n", b"\n\n"), "numbers"),
    "header": (b"a,b,c\n" + ROWS, "numbers"),
    "quoted header": (b'"a","b","c"\r\n' + ROWS, "numbers"),
    "quotes": (ROWS.replace(b"148", b'"148"'), "numbers"),
    "other spellings": (b"6.0, 148,3.36e1\n+1,85,-.5\n8,183,-0\n", "numbers"),
    "one digit more": (ROWS.replace(b"33.6", b"33.61"), ""),
    "a row less": (ROWS[:-8], ""),
    "a row twice": (ROWS + b"8,183,0\n", ""),
    "rows in another order": (b"1,85,-0.5\n6,148,33.6\n8,183,0\n", ""),
    "reshaped": (b"6,148\n33.6,1\n85,-0.5\n8,183\n0,0\n", ""),
    "two headers": (b"a,b,c\na,b,c\n" + ROWS, ""),
    "truncated gzip": (gzip.compress(ROWS)[:-4], ""),
    "damaged gzip": (gzip.compress(ROWS)[:12] + b"\xff" * 20, ""),
    "web page": (b"<html>no</html>", ""),
    "empty": (b"", ""),
}


@pytest.mark.parametrize("form", ["bytes", "gzip", "text", "numbers"])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_what_counts_as_the_same(tmp_path: Path, form: str, spelling: str) -> None:
    data, forms = SPELLINGS[spelling]
    (tmp_path / "rows").write_bytes(data)
    assert same_content(tmp_path / "rows", stated(form)) is (form in forms.split())


@pytest.mark.parametrize("official", [ROWS, ROWS.replace(b"\n", b"\r\n")], ids=["LF", "CRLF"])
def test_text_needs_no_checksum_but_its_own(tmp_path: Path, official: bytes) -> None:
    file = DataFile("rows", sha256(official), form="text")
    for end in (b"\n", b"\r\n"):
        (tmp_path / "rows").write_bytes(ROWS.replace(b"\n", end))
        assert same_content(tmp_path / "rows", file)
    (tmp_path / "rows").write_bytes(ROWS.replace(b"8", b"7"))
    assert not same_content(tmp_path / "rows", file)


@given(st.lists(st.sampled_from([b"1", b"2,3", b"\n", b"\r\n", b"\r", b"\n\n"]), max_size=30), st.integers(1, 4))
def test_text_is_judged_the_same_in_chunks_of_any_size(tmp_path_factory, parts, size) -> None:
    data = b"".join(parts)
    path = tmp_path_factory.mktemp("text") / "rows"
    path.write_bytes(data)
    whole = data.rstrip(b"\r\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n") + b"\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(content, "CHUNK", size)
        assert same_content(path, DataFile("rows", sha256(whole), form="text"))


def test_what_unpacks_without_end_is_put_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "LIMIT", 1 << 20)
    path = tmp_path / "rows.gz"
    path.write_bytes(gzip.compress(bytes(2 << 20)))
    assert not same_content(path, DataFile("rows.gz", sha256(bytes(2 << 20)), form="gzip"))
    monkeypatch.setattr(content, "TABLE_LIMIT", 1 << 20)
    with pytest.raises(InvalidData, match="more than 1 MiB"):
        read_numbers(path)


def test_line_ends_without_end_are_put_down(tmp_path: Path) -> None:
    (tmp_path / "rows").write_bytes(b"\n" * (4 << 20))
    assert not same_content(tmp_path / "rows", DataFile("rows", "0" * 64, form="text"))


@pytest.mark.parametrize("packed", [False, True])
def test_the_name_does_not_say_how_a_file_is_packed(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(gzip.compress(ROWS) if packed else ROWS)
    with opened(path) as stream:
        assert stream.read() == ROWS


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "there are no rows in it"),
        (b"a,b\n", "there are no rows in it"),
        (b"1,2\n3\n", "number of columns changed"),
        (b"1,2\nx,y\n", "could not convert string"),
        (b"\xff\xfe1,2\n", "decode"),
        (b"<!doctype html><p>1", "it is a web page"),
        (gzip.compress(ROWS, mtime=0)[:-4], "not a file that can be read: Compressed file ended"),
    ],
)
def test_what_is_no_table_of_numbers_is_said_in_one_line(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(data)
    with pytest.raises(InvalidData, match=said) as caught:
        read_numbers(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    assert "get it again" in str(caught.value)


@pytest.mark.parametrize(
    "start",
    [b"<html>", b" \n<!DOCTYPE HTML PUBLIC>", b"\xef\xbb\xbf<!-- x --><HTML lang=en>", b"<?xml version='1.0'?><html>"],
)
def test_web_pages_are_known_by_their_start(tmp_path: Path, start: bytes) -> None:
    (tmp_path / "page").write_bytes(start)
    assert is_web_page(tmp_path / "page")


@pytest.mark.parametrize("start", [b"", b"1,2,3", b"PK\x03\x04", b"\x1f\x8b", b"<htmlx>", b"a <html>", b"<" * 5000])
def test_data_are_no_web_page(tmp_path: Path, start: bytes) -> None:
    (tmp_path / "page").write_bytes(start)
    assert not is_web_page(tmp_path / "page")
