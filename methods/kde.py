"""Kernel density estimates of each class: training rows drawn again, their numbers with noise (the smoothed bootstrap).

Silverman 1986, "Density estimation for statistics and data analysis", section 6.4.1; the bandwidth by Scott 1992,
"Multivariate density estimation", equation 6.42, or by cross-validated likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.neighbors import KernelDensity

from bench.errors import BenchError
from bench.registry import method
from methods.nn.by_class import ByClass, Rows, need_numbers, standardised

if TYPE_CHECKING:
    from bench.task import Array, Labels, Schema

#: bandwidths that cross-validation tries, as shares of Scott's
SHARES = np.geomspace(0.1, 2, 14)
FOLDS = 5
#: rows that bandwidths are compared on at most: each of them is held against all others
MOST_ROWS = 2000


@dataclass(frozen=True)
class Kernels:
    """The rows of a class and, of each numeric column, the standard deviation of the kernel (k,)."""

    rows: Rows
    widths: Rows


@method("kde")
class KDE(ByClass):
    """Kernel density estimate of each class, with a Gaussian kernel.

    Columns count in standard deviations of the class, so a column that is constant in it stays so. Categories, marks of
    missing numbers among them, are those of the row that the kernel sits at, all of one row.

    Parameters
    ----------
    bandwidth : standard deviation of the kernel in those of a column: a number, ``"scott"`` (n^(-1/(d + 4)) for n rows
        and d numbers) or ``"cv"`` (what makes held-out rows most probable, of ``SHARES`` of Scott's, in five folds).
    """

    def __init__(self, bandwidth: float | Literal["scott", "cv"] = "scott", random_state: int = 0) -> None:
        super().__init__(random_state)
        self.bandwidth = bandwidth

    def fit(self, X: Array, y: Labels, schema: Schema) -> Self:
        """As :meth:`ByClass.fit`. Raises ``Unsuitable`` for rows without numbers, ``BenchError`` for a bandwidth that
        makes no sense."""
        words = isinstance(self.bandwidth, str)
        if self.bandwidth not in ("scott", "cv") if words else not 0 < float(self.bandwidth) < np.inf:
            raise BenchError(f"kde: bandwidth must be 'scott', 'cv' or a number above 0, not {self.bandwidth!r}")
        need_numbers(self, schema)
        return super().fit(X, y, schema)

    def _learn(self, X: Rows, seed: int) -> Kernels:
        scaled, _, spreads = standardised(X[:, list(self.schema_.numeric)])
        moving = scaled[:, spreads > 0]
        return Kernels(X, (self._bandwidth(moving, seed) if moving.size else 0.0) * spreads)

    def _bandwidth(self, scaled: Rows, seed: int) -> float:
        if not isinstance(self.bandwidth, str):
            return float(self.bandwidth)
        scott = float(KernelDensity(bandwidth="scott").fit(scaled).bandwidth_)
        if self.bandwidth == "scott":
            return scott
        some = scaled[np.random.default_rng(seed).permutation(len(scaled))[:MOST_ROWS]]
        tried = GridSearchCV(KernelDensity(), {"bandwidth": scott * SHARES}, cv=KFold(min(FOLDS, len(some))))
        return float(tried.fit(some).best_params_["bandwidth"])

    def _draw(self, model: Kernels, n: int, rng: np.random.Generator) -> Rows:
        rows = model.rows[rng.integers(len(model.rows), size=n)]
        rows[:, list(self.schema_.numeric)] += model.widths * rng.normal(size=(n, len(model.widths)))
        return rows
