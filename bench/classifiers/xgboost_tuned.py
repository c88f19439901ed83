"""Gradient-boosted trees whose settings are searched for on the training rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import loguniform, randint, uniform
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import RandomizedSearchCV, StratifiedKFold
from sklearn.utils import Tags, check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from bench.classifiers.xgboost import XGBoost
from bench.registry import classifier

#: what is searched, in the ranges that surveys of tables search (Grinsztajn et al. 2022, appendix)
SPACE: Mapping[str, Any] = {
    "n_estimators": randint(50, 400),
    "max_depth": randint(2, 11),
    "learning_rate": loguniform(0.01, 0.4),
    "subsample": uniform(0.5, 0.5),
    "colsample_bytree": uniform(0.5, 0.5),
    "min_child_weight": loguniform(0.1, 20),
    "reg_lambda": loguniform(0.1, 10),
}


@classifier("xgboost-tuned", modalities=("tabular", "image", "series"))
class XGBoostTuned(ClassifierMixin, BaseEstimator):
    """``xgboost`` with the best of its defaults and ``trials`` random settings, by cross-validated log loss.

    The folds are cut from the rows it is trained on, synthetic ones included: a method that copies rows puts copies
    into both sides of a fold, and the search then prefers trees that are too large. It is what a user who tunes after
    augmenting gets.

    Parameters
    ----------
    trials : random settings tried beside the defaults.
    folds : of the cross-validation; with a class of fewer rows as many as it has, and no search below 2.
    class_weight : None, ``"balanced"`` or ``{class: weight}``; becomes sample weights.
    random_state : seeds the settings, the folds and the trees.
    n_jobs, device : see :class:`bench.classifiers.xgboost.XGBoost`.

    Attributes
    ----------
    best_params_ : the settings that were chosen; empty for the defaults.
    """

    def __init__(
        self,
        trials: int = 15,
        folds: int = 3,
        class_weight: str | Mapping[Any, float] | None = None,
        random_state: Any = 0,
        n_jobs: int = 1,
        device: str = "cpu",
    ) -> None:
        self.trials = trials
        self.folds = folds
        self.class_weight = class_weight
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.device = device

    def warm_up(self) -> None:
        """What the first fit of a process would pay for."""
        self._xgboost(0).warm_up()

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Search, then grow the trees on all rows X (n, width), NaN meaning missing, and y (n,) of two classes or more.

        Raises ``ValueError`` for rows or labels that scikit-learn would refuse, or of one class only.
        """
        table, labels = validate_data(self, X, y, dtype=np.float32, ensure_all_finite="allow-nan")
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("XGBoostTuned needs rows of at least two classes, got 1 class")
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        plain = self._xgboost(seed)
        folds = min(self.folds, int(np.bincount(codes).min()))
        self.best_params_: dict[str, Any] = {}
        if folds >= 2 and self.trials:
            cut = StratifiedKFold(folds, shuffle=True, random_state=seed)
            settings = {"scoring": "neg_log_loss", "cv": cut, "refit": False}
            search = RandomizedSearchCV(plain, dict(SPACE), n_iter=self.trials, random_state=seed, **settings)
            search.fit(table, labels)
            default = RandomizedSearchCV(plain, {"n_estimators": [100]}, n_iter=1, random_state=seed, **settings)
            if search.best_score_ > default.fit(table, labels).best_score_:
                self.best_params_ = dict(search.best_params_)
        self.model_ = plain.set_params(**self.best_params_).fit(table, labels)
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

    def _xgboost(self, seed: int) -> XGBoost:
        return XGBoost(class_weight=self.class_weight, random_state=seed, n_jobs=self.n_jobs, device=self.device)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
