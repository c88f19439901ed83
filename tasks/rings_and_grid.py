"""The 2-D ring and the 2-D grid, on which mode collapse can be counted.

Constants and measures are those of PacGAN (Lin, Khetan, Fanti & Oh 2018, section 4.1 and the code beside it), which
took them from VEEGAN (Srivastava et al. 2017): eight Gaussians on the unit circle with standard deviation 0.01, and
twenty-five at {-4, -2, 0, 2, 4}² with 0.05.

Both figures are one table, and the figure is the class: a method that trains one model a class meets the ring and the
grid apart, as published; a conditional method meets them together; and no label gives a mode away. Every mode has the
same number of rows, so the ring, with fewer modes, is the rare class.

One thing differs: rows are of unit variance, each figure by its own scale, and the measures take them back to the
published units first. Scaled as one table the ring would be a small thing amid the grid; unscaled, the kinks of a fresh
network all lie in the grid's middle.
"""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np

from bench.errors import BenchError
from bench.registry import task
from bench.task import Column, Dataset, Origin, Schema, Task

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.data import DataHome
    from bench.task import Array, Labels

RING, GRID = 0, 1
ANGLES = 2 * np.pi * np.arange(8) / 8
#: centres of the modes, by class
MEANS: dict[int, NDArray[np.float64]] = {
    RING: np.stack([np.cos(ANGLES), np.sin(ANGLES)], 1),
    GRID: np.array([(i, j) for i in range(-4, 5, 2) for j in range(-4, 5, 2)], dtype=np.float64),
}
#: standard deviation of each mode, in each direction
DEVIATIONS = {RING: 0.01, GRID: 0.05}
#: root mean square of a coordinate, by its closed form: rows times it are in original units
SCALES = {figure: float(np.sqrt((means**2).mean() + DEVIATIONS[figure] ** 2)) for figure, means in MEANS.items()}
SCHEMA = Schema("tabular", (2,), ("ring", "grid"), (Column("x"), Column("y")), rare=RING)


def modes(rows: NDArray[Any], figure: int) -> Labels:
    """The mode each row (n, 2), in original units, belongs to: (n,) int64, -1 if none is within 3 deviations."""
    distance = np.linalg.norm(np.asarray(rows, dtype=np.float64)[:, None] - MEANS[figure], axis=2)
    nearest = distance.argmin(1)
    near = distance[np.arange(len(rows)), nearest] < 3 * DEVIATIONS[figure]
    return cast("Labels", np.where(near, nearest, -1).astype(np.int64))


def coverage(rows: NDArray[Any], figure: int) -> dict[str, float]:
    """PacGAN's measures of rows (n, 2) in original units; it draws 2,500.

    ``modes``         modes with at least one row within 3 standard deviations; a single one counts, as published
    ``high_quality``  share of rows within 3 standard deviations of a mode
    ``reverse_kl``    KL divergence in nats of those rows' distribution over the modes from the uniform one; its
                      largest value, log(number of modes), if there are none
    """
    found = modes(rows, figure)
    n_modes = len(MEANS[figure])
    counts = np.bincount(found[found >= 0], minlength=n_modes)
    shares = counts[counts > 0] / max(counts.sum(), 1)
    reverse_kl = float((shares * np.log(shares * n_modes)).sum()) if len(shares) else math.log(n_modes)
    return {
        "modes": float((counts > 0).sum()),
        "high_quality": float(counts.sum() / max(len(rows), 1)),
        "reverse_kl": reverse_kl,
    }


@task("rings-and-grid")
class RingsAndGrid(Task):
    """2-D ring (8 modes) and 2-D grid (25 modes): does a method drop modes? (simulated)

    Parameters
    ----------
    per_mode : rows of each of the 33 modes. PacGAN draws 100,000 of each figure; 300 is enough to tell.
    """

    modality: ClassVar = "tabular"

    def __init__(self, name: str = "rings-and-grid", per_mode: int = 300) -> None:
        super().__init__(name)
        if per_mode < 1:
            raise BenchError(f"{name}: per_mode must be at least 1, not {per_mode}")
        self.per_mode = per_mode

    def locate(self, home: DataHome) -> Origin:
        """Always here."""
        sha256 = hashlib.sha256(f"rings-and-grid 2 {self.per_mode}".encode()).hexdigest()
        note = f"8 + 25 Gaussians, {self.per_mode} rows each, drawn by augbench with PacGAN's constants, then scaled"
        return Origin("simulated", "stand-in", sha256, note, licence="Apache-2.0")

    def read(self, origin: Origin) -> Dataset:
        """Draw the rows, each figure at unit variance. ``extra["mode"]`` (n,) int64 is a row's mode in its figure."""
        rng = np.random.default_rng(20180811)
        rows, labels, mode = [], [], []
        for figure, means in MEANS.items():
            index = np.repeat(np.arange(len(means)), self.per_mode)
            drawn = means[index] + DEVIATIONS[figure] * rng.standard_normal((len(index), 2))
            rows.append(drawn / SCALES[figure])
            labels.append(np.full(len(index), figure))
            mode.append(index)
        X: Array = np.concatenate(rows).astype(np.float32)
        y = np.concatenate(labels).astype(np.int64)
        return Dataset(X, y, SCHEMA, origin, extra={"mode": np.concatenate(mode).astype(np.int64)})

    def measures(self, rows: Array, labels: Labels) -> dict[str, float]:
        """``coverage`` of synthetic rows (n, 2), as ``read`` scales them, for each figure there are rows of:
        ``ring_modes``
        ..."""
        found: dict[str, float] = {}
        for figure, name in enumerate(SCHEMA.classes):
            of_figure = rows[labels == figure]
            if len(of_figure):
                covered = coverage(of_figure * SCALES[figure], figure)
                found |= {f"{name}_{key}": value for key, value in covered.items()}
        return found
