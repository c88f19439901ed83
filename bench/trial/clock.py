"""The clock: phases, memory and energy of one fit.

The contract, the same for every method and classifier:

* A phase (``fit``, ``sample``, ``train``, ``infer``) starts before its code touches data and ends when its result is
  complete. Where there is an accelerator it is synchronised at both ends, and device events give milliseconds
  measured on the device beside the wall's.
* Warm-up is untimed and touches no data of the task: importing libraries, creating the device context, compiling
  kernels (``warm_up()`` of a method or classifier that has one). It happens once a worker, before its first phase.
* What the suite does to watch a method (losses, the detector, measures of its rows) happens while the clock is
  paused; those seconds are kept apart.
* Preprocessing and the draws' validation are neither phase nor measure: they are the harness's own overhead.
* Seconds are monotonic wall seconds; beside them stand the process's CPU seconds, which other work on the machine
  does not lengthen (much). Records say how many threads a worker had and how many workers ran beside it.

Memory is what the phase added at its peak: the process's resident high-water mark during the phase less what was
resident at its start. The mark is reset there where the kernel allows it (Linux); elsewhere it is of the process's
whole life, so that a phase below an earlier peak shows less than it took. Joules come from NVML where it answers: the
whole device's energy, so they mean something only when nothing else uses it.
"""

from __future__ import annotations

import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Clock:
    """Times the phases of one fit. ``seconds``, ``device_ms``, ``rss_mb``, ``device_mb`` and ``joules`` by phase."""

    def __init__(self, device: str = "cpu") -> None:
        self.device = device
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

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time the block as ``name``; entering the same phase again starts it anew."""
        accelerator = _Accelerator(self.device) if self.device != "cpu" else None
        reset_peak_rss()
        resident = resident_mb()
        self._phase_paused = self._cpu_paused = 0.0
        if accelerator:
            accelerator.start()
        start, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            if accelerator:
                accelerator.stop()
            self.seconds[name] = time.perf_counter() - start - self._phase_paused
            self.cpu_seconds[name] = time.process_time() - cpu - self._cpu_paused
            self.rss_mb[name] = max(0.0, peak_rss_mb() - resident)
            if accelerator:
                self.device_ms[name] = accelerator.milliseconds
                self.device_mb[name] = accelerator.peak_mb
                if accelerator.joules is not None:
                    self.joules[name] = accelerator.joules

    def forget(self, *phases: str) -> None:
        """Drop what these phases took, before they are entered again for another draw or cell."""
        kept = (self.seconds, self.cpu_seconds, self.device_ms, self.rss_mb, self.device_mb, self.joules)
        for by_phase in kept:
            for phase in phases:
                by_phase.pop(phase, None)

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Keep what happens in the block out of the phase around it."""
        _synchronize(self.device)
        start, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            _synchronize(self.device)
            spent = time.perf_counter() - start
            self._cpu_paused += time.process_time() - cpu
            self.paused += spent
            self._phase_paused += spent


class _Accelerator:
    """One phase on a device: events, peak memory and energy. The events' span includes pauses (they are on the
    device's own timeline), so wall seconds are the ones boards show."""

    def __init__(self, device: str) -> None:
        import torch

        self.torch, self.device = torch, device
        self.milliseconds = 0.0
        self.peak_mb = 0.0
        self.joules: float | None = None
        self._events: tuple[Any, Any] | None = None
        self._energy = energy_mj(device)

    def start(self) -> None:
        accelerator = self.torch.accelerator
        accelerator.synchronize()
        if hasattr(accelerator, "reset_peak_memory_stats"):
            accelerator.reset_peak_memory_stats()
        kind = self.device.partition(":")[0]
        self._events = tuple(self.torch.Event(device=kind, enable_timing=True) for _ in range(2))  # type: ignore[assignment]
        assert self._events is not None
        self._events[0].record()

    def stop(self) -> None:
        accelerator = self.torch.accelerator
        assert self._events is not None
        self._events[1].record()
        accelerator.synchronize()
        self.milliseconds = float(self._events[0].elapsed_time(self._events[1]))
        if hasattr(accelerator, "max_memory_allocated"):
            self.peak_mb = accelerator.max_memory_allocated() / 1e6
        after = energy_mj(self.device)
        if self._energy is not None and after is not None:
            self.joules = (after - self._energy) / 1000


def _synchronize(device: str) -> None:
    if device != "cpu":
        import torch

        torch.accelerator.synchronize()


def energy_mj(device: str) -> float | None:
    """The device's energy counter in millijoules (NVML, package ``nvidia-ml-py``), or None where there is none."""
    if not device.startswith("cuda"):
        return None
    try:
        import pynvml

        pynvml.nvmlInit()
        index = int(device.partition(":")[2] or 0)
        return float(pynvml.nvmlDeviceGetTotalEnergyConsumption(pynvml.nvmlDeviceGetHandleByIndex(index)))
    except Exception:  # NVML raises its own error types, absent without the package; no answer is an answer
        return None


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
