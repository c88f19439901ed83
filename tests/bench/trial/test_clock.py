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
