"""TimeGAN's sines: every channel a sine of its own frequency and phase, both uniform on [0, 0.1].

Yoon, Jarrett and van der Schaar 2019, and the generator in their code. The published set has no labels; here the rare
class are windows that swing fast: those whose mean frequency over the channels is in the upper tenth. It is a
synthetic task by definition, so its source is ``simulated``; there is nothing real that it stands in for.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from bench.errors import BenchError
from bench.registry import task
from bench.task import Column, Dataset, Origin, Schema, Task

if TYPE_CHECKING:
    from bench.data import DataHome
    from bench.task import Array, Labels

HIGHEST = 0.1
#: channels from which on the exact law, an alternating sum that cancels, gives way to the normal one (a share of 0.101)
MANY = 20
RARE_SHARE = 0.1


@task("sines", modalities=("series",), development=True)
class Sines(Task):
    """TimeGAN's sines, 10,000 windows of 24 steps x 5 channels in [0, 1]; the rare class swings fast.

    Row i, channel k is ``(sin(f j + p) + 1) / 2`` at steps j = 0, 1, ... with f and p uniform on [0, 0.1]. A row is
    "fast" if its mean f exceeds the 90 % quantile of that mean's distribution (0.0667 for 5 channels), so the rows as
    a whole are exactly TimeGAN's.

    Parameters
    ----------
    rows, steps, channels : sizes; the published ones by default.
    data_seed : of the rows, which do not change with the run's seeds.
    """

    modality = "series"

    def __init__(self, name: str, rows: int = 10_000, steps: int = 24, channels: int = 5, data_seed: int = 0) -> None:
        super().__init__(name)
        if rows < 100 or steps < 2 or channels < 1:
            raise BenchError(f"{name}: at least 100 rows, 2 steps and 1 channel are needed")
        self.rows = rows
        self.steps = steps
        self.channels = channels
        self.data_seed = data_seed

    def locate(self, home: DataHome) -> Origin:
        what = f"sines 1 {self.rows} {self.steps} {self.channels} {self.data_seed}"
        checksum = hashlib.sha256(what.encode()).hexdigest()
        return Origin("simulated", "stand-in", checksum, "TimeGAN's sine generator; synthetic by definition")

    def read(self, origin: Origin) -> Dataset:
        X, y = draw(self.rows, self.steps, self.channels, self.data_seed)
        columns = tuple(Column(f"sine_{k}") for k in range(self.channels))
        schema = Schema("series", (self.steps, self.channels), ("slow", "fast"), columns, rare=1)
        return Dataset(X, y, schema, origin)


def draw(rows: int, steps: int, channels: int, seed: int) -> tuple[Array, Labels]:
    """X (rows, steps, channels) float32 in [0, 1] and y (rows,) int64, 1 for fast."""
    rng = np.random.default_rng(seed)
    frequency, phase = np.moveaxis(rng.uniform(0, HIGHEST, (rows, channels, 2)), -1, 0)
    angle = frequency[:, None, :] * np.arange(steps)[:, None] + phase[:, None, :]
    y = (frequency.mean(1) > fast_threshold(channels)).astype(np.int64)
    return ((np.sin(angle) + 1) / 2).astype(np.float32), y


@lru_cache
def fast_threshold(channels: int) -> float:
    """The 90 % quantile of the mean of ``channels`` uniforms on [0, 0.1]: of the Irwin-Hall law, by bisection, or of
    the normal law where there are ``MANY``."""
    from scipy.special import comb, factorial, ndtri

    if channels >= MANY:
        return float(HIGHEST * (0.5 + ndtri(1 - RARE_SHARE) / np.sqrt(12 * channels)))

    def below(x: float) -> float:
        k = np.arange(int(x) + 1)
        return float(((-1.0) ** k * comb(channels, k) * (x - k) ** channels).sum() / factorial(channels))

    low, high = 0.0, float(channels)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < 1 - RARE_SHARE else (low, middle)
    return HIGHEST * low / channels
