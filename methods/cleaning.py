"""Cleaning: rows of the larger classes taken away where they lie among other classes, by imbalanced-learn's samplers.

They leave the smallest class as it is and nothing is balanced. For the regime ``resample`` alone.
"""

from __future__ import annotations

from typing import Any, Literal

from imblearn.under_sampling import (
    AllKNN,
    EditedNearestNeighbours,
    NeighbourhoodCleaningRule,
    RepeatedEditedNearestNeighbours,
    TomekLinks,
)

from bench.adapters import FromResampler
from bench.registry import method


@method("tomek", unfit=("categorical", "missing"), regimes=("resample",))
class Tomek(FromResampler):
    """Tomek links: rows of larger classes whose nearest neighbour is of another class, and theirs they (Tomek 1976)."""

    loses_classes = True

    def __init__(self, random_state: int = 0) -> None:
        super().__init__(None, random_state)

    def make(self, smallest: int) -> Any:
        return TomekLinks()


class _Edited(FromResampler):
    """What takes away rows that disagree with their neighbours has in common; nothing of it is random.

    Parameters
    ----------
    n_neighbors : neighbours that are asked.
    kind_sel : a row stays if "all" of them are of its class, or the most of them ("mode").
    """

    loses_classes = True

    def __init__(self, n_neighbors: int = 3, kind_sel: Literal["all", "mode"] = "all", random_state: int = 0) -> None:
        super().__init__(None, random_state)
        self.n_neighbors = n_neighbors
        self.kind_sel = kind_sel


@method("enn", unfit=("categorical", "missing"), regimes=("resample",))
class Edited(_Edited):
    """Edited nearest neighbours: rows of larger classes that disagree with their neighbours go (Wilson 1972)."""

    def make(self, smallest: int) -> Any:
        return EditedNearestNeighbours(n_neighbors=self.n_neighbors, kind_sel=self.kind_sel)


@method("repeated-enn", unfit=("categorical", "missing"), regimes=("resample",))
class RepeatedEdited(_Edited):
    """Edited nearest neighbours again and again, until no row goes or a class gets too small (Tomek 1976, "An
    experiment with the edited nearest-neighbor rule")."""

    def make(self, smallest: int) -> Any:
        return RepeatedEditedNearestNeighbours(n_neighbors=self.n_neighbors, kind_sel=self.kind_sel)


@method("all-knn", unfit=("categorical", "missing"), regimes=("resample",))
class AllNeighbours(_Edited):
    """Edited nearest neighbours with one neighbour, then with two, up to ``n_neighbors`` (Tomek 1976, as above)."""

    def make(self, smallest: int) -> Any:
        return AllKNN(n_neighbors=self.n_neighbors, kind_sel=self.kind_sel)


@method("neighbourhood-cleaning", unfit=("categorical", "missing"), regimes=("resample",))
class NeighbourhoodCleaning(FromResampler):
    """Neighbourhood cleaning rule: edited nearest neighbours, and the neighbours of misclassified rows of the smallest
    class go as well (Laurikkala 2001).

    Parameters
    ----------
    n_neighbors : neighbours that are asked.
    threshold_cleaning : classes larger than this share of the smallest one lose neighbours.
    """

    loses_classes = True

    def __init__(self, n_neighbors: int = 3, threshold_cleaning: float = 0.5, random_state: int = 0) -> None:
        super().__init__(None, random_state)
        self.n_neighbors = n_neighbors
        self.threshold_cleaning = threshold_cleaning

    def make(self, smallest: int) -> Any:
        return NeighbourhoodCleaningRule(n_neighbors=self.n_neighbors, threshold_cleaning=self.threshold_cleaning)
