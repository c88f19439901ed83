"""Stocks: no day in two parts, labels without a look ahead, and the published protocol's quirks."""

import os
from pathlib import Path

import numpy as np
import pytest

from bench.data import DataHome
from bench.errors import BenchError, DataUnavailable, InvalidData
from bench.task import Origin
from tasks import stocks
from tasks.stocks import Stocks, next_day_ratio, seen_from


def prices(days=300, seed=0):
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, days)))
    table = np.stack([close * 0.99, close * 1.02, close * 0.98, close, close * 0.5, rng.uniform(1e6, 2e6, days)], 1)
    return table


def origin_of(table, path: Path) -> Origin:
    np.savetxt(path, table, delimiter=",", header="Open,High,Low,Close,Adj_Close,Volume", comments="")
    return Origin("real", "folder", "0" * 64, "made for a test", path)


@pytest.fixture
def origin(tmp_path):
    return origin_of(prices(), tmp_path / "stock_data.csv")


def test_parts_follow_each_other_and_share_no_day(origin):
    task = Stocks("stocks")
    data = task.read(origin)
    split = task.split(data, 0)
    # a window's days, the one before them and the one after
    days = [set((data.order[p][:, None] + np.arange(-1, 25)).ravel()) for p in (split.train, split.valid, split.test)]
    assert min(days[0]) == 0
    assert max(days[2]) == 299
    assert not days[0] & days[1]
    assert not days[1] & days[2]
    assert max(days[0]) < min(days[1])
    assert max(days[1]) < min(days[2])
    assert sum(map(len, (split.train, split.valid, split.test))) == len(data)
    again = task.split(data, 5)
    assert np.array_equal(split.train, again.train)


def test_labels_look_at_the_window_and_the_next_day_alone(tmp_path):
    """Whatever happens after the training days changes no training label and not the threshold."""
    table = prices()
    task = Stocks("stocks")
    first = task.read(origin_of(table, tmp_path / "a.csv"))
    table[180:] *= np.exp(np.random.default_rng(1).normal(0, 0.5, (120, 1)))
    second = task.read(origin_of(table, tmp_path / "b.csv"))
    train = task.split(first, 0).train
    assert np.array_equal(first.y[train], second.y[train])
    assert np.array_equal(first.X[train], second.X[train])
    assert first.extra["threshold"] == second.extra["threshold"]
    assert not np.array_equal(first.y, second.y)
    assert first.y[train].mean() == pytest.approx(0.1, abs=0.01)


def test_ratio_in_closed_form():
    """Log returns +1, -1, +1, -1 of 1 % have the standard deviation 1 %; then the next day moves by 3 %."""
    table = np.ones((6, 6))
    table[:, 3] = np.exp(np.cumsum([0, 0.01, -0.01, 0.01, -0.01, 0.03]))
    assert next_day_ratio(table, np.array([0]), 5) == pytest.approx([3.0])


def test_windows_are_seen_from_the_day_before(origin):
    table = prices()
    seen = seen_from(table[:1], table[None, 1:25])
    assert seen[0, :, 3] == pytest.approx(np.log(table[1:25, 3] / table[0, 3]))
    assert seen[0, :, 4] == pytest.approx(np.log(table[1:25, 4] / table[0, 4]))
    assert np.allclose(seen_from(7 * table[:1], 7 * table[None, 1:25]), seen)
    data = Stocks("stocks").read(origin)
    assert np.allclose(data.X[0], seen[0], atol=1e-6)


def test_a_day_without_trade_counts_as_one_share():
    table = prices(3)
    table[:2, 5] = 0, np.e
    assert seen_from(table[:1], table[None, 1:2])[0, 0, 5] == pytest.approx(1)
    assert seen_from(table[1:2], table[None, :1])[0, 0, 5] == pytest.approx(-1)


def test_no_step_is_told_by_being_the_same_in_every_window(origin):
    """An anchor inside the window would be one: any generator that misses it is told apart."""
    data = Stocks("stocks").read(origin)
    assert data.X.std(0).min() > 1e-3


def test_published_protocol_turns_time_around_and_leaks(origin):
    task = Stocks("stocks-leaky", protocol="published")
    data = task.read(origin)
    table = prices()[::-1]
    scaled = (table - table.min(0)) / (np.ptp(table, axis=0) + 1e-7)
    assert data.X.shape == (276, 24, 6)
    assert np.allclose(data.X[10], scaled[10:34], atol=1e-5)
    split = task.split(data, 0)
    gap = np.abs(data.order[split.test][:, None] - data.order[split.train]).min(1)
    assert (gap < 24).all()


@pytest.mark.parametrize("protocol", ["time", "published"])
def test_relative_or_not_is_a_choice_of_its_own(origin, protocol):
    near = Stocks("s", protocol=protocol, relative=True).read(origin)
    far = Stocks("s", protocol=protocol, relative=False).read(origin)
    gone = 3 if protocol == "time" else 1  # the first window of each part has no day before it
    assert len(far) - len(near) == gone
    same = np.isin(far.order, near.order)
    assert np.array_equal(far.order[same], near.order)


def test_too_few_days_and_bad_options(tmp_path):
    with pytest.raises(BenchError, match="too few"):
        Stocks("stocks").read(origin_of(prices(110), tmp_path / "a.csv"))
    with pytest.raises(BenchError, match='"time" or "published"'):
        Stocks("stocks", protocol="shuffled")
    with pytest.raises(BenchError, match="at least 3 days"):
        Stocks("stocks", steps=2)


@pytest.mark.parametrize("change", ["negative", "columns", "text"])
def test_a_damaged_file_is_refused(tmp_path, change):
    table = prices()
    if change == "negative":
        table[5, 3] = -1
    origin = origin_of(table[:, :5] if change == "columns" else table, tmp_path / "a.csv")
    if change == "text":
        (tmp_path / "a.csv").write_text("Open\nnull\n")
    with pytest.raises(InvalidData, match=r"a\.csv"):
        Stocks("stocks").read(origin)


def test_packaged_prices_stand_in_and_are_said(tmp_path):
    pytest.importorskip("bokeh_sampledata")
    home = DataHome(cache=tmp_path, offline=True)
    task = Stocks("stocks")
    origin = task.locate(home)
    assert origin.source == "real"
    assert origin.kind == "package"
    assert "not TimeGAN's span" in origin.note
    assert any("packaged GOOG" in line for line in home.messages)
    data = task.read(origin)
    assert data.X.shape[1:] == (24, 6)
    assert len(data) == 2148 - 3 * 25


def test_without_file_and_package(tmp_path, monkeypatch):
    monkeypatch.setattr(stocks, "package_file", lambda *_: None)
    with pytest.raises(DataUnavailable, match="pip install bokeh-sampledata"):
        Stocks("stocks").locate(DataHome(cache=tmp_path, offline=True))


@pytest.mark.skipif("AUGBENCH_DATA" not in os.environ, reason="needs TimeGAN's stock file in $AUGBENCH_DATA")
def test_the_real_file(tmp_path):
    home = DataHome(folder=Path(os.environ["AUGBENCH_DATA"]), cache=tmp_path, offline=True)
    task = Stocks("stocks-leaky", protocol="published")
    data = task.read(task.locate(home))
    assert data.X.shape == (3661, 24, 6)
    assert data.X.min() == 0
