"""Heartbeats: windows around beats, classes, splits between patients; and the UCR set."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from bench.data import DataHome
from bench.errors import BenchError, DataUnavailable, InvalidData
from bench.task import Dataset, Origin, Schema
from tasks import ecg
from tasks.ecg import DS1, DS2, ECG, cut, validation_records
from tasks.ecg5000 import ECG5000

REAL = pytest.mark.skipif("AUGBENCH_DATA" not in os.environ, reason="needs mitdb/ and ecg5000/ in $AUGBENCH_DATA")


def home(tmp_path):
    return DataHome(folder=Path(os.environ["AUGBENCH_DATA"]), cache=tmp_path, offline=True)


def test_the_published_split_is_whole():
    assert len(DS1) == len(DS2) == 22
    assert set(DS1) | set(DS2) | {102, 104, 107, 217} == set(ecg.RECORDS)
    assert len(ecg.FILES) == 144
    assert ecg.SYMBOLS["N"] == 0
    assert ecg.SYMBOLS["/"] == 4
    assert len(ecg.SYMBOLS) == 15


def test_cut_centres_beats_and_removes_wander():
    """Narrow peaks of 1 mV on a slow wave of 1 mV, at 360 Hz."""
    seconds, rate = 20, 360
    time_axis = np.arange(seconds * rate) / rate
    at = np.arange(rate, (seconds - 1) * rate, rate)
    signal = np.sin(2 * np.pi * 0.2 * time_axis)
    for peak in at:
        signal += np.exp(-0.5 * ((np.arange(len(signal)) - peak) / 5) ** 2)
    labels = np.arange(len(at)) % 5
    windows, kept = cut(signal, rate, np.concatenate([[10], at, [len(signal) - 5]]), np.concatenate([[3], labels, [3]]))
    assert windows.shape == (len(at), 96)
    assert windows.dtype == np.float32
    assert np.array_equal(kept, labels)
    assert (np.abs(windows.argmax(1) - 32) <= 1).all()
    assert windows.max(1) == pytest.approx(0.95, abs=0.1)
    assert np.abs(windows[:, :15]).max() < 0.15


def made_up():
    """20 beats of N, S and V in every record of DS1 and DS2; F and Q in three records of DS1 and one of DS2."""
    record = np.repeat(DS1 + DS2, 60)
    y = np.tile(np.repeat([0, 1, 2], 20), 44)
    extra = np.repeat([*DS1[:3], DS2[0]], 4)
    record, y = np.concatenate([record, extra]), np.concatenate([y, np.tile([3, 3, 4, 4], 4)])
    origin = Origin("real", "folder", "0" * 64, "made for a test")
    X = np.zeros((len(y), 96, 1), np.float32)
    return Dataset(X, y, Schema("series", (96, 1), ecg.CLASSES), origin, record, extra={"record": record})


@pytest.mark.parametrize("seed", range(5))
def test_patients_stay_apart(seed):
    data, task = made_up(), ECG("ecg")
    split = task.split(data, seed)
    parts = [set(data.groups[p].tolist()) for p in (split.train, split.valid, split.test)]
    assert parts[2] == set(DS2)
    assert parts[0] | parts[1] == set(DS1)
    assert not parts[0] & parts[1]
    assert len(parts[1]) == 5
    kept = np.bincount(data.y[split.train], minlength=5)
    whole = np.bincount(data.y[np.isin(data.groups, DS1)], minlength=5)
    assert (kept >= 0.7 * whole).all()
    assert np.array_equal(split.valid, task.split(data, seed).valid)


def test_a_class_in_one_record_of_ds1_stays_in_training():
    data = made_up()
    y = data.y.copy()
    y[(y == 4) & (data.groups != DS1[7])] = 0
    y[np.flatnonzero(data.groups == DS1[7])[:2]] = 4
    assert all(DS1[7] not in validation_records(data.groups, y, seed) for seed in range(10))


def test_missing_files_are_said_at_once(tmp_path):
    """Even with a network: a hundred megabytes are not fetched unasked."""
    start = time.perf_counter()
    with pytest.raises(DataUnavailable, match="augbench data fetch ecg"):
        ECG("ecg").locate(DataHome(cache=tmp_path))
    assert time.perf_counter() - start < 2
    with pytest.raises(DataUnavailable, match="UCR archive"):
        ECG5000("ecg5000").locate(DataHome(cache=tmp_path, offline=True))


def test_bad_options():
    with pytest.raises(BenchError, match="500 or more"):
        ECG("ecg", rows=10)
    with pytest.raises(BenchError, match='"patients" or "slides"'):
        ECG("ecg", protocol="random")


@REAL
def test_a_record_by_the_published_counts(tmp_path):
    pytest.importorskip("wfdb")
    folder = Path(os.environ["AUGBENCH_DATA"]) / "mitdb"
    X, y = ecg._record(folder, 208)
    assert X.shape[1] == 96
    counts = np.bincount(y, minlength=5)
    assert np.abs(counts - [1586, 2, 992, 373, 2]).max() <= 2  # beats at the ends are left out
    (tmp_path / "100.hea").write_text("not a header")
    with pytest.raises(InvalidData, match="100 is not a WFDB record"):
        ecg._record(tmp_path, 100)


@REAL
def test_all_records_and_the_cache(tmp_path, monkeypatch):
    """A stand-in for ``_record`` keeps the test short; what is kept is read back, and a damaged copy is not."""
    calls = []

    def quick(folder, number):
        calls.append(number)
        return np.full((40, 96), number, np.float32), np.arange(40) % 5

    monkeypatch.setattr(ecg, "_record", quick)
    monkeypatch.setattr(ecg, "default_cache", lambda: tmp_path)
    task = ECG("ecg-slides", protocol="slides", rows=1000)
    origin = task.locate(home(tmp_path))
    assert origin.source == "real"
    first = task.read(origin)
    assert len(calls) == 48
    second = task.read(origin)
    assert len(calls) == 48
    assert np.array_equal(first.X, second.X)
    assert 900 <= len(first) <= 1100
    split = task.split(first, 0)
    assert len(split.train) / len(first) == pytest.approx(0.65, abs=0.01)
    assert len(split.test) / len(first) == pytest.approx(0.15, abs=0.01)
    (kept,) = (tmp_path / "parsed").iterdir()
    kept.write_bytes(b"PK damaged")
    assert np.array_equal(task.read(origin).X, first.X)
    assert len(calls) == 96


@REAL
def test_ecg5000(tmp_path):
    task = ECG5000("ecg5000")
    data = task.read(task.locate(home(tmp_path)))
    assert data.X.shape == (5000, 140, 1)
    assert np.bincount(data.y).tolist() == [2919, 1767, 96, 194, 24]
    assert np.abs(data.X.mean(1)).max() < 1e-3
