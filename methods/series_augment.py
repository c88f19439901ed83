"""The honest baseline of series: real windows of the class, distorted a little.

Um et al., "Data augmentation of wearable sensor data for Parkinson's disease monitoring using convolutional neural
networks", ICMI 2017; strengths as in the code of Iwana and Uchida's survey, "An empirical survey of data augmentation
for time series classification with neural networks", PLOS ONE 2021. They scale rows to [-1, 1], so their jitter of 0.03
is halved for rows in [0, 1]; the other strengths have no unit. They multiply the values themselves, which lie around
0; here deviations from a window's mean are multiplied, so that where 0 lies does not matter.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from bench.augmenter import Augmenter
from bench.errors import BenchError
from bench.registry import method
from bench.seeds import derive

if TYPE_CHECKING:
    from bench.task import Array, Labels, Schema

Curves = NDArray[np.float64]
#: a warped clock never runs slower than this share of its speed, so that time does not turn back
SLOWEST = 0.1


@method("series-augment", modalities=("series",), trivial=True, summary="Real windows, jittered, scaled and warped")
class SeriesAugment(Augmenter):
    """Draw real windows of the class asked for, with replacement, and distort each in four ways, in this order.

    Parameters
    ----------
    time_warp : standard deviation of the clock's speed around 1, a cubic spline through ``knots`` inner points; the
        first and last step stay where they are. The same for all channels of a window.
    magnitude_warp : of the factor on each channel's deviation from its mean in the window; a spline over the steps.
    scale : of the factor on that deviation that is the same at every step.
    jitter : of the noise added to every value, in the units of rows scaled to [0, 1].
    knots : inner points of the splines; with none, a curve is a straight line.

    0 leaves a distortion out. Results may lie a little outside [0, 1].
    Channels that are static or categorical stay as they are. With everything at 0 this is random oversampling.
    """

    def __init__(
        self,
        jitter: float = 0.015,
        scale: float = 0.1,
        magnitude_warp: float = 0.2,
        time_warp: float = 0.2,
        knots: int = 4,
        random_state: int = 0,
    ) -> None:
        super().__init__(random_state)
        self.jitter = jitter
        self.scale = scale
        self.magnitude_warp = magnitude_warp
        self.time_warp = time_warp
        self.knots = knots

    def fit(self, X: Array, y: Labels, schema: Schema) -> Self:
        """Keep the rows. Raises ``BenchError`` for rows that are not series and for strengths that make no sense."""
        if schema.modality != "series":
            raise BenchError(f"series-augment distorts series, not {schema.modality} rows")
        for name in ("jitter", "scale", "magnitude_warp", "time_warp"):
            if not 0 <= getattr(self, name) < math.inf:
                raise BenchError(f"series-augment: {name} must be a number of at least 0, not {getattr(self, name)}")
        if not isinstance(self.knots, int) or self.knots < 0:
            raise BenchError(f"series-augment: knots must be a whole number of at least 0, not {self.knots}")
        fixed = {i for i, column in enumerate(schema.columns) if column.static or not column.numeric}
        self.moving_ = [i for i in range(schema.shape[1]) if i not in fixed]
        self.rows_ = {int(code): X[y == code] for code in np.unique(y)}
        self.shape_ = schema.shape
        return self

    def sample(self, labels: Labels) -> Array:
        choice, rng = (np.random.default_rng(derive(self.random_state, axis)) for axis in ("choose", "distort"))
        out = np.empty((len(labels), *self.shape_), np.float32)
        for code in np.unique(labels):
            if int(code) not in self.rows_:
                raise BenchError(f"series-augment saw no training rows of class {code}, so it can draw none")
            rows, wanted = self.rows_[int(code)], np.flatnonzero(labels == code)
            synthetic = rows[choice.integers(len(rows), size=len(wanted))]
            if self.moving_:
                synthetic[..., self.moving_] = self._distort(synthetic[..., self.moving_].astype(np.float64), rng)
            out[wanted] = synthetic
        return out

    def _distort(self, x: Curves, rng: np.random.Generator) -> Curves:
        n, steps, channels = x.shape
        if self.time_warp:
            speed = np.maximum(self._curves(rng, steps, (n, 1), self.time_warp), SLOWEST)
            x = resample(x, np.concatenate([np.zeros((n, 1)), np.cumsum(speed[:, 1:, 0], axis=1)], axis=1))
        mean = x.mean(1, keepdims=True)
        if self.magnitude_warp:
            x = mean + (x - mean) * self._curves(rng, steps, (n, channels), self.magnitude_warp)
        if self.scale:
            x = mean + (x - mean) * rng.normal(1, self.scale, (n, 1, channels))
        if self.jitter:
            x = x + rng.normal(0, self.jitter, x.shape)
        return x

    def _curves(self, rng: np.random.Generator, steps: int, many: tuple[int, int], deviation: float) -> Curves:
        """Smooth curves around 1: (many[0], steps, many[1])."""
        from scipy.interpolate import CubicSpline

        at = np.linspace(0, steps - 1, self.knots + 2)
        curves = CubicSpline(at, rng.normal(1, deviation, (len(at), *many)))(np.arange(steps))
        return np.moveaxis(np.asarray(curves), 0, 1)


def resample(x: Curves, clock: Curves) -> Curves:
    """x (n, steps, channels) read at increasing times (n, steps), which are stretched to span 0 to ``steps - 1``."""
    steps = x.shape[1]
    at = np.clip(clock / clock[:, -1:] * (steps - 1), 0, steps - 1)
    below = np.minimum(at.astype(np.int64), steps - 2)
    part = (at - below)[..., None]
    rows = np.arange(len(x))[:, None]
    read: Curves = x[rows, below] * (1 - part) + x[rows, below + 1] * part
    return read
