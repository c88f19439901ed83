"""Whether windows were cut from the same stretch of a sequence. Pure functions of arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.measures.privacy import row_hashes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.task import Array, Labels

CHUNK = 1000


def overlapping(test: Labels, train: Labels, steps: int) -> NDArray[np.bool_]:
    """Which windows of ``steps``, by the numbers of their first steps (n,), share a step with a window of ``train``."""
    starts = np.sort(train)
    after = np.searchsorted(starts, test)
    gaps = [np.abs(starts[np.clip(at, 0, len(starts) - 1)] - test) for at in (after - 1, after)]
    return np.asarray(np.minimum(*gaps) < steps)


def shared_runs(test: Array, train: Array, run: int) -> NDArray[np.bool_]:
    """Which windows (n, steps, channels) hold ``run`` steps in a row, not all equal, that a window of ``train`` holds
    at any place."""
    known = _runs(test, run)
    seen = np.zeros(known.shape, dtype=bool)
    for start in range(0, len(train), CHUNK):
        seen |= np.isin(known, _runs(train[start : start + CHUNK], run))
    flat = np.ptp(np.lib.stride_tricks.sliding_window_view(test, run, axis=1), axis=-1).max(axis=-1) == 0
    return (seen & ~flat).any(axis=1)


def _runs(windows: Array, run: int) -> NDArray[np.uint64]:
    """A hash (n, steps - run + 1) of every ``run`` steps in a row of windows (n, steps, channels)."""
    pieces = np.lib.stride_tricks.sliding_window_view(windows, run, axis=1)
    return row_hashes(pieces.reshape(-1, pieces.shape[2] * run)).reshape(pieces.shape[:2])
