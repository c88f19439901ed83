"""Gaussian mixtures of each class, with as many components as the Bayesian information criterion prefers.

McLachlan & Peel 2000, "Finite mixture models"; Schwarz 1978, "Estimating the dimension of a model".
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from bench.errors import BenchError
from bench.registry import method
from methods.nn.by_class import ByClass, Rows, need_numbers, standardised

if TYPE_CHECKING:
    from bench.task import Array, Labels, Schema

#: rows that a mixture is fitted to at most
MOST_ROWS = 10_000


@dataclass(frozen=True)
class Mixture:
    """The mixture of a class's standardised numbers, and the rows that it was fitted to with their shares in each
    component (n, components), which sum to 1 over the rows."""

    mixture: GaussianMixture
    means: Rows
    spreads: Rows
    rows: Rows
    shares: Rows


@method("gmm")
class GaussianMixtures(ByClass):
    """A Gaussian mixture of each class's numbers, fitted by expectation maximisation.

    Columns count in standard deviations of the class. Categories, marks of missing numbers among them, are those of a
    training row, all of one row, drawn by how much it belongs to the component: they keep their shares, and depend on
    numbers as far as components do.

    Parameters
    ----------
    components : at most; each has at least one row more than there are numbers, or there is one alone, as BIC would
        otherwise prefer a narrow peak on every row.
    covariance_type : scikit-learn's; "full" lets columns depend on each other within a component.
    max_iter : rounds of expectation maximisation.
    """

    least = 2

    def __init__(
        self,
        components: int = 10,
        covariance_type: Literal["full", "tied", "diag", "spherical"] = "full",
        max_iter: int = 100,
        random_state: int = 0,
    ) -> None:
        super().__init__(random_state)
        self.components = components
        self.covariance_type = covariance_type
        self.max_iter = max_iter

    def fit(self, X: Array, y: Labels, schema: Schema) -> Self:
        """As :meth:`ByClass.fit`. Raises ``Unsuitable`` for rows without numbers, ``BenchError`` for options that make
        no sense."""
        for name in ("components", "max_iter"):
            if getattr(self, name) < 1:
                raise BenchError(f"gmm: {name} must be at least 1, not {getattr(self, name)}")
        if self.covariance_type not in (kinds := ("full", "tied", "diag", "spherical")):
            raise BenchError(f"gmm: covariance_type must be one of {', '.join(kinds)}, not {self.covariance_type!r}")
        need_numbers(self, schema)
        return super().fit(X, y, schema)

    def _learn(self, X: Rows, seed: int) -> Mixture:
        rows = X[np.random.default_rng(seed).permutation(len(X))[:MOST_ROWS]]
        scaled, means, spreads = standardised(rows[:, list(self.schema_.numeric)])
        most = max(1, min(self.components, len(rows) // (scaled.shape[1] + 1)))
        options = {"covariance_type": self.covariance_type, "max_iter": self.max_iter, "random_state": seed}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # BIC judges what the rounds made of it
            tried = [GaussianMixture(k, **options).fit(scaled) for k in range(1, most + 1)]
        best = min(tried, key=lambda mixture: mixture.bic(scaled))
        shares = best.predict_proba(scaled) + 1e-12  # a component that no row belongs to still draws some
        return Mixture(best, means, spreads, rows, shares / shares.sum(axis=0))

    def _draw(self, model: Mixture, n: int, rng: np.random.Generator) -> Rows:
        model.mixture.set_params(random_state=int(rng.integers(2**31)))
        numbers, components = model.mixture.sample(n)
        rows = np.empty((n, model.rows.shape[1]))
        for k in np.unique(components):
            mine = np.flatnonzero(components == k)
            rows[mine] = model.rows[rng.choice(len(model.rows), len(mine), p=model.shares[:, k])]
        rows[:, list(self.schema_.numeric)] = model.means + model.spreads * numbers
        return rows[rng.permutation(n)]
