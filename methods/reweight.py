"""The trivial baselines: the training rows as they are, and a classifier told to mind the rare classes.

Whoever proposes synthetic rows has to beat these, which cost nothing to make.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from bench.registry import method
from methods.none import NoAugmentation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.task import Array, Labels, Schema


@method("class-weight", modalities=("tabular", "image", "series"), regimes=("real",), trivial=True)
class ClassWeight(NoAugmentation):
    """Rows weighted in the classifier's loss by n / (n_classes * n_class), scikit-learn's ``class_weight="balanced"``
    (King & Zeng 2001, "Logistic regression in rare events data")."""

    def classifier_options(self) -> Mapping[str, Any]:
        return {"class_weight": "balanced"}


@method("moved-threshold", modalities=("tabular", "image", "series"), regimes=("real",), trivial=True)
class MovedThreshold(NoAugmentation):
    """Probabilities divided by the classes' training shares and normalised, the classifier untouched.

    With two classes it is the decision at the base rate instead of 1/2 (Elkan 2001, "The foundations of cost-sensitive
    learning"; Collell et al. 2018, Neurocomputing 275), so nothing that only ranks rows (AUPRC, ROC AUC) changes.
    A class without training rows keeps probability 0.
    """

    def fit(self, X: Array, y: Labels, schema: Schema) -> Self:
        counts = np.bincount(y, minlength=schema.n_classes)
        self.prior_ = counts / counts.sum()
        return super().fit(X, y, schema)

    def adjust(self, proba: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities (n, n_classes) with every class taken as equally common."""
        ratio = np.divide(proba, self.prior_, out=np.zeros_like(proba), where=self.prior_ > 0)
        total = ratio.sum(axis=1, keepdims=True)
        return np.divide(ratio, total, out=np.full_like(ratio, 1 / len(self.prior_)), where=total > 0)
