"""What the clock asks of an accelerator: to wait for its work, its own time, its memory, its energy.

Always of the device that the run names, not of the one that happens to be current: ``cuda:1`` is synchronised and read
as ``cuda:1``. NVML counts all cards of the machine, torch those that ``CUDA_VISIBLE_DEVICES`` leaves (which Ray sets),
so a card is found by its UUID.
"""

from __future__ import annotations

from typing import Any, Protocol


class Accelerator(Protocol):
    """One device. ``bench.trial.clock`` is tested with one that is made of numbers."""

    def synchronize(self) -> None:
        """Wait until the device has done all that it was given."""

    def event(self) -> Any:
        """A mark on the device's own timeline, at the end of what it was given so far."""

    def milliseconds(self, start: Any, end: Any) -> float:
        """Device time between two marks, both passed."""

    def reset_peak(self) -> None:
        """Start a new high-water mark of memory."""

    def memory_mb(self) -> float:
        """Memory in use now, in MB of 10^6 bytes."""

    def peak_mb(self) -> float:
        """The high-water mark, in MB of 10^6 bytes."""

    def joules(self) -> float | None:
        """The device's energy counter; None where there is none, or where another process uses the device: then what
        it counts is not this fit's."""


class TorchAccelerator:
    """A device by torch's names (``"cuda"``, ``"cuda:1"``, ``"mps"``, ``"xpu"``)."""

    def __init__(self, name: str) -> None:
        import torch

        self.torch = torch
        asked = torch.device(name)
        index = asked.index if asked.index is not None else torch.accelerator.current_device_index()
        self.device = torch.device(asked.type, index)
        self._energy = _Energy(self.device) if asked.type == "cuda" else None

    def synchronize(self) -> None:
        self.torch.accelerator.synchronize(self.device)

    def event(self) -> Any:
        event = self.torch.Event(device=self.device, enable_timing=True)
        event.record(self.torch.accelerator.current_stream(self.device))
        return event

    def milliseconds(self, start: Any, end: Any) -> float:
        return float(start.elapsed_time(end))

    def reset_peak(self) -> None:
        if self.device.type != "mps":  # keeps no high-water mark
            self.torch.accelerator.reset_peak_memory_stats(self.device)

    def memory_mb(self) -> float:
        if self.device.type == "mps":
            return float(self.torch.mps.current_allocated_memory()) / 1e6
        return float(self.torch.accelerator.memory_allocated(self.device)) / 1e6

    def peak_mb(self) -> float:
        if self.device.type == "mps":
            return self.memory_mb()
        return float(self.torch.accelerator.max_memory_allocated(self.device)) / 1e6

    def joules(self) -> float | None:
        return self._energy.joules() if self._energy is not None else None


class _Energy:
    """NVML's energy counter of one card (package ``nvidia-ml-py``)."""

    def __init__(self, device: Any) -> None:
        self._nvml: Any = None
        try:
            import pynvml
            import torch

            pynvml.nvmlInit()
            uuid = f"GPU-{torch.cuda.get_device_properties(device).uuid}"
            self._handle = pynvml.nvmlDeviceGetHandleByUUID(uuid)
            self._nvml = pynvml
        except Exception:  # NVML raises its own error types, absent without the package; no answer is an answer
            return

    def joules(self) -> float | None:
        """None where NVML does not answer, and where more than one process computes on the card."""
        if self._nvml is None:
            return None
        try:
            if len(self._nvml.nvmlDeviceGetComputeRunningProcesses(self._handle)) > 1:
                return None
            return float(self._nvml.nvmlDeviceGetTotalEnergyConsumption(self._handle)) / 1000
        except self._nvml.NVMLError:  # a card without the counter, a driver without the rights
            return None
