"""Gaussian copula of each class: empirical margins, joined by the correlations of a normal vector behind them.

Nelsen 2006, "An introduction to copulas"; for tables Patki et al. 2016, "The synthetic data vault" (DSAA), its part on
the Gaussian copula. There categories are intervals of the unit line, the most frequent first, and correlations those of
random points in them, which weakens every dependence. Here they are those of the latent normals whose covariances are
seen: polychoric and polyserial correlations (Olsson 1979), by Mehler's series.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import norm

from bench.registry import method
from methods.nn.by_class import ByClass, Rows

if TYPE_CHECKING:
    from bench.task import Labels

#: terms of Mehler's series, and the correlations at which it is tabulated
TERMS = 200
GRID = np.linspace(-1, 1, 401)
#: rows of a class that correlations are taken of at most
MOST_ROWS = 10_000


@dataclass(frozen=True)
class Intervals:
    """A column as intervals of a standard normal: its values (k,), rising for numbers, for categories from the most
    frequent on; the ends (k + 1,) of their intervals; and which of them each row holds (n,)."""

    values: Rows
    ends: Rows
    places: Labels

    @classmethod
    def of(cls, column: Rows, category: bool) -> Intervals:
        values, places, counts = np.unique(column, return_inverse=True, return_counts=True)
        order = np.argsort(-counts if category else values, kind="stable")
        ends = norm.ppf(np.concatenate([[0], np.cumsum(counts[order])]) / len(column))
        return cls(values[order], ends, np.argsort(order)[places])

    @property
    def scores(self) -> Rows:
        """The mean (k,) of the normal in each interval."""
        return -np.diff(norm.pdf(self.ends)) / np.diff(norm.cdf(self.ends))

    def series(self) -> Rows:
        """What the score is in normalised Hermite polynomials (TERMS,), from the first degree on. The integral of one
        times the normal density is that of the degree before, times minus the density, over the root of its degree."""
        inside, density, scores = np.where(np.isfinite(self.ends), self.ends, 0), norm.pdf(self.ends), self.scores
        before, now, found = np.zeros_like(inside), np.ones_like(inside), np.empty(TERMS)
        for k in range(1, TERMS + 1):
            found[k - 1] = -(scores @ np.diff(now * density)) / np.sqrt(k)
            before, now = now, (inside * now - np.sqrt(k - 1) * before) / np.sqrt(k)
        return found

    def at(self, latent: Rows) -> Rows:
        """The values (n,) in whose intervals latent numbers (n,) lie."""
        return self.values[np.searchsorted(self.ends[1:-1], latent)]


@dataclass(frozen=True)
class Copula:
    """The rows of a class, its categorical columns, and ``root`` (d, d), whose rows have length 1: ``root @ root.T``
    correlates the latents."""

    rows: Rows
    categories: dict[int, Intervals]
    root: Rows


@method("gaussian-copula")
class GaussianCopula(ByClass):
    """Gaussian copula of each class: empirical margins and a normal dependence.

    A number is drawn from between neighbouring ones of its class, so it stays within their range, and values that many
    rows share keep their share. Every class has margins and correlations of its own; those of a few rows are rough.
    Categories without an order are ordered by how frequent they are in the class; marks of missing numbers are
    categories like others.
    """

    def _learn(self, X: Rows, seed: int) -> Copula:
        some = X[np.random.default_rng(seed).permutation(len(X))[:MOST_ROWS]]
        every = range(X.shape[1])
        columns = [Intervals.of(some[:, j], j in self.schema_.categorical) for j in every]
        scores = np.column_stack([column.scores[column.places] for column in columns])
        series = np.array([column.series() for column in columns])
        categories = {j: Intervals.of(X[:, j], True) for j in self.schema_.categorical}
        return Copula(X, categories, root_of(latent_correlations(scores, series)))

    def _draw(self, model: Copula, n: int, rng: np.random.Generator) -> Rows:
        latent = rng.normal(size=(n, len(model.root))) @ model.root.T
        rows = np.empty_like(latent)
        for j in range(rows.shape[1]):
            if j in model.categories:
                rows[:, j] = model.categories[j].at(latent[:, j])
            else:
                rows[:, j] = np.quantile(model.rows[:, j], norm.cdf(latent[:, j]), method="hazen")
        return rows


def latent_correlations(scores: Rows, series: Rows) -> Rows:
    """Correlations (d, d) of standard normals whose scores (n, d) have the covariances that are seen.

    ``series`` (d, TERMS) says what each score is in Hermite polynomials; by Mehler's formula two of them have
    covariance sum_k r^k a_k b_k at correlation r, which rises with r. A column of one value goes with nothing.
    """
    covariances = np.cov(scores, rowvar=False, bias=True).reshape(len(series), -1)
    found = np.eye(len(series))
    powers = GRID[None, :] ** np.arange(1, TERMS + 1)[:, None]
    moving = [i for i in range(len(series)) if np.ptp(scores[:, i]) > 0]
    for place, i in enumerate(moving):
        for j in moving[:place]:
            rising = np.maximum.accumulate((series[i] * series[j]) @ powers)
            found[i, j] = found[j, i] = np.interp(covariances[i, j], rising, GRID)
    return found


def root_of(correlations: Rows) -> Rows:
    """A root of the correlations (d, d) or, as pairs estimated one by one need not fit together, of some near by whose
    eigenvalues are not negative (Rebonato & Jäckel 1999)."""
    values, vectors = np.linalg.eigh(correlations)
    root = vectors * np.sqrt(np.clip(values, 0, None))
    return root / np.linalg.norm(root, axis=1, keepdims=True)
