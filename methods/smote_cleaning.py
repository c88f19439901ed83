"""SMOTE, then cleaning: every class is filled up to the largest, and rows of any class go where they lie among others.

imbalanced-learn's combinations (Batista et al. 2004, "A study of the behavior of several methods for balancing machine
learning training data"). Real rows may go as well as new ones, so they are for the regime ``resample`` alone.
"""

from __future__ import annotations

from typing import Any, Literal

from imblearn.combine import SMOTEENN, SMOTETomek
from imblearn.over_sampling import SMOTE
from imblearn.under_sampling import EditedNearestNeighbours

from bench.adapters import FromResampler
from bench.registry import method


@method("smote-enn", unfit=("categorical", "missing"), regimes=("resample",))
class SmoteEnn(FromResampler):
    """SMOTE, then edited nearest neighbours over all classes.

    Parameters
    ----------
    k_neighbors : SMOTE's; where the smallest class has no more rows, one less than it has (imbalanced-learn raises).
    n_neighbors, kind_sel : of edited nearest neighbours.
    """

    least = 2
    loses_classes = True

    def __init__(
        self,
        k_neighbors: int = 5,
        n_neighbors: int = 3,
        kind_sel: Literal["all", "mode"] = "all",
        random_state: int = 0,
    ) -> None:
        super().__init__(None, random_state)
        self.k_neighbors = k_neighbors
        self.n_neighbors = n_neighbors
        self.kind_sel = kind_sel

    def make(self, smallest: int) -> Any:
        edited = EditedNearestNeighbours(sampling_strategy="all", n_neighbors=self.n_neighbors, kind_sel=self.kind_sel)
        return SMOTEENN(smote=SMOTE(k_neighbors=min(self.k_neighbors, smallest - 1)), enn=edited)


@method("smote-tomek", unfit=("categorical", "missing"), regimes=("resample",))
class SmoteTomek(FromResampler):
    """SMOTE, then both rows of every Tomek link go.

    ``k_neighbors`` is SMOTE's; where the smallest class has no more rows, one less than it has.
    """

    least = 2
    loses_classes = True

    def __init__(self, k_neighbors: int = 5, random_state: int = 0) -> None:
        super().__init__(None, random_state)
        self.k_neighbors = k_neighbors

    def make(self, smallest: int) -> Any:
        return SMOTETomek(smote=SMOTE(k_neighbors=min(self.k_neighbors, smallest - 1)))
