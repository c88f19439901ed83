"""What is measured on the test rows: pure functions of arrays, the formulas being scikit-learn's own.

Two sets of names (:mod:`bench.measures.naming`). A task of two classes with a rare one is scored on that class
(:func:`score`, binary); every other task over all its classes. A metric that the test rows cannot define is *left out*
of the result, never guessed:

- averages over classes ("macro", balanced accuracy, G-mean, ROC AUC, AUPRC) run over the classes that the test rows
  hold; the recall of a class without test rows is left out;
- with test rows of one class only there is nothing to rank: ROC AUC, AUPRC and the recalls at fixed precision are
  left out.

A precision or F1 of a class that is never predicted is 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.errors import InvalidProbabilities
from bench.measures.calibration import calibration_error, calibration_slope, log_losses
from bench.measures.confusion import Matrix, by_class, confusion, mcc
from bench.measures.curves import ranked
from bench.measures.naming import PRECISIONS, at_training, auc_of, recall_of, reweighted

#: how far a probability may lie outside [0, 1], and a row's sum from 1: single precision, over many classes
TOLERANCE = 1e-3


def align(proba: ArrayLike, seen: ArrayLike, n_classes: int) -> NDArray[np.float64]:
    """Columns for all classes from a classifier that saw only some in training: an unseen class gets probability 0.

    proba (n, len(seen)); seen, the classifier's ``classes_``, are indices below ``n_classes``. Returns (n, n_classes).
    """
    proba = np.asarray(proba, dtype=np.float64)
    full = np.zeros((len(proba), n_classes))
    full[:, np.asarray(seen, dtype=np.int64)] = proba
    return full


def check_probabilities(proba: object, n: int, n_classes: int) -> NDArray[np.float64]:
    """``proba`` as float64 if it holds one distribution over the classes a row, (n, n_classes).

    Raises ``InvalidProbabilities`` for another shape or type, for NaN, and for numbers outside [0, 1] or rows whose sum
    is not 1 by more than single precision explains.
    """
    try:
        p = np.asarray(proba, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidProbabilities(f"probabilities are no numbers but {type(proba).__name__}") from None
    if p.shape != (n, n_classes):
        raise InvalidProbabilities(f"probabilities have shape {p.shape}, not {(n, n_classes)}")
    if not np.isfinite(p).all():
        raise InvalidProbabilities(
            f"{int((~np.isfinite(p)).any(axis=1).sum())} rows of probabilities hold NaN or infinity"
        )
    if p.size and (p.min() < -TOLERANCE or p.max() > 1 + TOLERANCE):
        wrong = p.min() if p.min() < -TOLERANCE else p.max()
        raise InvalidProbabilities(f"a probability is {wrong:g}, outside [0, 1]")
    off = np.abs(p.sum(axis=1) - 1)
    if (off > TOLERANCE).any():
        raise InvalidProbabilities(f"the probabilities of a row sum to {p.sum(axis=1)[off.argmax()]:g}, not to 1")
    return p


def score(
    y_true: ArrayLike,
    proba: ArrayLike,
    *,
    classes: Sequence[str],
    rare: int | None = None,
    rare_classes: Sequence[int] | None = None,
    threshold: float | None = None,
    shares: ArrayLike | None = None,
) -> dict[str, float]:
    """All metrics of one set of predictions.

    Parameters
    ----------
    y_true : (n,) class indices.
    proba : (n, len(classes)) probabilities of all the schema's classes; see :func:`align`.
    classes : their names.
    rare : the class that binary metrics score; with two classes it selects the binary set.
    rare_classes : classes whose mean recall is ``recall_rare`` when there are more than two; by default ``rare``.
    threshold : of :func:`best_threshold`, on validation rows; without it the ``*_tuned`` metrics are left out.
    shares : (len(classes),) what part of training rows each class has, where test rows are another mix: metrics that
        depend on it are then also taken at these shares, as ``<name>@training``, each test row weighing its class's
        share in training over that among test rows. A class without test rows has no part in it.

    The prediction is the most probable class, of equals the first, as the classifiers' ``predict`` has it.
    Raises ``ValueError`` for shapes that do not fit, no rows, or probabilities that are not finite.
    """
    y = np.asarray(y_true, dtype=np.int64)
    p = np.asarray(proba, dtype=np.float64)
    if y.ndim != 1 or p.shape != (len(y), len(classes)) or not len(y):
        raise ValueError(f"{len(classes)} classes, labels of shape {y.shape} and probabilities of shape {p.shape}")
    if not np.isfinite(p).all():
        raise ValueError("the classifier's probabilities hold NaN or infinity")
    from sklearn import config_context

    # checked above, once; scikit-learn would do so again for every metric, which takes longer than the metrics
    with config_context(assume_finite=True, skip_parameter_validation=True):
        chosen = rare_classes if rare_classes is not None else () if rare is None else (rare,)
        binary = rare if len(classes) == 2 else None

        def taken(y: NDArray[np.int64], p: NDArray[np.float64], weights: Weights) -> dict[str, float]:
            if binary is not None:
                return _binary(y, p, binary, threshold, weights)
            return _multiclass(y, p, classes, chosen, weights)

        found = taken(y, p, None)
        if shares is not None:
            weights = weights_of(y, shares)
            kept = weights > 0
            again = taken(y[kept], p[kept], weights[kept])
            found |= {at_training(name): again[name] for name in reweighted(binary is not None) if name in again}
    return found


#: of each row, or None where all weigh the same, which keeps counts whole numbers
Weights = NDArray[np.float64] | None


def weights_of(y: NDArray[np.int64], shares: ArrayLike) -> NDArray[np.float64]:
    """Weights (n,) of rows with classes ``y`` (n,) that give each class the part of all that ``shares`` (k,) has, as
    far as it has rows; their mean is 1. Raises ``ValueError`` where no class with rows has a share."""
    wanted = np.asarray(shares, dtype=np.float64)
    counts = np.bincount(y, minlength=len(wanted))
    each = np.divide(wanted, counts, out=np.zeros(len(wanted)), where=counts > 0)
    if not each.any():
        raise ValueError("no class that has rows has a share above zero")
    weights: NDArray[np.float64] = each[y] / each[y].mean()
    return weights


def _binary(
    y: NDArray[np.int64], p: NDArray[np.float64], rare: int, threshold: float | None, weights: Weights
) -> dict[str, float]:
    from sklearn.metrics import auc, precision_recall_curve, roc_curve

    positive, probability, predicted = y == rare, p[:, rare], p.argmax(1)
    matrix = confusion(positive, predicted == rare, 2, weights)
    precision, recall, f1, _ = by_class(matrix)
    found = _shared(matrix, recall[[1, 0]][[bool(positive.any()), not positive.all()]])
    found |= {"precision": precision[1], "recall": recall[1], "f1": f1[1]}
    if threshold is not None:
        tuned = by_class(confusion(positive, probability >= threshold, 2, weights))
        found |= {f"{name}_tuned": tuned[i][1] for i, name in enumerate(("precision", "recall", "f1"))}
    if positive.any() and not positive.all():
        false, true, _ = roc_curve(positive, probability, sample_weight=weights)
        found["roc_auc"] = auc(false, true)
        precision, recall, _ = precision_recall_curve(positive, probability, sample_weight=weights)
        # average precision is a sum over this curve: summed here, it need not be computed twice
        found["auprc"] = max(0.0, -np.sum(np.diff(recall) * precision[:-1]))
        for percent in PRECISIONS:
            found[f"recall_at_precision_{percent}"] = recall[precision >= percent / 100].max()
    found["brier"] = np.average((probability - positive) ** 2, weights=weights)
    return _plain(found | _calibration(y, p, weights, (probability, positive)))


def _multiclass(
    y: NDArray[np.int64], p: NDArray[np.float64], classes: Sequence[str], rare_classes: Sequence[int], weights: Weights
) -> dict[str, float]:
    predicted, present = p.argmax(1), np.unique(y)
    matrix = confusion(y, predicted, len(classes), weights)
    precision, recall, f1, rows = (values[present] for values in by_class(matrix))
    found = _shared(matrix, recall)
    recalls = dict(zip(present.tolist(), recall, strict=True))
    found |= {recall_of(classes[c]): value for c, value in recalls.items()}
    if measured := [recalls[c] for c in rare_classes if c in recalls]:
        found["recall_rare"] = np.mean(measured)
    found |= {"precision_macro": precision.mean(), "recall_macro": recall.mean(), "f1_macro": f1.mean()}
    found["f1_weighted"] = np.average(f1, weights=rows)
    if len(present) > 1:
        found |= _ranking(y, p, classes, present, weights)
    missed = p.copy()  # scikit-learn's Brier score takes a third of all the time here, for its checks
    missed[np.arange(len(y)), y] -= 1
    found["brier"] = np.average((missed**2).sum(axis=1), weights=weights)
    return _plain(found | _calibration(y, p, weights, (p.max(axis=1), predicted == y)))


def _ranking(
    y: NDArray[np.int64], p: NDArray[np.float64], classes: Sequence[str], present: NDArray[np.int64], weights: Weights
) -> dict[str, float]:
    """The means over classes of ROC AUC and average precision against the rest; where all rows weigh the same also the
    AUC of each class against the others when these weigh the same, so that their numbers of rows do not matter: it is
    the mean over the other classes of the AUC against one. The mean of all is Hand and Till's (2001) M."""
    counts = np.bincount(y, minlength=len(classes))
    each = np.stack([np.ones(len(y)), 1 / counts[y]]) if weights is None else weights[None]
    areas, precisions = (
        np.stack(column) for column in zip(*(ranked(y == c, p[:, c], each) for c in present), strict=True)
    )
    found = {"roc_auc": areas[:, 0].mean(), "auprc": precisions[:, 0].mean()}
    if weights is None:  # what shares do not move need not be taken twice
        found |= {auc_of(classes[c]): area for c, area in zip(present.tolist(), areas[:, 1], strict=True)}
        found["roc_auc_pairs"] = areas[:, 1].mean()
    return found


def _calibration(
    y: NDArray[np.int64], p: NDArray[np.float64], weights: Weights, told: tuple[NDArray[Any], NDArray[np.bool_]]
) -> dict[str, float]:
    """Whether probabilities mean what they say; ``told``: the probabilities (n,) of something, and whether it was."""
    each = np.ones(len(y)) if weights is None else weights
    losses = log_losses(y, p)
    found = {"log_loss": float(np.average(losses, weights=each)), "ece": calibration_error(*told, each)}
    if weights is None:  # the shares do not move these
        found["log_loss_macro"] = float(np.mean([losses[y == c].mean() for c in np.unique(y)]))
        if (slope := calibration_slope(y, p, each)) is not None:
            found["calibration_slope"] = slope
    return found


def _shared(matrix: Matrix, recalls: NDArray[np.float64]) -> dict[str, float]:
    """What both sets have, from the confusion matrix; ``recalls`` are those of the classes that test rows hold."""
    return {
        "accuracy": matrix.trace() / matrix.sum(),
        "balanced_accuracy": recalls.mean(),
        "gmean": np.exp(np.log(recalls).mean()) if recalls.all() else 0.0,
        "mcc": mcc(matrix),
    }


def best_threshold(y_valid: ArrayLike, p_valid: ArrayLike) -> float:
    """The probability from which on a row counts as rare (``p >= threshold``) for the best F1 on validation rows.

    y_valid (n,) truthy for the rare class; p_valid (n,) its probabilities. The threshold is one of them; of equally
    good ones the highest. 0.5 where the rows hold one class only (or there are none), which leaves nothing to choose.
    """
    from sklearn.metrics import precision_recall_curve

    positive = np.asarray(y_valid, dtype=bool)
    if positive.all() or not positive.any():
        return 0.5
    precision, recall, thresholds = precision_recall_curve(positive, np.asarray(p_valid, dtype=np.float64))
    total = precision + recall
    f1 = np.divide(2 * precision * recall, total, out=np.zeros_like(total), where=total > 0)[:-1]
    return float(thresholds[f1 > f1.max() - 1e-12].max())  # equal ones may differ in the last digit


def forecast(y_true: ArrayLike, y_pred: ArrayLike) -> dict[str, float]:
    """R², MAE and MSLE of forecasts; both (n,) or (n, outputs). MSLE is left out where a value is -1 or less."""
    from sklearn.metrics import mean_absolute_error, mean_squared_log_error, r2_score

    found = {"r2": r2_score(y_true, y_pred), "mae": mean_absolute_error(y_true, y_pred)}
    if min(np.min(y_true), np.min(y_pred)) > -1:
        found["msle"] = mean_squared_log_error(y_true, y_pred)
    return _plain(found)


def _plain(found: Mapping[str, float]) -> dict[str, float]:
    """Python floats, which JSON writes."""
    return {name: float(value) for name, value in found.items()}
