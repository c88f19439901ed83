"""The records of a folder, from whichever of its files, in the order written."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from bench.errors import BenchError
from bench.records.files import PARQUET, RECORDS, XZ
from bench.records.packed import pack
from bench.records.reading import has_records, lines, path_of, read, said_of
from bench.records.record import encode, sealed
from tests.factories import record

SEVERAL = [sealed(record(id=key, versions={"python": "3.11"})) for key in "bac"]
LINES = b"".join(map(encode, SEVERAL))
FORMS = {RECORDS: LINES, PARQUET: pack(SEVERAL), XZ: lzma.compress(LINES)}


def test_a_folder_without_records_has_none(tmp_path: Path) -> None:
    assert not has_records(tmp_path)
    assert path_of(tmp_path).name == RECORDS
    assert list(read(tmp_path)) == []


@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_the_same_records_and_lines(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(FORMS[name])
    assert has_records(tmp_path)
    assert path_of(tmp_path).name == name
    assert list(read(tmp_path)) == SEVERAL
    assert [number for number, _ in lines(tmp_path)] == [1, 2, 3]
    assert b"".join(text for _, text in lines(tmp_path)) == LINES


def test_the_file_of_runs_comes_before_packed_ones(tmp_path: Path) -> None:
    for name, data in FORMS.items():
        (tmp_path / name).write_bytes(data)
    assert path_of(tmp_path).name == RECORDS


def test_equal_values_are_kept_once(tmp_path: Path) -> None:
    (tmp_path / RECORDS).write_bytes(LINES)
    first, second, _ = read(tmp_path)
    assert first.versions is second.versions
    assert first.config is second.config
    assert first.task is second.task
    assert first.metrics is not second.metrics


def test_a_line_that_is_no_record_is_named(tmp_path: Path) -> None:
    (tmp_path / RECORDS).write_bytes(LINES + b"\n" + LINES)
    with pytest.raises(BenchError, match=r"records.jsonl:4 is not a record of augbench: .*; move the file away"):
        list(read(tmp_path))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (LINES + b"\n" + LINES, r"jsonl:4 is not a record of augbench: the line is blank"),
        (b"\r\n" + LINES, r"jsonl:1 is not a record of augbench: the line is blank"),
        (b"\xef\xbb\xbf" + LINES, r"jsonl:1 is not a record of augbench: it begins with a byte order mark"),
    ],
)
def test_what_an_editor_left_is_said_as_such(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / RECORDS).write_bytes(data)
    with pytest.raises(BenchError, match=said):
        list(read(tmp_path))


def test_ids_of_different_records_are_said_in_one_line() -> None:
    path = Path("records.jsonl")
    assert said_of([], path) == ""
    assert said_of(["a"], path).startswith("records.jsonl: record a is there more than once, with different content")
    assert "2 records (a, ...) are there" in said_of(["a", "b"], path)


def test_a_last_line_that_a_run_is_writing_does_not_count_yet(tmp_path: Path) -> None:
    (tmp_path / RECORDS).write_bytes(LINES[:-9])
    assert list(read(tmp_path)) == SEVERAL[:2]


def test_nobody_is_writing_a_packed_file(tmp_path: Path) -> None:
    (tmp_path / XZ).write_bytes(lzma.compress(LINES[:-9]))
    with pytest.raises(BenchError, match=r"records.jsonl.xz:3 is not a record"):
        list(read(tmp_path))


def test_a_folder_in_the_place_of_the_file_is_said(tmp_path: Path) -> None:
    (tmp_path / RECORDS).mkdir()
    with pytest.raises(BenchError, match=r"records.jsonl is damaged after record 0"):
        list(read(tmp_path))
