"""Gradient-boosted trees: xgboost with its own defaults, but one, and histogram splits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data
from xgboost import XGBClassifier

from bench.registry import classifier


@classifier("xgboost", modalities=("tabular", "image", "series"), main=("tabular",))
class XGBoost(ClassifierMixin, BaseEstimator):
    """Gradient-boosted trees (xgboost, hist, its own defaults: 100 trees of depth 6), starting from even odds.

    The probabilities are, to the last digit, those of ``XGBClassifier(tree_method="hist", base_score=0.5,
    random_state=random_state, n_jobs=n_jobs)`` fitted on the same rows. What this adds: training labels may be any (a
    class may be absent, which XGBClassifier refuses), and ``class_weight``.

    ``base_score`` 0.5 was xgboost's default before version 2. Since then trees start from the share of the positives.
    Where that is small, so are the second derivatives p(1 - p), whose sum in a leaf is held against
    ``min_child_weight``: of 0.17 % positives it can allow no split at all, and every method that adds rows would seem
    to gain what the classifier threw away.

    Parameters
    ----------
    n_estimators, max_depth, learning_rate, subsample, colsample_bytree, min_child_weight, reg_lambda, base_score :
        xgboost's; None means xgboost's default.
    class_weight : None, ``"balanced"`` or ``{class: weight}``, as in scikit-learn; becomes sample weights.
    random_state : seeds the subsampling of rows and columns; without effect where there is none.
    n_jobs : threads; the engines run one cell a core, hence 1.
    device : ``"cpu"`` or ``"cuda"`` (``"cuda:1"``), where the trees are grown.
    """

    def __init__(
        self,
        n_estimators: int = 100,
        max_depth: int | None = None,
        learning_rate: float | None = None,
        subsample: float | None = None,
        colsample_bytree: float | None = None,
        min_child_weight: float | None = None,
        reg_lambda: float | None = None,
        base_score: float | None = 0.5,
        class_weight: str | Mapping[Any, float] | None = None,
        random_state: Any = 0,
        n_jobs: int = 1,
        device: str = "cpu",
    ) -> None:
        self.n_estimators = n_estimators
        self.max_depth = max_depth
        self.learning_rate = learning_rate
        self.subsample = subsample
        self.colsample_bytree = colsample_bytree
        self.min_child_weight = min_child_weight
        self.reg_lambda = reg_lambda
        self.base_score = base_score
        self.class_weight = class_weight
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.device = device

    def warm_up(self) -> None:
        """Two trees on made-up rows: loads what the first fit of a process would pay for."""
        rows = np.arange(8, dtype=np.float32)[:, None]
        XGBClassifier(tree_method="hist", n_estimators=2, n_jobs=1, device=self.device).fit(
            rows, rows[:, 0] > 3
        ).predict(rows)

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Grow the trees on X (n, width), in which NaN means missing, and y (n,) of at least two classes.

        Raises ``ValueError`` for rows or labels that scikit-learn would refuse, or of one class only.
        """
        table, labels = validate_data(self, X, y, dtype=np.float32, ensure_all_finite="allow-nan")
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("XGBoost needs rows of at least two classes, got 1 class")
        weight = None if self.class_weight is None else compute_sample_weight(self.class_weight, labels)
        own = {k: v for k, v in self.get_params().items() if k not in ("class_weight", "random_state")}
        # an integer goes through as it is, so that the model is the plain one's
        seed = self.random_state
        if not isinstance(seed, (int, np.integer)):
            seed = int(check_random_state(seed).randint(2**31 - 1))
        self.model_ = XGBClassifier(tree_method="hist", random_state=int(seed), **own)
        self.model_.fit(table, codes, sample_weight=weight)
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float32]:
        """Class probabilities (n, len(classes_)) in the order of ``classes_``."""
        check_is_fitted(self)
        table = validate_data(self, X, dtype=np.float32, reset=False, ensure_all_finite="allow-nan")
        return self.model_.predict_proba(table)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The most probable class of each row."""
        codes = self.predict_proba(X).argmax(1)
        return self.classes_[codes]

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
