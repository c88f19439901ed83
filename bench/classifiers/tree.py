"""A decision tree of depth 3, the downstream model of Tanaka and Aranha (2019, arXiv 1904.09135)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sklearn.tree import DecisionTreeClassifier

from bench.registry import classifier


@classifier("tree", modalities=("tabular",))
class Tree(DecisionTreeClassifier):  # type: ignore[misc]
    """scikit-learn's CART, with the parameters a benchmark of it needs.

    Parameters
    ----------
    max_depth : the report's 3; None grows until leaves are pure.
    min_samples_leaf : rows a leaf holds at least.
    class_weight : None, ``"balanced"`` or ``{class: weight}``.
    random_state : breaks ties between equally good splits.
    """

    def __init__(
        self,
        max_depth: int | None = 3,
        min_samples_leaf: int = 1,
        class_weight: str | Mapping[Any, float] | None = None,
        random_state: Any = 0,
    ) -> None:
        super().__init__(
            max_depth=max_depth, min_samples_leaf=min_samples_leaf, class_weight=class_weight, random_state=random_state
        )
