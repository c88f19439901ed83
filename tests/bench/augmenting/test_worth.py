"""What is advised, of records whose numbers are known."""

import pytest

from bench.augmenting.worth import judge, lines, words
from bench.errors import BenchError
from bench.statistics.comparison import mean_interval
from tests.factories import scored

SEEDS = range(5)
JITTER = (-0.002, 0.001, 0.0, -0.001, 0.002)


def of(method, auprc, decides, classifier="xgboost", chosen_by=None, **more):
    """Records of one method: means and a little spread."""
    regime = "real" if method in ("none", "class-weight", "moved-threshold") else "balance"
    made = []
    for seed, jitter in zip(SEEDS, JITTER, strict=True):
        factor = 1 if method == "none" else -1
        numbers = {"auprc": auprc + factor * jitter, "balanced_accuracy": decides + factor * jitter}
        chosen = {"auprc": auprc if chosen_by is None else chosen_by, "balanced_accuracy": decides}
        fields = {"metrics": numbers, "valid": chosen, "train_classes": {"a": 400, "b": 60}, "n_test": 154}
        made.append(scored("own", method, classifier, regime, seed, **fields | more))
    return made


def test_a_method_that_raises_the_ranking_metric_is_recommended():
    found = judge([*of("none", 0.5, 0.6), *of("smote", 0.7, 0.6)], "auprc", ["smote"])
    assert found.recommended == "smote"
    assert found.advice.startswith("smote raises AUPRC of xgboost by +0.200 [+0.1")


def test_a_moved_threshold_that_does_as_well_is_said():
    records = [*of("none", 0.5, 0.6), *of("moved-threshold", 0.5, 0.8), *of("smote", 0.5, 0.8)]
    found = judge(records, "auprc", ["smote"])
    assert found.recommended is None
    assert found.advice.startswith("do not: a moved threshold does better or as well")
    assert "+0.200" in found.advice


def test_a_method_that_decides_better_than_a_moved_threshold_is_recommended():
    records = [*of("none", 0.5, 0.6), *of("moved-threshold", 0.5, 0.7), *of("smote", 0.5, 0.8)]
    found = judge(records, "auprc", ["smote"])
    assert found.recommended == "smote"
    assert "more than a moved threshold" in found.advice


def test_no_gain_is_no_recommendation():
    found = judge([*of("none", 0.5, 0.6), *of("smote", 0.5, 0.6)], "auprc", ["smote"])
    assert found.recommended is None
    assert found.advice.startswith("do not: AUPRC of xgboost changes by")


def test_a_metric_of_which_less_is_better():
    def at(method, brier):
        extra = {
            "metrics": {"brier": brier, "balanced_accuracy": 0.6, "auprc": 0.5},
            "valid": {"brier": brier, "balanced_accuracy": 0.6},
        }
        return of(method, 0.5, 0.6, **extra)

    assert judge([*at("none", 0.3), *at("smote", 0.1)], "brier", ["smote"]).recommended == "smote"
    assert judge([*at("none", 0.1), *at("smote", 0.3)], "brier", ["smote"]).recommended is None


def test_classifier_and_method_are_chosen_by_validation_rows():
    records = [
        *of("none", 0.5, 0.6, chosen_by=0.9), *of("none", 0.8, 0.6, "logistic", chosen_by=0.1),
        *of("smote", 0.52, 0.6, chosen_by=0.8), *of("gan", 0.9, 0.6, chosen_by=0.2),
    ]  # fmt: skip
    found = judge(records, "auprc", ["smote", "gan"])
    assert (found.classifier, found.recommended) == ("xgboost", "smote")  # not the gan that test rows would choose


def test_a_failed_method_is_never_recommended_and_its_reason_is_said():
    broken = [scored("own", "gan", "xgboost", "balance", seed, status="timeout") for seed in SEEDS]
    found = judge([*of("none", 0.5, 0.6), *broken], "auprc", ["gan"])
    assert found.recommended is None
    assert found.failed == {"gan": "fit took longer than 60 s"}
    assert "gan: fit took longer than 60 s" in lines(found)
    with pytest.raises(BenchError, match="nothing could be judged: fit took longer"):
        judge(broken, "auprc", ["gan"])


def test_intervals_are_the_corrected_ones():
    found = judge([*of("none", 0.5, 0.6), *of("smote", 0.7, 0.6)], "auprc", ["smote"])
    differences = [0.2 - 2 * jitter for jitter in JITTER]
    assert words(found.judged[0].ranks) == words(mean_interval(differences, 154 / 460))


def test_where_every_seed_has_the_same_test_rows_nothing_is_known():
    same = {"test_units": "blocks"}
    found = judge([*of("none", 0.5, 0.6, **same), *of("smote", 0.9, 0.9, **same)], "auprc", ["smote"])
    assert found.recommended is None
    assert found.judged[0].ranks.low is None
    assert any("every split tests on the same rows" in line for line in lines(found))


def test_lines_show_measures_of_synthetic_rows():
    told = {"fidelity": {"xgboost_auc": 0.91}, "privacy": {"near_duplicates": 0.5}}
    text = "\n".join(lines(judge([*of("none", 0.5, 0.6), *of("smote", 0.5, 0.6, **told)], "auprc", ["smote"])))
    assert "0.91" in text
    assert "0.50" in text
