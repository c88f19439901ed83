"""A random forest: strong on tables without any tuning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sklearn.ensemble import RandomForestClassifier

from bench.registry import classifier


@classifier("random-forest", modalities=("tabular", "image", "series"))
class RandomForest(RandomForestClassifier):  # type: ignore[misc]
    """scikit-learn's random forest (Breiman 2001) with three times its default number of trees.

    Parameters
    ----------
    n_estimators : trees.
    max_depth : of a tree; None grows until leaves are pure.
    min_samples_leaf : rows a leaf holds at least.
    max_features : columns tried at a split: "sqrt", "log2", a share or a number.
    class_weight : None, ``"balanced"``, ``"balanced_subsample"`` or ``{class: weight}``.
    random_state : seeds bootstrap samples and tried columns.
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
