"""Real windows of the class, with a stretch of time warped or blanked.

``window-warp`` is Le Guennec et al. 2016, "Data augmentation for time series classification using convolutional neural
networks", section 3.2; ``series-mask`` the two masks of SpecAugment (Park et al. 2019), on steps and channels in place
of steps and frequencies. Iwana and Uchida 2021 (PLOS ONE) compare both kinds with others.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Self

import numpy as np

from bench.augmenter import Augmenter
from bench.errors import BenchError
from bench.registry import method
from bench.seeds import derive
from methods.series_augment import resample

if TYPE_CHECKING:
    from bench.task import Array, Labels, Schema


class WindowAugment(Augmenter):
    """Draws training windows of the class asked for, with replacement, and changes each on its own."""

    def fit(self, X: Array, y: Labels, schema: Schema) -> Self:
        """Keep the rows (n, steps, channels). Raises ``BenchError`` for options out of range."""
        self._check()
        self.rows_, self.labels_, self.schema_ = X, y, schema
        fixed = {i for i, column in enumerate(schema.columns) if column.static or not column.numeric}
        self.moving_ = [i for i in range(schema.shape[1]) if i not in fixed]
        return self

    def sample(self, labels: Labels) -> Array:
        """One changed training window per label. Raises ``BenchError`` for a class without training rows."""
        choice, rng = (np.random.default_rng(derive(self.random_state, axis)) for axis in ("choose", "change"))
        out = np.empty((len(labels), *self.schema_.shape), dtype=np.float32)
        for cls in np.unique(labels):
            known = np.flatnonzero(self.labels_ == cls)
            if not len(known):
                raise BenchError(f"class {self.schema_.classes[cls]!r} has no training rows")
            where = np.flatnonzero(labels == cls)
            out[where] = self.rows_[choice.choice(known, len(where))]
        if self.moving_:
            for row in out:
                row[:, self.moving_] = self._changed(row[:, self.moving_], rng)
        return out

    @abstractmethod
    def _check(self) -> None:
        """Raise ``BenchError`` for an option out of range."""

    @abstractmethod
    def _changed(self, window: Array, rng: np.random.Generator) -> Array:
        """A window (steps, channels), changed."""


@method("window-warp", modalities=("series",), trivial=True)
class WindowWarp(WindowAugment):
    """A stretch of each window played at half or double speed, the whole brought back to its length.

    Parameters
    ----------
    share : of the window's steps that the stretch takes; the paper's 0.1.
    speeds : one of them is drawn for each window; the paper's 1/2 and 2.
    """

    def __init__(self, share: float = 0.1, speeds: tuple[float, ...] = (0.5, 2.0), random_state: int = 0) -> None:
        super().__init__(random_state)
        self.share = share
        self.speeds = speeds

    def _check(self) -> None:
        if not 0 < self.share <= 1:
            raise BenchError(f"window-warp: share must lie in 0 to 1, 0 excluded, not {self.share}")
        if not self.speeds or not all(speed > 0 for speed in self.speeds):
            raise BenchError(f"window-warp: speeds must be above 0, not {list(self.speeds)}")

    def _changed(self, window: Array, rng: np.random.Generator) -> Array:
        steps = len(window)
        length = max(1, round(self.share * steps))
        start = int(rng.integers(steps - length + 1))
        pace = np.ones(steps)
        pace[start : start + length] = rng.choice(self.speeds)
        clock = np.concatenate([[0.0], np.cumsum(pace[1:])])
        return resample(window[None].astype(np.float64), clock[None])[0]


@method("series-mask", modalities=("series",), trivial=True)
class SeriesMask(WindowAugment):
    """A stretch of steps, and some of the channels, put to their mean in the window (SpecAugment's two masks).

    Parameters
    ----------
    time : longest stretch, as a share of the window; its length is drawn from 0 to that.
    channels : most channels that are blanked, as a share; a window of one channel keeps it.
    """

    def __init__(self, time: float = 0.2, channels: float = 0.2, random_state: int = 0) -> None:
        super().__init__(random_state)
        self.time = time
        self.channels = channels

    def _check(self) -> None:
        for name in ("time", "channels"):
            if not 0 <= getattr(self, name) <= 1:
                raise BenchError(f"series-mask: {name} must lie in 0 to 1, not {getattr(self, name)}")

    def _changed(self, window: Array, rng: np.random.Generator) -> Array:
        n, channels = window.shape
        out, mean = window.copy(), window.mean(axis=0)
        length = int(rng.integers(int(self.time * n) + 1))
        start = int(rng.integers(n - length + 1))
        out[start : start + length] = mean
        count = int(rng.integers(min(int(self.channels * channels), channels - 1) + 1))
        blank = rng.choice(channels, count, replace=False)
        out[:, blank] = mean[blank]
        return out
