"""Series from an .npz file and from a long table."""

import numpy as np
import pandas as pd
import pytest

from bench import registry
from bench.conformance import task_checks
from bench.data import DataHome
from bench.errors import BenchError
from bench.opening import opened


@pytest.fixture(autouse=True)
def _fresh(monkeypatch, names):
    monkeypatch.setattr(registry.tasks, "_entries", dict(registry.tasks._entries))


@pytest.fixture
def home(tmp_path):
    return DataHome(cache=tmp_path / "cache", offline=True)


def rows(n=40, steps=6, channels=2):
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, steps, channels)).astype(np.float32), np.where(np.arange(n) % 4, "walk", "fall")


def long(X, y, **more):
    n, steps, _ = X.shape
    frame = pd.DataFrame({"id": np.repeat([f"s{i:03}" for i in range(n)], steps), "time": np.tile(np.arange(steps), n)})
    frame = frame.assign(ax=X[..., 0].ravel(), ay=X[..., 1].ravel(), y=np.repeat(y, steps), note="free text")
    return frame.assign(**{name: np.repeat(values, steps) for name, values in more.items()})


def data_of(text, home, **given):
    task = opened(text, **given).create()
    return task, task.read(task.locate(home))


def test_an_npz_file(tmp_path, home):
    X, y = rows()
    np.savez(tmp_path / "s.npz", X=X, y=y, channels=["ax", "ay"])
    task, data = data_of(f"series:{tmp_path / 's.npz'}", home)
    assert np.array_equal(data.X, X)
    assert (data.schema.classes, data.schema.rare) == (("walk", "fall"), 1)
    assert np.array_equal(data.y, y == "fall")
    assert [column.name for column in data.schema.columns] == ["ax", "ay"]
    for _, run in task_checks(task, home):
        run()


def test_one_channel_groups_and_numbers_as_labels(tmp_path, home):
    X, _ = rows()
    np.savez(tmp_path / "s.npz", X=X[..., 0], y=np.arange(40) % 3, groups=np.arange(40) // 2)
    task, data = data_of(f"series:{tmp_path / 's.npz'}", home)
    assert data.X.shape == (40, 6, 1)
    assert (data.schema.classes, task.primary) == (("0", "1", "2"), "f1_macro")
    split = task.split(data, 0)
    held = [set(data.groups[part]) for part in (split.train, split.valid, split.test)]
    assert not held[0] & held[1]
    assert not (held[0] | held[1]) & held[2]


def test_a_long_table_gives_the_same_series_in_any_order(tmp_path, home):
    X, y = rows()
    long(X, y, who=np.arange(40) // 2).sample(frac=1, random_state=0).to_csv(tmp_path / "s.csv", index=False)
    task, data = data_of(f"series:{tmp_path / 's.csv'}:y", home, group="who")
    assert np.allclose(data.X, X)
    assert np.array_equal(data.y, y == "fall")
    assert [column.name for column in data.schema.columns] == ["ax", "ay"]
    assert np.array_equal(pd.factorize(data.groups)[0], np.arange(40) // 2)
    for _, run in task_checks(task, home):
        run()


def test_time_may_be_dates_and_gaps_are_missing_numbers(tmp_path, home):
    X, y = rows()
    X[0, 3, 0] = np.nan
    frame = long(X, y).rename(columns={"time": "day"})
    frame["day"] = (pd.to_datetime("2024-01-28") + pd.to_timedelta(frame.day, "D")).dt.strftime("%d.%m.%Y")
    frame.to_csv(tmp_path / "s.csv", index=False)
    _, data = data_of(f"series:{tmp_path / 's.csv'}:y", home, time="day")
    assert np.allclose(data.X, X, equal_nan=True)
    assert [column.missing for column in data.schema.columns] == [True, False]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d.iloc[:-1], "series 's039' has 5 steps and most have 6"),
        (lambda d: d.drop(columns="id"), "has no column 'id'"),
        (lambda d: d.assign(time=1), "series have two steps of one time"),
        (lambda d: d.assign(y=np.arange(len(d)) % 2), "'y' changes within a series"),
        (lambda d: d.assign(time=[np.nan, *range(1, len(d))]), "the time 'time' is missing"),
        (lambda d: d.drop(columns=["ax", "ay"]), "no column of numbers"),
    ],
)
def test_a_long_table_that_holds_no_series(tmp_path, change, says):
    change(long(*rows())).to_csv(tmp_path / "s.csv", index=False)
    with pytest.raises(BenchError, match=says):
        opened(f"series:{tmp_path / 's.csv'}:y")


@pytest.mark.parametrize(
    ("held", "says"),
    [
        ({"X": np.zeros((4, 3))}, "holds no array 'y'"),
        ({"X": np.zeros((4, 3)), "y": np.zeros(3)}, "X must be numbers"),
        ({"X": np.array([["a"]]), "y": np.zeros(1)}, "X must be numbers"),
        ({"X": np.zeros((4, 3)), "y": np.array([{}] * 4)}, "is not an .npz file of plain arrays"),
        ({"X": np.zeros((4, 3)), "y": np.zeros(4), "channels": ["a", "b"]}, "2 names for 1 channels"),
        ({"X": np.zeros((4, 3)), "y": np.zeros(4), "groups": [1]}, "1 groups for 4 series"),
    ],
)
def test_an_npz_file_that_holds_none(tmp_path, held, says):
    np.savez(tmp_path / "s.npz", **held)
    with pytest.raises(BenchError, match=says):
        opened(f"series:{tmp_path / 's.npz'}")


def test_what_a_name_lacks_is_said(tmp_path):
    np.savez(tmp_path / "s.npz", X=np.zeros((4, 3)), y=np.zeros(4))
    with pytest.raises(BenchError, match="holds its labels and groups"):
        opened(f"series:{tmp_path / 's.npz'}:y")
    (tmp_path / "s.csv").write_text("id,time,y\n")
    with pytest.raises(BenchError, match="is a long table; which column is the label"):
        opened(f"series:{tmp_path / 's.csv'}")
