"""Random over-sampling and the SMOTE family, all of them imbalanced-learn's, through one adapter.

Chawla et al. 2002 (SMOTE, SMOTE-NC, SMOTE-N), Han et al. 2005 (Borderline-SMOTE), He et al. 2008 (ADASYN), Nguyen et
al. 2011 (SVM-SMOTE), Douzas et al. 2018 (k-means SMOTE).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from imblearn.over_sampling import (
    ADASYN,
    SMOTE,
    SMOTEN,
    SMOTENC,
    SVMSMOTE,
    BorderlineSMOTE,
    KMeansSMOTE,
    RandomOverSampler,
)

from bench.adapters import FromSampler, categorical_positions
from bench.errors import BenchError
from bench.registry import method

if TYPE_CHECKING:
    from bench.task import Schema


@method("random-over", modalities=("tabular", "image", "series"), trivial=True)
class RandomOver(FromSampler):
    """Random over-sampling: training rows drawn again, with replacement."""

    least = 1
    mixed = True

    def __init__(self, random_state: int = 0) -> None:
        super().__init__(None, random_state)

    def make(self, schema: Schema) -> Any:
        return RandomOverSampler()


@method("smote", modalities=("tabular", "image", "series"), unfit=("missing",))
class Smote(FromSampler):
    """SMOTE; SMOTE-NC with categorical columns among numeric ones, SMOTE-N with categorical ones only.

    ``max_rows`` is for SMOTE-N, which computes the distance of every pair of a class's rows, a column at a time (3,000
    rows of 29 columns: 10 s of one core and 72 MB; 200,000 rows: 320 GB). A class with more rows is drawn from a
    random choice of so many.
    """

    mixed = True

    def __init__(self, k_neighbors: int = 5, max_rows: int = 2000, random_state: int = 0) -> None:
        super().__init__(None, random_state)
        self.k_neighbors = k_neighbors
        self.max_rows = max_rows

    def limit(self, schema: Schema) -> int | None:
        if self.max_rows < 2:
            raise BenchError(f"smote: max_rows must be at least 2, not {self.max_rows}")
        return self.max_rows if len(schema.categorical) == len(schema.columns) > 0 else None

    def make(self, schema: Schema) -> Any:
        categorical = categorical_positions(schema)
        if not categorical:
            return SMOTE(k_neighbors=self.k_neighbors)
        if len(categorical) == schema.width:
            return SMOTEN(k_neighbors=self.k_neighbors)
        return SMOTENC(categorical, k_neighbors=self.k_neighbors)


@method("borderline-smote", unfit=("categorical", "missing"), regimes=("balance", "append"))
class BorderlineSmote(FromSampler):
    """Borderline-SMOTE: new rows only around the rows of a class that other classes surround.

    A class with no such row cannot be drawn: that is said, where the bare sampler would return nothing.
    """

    def __init__(
        self,
        k_neighbors: int = 5,
        m_neighbors: int = 10,
        kind: Literal["borderline-1", "borderline-2"] = "borderline-1",
        random_state: int = 0,
    ) -> None:
        super().__init__(None, random_state)
        self.k_neighbors = k_neighbors
        self.m_neighbors = m_neighbors
        self.kind = kind

    def make(self, schema: Schema) -> Any:
        return BorderlineSMOTE(k_neighbors=self.k_neighbors, m_neighbors=self.m_neighbors, kind=self.kind)


@method("adasyn", unfit=("categorical", "missing"), regimes=("balance", "append"))
class Adasyn(FromSampler):
    """ADASYN: more new rows where a class is surrounded by others; the count is made exact."""

    def __init__(self, n_neighbors: int = 5, random_state: int = 0) -> None:
        super().__init__(None, random_state)
        self.n_neighbors = n_neighbors

    def make(self, schema: Schema) -> Any:
        return ADASYN(n_neighbors=self.n_neighbors)


@method("svm-smote", unfit=("categorical", "missing"), regimes=("balance", "append"))
class SvmSmote(FromSampler):
    """SVM-SMOTE: new rows only around those of a class's rows that a support vector machine leans on.

    A class all of whose support vectors lie in the midst of other classes cannot be drawn, and that is said.
    """

    def __init__(
        self, k_neighbors: int = 5, m_neighbors: int = 10, out_step: float = 0.5, random_state: int = 0
    ) -> None:
        super().__init__(None, random_state)
        self.k_neighbors = k_neighbors
        self.m_neighbors = m_neighbors
        self.out_step = out_step

    def make(self, schema: Schema) -> Any:
        return SVMSMOTE(k_neighbors=self.k_neighbors, m_neighbors=self.m_neighbors, out_step=self.out_step)


@method("kmeans-smote", unfit=("categorical", "missing"), regimes=("balance", "append"))
class KMeansSmote(FromSampler):
    """k-means SMOTE: new rows only within clusters of all rows that hold enough of a class; the count is made exact.

    Parameters
    ----------
    k_neighbors : neighbours within a cluster; a cluster with no more rows of the class is passed over.
    clusters : of mini-batch k-means.
    cluster_balance_threshold : share of a class that a cluster must have, or "auto" (imbalanced-learn's rule).
    """

    def __init__(
        self,
        k_neighbors: int = 2,
        clusters: int = 8,
        cluster_balance_threshold: float | Literal["auto"] = "auto",
        random_state: int = 0,
    ) -> None:
        super().__init__(None, random_state)
        self.k_neighbors = k_neighbors
        self.clusters = clusters
        self.cluster_balance_threshold = cluster_balance_threshold

    def make(self, schema: Schema) -> Any:
        return KMeansSMOTE(
            k_neighbors=self.k_neighbors,
            kmeans_estimator=self.clusters,
            cluster_balance_threshold=self.cluster_balance_threshold,
        )
