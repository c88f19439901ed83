"""Under-sampling: rows of the larger classes taken away, by imbalanced-learn's samplers.

They leave the smallest class as it is. For the regime ``resample`` alone.
"""

from __future__ import annotations

from typing import Any, Literal

from imblearn.under_sampling import (
    ClusterCentroids,
    CondensedNearestNeighbour,
    InstanceHardnessThreshold,
    NearMiss,
    OneSidedSelection,
    RandomUnderSampler,
)

from bench.adapters import FromResampler
from bench.registry import method


@method("random-under", modalities=("tabular", "image", "series"), regimes=("resample",), trivial=True)
class RandomUnder(FromResampler):
    """Random under-sampling: of every class as many rows, drawn without replacement, as the smallest has."""

    mixed = True

    def __init__(self, random_state: int = 0) -> None:
        super().__init__(None, random_state)

    def make(self, smallest: int) -> Any:
        return RandomUnderSampler()


@method("near-miss", unfit=("categorical", "missing"), regimes=("resample",))
class NearMissUnder(FromResampler):
    """NearMiss: of the larger classes the rows nearest to the smallest one (Mani & Zhang 2003).

    Parameters
    ----------
    version : by mean distance to the nearest (1) or farthest (2) rows of the smallest class; 3 keeps the neighbours of
        each row of the smallest class, and of them the farthest from it, which may be fewer.
    n_neighbors : rows of the smallest class that a mean is taken over; of a smaller class all.
    """

    deterministic = True

    def __init__(self, version: Literal[1, 2, 3] = 1, n_neighbors: int = 3, random_state: int = 0) -> None:
        super().__init__(None, random_state)
        self.version = version
        self.n_neighbors = n_neighbors

    def make(self, smallest: int) -> Any:
        return NearMiss(version=self.version, n_neighbors=min(self.n_neighbors, smallest))


@method("cluster-centroids", unfit=("categorical", "missing"), regimes=("resample",))
class CentroidsUnder(FromResampler):
    """Cluster centroids: the rows of every larger class replaced by the centres of k-means, as many as the smallest
    class has rows.

    ``voting`` "soft" takes the centres themselves, which are new rows, "hard" the training row nearest to each.
    """

    def __init__(self, voting: Literal["soft", "hard"] = "soft", random_state: int = 0) -> None:
        super().__init__(None, random_state)
        self.voting = voting

    def make(self, smallest: int) -> Any:
        return ClusterCentroids(voting=self.voting)


@method("instance-hardness-threshold", unfit=("categorical", "missing"), regimes=("resample",))
class HardnessUnder(FromResampler):
    """Instance hardness threshold: of larger classes the rows that a random forest is surest of (Smith et al. 2014).

    Sureness is the probability of the row's class in ``cv`` folds, fewer where the smallest class has fewer rows. Ties
    at the threshold are all kept, so more rows than the smallest class has may stay.
    """

    def __init__(self, cv: int = 5, random_state: int = 0) -> None:
        super().__init__(None, random_state)
        self.cv = cv

    def make(self, smallest: int) -> Any:
        return InstanceHardnessThreshold(cv=max(2, min(self.cv, smallest)))


@method("condensed-nn", unfit=("categorical", "missing"), regimes=("resample",))
class CondensedUnder(FromResampler):
    """Condensed nearest neighbours: of the larger classes the rows that one nearest neighbour needs (Hart 1968).

    imbalanced-learn fits the neighbours anew for every row that it adds, so large overlapping classes take long; its
    short cut past rows that are classified well takes row numbers of the table for those of the class, so that it may
    look at more rows than needed, or pass over one.
    """

    def __init__(self, random_state: int = 0) -> None:
        super().__init__(None, random_state)

    def make(self, smallest: int) -> Any:
        return CondensedNearestNeighbour()


@method("one-sided-selection", unfit=("categorical", "missing"), regimes=("resample",))
class OneSidedUnder(FromResampler):
    """One-sided selection: one step of condensed nearest neighbours, then Tomek links cleaned (Kubat & Matwin 1997)."""

    loses_classes = True

    def __init__(self, random_state: int = 0) -> None:
        super().__init__(None, random_state)

    def make(self, smallest: int) -> Any:
        return OneSidedSelection()
