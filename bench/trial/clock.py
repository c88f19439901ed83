"""The clock: phases, memory and energy of one fit.

The contract, the same for every method and classifier:

* A phase (``fit``, ``sample``, ``train``, ``infer``) starts before its code touches data and ends when its result is
  complete. Where there is an accelerator it is synchronised at both ends, and device events give milliseconds
  measured on the device beside the wall's (``bench.trial.accelerator``).
* Warm-up is untimed and touches no data of the task: importing libraries, creating the device context, compiling
  kernels (``warm_up()`` of a method or classifier that has one). It happens once a worker, before its first phase.
* What the suite does to watch a method (losses, the detector, measures of its rows) happens while the clock is
  paused; those seconds are kept apart.
* Preprocessing and the draws' validation are neither phase nor measure: they are the harness's own overhead.
* Seconds are monotonic wall seconds; beside them stand the process's CPU seconds, which other work on the machine
  does not lengthen (much). Records say how many threads a worker had and how many workers ran beside it.

Memory is what the phase added at its peak: the process's resident high-water mark during the phase, pauses left out,
less what was resident at its start. The mark is reset there where the kernel allows it (Linux); elsewhere it is of the
process's whole life, so that a phase below an earlier peak shows less than it took. Joules come from NVML where it
answers: they are the whole device's, so they are left out where another process uses it.
"""

from __future__ import annotations

import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.trial.accelerator import Accelerator, TorchAccelerator


class Clock:
    """Times the phases of one fit. ``seconds``, ``device_ms``, ``rss_mb``, ``device_mb`` and ``joules`` by phase."""

    def __init__(self, device: str = "cpu", accelerator: Accelerator | None = None) -> None:
        self.device = device
        self._accelerator = accelerator
        self._spans: _Spans | None = None
        self.seconds: dict[str, float] = defaultdict(float)
        self.cpu_seconds: dict[str, float] = defaultdict(float)
        self.device_ms: dict[str, float] = {}
        self.rss_mb: dict[str, float] = {}
        self.device_mb: dict[str, float] = {}
        self.joules: dict[str, float] = {}
        #: seconds spent watching a method while its phase was paused
        self.paused = 0.0
        self._phase_paused = 0.0
        self._cpu_paused = 0.0
        #: high-water mark of the phase before its last pause
        self._peak = 0.0

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time the block as ``name``; entering the same phase again starts it anew."""
        spans = self._spans = self._on_device()
        reset_peak_rss()
        resident = resident_mb()
        self._phase_paused = self._cpu_paused = self._peak = 0.0
        start, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            if spans:
                spans.close()
            self._spans = None
            self.seconds[name] = time.perf_counter() - start - self._phase_paused
            self.cpu_seconds[name] = time.process_time() - cpu - self._cpu_paused
            self.rss_mb[name] = max(0.0, max(self._peak, peak_rss_mb()) - resident)
            if spans:
                self.device_ms[name] = spans.milliseconds
                self.device_mb[name] = max(0.0, spans.peak - spans.resident)
                if spans.joules is not None:
                    self.joules[name] = spans.joules

    def _on_device(self) -> _Spans | None:
        if self._accelerator is None and self.device != "cpu":
            self._accelerator = TorchAccelerator(self.device)
        return _Spans(self._accelerator) if self._accelerator is not None else None

    def forget(self, *phases: str) -> None:
        """Drop what these phases took, before they are entered again for another draw or cell."""
        kept = (self.seconds, self.cpu_seconds, self.device_ms, self.rss_mb, self.device_mb, self.joules)
        for by_phase in kept:
            for phase in phases:
                by_phase.pop(phase, None)

    def cost(self) -> dict[str, Any]:
        """What the phases so far have cost, as records hold it; of a phase that failed, up to its failure."""
        return {
            "times": {phase: round(seconds, 6) for phase, seconds in self.seconds.items()},
            "cpu_s": {phase: round(seconds, 6) for phase, seconds in self.cpu_seconds.items()},
            "device_ms": dict(self.device_ms),
            "peak_rss_mb": round(max(self.rss_mb.values()), 1) if self.rss_mb else None,
            "peak_device_mb": round(max(self.device_mb.values()), 1) if self.device_mb else None,
            "energy_j": round(sum(self.joules.values()), 3) if self.joules else None,
        }

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Keep what happens in the block out of the phase around it."""
        spans = self._spans
        if spans:
            spans.close()
        start, cpu = time.perf_counter(), time.process_time()
        self._peak = max(self._peak, peak_rss_mb())
        try:
            yield
        finally:
            reset_peak_rss()
            if spans:
                spans.open()
            spent = time.perf_counter() - start
            self._cpu_paused += time.process_time() - cpu
            self.paused += spent
            self._phase_paused += spent


class _Spans:
    """One phase on a device. What lies between two marks is the phase's; a pause ends one span and starts another, so
    device time and energy leave out what the wall leaves out."""

    def __init__(self, accelerator: Accelerator) -> None:
        self.accelerator = accelerator
        self.marks: list[tuple[Any, Any]] = []
        self.joules: float | None = 0.0
        self.resident = accelerator.memory_mb()
        self.peak = 0.0
        self.open()

    def open(self) -> None:
        self.accelerator.synchronize()
        self.accelerator.reset_peak()
        self._energy = self.accelerator.joules()
        self._start = self.accelerator.event()

    def close(self) -> None:
        end = self.accelerator.event()
        self.accelerator.synchronize()
        self.marks.append((self._start, end))
        self.peak = max(self.peak, self.accelerator.peak_mb())
        after = self.accelerator.joules()
        if self._energy is None or after is None or self.joules is None:
            self.joules = None
        else:
            self.joules += after - self._energy

    @property
    def milliseconds(self) -> float:
        return sum(self.accelerator.milliseconds(start, end) for start, end in self.marks)


def reset_peak_rss() -> None:
    """Start a new high-water mark, where the kernel lets a process reset its own."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass


def peak_rss_mb() -> float:
    """The process's resident high-water mark in MB of 10^6 bytes."""
    if (found := _status_mb("VmHWM")) is not None:
        return found
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 * (1 if sys.platform == "darwin" else 1024)


def resident_mb() -> float:
    """What the process has resident now, in MB of 10^6 bytes."""
    if (found := _status_mb("VmRSS")) is not None:
        return found
    import psutil

    return float(psutil.Process().memory_info().rss) / 1e6


def _status_mb(key: str) -> float | None:
    try:
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) * 1024 / 1e6 for line in file if line.startswith(f"{key}:"))
    except (OSError, StopIteration, ValueError):
        return None


def resolve_device(name: str = "auto") -> str:
    """``"cpu"`` or the accelerator's name (``"cuda"``, ``"mps"``, ``"xpu"``). Raises ``BenchError`` for one that is
    asked for and absent. Imports torch only where a device node says that there may be something to find."""
    if name == "cpu" or (name == "auto" and not _may_have_accelerator()):
        return "cpu"
    import torch

    from bench.errors import BenchError

    found = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    if name == "auto" and found is None:
        return "cpu"
    if found is None or (name not in ("auto", found.type) and name.partition(":")[0] != found.type):
        raise BenchError(f"device {name!r} is not here; there is {found.type if found else 'cpu'!r}: use --device auto")
    return found.type if name == "auto" else name


def _may_have_accelerator() -> bool:
    nodes = ("/dev/nvidiactl", "/dev/kfd", "/dev/dri", "/dev/dxg", "/dev/accel")
    return sys.platform != "linux" or any(os.path.exists(node) for node in nodes)
