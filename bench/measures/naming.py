"""The metrics of test rows by name: label, direction, one line of meaning. :mod:`bench.measures.metrics` takes them.

Two sets: a task of two classes with a rare one is scored on that class (``BINARY``), every other task over all its
classes (``MULTICLASS``, the recall and the AUC of each class beside).

Where the classes have other shares among training rows than among test rows, a metric that depends on the shares is
taken twice: over test rows as they are, and, under its name with ``@training`` behind it, over test rows weighted so
that each class has the share that it has among training rows. Those in ``SHARELESS`` do not depend on the shares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Metric(NamedTuple):
    """How a board shows a metric: column heading, direction (None: neither way is better), one line of meaning."""

    label: str
    higher_is_better: bool | None
    meaning: str


#: every fixed metric name; see :func:`recall_of` and :func:`auc_of` for those of a named class
METRICS: Mapping[str, Metric] = {
    "accuracy": Metric("Accuracy", True, "share of test rows predicted right"),
    "balanced_accuracy": Metric("Bal. acc.", True, "mean recall of the classes"),
    "precision": Metric("Precision", True, "precision of the rare class where it is the more probable one"),
    "recall": Metric("Recall", True, "recall of the rare class where it is the more probable one"),
    "f1": Metric("F1", True, "F1 of the rare class where it is the more probable one (threshold 0.5)"),
    "precision_tuned": Metric("Precision*", True, "precision at the threshold with the best F1 on validation rows"),
    "recall_tuned": Metric("Recall*", True, "recall at the threshold with the best F1 on validation rows"),
    "f1_tuned": Metric("F1*", True, "F1 at the threshold with the best F1 on validation rows"),
    "precision_macro": Metric("Precision (macro)", True, "mean precision of the classes"),
    "recall_macro": Metric("Recall (macro)", True, "mean recall of the classes"),
    "f1_macro": Metric("F1 (macro)", True, "mean F1 of the classes"),
    "f1_weighted": Metric("F1 (weighted)", True, "mean F1 of the classes, weighted by their test rows"),
    "recall_rare": Metric("Recall (rare)", True, "mean recall of the rare classes"),
    "roc_auc": Metric("ROC AUC", True, "area under the ROC curve; mean of each class against the rest"),
    "roc_auc_pairs": Metric("ROC AUC (pairs)", True, "mean AUC over all pairs of classes (Hand and Till 2001)"),
    "auprc": Metric("AUPRC", True, "average precision; mean of each class against the rest"),
    "recall_at_precision_50": Metric("R@P50", True, "highest recall of the rare class with at least 50 % precision"),
    "recall_at_precision_90": Metric("R@P90", True, "highest recall of the rare class with at least 90 % precision"),
    "gmean": Metric("G-mean", True, "geometric mean of the recalls of the classes"),
    "mcc": Metric("MCC", True, "Matthews correlation coefficient, -1 to 1"),
    "brier": Metric("Brier", False, "mean squared error of the probabilities (0 to 1; summed over classes, 0 to 2)"),
    "log_loss": Metric("Log loss", False, "mean of minus the logarithm of the true class's probability (nats)"),
    "log_loss_macro": Metric("Log loss (macro)", False, "log loss of each class's rows, mean of the classes"),
    "ece": Metric("ECE", False, "expected calibration error, 15 bins of equal width (Naeini et al. 2015)"),
    "calibration_slope": Metric(
        "Cal. slope", None, "slope of a logistic recalibration; 1 is ideal, less overconfident"
    ),
    "r2": Metric("R²", True, "coefficient of determination, mean of the outputs"),
    "mae": Metric("MAE", False, "mean absolute error"),
    "msle": Metric("MSLE", False, "mean squared logarithmic error"),
}

#: precisions, in percent, at which recall is reported: half of the alarms true, nine in ten true
PRECISIONS = (50, 90)

#: what both sets have
_SHARED = (
    "accuracy", "balanced_accuracy", "roc_auc", "auprc", "gmean", "mcc", "brier", "log_loss", "log_loss_macro", "ece",
    "calibration_slope",
)  # fmt: skip
BINARY = (
    *_SHARED, "precision", "recall", "f1", "precision_tuned", "recall_tuned", "f1_tuned",
    *(f"recall_at_precision_{percent}" for percent in PRECISIONS),
)  # fmt: skip
MULTICLASS = (
    *_SHARED, "roc_auc_pairs", "precision_macro", "recall_macro", "f1_macro", "f1_weighted", "recall_rare",
)  # fmt: skip
#: those that the shares of the classes among test rows do not move. A class's rows alone decide about its recall and
#: its mean log loss; a pair of classes about its AUC; the intercepts of the recalibration take the shares up. Of two
#: classes, the ROC AUC is that of their pair.
SHARELESS = frozenset({
    "balanced_accuracy", "recall", "recall_tuned", "recall_macro", "recall_rare", "gmean", "roc_auc_pairs",
    "log_loss_macro", "calibration_slope",
})  # fmt: skip
#: stands before a class whose name alone would make its recall the name of another metric
_OF_CLASS = "class:"
_AT_TRAINING = "@training"


def recall_of(name: str) -> str:
    """What the recall of the class ``name`` is called: ``recall_<name>``, or ``recall_class:<name>`` where that would
    be taken for another metric (a class called "rare" or "macro"). Different classes have different names."""
    plain = f"recall_{name}"
    return f"recall_{_OF_CLASS}{name}" if plain in METRICS or name.startswith(_OF_CLASS) else plain


def auc_of(name: str) -> str:
    """What the AUC of the class ``name`` against the others is called; the others weigh the same."""
    return f"auc_{name}"


def at_training(name: str) -> str:
    """What a metric is called where test rows are weighted to the classes' shares among training rows."""
    return f"{name}{_AT_TRAINING}"


def as_tested(name: str) -> str:
    """The metric over test rows as they are, of any of the two names."""
    return name.removesuffix(_AT_TRAINING)


def reweighted(binary: bool) -> tuple[str, ...]:
    """The metrics of a set that are taken twice where the shares differ."""
    known = BINARY if binary else MULTICLASS
    return tuple(name for name in known if name not in SHARELESS and not (binary and name == "roc_auc"))


def names(classes: Sequence[str] | None = None, rare: int | None = None) -> list[str]:
    """Every metric that a score over test rows as they are can have; without ``classes`` those that any task can have,
    whatever its classes are called."""
    if classes is None:
        return list(dict.fromkeys((*BINARY, *MULTICLASS)))
    if rare is not None and len(classes) == 2:
        return list(BINARY)
    return [*MULTICLASS, *map(recall_of, classes), *map(auc_of, classes)]


def describe(name: str) -> Metric:
    """The table's entry, or one made up for a class's recall or AUC, or for training shares. Raises ``KeyError`` for
    any other name."""
    if name in METRICS:
        return METRICS[name]
    if name.endswith(_AT_TRAINING) and as_tested(name) in METRICS.keys() - SHARELESS:
        plain = METRICS[as_tested(name)]
        return plain._replace(
            label=f"{plain.label}, training shares",
            meaning=f"{plain.meaning}; test rows weighted to the classes' shares among training rows",
        )
    if name.startswith("recall_"):
        known = name.removeprefix("recall_").removeprefix(_OF_CLASS)
        return Metric(f"Recall {known}", True, f"recall of the class {known}")
    if name.startswith("auc_"):
        known = name.removeprefix("auc_")
        return Metric(f"AUC {known}", True, f"mean AUC of the class {known} against each other class")
    return METRICS[name]
