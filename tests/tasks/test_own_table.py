"""The user's own table as a task."""

import gzip
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bench import registry
from bench.conformance import task_checks
from bench.data import DataHome
from bench.errors import DataUnavailable
from bench.opening import opened


@pytest.fixture(autouse=True)
def _fresh(monkeypatch, names):
    monkeypatch.setattr(registry.tasks, "_entries", dict(registry.tasks._entries))


@pytest.fixture
def home(tmp_path):
    return DataHome(cache=tmp_path / "cache", offline=True)


def data(n=300, classes=("no", "yes")):
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "amount": rng.gamma(2, 50, n).round(2), "kind": rng.choice(["a", "b", "c"], n),
            "gap": np.where(rng.random(n) < 0.2, np.nan, rng.integers(0, 9, n)), "who": rng.integers(0, 60, n),
            "when": pd.date_range("2021-03-01", periods=n, freq="D").strftime("%Y-%m-%d"),
            "y": np.asarray(classes)[rng.integers(0, len(classes), n)],
        }
    )  # fmt: skip


def task_of(path, **given):
    return opened(f"csv:{path}:y", **given).create()


@pytest.mark.parametrize("given", [{}, {"group": "who"}, {"time": "when"}, {"group": "who", "time": "when"}])
def test_the_checks_of_a_task(tmp_path, home, given):
    data().to_csv(tmp_path / "d.csv", index=False)
    for name, run in task_checks(task_of(tmp_path / "d.csv", **given), home, covers="time" not in given):
        if name != "groups_stay_together" or "time" not in given:
            run()


def test_where_it_lies_and_how_it_is_packed_change_nothing(tmp_path, home):
    text = data().to_csv(index=False)
    (tmp_path / "d.csv").write_text(text)
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "d.csv.gz").write_bytes(gzip.compress(text.replace("\n", "\r\n").encode()))
    first = task_of(tmp_path / "d.csv").locate(home)
    registry.tasks._entries.clear()
    second = task_of(tmp_path / "there" / "d.csv.gz").locate(home)
    assert first.sha256 == second.sha256
    registry.tasks._entries.clear()
    (tmp_path / "d.csv").write_text(text.replace("yes", "maybe"))
    assert task_of(tmp_path / "d.csv").locate(home).sha256 != first.sha256


def test_without_the_file_it_is_looked_for_in_the_data_folder(tmp_path, home):
    data().to_csv(tmp_path / "d.csv", index=False)
    task = task_of(tmp_path / "d.csv")
    task.place = None
    with pytest.raises(DataUnavailable, match=r"d\.csv is not here; name its folder with --data-dir"):
        task.locate(home)
    assert task.locate(replace(home, folder=tmp_path)).path == tmp_path / "d.csv"


def test_more_than_two_classes_rank_by_the_mean_of_their_f1(tmp_path, home):
    data(classes=("a", "b", "c")).to_csv(tmp_path / "d.csv", index=False)
    task = task_of(tmp_path / "d.csv")
    task.locate(home)
    assert task.primary == "f1_macro"
    assert type(task).primary == "auprc"


def test_a_table_of_categories_says_so(tmp_path):
    data()[["kind", "y"]].assign(other=data().kind[::-1].to_numpy()).to_csv(tmp_path / "d.csv", index=False)
    assert opened(f"csv:{tmp_path / 'd.csv'}:y").traits == ("categorical",)
