import time

import numpy as np
import pytest

from bench.errors import BenchError
from bench.trial.clock import Clock, peak_rss_mb, reset_peak_rss, resolve_device


def test_a_pause_is_not_in_the_phase(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    clock = Clock()
    with clock.phase("fit"):
        now[0] += 2
        with clock.pause():
            now[0] += 5
        now[0] += 1
    assert clock.seconds["fit"] == 3
    assert clock.paused == 5
    with clock.phase("fit"):
        now[0] += 4
    assert clock.seconds["fit"] == 4  # a phase entered again starts anew


def test_a_failed_phase_is_timed_too():
    clock = Clock()
    with pytest.raises(ValueError, match="no"), clock.phase("train"):
        raise ValueError("no")
    assert clock.seconds["train"] >= 0
    assert clock.rss_mb["train"] >= 0


def test_peak_memory_sees_what_was_freed_within_the_phase():
    clock = Clock()
    with clock.phase("small"):
        pass
    with clock.phase("large"):
        np.ones(2**25).sum()  # 256 MiB, gone at the end of the line
    assert clock.rss_mb["large"] - clock.rss_mb["small"] > 200
    reset_peak_rss()
    assert peak_rss_mb() > 0


def test_what_a_pause_takes_is_not_the_phase_s_memory():
    clock = Clock()
    with clock.phase("fit"), clock.pause():
        np.ones(2**25).sum()
    assert clock.rss_mb["fit"] < 100


class Numbers:
    """An accelerator made of numbers: each reading is where its counters stand."""

    def __init__(self) -> None:
        self.ms = self.energy = self.mb = self.peak = 0.0
        self.alone, self.waited = True, 0

    def work(self, ms: float, joules: float, mb: float) -> None:
        """Allocates ``mb``, and frees it again."""
        self.ms, self.energy, self.peak = self.ms + ms, self.energy + joules, max(self.peak, self.mb + mb)

    def synchronize(self) -> None:
        self.waited += 1

    def event(self) -> float:
        return self.ms

    def milliseconds(self, start: float, end: float) -> float:
        return end - start

    def reset_peak(self) -> None:
        self.peak = self.mb

    def memory_mb(self) -> float:
        return self.mb

    def peak_mb(self) -> float:
        return self.peak

    def joules(self) -> float | None:
        return self.energy if self.alone else None


def test_device_time_memory_and_energy_leave_pauses_out():
    device = Numbers()
    device.mb = 50  # what an earlier phase left there
    clock = Clock("cuda:1", device)
    with clock.phase("fit"):
        device.work(ms=30, joules=2, mb=7)
        with clock.pause():
            device.work(ms=1000, joules=99, mb=400)
        device.work(ms=20, joules=3, mb=5)
    assert clock.device_ms == {"fit": 50}
    assert clock.joules == {"fit": 5}
    assert clock.device_mb == {"fit": 7}
    assert device.waited == 4  # at both ends of both spans
    with clock.phase("sample"):
        device.work(ms=1, joules=1, mb=0)
    assert clock.device_ms["sample"] == clock.joules["sample"] == 1


def test_a_shared_device_s_energy_is_nobody_s():
    device = Numbers()
    clock = Clock("cuda", device)
    with clock.phase("fit"):
        device.work(ms=30, joules=2, mb=7)
        with clock.pause():
            device.alone = False
        device.alone = True
    assert clock.joules == {}
    assert clock.device_ms == {"fit": 30}


def test_an_absent_device_is_refused():
    assert resolve_device("cpu") == "cpu"
    with pytest.raises(BenchError, match="'no-such-device' is not here"):
        resolve_device("no-such-device")


@pytest.mark.gpu
def test_device_events_and_memory():
    import torch

    clock = Clock(resolve_device())
    with clock.phase("fit"):
        x = torch.ones(4096, 4096, device=clock.device)
        for _ in range(20):
            x = x @ x / 4096
    assert clock.device_ms["fit"] == pytest.approx(clock.seconds["fit"] * 1000, rel=0.5)
    assert clock.device_mb["fit"] > 60
