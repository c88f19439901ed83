"""How strongly the columns of a table hang together, numbers and categories alike, in a few matrix products.

Pairs of numbers: Pearson's correlation, in [-1, 1]. A number and a category: the correlation ratio (Fisher), in
[0, 1]. Two categories: Cramér's V with Bergsma's bias correction ("A bias-correction for Cramér's V and Tschuprow's
T", J. Korean Statistical Society 42, 2013), in [0, 1]; without it a pair with many categories looks associated at any
sample size that is practical here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.measures.points import category_counts, one_hot

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.task import Array, Schema


def pearson(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Correlations of the columns of (n, d); a constant column correlates with nothing (0, and 0 with itself)."""
    scaled = _standardise(values)
    return np.asarray(scaled.T @ scaled / max(len(values), 1), dtype=np.float64)


def association(rows: Array, schema: Schema) -> NDArray[np.float64]:
    """The (d, d) association matrix of a table, numeric columns first, then the categorical ones; diagonal zero."""
    numeric, sizes = list(schema.numeric), category_counts(schema)
    d = len(numeric)
    out = np.zeros((d + len(sizes), d + len(sizes)))
    scaled = _standardise(rows[:, numeric])
    out[:d, :d] = scaled.T @ scaled / max(len(rows), 1)
    if sizes:
        hot = one_hot(rows, schema)
        starts = np.cumsum([0, *sizes[:-1]])
        counts = hot.sum(axis=0, dtype=np.float64)
        weights = np.divide(1, counts, out=np.zeros_like(counts), where=counts > 0)
        # correlation ratio: between-group share of the variance; the columns have variance 1, so no division
        between = (hot.T @ scaled.astype(np.float32)).astype(np.float64) ** 2 * weights[:, None] / max(len(rows), 1)
        ratio = np.sqrt(np.add.reduceat(between, starts, axis=0))
        out[d:, :d], out[:d, d:] = ratio, ratio.T
        # chi-squared / n + 1 is the sum of n_ij^2 / (n_i n_j) over the block of one pair
        share = (hot.T @ hot).astype(np.float64) ** 2 * weights[:, None] * weights[None, :]
        phi = np.add.reduceat(np.add.reduceat(share, starts, axis=0), starts, axis=1) - 1
        used = np.add.reduceat((counts > 0).astype(np.float64), starts)
        out[d:, d:] = _cramers_v(phi, used, len(rows))
    np.fill_diagonal(out, 0)
    return out


def autocorrelation(windows: Array, lags: int) -> NDArray[np.float64]:
    """Autocorrelation within windows (n, steps, channels) at lags ``1 .. lags``: (lags, channels).

    Each window is centred on its own mean, so that the level of a window, which is nearly the same at all its steps,
    does not drown its dynamics; sums run over all windows. A channel that never changes within a window has 0.
    """
    centred = windows.astype(np.float64) - windows.mean(axis=1, keepdims=True, dtype=np.float64)
    power = (centred**2).sum(axis=(0, 1))
    # A constant channel keeps rounding noise after centring; relative to its size that is not a signal.
    alive = power > 1e-10 * np.maximum((windows.astype(np.float64) ** 2).sum(axis=(0, 1)), 1e-300)
    sums = np.stack([(centred[:, lag:] * centred[:, :-lag]).sum(axis=(0, 1)) for lag in range(1, lags + 1)])
    return np.divide(sums, power, out=np.zeros_like(sums), where=alive)


def _standardise(values: NDArray[np.floating]) -> NDArray[np.float64]:
    values = np.asarray(values, dtype=np.float64)
    centred = values - values.mean(axis=0)
    scale = centred.std(axis=0)
    constant = scale <= 1e-7 * np.maximum(np.abs(values).max(axis=0, initial=0), 1e-30)
    return np.divide(centred, scale, out=np.zeros_like(centred), where=~constant)


def _cramers_v(phi: NDArray[np.float64], used: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Bergsma's corrected V from phi-squared and the number of categories in use; 0 where a column has only one."""
    if n < 2:
        return np.zeros_like(phi)
    phi = np.maximum(0, phi - np.outer(used - 1, used - 1) / (n - 1))
    size = used - (used - 1) ** 2 / (n - 1)
    least = np.minimum.outer(size, size) - 1
    ratio = np.divide(phi, least, out=np.zeros_like(phi), where=least > 1e-12)
    return np.sqrt(np.minimum(ratio, 1))
