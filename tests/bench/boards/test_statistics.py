"""What a task board says of differences: intervals, tests, verdicts, pairs and baselines."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from scipy.stats import wilcoxon

from bench.boards.board import Board
from bench.boards.formats import render
from bench.boards.tables import build
from bench.records.record import Machine, Record
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


def test_a_row_has_verdict_p_and_bootstrap_interval_of_its_difference(three: list[Record]) -> None:
    found = row(task(three), "smote")
    differences = [a - b for a, b in zip(SMOTE, NONE, strict=True)]
    expected = comparison.verdict(differences, 154 / 460, 0.01)
    assert (found["verdict"], found["rope"]) == ("better", 0.01)
    assert found["p_better"] == pytest.approx(expected.p_better)
    (interval,) = comparison.bootstrap_intervals([differences])
    assert (found["auprc_diff_low"], found["auprc_diff_high"]) == pytest.approx((interval.low, interval.high))
    assert found["p"] == pytest.approx(wilcoxon(differences).pvalue)
    reference = row(task(three), "none")
    assert (reference["verdict"], reference["p"], reference["p_holm"]) == (None, None, None)


def test_p_is_adjusted_over_the_rows_of_one_classifier(three: list[Record], record: Callable[..., Record]) -> None:
    other = scores(record, "none", "real", NONE, classifier="mlp")
    other += scores(record, "smote", "balance", SMOTE, classifier="mlp")
    board = task(three + other)
    raw = {m: row(board, m)["p"] for m in ("smote", "gan")}
    adjusted = comparison.holm([raw["smote"], raw["gan"]])
    assert [row(board, m)["p_holm"] for m in ("smote", "gan")] == pytest.approx(adjusted)
    assert row(board, "smote", "mlp")["p_holm"] == pytest.approx(raw["smote"])


def test_a_metric_of_which_less_is_better_turns_the_verdict(three: list[Record]) -> None:
    found = row(task(three, primary={"pima": "brier"}), "smote")
    assert found["brier_diff_mean"] < 0
    assert found["verdict"] == "better"


def test_undecided_says_how_many_more_seeds(record: Callable[..., Record]) -> None:
    official = {"hashes": {"data": "d", "test": "t"}}
    records = scores(record, "none", "real", [0.5, 0.5, 0.5], **official)
    records += scores(record, "smote", "balance", [0.52, 0.55, 0.58], **official)
    board = task(records)
    more = comparison.verdict([0.02, 0.05, 0.08], 0.0, 0.01).more_seeds
    assert more
    assert row(board, "smote")["more_seeds"] == more
    assert f"| undecided (+{more}) |" in render(board, "md")


def test_without_sizes_the_bootstrap_interval_is_shown_and_no_verdict(record: Callable[..., Record]) -> None:
    records = scores(record, "none", "real", NONE, n_test=None) + scores(record, "smote", "balance", SMOTE, n_test=None)
    board = task(records)
    found = row(board, "smote")
    assert (found["verdict"], found["auprc_diff_ci95"]) == (None, None)
    text = render(board, "md")
    assert f"+0.112 [+{found['auprc_diff_low']:.3f}, +{found['auprc_diff_high']:.3f}]" in text
    assert "not corrected for overlapping training sets" in text


def test_any_two_methods_are_compared_at_matched_seeds(three: list[Record]) -> None:
    board = task([r for r in three if (r.method, r.seed) != ("gan", 5)])
    pairs = {(p["method_a"], p["method_b"]): p for p in board.pairs}
    assert set(pairs) == {("smote", "gan"), ("smote", "none"), ("none", "gan")}  # the higher mean stands first
    found = pairs["smote", "gan"]
    differences = [a - b for a, b in zip(SMOTE[:5], GAN, strict=False)]
    interval = comparison.mean_interval(differences, 154 / 460)
    assert (found["n"], found["verdict"]) == (5, "better")
    assert (found["diff_mean"], found["diff_ci95"]) == pytest.approx((interval.mean, interval.half))
    adjusted = comparison.holm([p["p"] for p in board.pairs])
    assert [p["p_holm"] for p in board.pairs] == pytest.approx(adjusted)


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
