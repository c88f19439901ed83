"""Logistic regression: the linear baseline of every table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sklearn.linear_model import LogisticRegression

from bench.registry import classifier


@classifier("logistic", modalities=("tabular", "image", "series"))
class Logistic(LogisticRegression):  # type: ignore[misc]
    """scikit-learn's logistic regression with an L2 penalty.

    Parameters
    ----------
    C : inverse strength of the penalty.
    max_iter : rounds of L-BFGS at most.
    class_weight : None, ``"balanced"`` or ``{class: weight}``.
    random_state : without effect on L-BFGS; kept so that all classifiers are seeded alike.
    """

    def __init__(
        self,
        C: float = 1.0,
        max_iter: int = 1000,
        class_weight: str | Mapping[Any, float] | None = None,
        random_state: Any = 0,
    ) -> None:
        super().__init__(C=C, max_iter=max_iter, class_weight=class_weight, random_state=random_state)
