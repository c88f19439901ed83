"""Numeric columns as a mode and a place in it: the mode-specific normalisation of CTGAN.

Xu et al. 2019, "Modeling tabular data using conditional GAN" (NeurIPS), section 4.2: a variational Gaussian mixture is
fitted to each numeric column; a value becomes the number of a mode, drawn by how probable each mode makes it, and
``(value - mean) / (4 standard deviations)`` of that mode, clipped to [-1, 1].
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Self

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import BayesianGaussianMixture

from bench.dataset import Column
from bench.seeds import derive

if TYPE_CHECKING:
    from bench.task import Array, Labels, Schema

#: modes of a column at most, and the share of rows below which one is dropped, as in the authors' code
MOST_MODES = 10
LEAST_SHARE = 0.005
#: rows that a mixture is fitted to at most
MOST_ROWS = 10_000


class Modes:
    """Each numeric column as its place in a mode, followed by a categorical column that says which (``Transform``).

    A column of one value is left as it is. ``seed`` decides the mixtures' start and which mode a value is given.
    """

    def __init__(self, schema: Schema, seed: int = 0) -> None:
        self.given = self.schema = schema
        self.seed = seed

    def fit(self, X: Array, y: Labels) -> Self:
        self.mixtures_ = {j: self._mixture(X[:, j].astype(np.float64), j) for j in self.given.numeric}
        self.mixtures_ = {j: mixture for j, mixture in self.mixtures_.items() if len(mixture.kept_)}
        columns = [
            Column(f"{self.given.columns[j].name} mode", tuple(map(str, range(len(mixture.kept_)))))
            for j, mixture in self.mixtures_.items()
        ]
        width = len(self.given.columns) + len(columns)
        self.schema = replace(self.given, shape=(width,), columns=(*self.given.columns, *columns))
        return self

    def transform(self, X: Array, y: Labels) -> Array:
        out = np.empty((len(X), *self.schema.shape), dtype=np.float64)
        out[:, : X.shape[1]] = X
        draws = np.random.default_rng(derive(self.seed, "modes"))
        for at, (j, mixture) in enumerate(self.mixtures_.items(), start=X.shape[1]):
            values = X[:, j].astype(np.float64)
            shares = np.cumsum(mixture.predict_proba(values[:, None])[:, mixture.kept_], axis=1)
            chosen = (draws.random((len(X), 1)) * shares[:, -1:] > shares).sum(axis=1)
            mode = mixture.kept_[np.minimum(chosen, len(mixture.kept_) - 1)]
            out[:, j] = np.clip((values - mixture.means_[mode, 0]) / (4 * _spread(mixture)[mode]), -1, 1)
            out[:, at] = np.minimum(chosen, len(mixture.kept_) - 1)
        return out

    def inverse(self, X: Array, y: Labels) -> Array:
        width = len(self.given.columns)
        out = X[:, :width].astype(np.float64)
        for at, (j, mixture) in enumerate(self.mixtures_.items(), start=width):
            mode = mixture.kept_[X[:, at].astype(np.int64)]
            out[:, j] = np.clip(out[:, j], -1, 1) * 4 * _spread(mixture)[mode] + mixture.means_[mode, 0]
        return out

    def _mixture(self, values: np.ndarray, j: int) -> BayesianGaussianMixture:
        """The mixture of one column; ``kept_`` holds its modes that have rows, none for a column of one value."""
        draws = np.random.default_rng(derive(self.seed, "mixture", j))
        some = values if len(values) <= MOST_ROWS else draws.choice(values, MOST_ROWS, replace=False)
        mixture = BayesianGaussianMixture(
            n_components=min(MOST_MODES, len(np.unique(some))),
            weight_concentration_prior_type="dirichlet_process",
            weight_concentration_prior=0.001,
            random_state=int(draws.integers(2**31)),
        )
        mixture.kept_ = np.empty(0, dtype=np.int64)
        if mixture.n_components > 1:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)  # a hundred rounds are plenty for a scale
                mixture.fit(some[:, None])
            mixture.kept_ = np.flatnonzero(mixture.weights_ > LEAST_SHARE)
        return mixture


def _spread(mixture: BayesianGaussianMixture) -> np.ndarray:
    """Standard deviations of the modes, (k,) float64."""
    return np.sqrt(mixture.covariances_[:, 0, 0])
