"""What a task board says of differences: intervals, tests, verdicts, pairs and baselines."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from scipy.stats import t, ttest_rel

from bench.boards.board import Board
from bench.boards.formats import render
from bench.boards.tables import build
from bench.records.record import Machine, Record
from bench.records.replicates import Replicate
from bench.statistics import comparison


def task(records: list[Record], **options: Any) -> Board:
    (board,) = [board for board in build(records, **options) if board.kind == "task"]
    return board


def scores(record: Callable[..., Record], method: str, regime: str, values: list[float], **more: Any) -> list[Record]:
    return [record(method=method, regime=regime, seed=s, value=v, **more) for s, v in enumerate(values)]


def row(board: Board, method: str, classifier: str = "xgboost") -> dict[str, Any]:
    (found,) = [r for r in board.rows if (r["method"], r["classifier"]) == (method, classifier)]
    return found


NONE = [0.50, 0.52, 0.54, 0.56, 0.58, 0.60]
SMOTE = [0.61, 0.62, 0.66, 0.67, 0.68, 0.73]
GAN = [0.50, 0.53, 0.53, 0.55, 0.60, 0.60]


@pytest.fixture
def three(record: Callable[..., Record]) -> list[Record]:
    found = scores(record, "none", "real", NONE) + scores(record, "smote", "balance", SMOTE)
    return found + scores(record, "gan", "balance", GAN)


PRIMARY = {"pima": [["smote", "xgboost", "balance"], ["gan", "xgboost", "balance"]]}


def differences(values: list[float], base: list[float] = NONE) -> list[float]:
    return [a - b for a, b in zip(values, base, strict=True)]


def test_a_row_has_a_verdict_read_off_its_interval(three: list[Record]) -> None:
    found = row(task(three), "smote")
    expected = comparison.estimate(differences(SMOTE), 154 / 460)
    assert (found["comparison"], found["alpha"], found["p_holm"]) == ("exploratory", 0.05, None)
    assert (found["verdict"], found["rope"]) == ("better", 0.01)
    assert found["auprc_diff_half"] == found["auprc_diff_ci95"] == pytest.approx(expected.half())
    assert found["p"] == pytest.approx(expected.p_value())
    worse, better = expected.outside()
    assert (found["p_worse"], found["p_better"]) == pytest.approx((worse, better))
    reference = row(task(three), "none")
    assert (reference["verdict"], reference["p"], reference["comparison"]) == (None, None, None)


def test_without_overlap_p_is_that_of_the_paired_t_test(record: Callable[..., Record]) -> None:
    """A test set so small that the correction vanishes."""
    small = {"n_test": 1, "n_train": 10**9}
    records = scores(record, "none", "real", NONE, **small) + scores(record, "gan", "balance", GAN, **small)
    assert row(task(records), "gan")["p"] == pytest.approx(ttest_rel(GAN, NONE).pvalue, rel=1e-6)


def test_primary_comparisons_are_corrected_among_themselves(three: list[Record], record: Callable[..., Record]) -> None:
    other = scores(record, "wgan", "balance", [v - 0.2 for v in NONE])
    other += scores(record, "smote", "tstr", SMOTE)
    board = task(three + other, comparisons=PRIMARY)
    found = {m: next(r for r in board.rows if (r["method"], r["regime"]) == (m, "balance")) for m in ("smote", "gan")}
    estimates = {"smote": comparison.estimate(differences(SMOTE), 154 / 460)}
    estimates["gan"] = comparison.estimate(differences(GAN), 154 / 460)
    p_values = [estimates[m].p_value() for m in found]
    assert [r["p_holm"] for r in found.values()] == pytest.approx(comparison.holm(p_values))
    assert [r["alpha"] for r in found.values()] == pytest.approx([0.025, 0.05])
    for method, alpha in (("smote", 0.025), ("gan", 0.05)):
        assert found[method]["comparison"] == "primary"
        assert found[method]["auprc_diff_half"] == pytest.approx(estimates[method].half(alpha))
    assert [r["comparison"] for r in board.rows if r["regime"] == "tstr" or r["method"] == "wgan"] == [
        "exploratory"
    ] * 2
    assert all(r["p_holm"] is None for r in board.rows if r["comparison"] != "primary")
    assert "primary: 2 comparisons declared before the run" in "\n".join(board.notes)
    assert "every comparison is exploratory" in "\n".join(task(three).notes)


def test_a_method_that_the_metric_cannot_see_takes_no_share_of_the_error(
    three: list[Record], record: Callable[..., Record]
) -> None:
    declared = {"pima": [*PRIMARY["pima"], ["moved-threshold", "xgboost", "real"]]}
    board = task(three + scores(record, "moved-threshold", "real", NONE), comparisons=declared)
    same = row(board, "moved-threshold")
    assert (same["comparison"], same["verdict"], same["p_holm"]) == ("primary", "equivalent", None)
    alone = task(three, comparisons=PRIMARY)
    for method in ("smote", "gan"):
        assert row(board, method) == row(alone, method)
    assert "2 comparisons declared before the run (1 more, with no difference at all" in "\n".join(board.notes)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    gains=st.lists(st.lists(st.floats(-0.1, 0.1), min_size=3, max_size=3), min_size=1, max_size=4),
    lower=st.booleans(),
)
def test_the_verdict_never_disagrees_with_the_interval_that_is_shown(
    record: Callable[..., Record], gains: list[list[float]], lower: bool
) -> None:
    records = scores(record, "none", "real", [0.5] * 3)
    names = [f"m{i}" for i in range(len(gains))]
    for name, gain in zip(names, gains, strict=True):
        records += scores(record, name, "balance", [0.5 + g for g in gain])
    declared = {"pima": [[name, "xgboost", "balance"] for name in names[:3]]}
    metric = "brier" if lower else "auprc"
    for found in task(records, comparisons=declared, primary={"pima": metric}).rows:
        mean, half = found[f"{metric}_diff_mean"], found[f"{metric}_diff_half"]
        if mean is None:
            continue
        low, high = sorted((-1 if lower else 1) * end for end in (mean - half, mean + half))
        said = "equivalent" if low >= -0.01 and high <= 0.01 else "better" if low > 0 else "worse" if high < 0 else ""
        assert found["verdict"] == (said or "undecided")
        if found["p_holm"] is not None and abs(found["p_holm"] - 0.05) > 1e-9:
            assert (found["p_holm"] < 0.05) == (low > 0 or high < 0)


def test_a_metric_of_which_less_is_better_turns_the_verdict(three: list[Record]) -> None:
    found = row(task(three, primary={"pima": "brier"}), "smote")
    assert found["brier_diff_mean"] < 0
    assert found["verdict"] == "better"


def test_undecided_says_about_how_many_more_seeds(record: Callable[..., Record]) -> None:
    records = scores(record, "none", "real", [0.5, 0.5, 0.5], n_test=10)
    records += scores(record, "smote", "balance", [0.52, 0.55, 0.58], n_test=10)
    board = task(records)
    assert row(board, "smote")["more_seeds"] == "1 to 10"
    assert "| undecided (1 to 10 more) |" in render(board, "md")


def test_without_sizes_there_is_neither_interval_nor_verdict(record: Callable[..., Record]) -> None:
    records = scores(record, "none", "real", NONE, n_test=None) + scores(record, "smote", "balance", SMOTE, n_test=None)
    board = task(records)
    found = row(board, "smote")
    assert (found["verdict"], found["auprc_diff_half"], found["auprc_ci95"]) == (None, None, None)
    text = render(board, "md")
    assert "+0.112 ± –" in text
    assert "n\\_test or n\\_train is not known" in text


UNITS = 22


def replicated(records: list[Record], of: Callable[[Record], Any]) -> dict[str, Replicate]:
    return {r.id: Replicate(UNITS, {"auprc": of(r)}) for r in records}


def test_where_every_seed_has_the_same_test_rows_intervals_include_them(record: Callable[..., Record]) -> None:
    fixed = {"test_units": "groups"}
    records = scores(record, "none", "real", NONE[:3], **fixed) + scores(record, "smote", "balance", SMOTE[:3], **fixed)
    rng = np.random.default_rng(0)
    shared = rng.normal(0, 0.05, 100)  # what test rows do to every record of a draw
    own = {r.id: rng.normal(0, 0.01, 100) for r in records}
    kept = replicated(records, lambda r: r.metrics["auprc"] + shared + own[r.id])
    board = task(records, replicates=kept)
    found = row(board, "smote")
    smote, none = ([r for r in records if r.method == name] for name in ("smote", "none"))
    paired = np.stack([own[a.id] - own[b.id] for a, b in zip(smote, none, strict=True)])
    gains = [a - b for a, b in zip(SMOTE[:3], NONE, strict=False)]
    rows = paired.mean(axis=0).var(ddof=1) * UNITS / (UNITS - 1)
    seeds = np.var(gains, ddof=1) / 3
    freedom = (seeds + rows) ** 2 / (seeds**2 / 2 + rows**2 / (UNITS - 1))
    assert found["auprc_diff_half"] == pytest.approx(t.ppf(0.975, freedom) * np.sqrt(seeds + rows))
    whole = (np.stack([own[r.id] for r in smote]).mean(axis=0) + shared).var(ddof=1) * UNITS / (UNITS - 1)
    assert found["auprc_ci95"] > 1.9 * np.sqrt(whole)  # the draws do not cancel in a mean
    assert (found["test_units"], found["verdict"]) == (UNITS, "better")
    assert "when the 22 groups of the test set, the same for every seed, are drawn again" in "\n".join(board.notes)
    assert found["f1_ci95"] is None  # of this metric nothing was kept
    (pair,) = board.pairs
    assert (pair["diff_ci95"], pair["verdict"]) == (pytest.approx(found["auprc_diff_half"]), "better")


def test_without_draws_an_interval_of_a_fixed_test_set_decides_nothing(record: Callable[..., Record]) -> None:
    fixed = {"test_units": "rows"}
    records = scores(record, "none", "real", NONE, **fixed) + scores(record, "smote", "balance", SMOTE, **fixed)
    board = task(records, comparisons=PRIMARY)
    found = row(board, "smote")
    plain = comparison.estimate([a - b for a, b in zip(SMOTE, NONE, strict=True)])
    assert found["auprc_diff_half"] == pytest.approx(plain.half())
    assert (found["verdict"], found["p"], found["p_holm"]) == (None, None, None)
    assert "THESE TEST ROWS ALONE" in "\n".join(board.notes)


def test_any_two_methods_are_compared_at_matched_seeds(three: list[Record]) -> None:
    board = task([r for r in three if (r.method, r.seed) != ("gan", 5)])
    pairs = {(p["method_a"], p["method_b"]): p for p in board.pairs}
    assert set(pairs) == {("smote", "gan"), ("smote", "none"), ("none", "gan")}  # the higher mean stands first
    found = pairs["smote", "gan"]
    differences = [a - b for a, b in zip(SMOTE[:5], GAN, strict=False)]
    interval = comparison.mean_interval(differences, 154 / 460)
    assert (found["n"], found["verdict"]) == (5, "better")
    assert (found["diff_mean"], found["diff_ci95"]) == pytest.approx((interval.mean, interval.half))
    assert found["p"] == pytest.approx(comparison.estimate(differences, 154 / 460).p_value())


def test_a_pair_with_none_says_what_the_row_says(matrix: Callable[..., list[Record]]) -> None:
    board = task(matrix())
    for pair in board.pairs:
        if pair["method_b"] == "none" and pair["regime_a"] == "balance":
            (found,) = [
                r for r in board.rows
                if (r["method"], r["classifier"], r["regime"]) == (pair["method_a"], pair["classifier"], "balance")
            ]  # fmt: skip
            assert pair["diff_mean"] == pytest.approx(found["auprc_diff_mean"])
            assert pair["diff_ci95"] == pytest.approx(found["auprc_diff_ci95"])
            assert (pair["p"], pair["verdict"]) == (found["p"], found["verdict"])


def test_classifiers_and_uses_of_synthetic_rows_are_never_paired(matrix: Callable[..., list[Record]]) -> None:
    pairs = task(matrix()).pairs
    # 4 methods added (none among them) and 3 alone, for two classifiers
    assert len(pairs) == 2 * (6 + 3)
    assert all((p["regime_a"] == "tstr") == (p["regime_b"] == "tstr") for p in pairs)


def test_pairs_are_in_json_and_in_a_table_of_their_own(three: list[Record]) -> None:
    from bench.boards.formats import files

    board = task(three)
    assert json.loads(render(board, "json"))["pairs"] == list(board.pairs)
    lines = dict(files([board]))["pima.pairs.csv"].decode().splitlines()
    assert len(lines) == 1 + len(board.pairs)
    assert lines[0].startswith(
        "task,source,budget,device,date,classifier,method_a,regime_a,method_b,regime_b,n,diff_mean"
    )


def test_baselines_are_marked_and_the_best_is_what_counts(three: list[Record], record: Callable[..., Record]) -> None:
    board = task(three)
    text = render(board, "md")
    assert "| none † " in text
    assert "| smote  " in text
    assert "xgboost: smote/balance against none/real +0.112" in text
    assert "NO METHOD BEATS" not in text
    over = scores(record, "random-over", "balance", [v + 0.2 for v in SMOTE])
    text = render(task(three + over), "md")
    says = (
        "NO METHOD BEATS THE BEST TRIVIAL BASELINE in AUPRC: xgboost: smote/balance against random-over/balance −0.200"
    )
    assert says in text


def test_an_absent_baseline_is_not_spoken_of(record: Callable[..., Record]) -> None:
    assert not any("baseline" in note for note in task(scores(record, "gan", "balance", GAN)).notes)


def test_times_say_whether_the_machine_was_quiet(three: list[Record]) -> None:
    def note(**machine: Any) -> str:
        board = task([replace(r, machine=Machine(**machine), cpu_s={"fit": 2.5, "sample": 0.5}) for r in three])
        assert row(board, "gan")["fit_cpu_s"] == 2.5
        shown = [column.label for column in board.columns if "fit" in column.label]
        assert shown == (["fit (CPU s)"] if machine.get("parallel_workers") else ["fit (s)"])
        return next(n for n in board.notes if n.startswith("times"))

    assert "exclusive: one fit at a time" in note(parallel_workers=0, exclusive=True)
    assert "in parallel, so an upper bound)" in note(parallel_workers=1, exclusive=False)
    assert "not ruled out" in note(parallel_workers=0, exclusive=False)


def test_old_records_without_cpu_seconds_show_wall_seconds(three: list[Record]) -> None:
    board = task(three)
    assert row(board, "gan")["fit_cpu_s"] is None
    assert "fit (s)" in [column.label for column in board.columns]


SELFTEST = {
    "passed": False,
    "code": "b0",
    "seeds": 3,
    "controls": [
        {"control": "copies", "task": "pima", "measure": "share", "expected": "1", "found": 1.0, "ok": True, "why": ""},
        {"control": "noise", "task": "pima", "measure": "auprc", "expected": "worse", "found": 0.9, "ok": False,
         "why": "noise must not help"},
    ],
}  # fmt: skip


def test_a_failed_selftest_is_stamped_on_every_board(matrix: Callable[..., list[Record]]) -> None:
    records = [replace(r, hashes=r.hashes | {"code_bench": "b0"}) for r in matrix(("pima", "ecg"), seeds=2)]
    for board in build(records, selftest=SELFTEST):
        assert board.heading.startswith("SELF-TEST FAILED (noise on pima) · ")
        assert "SELF-TEST FAILED: noise pima auprc: expected worse, found 0.9; noise must not help" in board.notes
    controls = [c | {"ok": True} for c in SELFTEST["controls"]]  # type: ignore[attr-defined]
    good = SELFTEST | {"passed": True, "controls": controls}
    for board in build(records, selftest=good):
        assert "SELF-TEST" not in board.heading
        assert board.notes[-1] == "self-test passed: 2 controls, 3 seeds"
    assert "other code" in build(records, selftest=good | {"code": "b1"})[0].notes[-1]
    assert "no self-test in this folder" in build(records, selftest={})[0].notes[-1]
    assert not any("self-test" in note for board in build(records) for note in board.notes)


def test_the_audit_of_a_task_is_said_on_its_board(three: list[Record]) -> None:
    checks = [
        {"check": "duplicates", "status": "ok", "found": "none"}, {"check": "groups", "status": "ok", "found": "none"},
        {"check": "windows", "status": "leak", "found": "31 test windows overlap"},
        {"check": "shown", "status": "declared", "found": "63 test rows"},
    ]  # fmt: skip
    notes = task(three, audit={"tasks": {"pima": {"checks": checks}}}).notes
    assert notes[-3:] == (
        "LEAK FOUND BY THE AUDIT: windows: 31 test windows overlap",
        "leak on purpose, as published: shown: 63 test rows",
        "leak audit: no leak by 2 checks (duplicates, groups)",
    )
    assert "not audited" in task(three, audit={"tasks": {"ecg": {"checks": []}}}).notes[-1]
    other = task(three, audit={"tasks": {"pima": {"source": "simulated", "checks": checks}}}).notes
    assert other[-1] == "leak audit: these rows were not audited, those of the task that are simulated were"
    assert not any("LEAK" in note for note in other)


def test_a_resampled_training_set_is_compared_with_the_real_one(record: Callable[..., Record]) -> None:
    found = scores(record, "none", "real", NONE) + scores(record, "tomek", "resample", SMOTE, n_train=440)
    board = task(found, comparisons={"pima": [["tomek", "xgboost", "resample"]]})
    tomek = row(board, "tomek")
    assert (tomek["regime"], tomek["verdict"], tomek["comparison"]) == ("resample", "better", "primary")
    assert tomek["auprc_diff_mean"] == pytest.approx(np.mean(differences(SMOTE)))
