"""What probabilities are worth: at which shares, with which threshold, and by which rows."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from bench.dataset import Schema
from bench.measures.metrics import score
from bench.trial.scoring import class_counts, scores, shares_to_weigh_by


@dataclass
class Parts:
    y: np.ndarray
    y_valid: np.ndarray
    y_test: np.ndarray
    schema: Schema = field(default_factory=lambda: Schema("tabular", (1,), ("common", "rare"), rare=1))
    rare_classes: tuple[int, ...] = (1,)


def labels(common, rare):
    return np.repeat([0, 1], [common, rare])


def probabilities(y, seed):
    rng = np.random.default_rng(seed)
    p = np.clip(0.4 * y + rng.random(len(y)) * 0.6, 0, 1)
    return np.column_stack([1 - p, p])


def test_shares_that_differ_are_scored_at_both():
    parts = Parts(labels(90, 10), labels(18, 2), labels(50, 50))
    np.testing.assert_allclose(shares_to_weigh_by(parts), [0.9, 0.1])
    on_test, on_valid = probabilities(parts.y_test, 0), probabilities(parts.y_valid, 1)
    found = scores(parts, on_test, lambda: on_valid)
    assert found.metrics["f1@training"] < found.metrics["f1"]
    assert not any("@" in name for name in found.valid)
    alike = scores(Parts(labels(90, 10), parts.y_valid, labels(45, 5)), on_test[:50], lambda: on_valid)
    assert not any("@" in name for name in alike.metrics)


def test_thresholds_and_choices_are_of_validation_rows_alone():
    parts = Parts(labels(90, 10), labels(40, 10), labels(40, 10))
    on_test, on_valid = probabilities(parts.y_test, 0), probabilities(parts.y_valid, 1)
    found = scores(parts, on_test, lambda: on_valid)
    other = scores(Parts(parts.y, parts.y_valid, parts.y_test[::-1]), on_test[::-1], lambda: on_valid)
    assert found.valid == other.valid
    assert found.valid["auprc"] == score(parts.y_valid, on_valid, classes=("a", "b"), rare=1)["auprc"]
    assert found.metrics["auprc"] == score(parts.y_test, on_test, classes=("a", "b"), rare=1)["auprc"]
    shifted = scores(parts, on_test, lambda: on_valid * 0.5 + np.array([0.5, 0.0]))  # every probability of rare halved
    assert shifted.metrics["recall_tuned"] >= found.metrics["recall_tuned"]
    assert shifted.metrics["f1"] == found.metrics["f1"]


def test_no_validation_rows_leave_nothing_to_choose_by():
    parts = Parts(labels(90, 10), labels(0, 0), labels(40, 10))
    found = scores(parts, probabilities(parts.y_test, 0), lambda: np.empty((0, 2)))
    assert found.valid == {}
    assert found.metrics["f1_tuned"] == pytest.approx(found.metrics["f1"])  # 0.5, as nothing was chosen


def test_class_counts_have_the_names_of_the_classes():
    parts = Parts(labels(90, 10), labels(1, 1), labels(40, 0))
    assert class_counts(parts) == {
        "train_classes": {"common": 90, "rare": 10},
        "test_classes": {"common": 40, "rare": 0},
    }
