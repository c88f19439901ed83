"""Metrics: closed forms, agreement with scikit-learn, known controls, and what missing classes do."""

import subprocess
import sys
import warnings

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from imblearn.metrics import geometric_mean_score

from bench.measures.metrics import align, best_threshold, forecast, score
from bench.measures.naming import METRICS, MULTICLASS, PRECISIONS, SHARELESS, auc_of, describe, names, recall_of

TWO = ("common", "rare")
THREE = ("a", "b", "c")


def binary(p_rare):
    p_rare = np.asarray(p_rare, dtype=float)
    return np.column_stack((1 - p_rare, p_rare))


def lower(name):
    return describe(name).higher_is_better is False


@pytest.fixture
def noisy():
    """Three classes, 300 rows, informative probabilities."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 300)
    logits = rng.normal(size=(300, 3)) + 1.5 * np.eye(3)[y]
    return y, np.exp(logits) / np.exp(logits).sum(1, keepdims=True)


def test_binary_closed_form():
    # 10 rows, 4 rare; alarms at 0.5: three of the rare ones and one false
    y = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    p = [0.9, 0.8, 0.7, 0.3, 0.6, 0.4, 0.2, 0.2, 0.1, 0.1]
    found = score(y, binary(p), classes=TWO, rare=1, threshold=0.3)
    assert found["accuracy"] == pytest.approx(8 / 10)
    assert found["precision"] == found["recall"] == found["f1"] == pytest.approx(3 / 4)
    assert found["balanced_accuracy"] == pytest.approx((3 / 4 + 5 / 6) / 2)
    assert found["gmean"] == pytest.approx(np.sqrt(3 / 4 * 5 / 6))
    assert found["mcc"] == pytest.approx((3 * 5 - 1 * 1) / np.sqrt(4 * 4 * 6 * 6))
    # from 0.3 on: all four rare ones and two false
    assert found["recall_tuned"] == 1
    assert found["precision_tuned"] == pytest.approx(4 / 6)
    assert found["f1_tuned"] == pytest.approx(2 * 4 / (2 * 4 + 2))
    # of the 24 pairs, only (0.3, 0.6) and (0.3, 0.4) are the wrong way round
    assert found["roc_auc"] == pytest.approx(22 / 24)
    assert found["auprc"] == pytest.approx((1 + 1 + 1 + 4 / 6) / 4)
    assert found["brier"] == pytest.approx(np.mean((np.array(p) - y) ** 2))
    assert found["recall_at_precision_90"] == pytest.approx(3 / 4)
    assert found["recall_at_precision_50"] == 1


def test_binary_scores_the_rare_class_whichever_it_is():
    rng = np.random.default_rng(1)
    y, p = rng.integers(0, 2, 200), rng.random(200)
    first = score(y, binary(p), classes=TWO, rare=1, threshold=0.4)
    second = score(1 - y, binary(p)[:, ::-1], classes=TWO[::-1], rare=0, threshold=0.4)
    assert first == pytest.approx(second)


def test_binary_agrees_with_scikit_learn():
    rng = np.random.default_rng(2)
    y, p = rng.random(500) < 0.1, rng.random(500)
    found = score(y, binary(p), classes=TWO, rare=1, threshold=0.7)
    assert found["accuracy"] == sk.accuracy_score(y, p > 0.5)
    assert found["mcc"] == pytest.approx(sk.matthews_corrcoef(y, p > 0.5))
    assert found["balanced_accuracy"] == pytest.approx(sk.balanced_accuracy_score(y, p > 0.5))
    assert found["f1"] == sk.f1_score(y, p > 0.5)
    assert found["f1_tuned"] == sk.f1_score(y, p >= 0.7)
    assert found["auprc"] == sk.average_precision_score(y, p)
    assert found["roc_auc"] == sk.roc_auc_score(y, p)
    assert found["brier"] == sk.brier_score_loss(y, p)
    assert found["gmean"] == pytest.approx(geometric_mean_score(y, p > 0.5))


def test_multiclass_agrees_with_scikit_learn(noisy):
    y, p = noisy
    predicted = p.argmax(1)
    found = score(y, p, classes=THREE, rare_classes=(1, 2))
    recalls = sk.recall_score(y, predicted, average=None)
    assert [found[f"recall_{c}"] for c in THREE] == list(recalls)
    assert found["recall_rare"] == pytest.approx(recalls[1:].mean())
    assert found["f1_macro"] == sk.f1_score(y, predicted, average="macro")
    assert found["f1_weighted"] == pytest.approx(sk.f1_score(y, predicted, average="weighted"))
    assert found["accuracy"] == sk.accuracy_score(y, predicted)
    assert found["mcc"] == pytest.approx(sk.matthews_corrcoef(y, predicted))
    assert found["precision_macro"] == sk.precision_score(y, predicted, average="macro")
    assert found["roc_auc"] == pytest.approx(sk.roc_auc_score(y, p, multi_class="ovr", average="macro"))
    assert found["auprc"] == pytest.approx(sk.average_precision_score(np.eye(3)[y], p, average="macro"))
    assert found["brier"] == pytest.approx(((p - np.eye(3)[y]) ** 2).sum(1).mean())
    assert found["gmean"] == pytest.approx(recalls.prod() ** (1 / 3))


@pytest.mark.parametrize("rare", [0, 1])
def test_two_classes_without_a_rare_one_are_scored_as_many(rare):
    found = score([0, 1, 1], binary([0.1, 0.9, 0.2]), classes=TWO)
    assert "f1_macro" in found
    assert "f1" not in found


@pytest.mark.parametrize("classes", [TWO, THREE])
def test_perfect_constant_and_inverted(classes):
    k = len(classes)
    rare = 1 if k == 2 else None
    y = np.arange(60) % k
    perfect = score(y, np.eye(k)[y], classes=classes, rare=rare)
    assert "calibration_slope" not in perfect  # nothing limits it
    assert all(value == pytest.approx(0 if lower(name) else 1, abs=1e-6) for name, value in perfect.items())
    constant = score(y, np.full((60, k), 1 / k), classes=classes, rare=rare)
    assert constant["roc_auc"] == pytest.approx(0.5)
    assert constant["auprc"] == pytest.approx(1 / k)
    assert constant["balanced_accuracy"] == pytest.approx(1 / k)
    assert constant["gmean"] == constant["mcc"] == 0
    inverted = score(y, np.eye(k)[(y + 1) % k], classes=classes, rare=rare)
    assert inverted["accuracy"] == inverted["gmean"] == 0
    assert inverted["mcc"] < 0
    assert inverted["brier"] == pytest.approx(1 if k == 2 else 2)


@pytest.mark.parametrize("only", [0, 1])
def test_test_rows_of_one_class_leave_ranking_metrics_out(only):
    found = score([only] * 3, binary([0.1, 0.2, 0.7]), classes=TWO, rare=1, threshold=0.5)
    assert not {"auprc", "roc_auc", *(f"recall_at_precision_{p}" for p in PRECISIONS)} & set(found)
    assert found["accuracy"] == pytest.approx((2 - only) / 3)
    assert found["precision"] == only


def test_averages_run_over_the_classes_that_test_rows_hold(noisy):
    y, p = noisy
    kept = y != 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = score(y[kept], p[kept], classes=THREE, rare_classes=(2,))
    assert "recall_c" not in found
    assert "recall_rare" not in found
    assert found["recall_macro"] == pytest.approx((found["recall_a"] + found["recall_b"]) / 2)
    assert found["balanced_accuracy"] == pytest.approx(found["recall_macro"])
    assert found["gmean"] == pytest.approx(np.sqrt(found["recall_a"] * found["recall_b"]))
    alone = score(y[y == 0], p[y == 0], classes=THREE)
    assert not {"roc_auc", "auprc"} & set(alone)


def test_tuned_metrics_need_a_threshold():
    found = score([0, 1], binary([0.1, 0.9]), classes=TWO, rare=1)
    assert not any(name.endswith("_tuned") for name in found)


@pytest.mark.parametrize(
    ("y", "p"),
    [
        ([0, 1], np.full((2, 3), 1 / 3)),
        ([0, 1], np.full((3, 2), 0.5)),
        ([], np.empty((0, 2))),
        ([0, 1], np.full((2, 2), np.nan)),
    ],
)
def test_nonsense_is_refused(y, p):
    with pytest.raises(ValueError, match=r"classes|probabilities"):
        score(y, p, classes=TWO, rare=1)


@settings(max_examples=40, deadline=None)
@given(
    hnp.arrays(np.float64, st.tuples(st.integers(1, 30), st.just(3)), elements=st.floats(0.01, 1)),
    st.integers(0, 2**32 - 1),
)
def test_every_metric_is_listed_finite_and_in_range(p, seed):
    p = p / p.sum(1, keepdims=True)
    y = np.random.default_rng(seed).integers(0, 3, len(p))
    two = p[:, :2] / p[:, :2].sum(1, keepdims=True)
    for found in (
        score(y, p, classes=THREE, rare_classes=(2,)),
        score(y % 2, two, classes=TWO, rare=1, threshold=0.3),
    ):
        for name, value in found.items():
            assert describe(name).label
            assert type(value) is float
            highest = {"brier": 2, "log_loss": 17, "log_loss_macro": 17, "calibration_slope": np.inf}.get(name, 1)
            assert {"mcc": -1, "calibration_slope": -np.inf}.get(name, 0) - 1e-9 <= value <= highest + 1e-9


def test_align_puts_unseen_classes_at_zero():
    full = align(np.array([[0.3, 0.7]], dtype=np.float32), [0, 2], 4)
    np.testing.assert_allclose(full, [[0.3, 0, 0.7, 0]], rtol=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_best_threshold_is_the_best_of_all_thresholds(data):
    n = data.draw(st.integers(2, 25))
    p = data.draw(hnp.arrays(np.float64, n, elements=st.sampled_from(np.linspace(0, 1, 9))))
    y = data.draw(hnp.arrays(bool, n))
    threshold = best_threshold(y, p)
    if y.all() or not y.any():
        assert threshold == 0.5
        return
    f1 = {t: sk.f1_score(y, p >= t) for t in p}
    assert f1[threshold] == pytest.approx(max(f1.values()))
    assert threshold == max(t for t in f1 if f1[t] > max(f1.values()) - 1e-12)


def test_best_threshold_closed_form():
    assert best_threshold([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4]) == 0.3
    assert best_threshold([0, 0], [0.1, 0.2]) == 0.5
    assert best_threshold([], []) == 0.5


def test_forecast():
    y = np.array([0.1, 0.4, 0.5])
    assert forecast(y, y) == {"r2": 1.0, "mae": 0.0, "msle": 0.0}
    assert forecast(y, np.full(3, y.mean()))["r2"] == pytest.approx(0)
    assert forecast(y, y + 0.2)["mae"] == pytest.approx(0.2)
    assert "msle" not in forecast(y, y - 1.5)


def test_table_is_complete():
    assert set(forecast([0.0, 1.0], [0.0, 1.0])) < set(METRICS)
    losses = {"brier", "log_loss", "log_loss_macro", "ece", "mae", "msle"}
    assert {name for name in METRICS if lower(name)} == losses
    assert {name for name, metric in METRICS.items() if metric.higher_is_better is None} == {"calibration_slope"}
    assert describe("recall_Trouser").label == "Recall Trouser"
    with pytest.raises(KeyError):
        describe("f2")


def test_importing_the_table_is_cheap():
    code = (
        "import sys, bench.measures.metrics, bench.measures.naming as n; print({'torch', 'sklearn'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


AWKWARD = ("rare", "macro", "tuned", "class:rare", "at_precision_50", "of", "Trouser", "class:", "weighted")


def test_no_class_takes_the_place_of_another_metric() -> None:
    y = np.arange(len(AWKWARD) * 4) % len(AWKWARD)
    p = np.eye(len(AWKWARD))[np.where(np.arange(len(y)) % 7 < 3, 0, y)]
    plain = [f"c{i}" for i in range(len(AWKWARD))]
    found, expected = (score(y, p, classes=names, rare_classes=(1, 2)) for names in (AWKWARD, plain))
    assert len(found) == len(expected)
    for name in set(MULTICLASS) & set(expected):
        assert found[name] == expected[name], name
    assert [found[recall_of(name)] for name in AWKWARD] == [expected[f"recall_{name}"] for name in plain]
    assert recall_of("Trouser") == "recall_Trouser"
    assert describe(recall_of("rare")).label == "Recall rare"


@given(st.lists(st.text(min_size=1), min_size=2, max_size=8, unique=True))
def test_names_of_recalls_never_meet(classes: list[str]) -> None:
    known = names(classes)
    assert len(set(known)) == len(known)
    assert not set(map(recall_of, classes)) & set(METRICS)


def test_names_are_what_score_gives() -> None:
    y, p = np.array([0, 1, 0, 1]), binary([0.2, 0.9, 0.7, 0.6])
    assert set(score(y, p, classes=TWO, rare=1, threshold=0.5)) == set(names(TWO, 1))
    three = np.eye(3)[[0, 1, 2, 0, 1, 2, 1]] * 0.4 + 0.2
    assert set(score([0, 1, 2, 0, 2, 1, 0], three, classes=THREE, rare_classes=(2,))) == set(names(THREE))
    assert {"auprc", "f1_macro", "f1_tuned"} <= set(names())
    assert not {"r2", "mae", "msle"} & set(names())


# --- shares of the classes: test rows as they are, and weighted to the shares among training rows


def test_shares_closed_form():
    """20 test rows, half of them rare; in training one in five. 8 of 10 rare rows are found, 1 in 10 others alarms."""
    y = np.repeat([1, 0], 10)
    p = np.r_[np.full(8, 0.8), np.full(2, 0.3), np.full(9, 0.3), 0.8]
    found = score(y, binary(p), classes=TWO, rare=1, threshold=0.7, shares=[0.8, 0.2])
    # as in a test set of 10 rare rows and 40 others: 8 true alarms, 4 false ones
    for tuned in ("", "_tuned"):
        assert found[f"precision{tuned}"] == pytest.approx(8 / 9)
        assert found[f"precision{tuned}@training"] == pytest.approx(8 / 12)
        assert found[f"f1{tuned}@training"] == pytest.approx(2 * 8 / (2 * 8 + 4 + 2))
    assert found["accuracy"] == pytest.approx(17 / 20)
    assert found["accuracy@training"] == pytest.approx((8 + 36) / 50)
    assert found["brier@training"] == pytest.approx(
        0.2 * (0.8 * 0.2**2 + 0.2 * 0.7**2) + 0.8 * (0.9 * 0.09 + 0.1 * 0.64)
    )
    assert found["log_loss@training"] == pytest.approx(
        -0.2 * (0.8 * np.log(0.8) + 0.2 * np.log(0.3)) - 0.8 * (0.9 * np.log(0.7) + 0.1 * np.log(0.2))
    )
    # of the rows at 0.8 two thirds are rare, of those at 0.3 2 of 38
    assert found["ece@training"] == pytest.approx((12 * (0.8 - 8 / 12) + 38 * (0.3 - 2 / 38)) / 50)
    assert not {f"{name}@training" for name in (*SHARELESS, "roc_auc")} & set(found)


@pytest.mark.parametrize("k", [2, 3])
def test_at_training_shares_metrics_are_those_of_rows_repeated_to_them(k):
    """Weights of whole numbers are rows that stand there so many times; what shares do not move, repeating does not."""
    rng = np.random.default_rng(3)
    y = rng.integers(0, k, 240)
    logits = rng.normal(size=(240, k)) + np.eye(k)[y]
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    times = np.array([1, 4, 2])[:k]
    options = {"classes": THREE[:k], "rare": 1 if k == 2 else None, "rare_classes": (1,), "threshold": 0.4}
    counts = np.bincount(y, minlength=k) * times
    found = score(y, p, shares=counts / counts.sum(), **options)
    often = np.repeat(np.arange(len(y)), times[y])
    repeated = score(y[often], p[often], **options)
    twice = {name for name in found if name.endswith("@training")}
    assert {"accuracy@training", "auprc@training", "ece@training", "mcc@training"} <= twice
    for name, value in repeated.items():
        other = f"{name}@training"
        if other in twice:
            assert found[other] == pytest.approx(value, abs=1e-9), name
        elif name != "calibration_slope":  # which they move by chance alone
            assert found[name] == pytest.approx(value), name
    assert found["calibration_slope"] == pytest.approx(repeated["calibration_slope"], abs=0.15)


def test_shares_like_those_of_the_test_rows_change_nothing(noisy):
    y, p = noisy
    found = score(y, p, classes=THREE, shares=np.bincount(y) / len(y))
    assert found["f1_weighted@training"] == pytest.approx(found["f1_weighted"])
    assert found["roc_auc@training"] == pytest.approx(found["roc_auc"])
    assert {name: value for name, value in found.items() if "@" not in name} == score(y, p, classes=THREE)


def test_a_class_without_training_rows_has_no_part_at_training_shares(noisy):
    y, p = noisy
    found = score(y, p, classes=THREE, shares=[0.5, 0.5, 0])
    even = score(y, p, classes=THREE, shares=[1, 1, 0])
    kept = y != 2
    assert found == even
    assert found["accuracy@training"] == pytest.approx(np.mean([(p[y == c].argmax(1) == c).mean() for c in (0, 1)]))
    assert found["f1_macro"] == score(y, p, classes=THREE)["f1_macro"] != found["f1_macro@training"]
    assert kept.any()
    with pytest.raises(ValueError, match="share above zero"):
        score(y[kept], p[kept], classes=THREE, shares=[0, 0, 1])


def test_pairs_of_classes_agree_with_scikit_learn(noisy):
    y, p = noisy
    found = score(y, p, classes=THREE)
    assert found["roc_auc_pairs"] == pytest.approx(sk.roc_auc_score(y, p, multi_class="ovo", average="macro"))
    for c, name in enumerate(THREE):
        one = [sk.roc_auc_score(y[m] == c, p[m, c]) for o in range(3) if o != c for m in [(y == c) | (y == o)]]
        assert found[auc_of(name)] == pytest.approx(np.mean(one))
    assert found["log_loss"] == pytest.approx(sk.log_loss(y, p))
    assert found["log_loss_macro"] == pytest.approx(
        np.mean([sk.log_loss(y[y == c], p[y == c], labels=[0, 1, 2]) for c in range(3)])
    )


def test_describe_says_which_shares():
    assert describe("f1_weighted@training").label == "F1 (weighted), training shares"
    assert describe("auc_Shirt").label == "AUC Shirt"
    with pytest.raises(KeyError):
        describe("nothing@training")
