"""Ensembles whose members each learn from a training set that was balanced for them: imbalanced-learn's four.

They see every rare row many times and throw no common row away for good, so they are what random under-sampling has to
be compared with. Give them the real rows (``none``/``real``): on balanced rows they are plain ensembles.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imblearn.ensemble import (
    BalancedBaggingClassifier,
    BalancedRandomForestClassifier,
    EasyEnsembleClassifier,
    RUSBoostClassifier,
)

from bench.registry import classifier


@classifier("balanced-random-forest")
class BalancedRandomForest(BalancedRandomForestClassifier):  # type: ignore[misc]
    """A random forest, each tree from as many rows of every class, drawn with replacement, as the smallest class has
    (Chen et al. 2004, "Using random forest to learn imbalanced data").

    Parameters
    ----------
    n_estimators : trees; as many as ``random-forest`` has.
    max_depth : of a tree; None grows until leaves are pure.
    min_samples_leaf : rows a leaf holds at least.
    max_features : columns tried at a split: "sqrt", "log2", a share or a number.
    class_weight : None, ``"balanced"``, ``"balanced_subsample"`` or ``{class: weight}``.
    random_state : seeds the rows and columns that are drawn.
    n_jobs : threads; the engines run one cell a core, hence 1.
    """

    def __init__(
        self,
        n_estimators: int = 300,
        max_depth: int | None = None,
        min_samples_leaf: int = 1,
        max_features: str | float | int = "sqrt",
        class_weight: str | Mapping[Any, float] | None = None,
        random_state: Any = 0,
        n_jobs: int = 1,
    ) -> None:
        super().__init__(
            n_estimators=n_estimators,
            max_depth=max_depth,
            min_samples_leaf=min_samples_leaf,
            max_features=max_features,
            class_weight=class_weight,
            random_state=random_state,
            n_jobs=n_jobs,
        )


@classifier("easy-ensemble")
class EasyEnsemble(EasyEnsembleClassifier):  # type: ignore[misc]
    """Bagged AdaBoost, each on all rows of the smallest class and as many of every other (Liu et al. 2009, "Exploratory
    undersampling for class-imbalance learning").

    Parameters
    ----------
    n_estimators : balanced sets; an AdaBoost of 50 stumps learns from each.
    random_state : seeds the sets and what learns from them.
    n_jobs : threads; the engines run one cell a core, hence 1.
    """

    def __init__(self, n_estimators: int = 10, random_state: Any = 0, n_jobs: int = 1) -> None:
        super().__init__(n_estimators=n_estimators, random_state=random_state, n_jobs=n_jobs)


@classifier("rus-boost")
class RUSBoost(RUSBoostClassifier):  # type: ignore[misc]
    """AdaBoost whose every round sees all rows of the smallest class and as many of every other (Seiffert et al. 2010,
    "RUSBoost: a hybrid approach to alleviating class imbalance").

    Parameters
    ----------
    n_estimators : rounds at most, a stump each.
    learning_rate : weight of a round.
    random_state : seeds the rows that a round sees.
    """

    def __init__(self, n_estimators: int = 50, learning_rate: float = 1.0, random_state: Any = 0) -> None:
        super().__init__(n_estimators=n_estimators, learning_rate=learning_rate, random_state=random_state)


@classifier("balanced-bagging")
class BalancedBagging(BalancedBaggingClassifier):  # type: ignore[misc]
    """Bagged decision trees, each from a bootstrap sample that is under-sampled until its classes are equal (after Hido
    et al. 2009, "Roughly balanced bagging for imbalanced data", whose shares are equal on average).

    Parameters
    ----------
    n_estimators : trees.
    random_state : seeds the samples and the trees.
    n_jobs : threads; the engines run one cell a core, hence 1.
    """

    def __init__(self, n_estimators: int = 10, random_state: Any = 0, n_jobs: int = 1) -> None:
        super().__init__(n_estimators=n_estimators, random_state=random_state, n_jobs=n_jobs)
