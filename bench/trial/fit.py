"""The unit of work that engines carry: one (task, method, seed) with every cell that is scored from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.records.codehash import SCHEME
from bench.records.provenance import digest
from bench.task import Origin


@dataclass(frozen=True)
class Cell:
    """One record to be: a classifier in a regime. ``id`` is a hash of all that determines the result."""

    id: str
    classifier: str
    regime: str
    params: Mapping[str, Any] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FitJob:
    """Everything a worker needs, picklable.

    ``samples`` is the folder for what pictures are drawn from, or None; only ``pictured`` fits leave rows there, the
    others how their training went.
    """

    task: str
    method: str
    seed: int
    base_seed: int
    budget: str
    origin: Origin
    cells: tuple[Cell, ...]
    task_params: Mapping[str, Any] = field(default_factory=dict)
    method_params: Mapping[str, Any] = field(default_factory=dict)
    measures: Mapping[str, Any] = field(default_factory=dict)
    device: str = "cpu"
    threads: int = 1
    timeout: float | None = None
    plugins: tuple[Path, ...] = ()
    samples: Path | None = None
    pictured: bool = False
    parallel_workers: int = 0

    @property
    def id(self) -> str:
        return digest([self.task, self.method, self.seed, [cell.id for cell in self.cells]])

    @property
    def label(self) -> str:
        return f"{self.task} × {self.method} × seed {self.seed}"

    def axes(self, classifier: str, regime: str) -> tuple[Any, ...]:
        """The values of a cell's axes (``bench.records.identity.AXES``); the last ones are reserved and not set yet."""
        return (
            self.task, self.origin.source, self.method, classifier, regime, self.seed, self.budget, self.device,
            None, None, None, None, None,
        )  # fmt: skip

    def record(self, cell: Cell, status: str, phase: str = "", reason: str = "", **more: Any) -> dict[str, Any]:
        """The cell's record, complete but for what only an ``ok`` cell has."""
        return {
            "id": cell.id,
            "schema": SCHEME,
            "fit_id": self.id,
            "task": self.task,
            "source": self.origin.source,
            "method": self.method,
            "classifier": cell.classifier,
            "regime": cell.regime,
            "seed": self.seed,
            "budget": self.budget,
            "status": status,
            "phase": phase,
            "reason": reason,
            "metrics": {},
            "times": {},
            "cpu_s": {},
            "device_ms": {},
            "device": self.device,
            "threads": self.threads,
            "peak_rss_mb": None,
            "peak_device_mb": None,
            "energy_j": None,
            "n_train": None,
            "n_synthetic": None,
            "n_test": None,
            "fidelity": {},
            "privacy": {},
            "hashes": dict(cell.hashes),
            "config": {
                "base_seed": self.base_seed,
                "task": dict(self.task_params),
                "method": dict(self.method_params),
                "classifier": dict(cell.params),
                "measures": dict(self.measures),
            },
            "machine": {"workers_beside": self.parallel_workers},
        } | more
