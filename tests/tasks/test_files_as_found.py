"""Official files as people have them: packed again, saved on Windows, with a header line. The data hash stays."""

from __future__ import annotations

import gzip
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from bench import registry
from bench.data import DataHome
from bench.errors import InvalidData

DATA = os.environ.get("AUGBENCH_DATA")
pytestmark = [
    pytest.mark.skipif(not DATA, reason="needs the real files of $AUGBENCH_DATA"),
    pytest.mark.usefixtures("names"),
]


def crlf(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def lf(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n")


def repacked(data: bytes) -> bytes:
    return gzip.compress(gzip.decompress(data), 1)


CHANGES = [
    ("fashion-mnist-2000", "t10k-*", repacked),
    ("fashion-mnist-2000", "*-labels-*", gzip.decompress),
    ("credit-fraud", "*.csv.gz", lambda data: gzip.compress(crlf(gzip.decompress(data)), 1)),
    ("stocks", "stock_data.csv", crlf),
    ("stocks", "stock_data.csv", lambda data: data.split(b"\n", 1)[1]),
    ("ecg5000", "*.tsv", crlf),
    ("ecg5000", "*TRAIN.tsv", lambda data: b"\t".join([b"label", *[b"t"] * 140]) + b"\n" + data),
    ("ecg", "1*.hea", lf),
]


def copied(tmp_path: Path, name: str) -> tuple[DataHome, DataHome, Path]:
    """The real home, one with a copy of the task's files, and that folder."""
    real = DataHome(folder=Path(str(DATA)), cache=tmp_path / "cache", offline=True)
    path = registry.tasks[name].create().locate(real).path
    assert path is not None
    folder = path if path.is_dir() else path.parent
    shutil.copytree(folder, tmp_path / "data" / folder.name, copy_function=shutil.copyfile)
    return real, DataHome(tmp_path / "data", tmp_path / "cache", offline=True), tmp_path / "data" / folder.name


@pytest.mark.parametrize(("name", "pattern", "change"), CHANGES, ids=[f"{c[0]}-{i}" for i, c in enumerate(CHANGES)])
def test_rows_and_data_hash_are_the_official_ones(tmp_path, name, pattern, change):
    real, home, folder = copied(tmp_path, name)
    for path in folder.glob(pattern):
        data = path.read_bytes()
        path.write_bytes(change(data))
        assert change(data) != data
    task = registry.tasks[name].create()
    official, found = task.locate(real), task.locate(home)
    assert (found.source, found.sha256) == (official.source, official.sha256)
    assert found.path != official.path
    if name != "ecg":  # whose windows are kept in the cache by the data hash; a header is read below
        a, b = task.read(official), task.read(found)
        np.testing.assert_array_equal(a.X, b.X)
        np.testing.assert_array_equal(a.y, b.y)


def test_a_wfdb_header_with_other_line_ends_reads_the_same(tmp_path):
    pytest.importorskip("wfdb")
    from tasks import ecg

    real, _, folder = copied(tmp_path, "ecg")
    (folder / "208.hea").write_bytes(lf((folder / "208.hea").read_bytes()))
    assert real.folder is not None
    for a, b in zip(ecg._record(real.folder / "mitdb", 208), ecg._record(folder, 208), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("name", "pattern", "change"),
    [
        ("fashion-mnist-2000", "t10k-labels-*", lambda data: gzip.compress(gzip.decompress(data)[:-1] + b"\0")),
        ("stocks", "stock_data.csv", lambda data: data.replace(b"49.67", b"49.68", 1)),
        ("ecg5000", "*TRAIN.tsv", lambda data: data[:-2]),
        ("ecg", "100.hea", lambda data: data.replace(b"212", b"213")),
        ("ecg", "100.atr", lambda data: data + b"\n"),
    ],
)
def test_other_content_is_refused(tmp_path, name, pattern, change):
    _, home, folder = copied(tmp_path, name)
    (path,) = folder.glob(pattern)
    assert change(path.read_bytes()) != path.read_bytes()
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(InvalidData, match="altered or truncated"):
        registry.tasks[name].create().locate(home)
