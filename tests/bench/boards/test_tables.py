"""What boards count, compare and keep apart."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bench.boards.board import Board
from bench.boards.formats import render
from bench.boards.tables import build
from bench.errors import BenchError
from bench.records.record import Record
from tests import factories

T3, T2 = 3.18245, 4.30265  # t quantiles at 0.975 with 3 and 2 degrees of freedom

fixed = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def only(boards: list[Board], kind: str = "task") -> Board:
    (board,) = [board for board in boards if board.kind == kind]
    return board


def row(board: Board, method: str, classifier: str = "xgboost", regime: str = "balance") -> dict[str, Any]:
    (found,) = [r for r in board.rows if (r["method"], r["classifier"], r["regime"]) == (method, classifier, regime)]
    return found


def pair(record: Callable[..., Record], none: list[float], smote: list[float], **more: Any) -> list[Record]:
    """none/real and smote/balance, one score a seed."""
    records = [record(seed=s, value=v, **more) for s, v in enumerate(none)]
    return records + [record(method="smote", regime="balance", seed=s, value=v, **more) for s, v in enumerate(smote)]


def test_mean_difference_and_intervals_by_hand(record: Callable[..., Record]) -> None:
    board = only(build(pair(record, [0.5, 0.6, 0.7, 0.6], [0.6, 0.6, 0.8, 0.7])))
    found = row(board, "smote")
    assert found["auprc_mean"] == pytest.approx(0.675)
    spread = math.sqrt((0.075**2 * 2 + 0.125**2 + 0.025**2) / 3)
    # the mean has an interval of the same kind as the difference
    assert found["auprc_ci95"] == pytest.approx(T3 * spread * math.sqrt(1 / 4 + 154 / 460), rel=1e-5)
    # differences 0.1 0.0 0.1 0.1: mean 0.075, s = 0.05; the ratio is that of real rows, not of those trained on
    assert found["auprc_diff_mean"] == pytest.approx(0.075)
    assert found["auprc_diff_ci95"] == pytest.approx(T3 * 0.05 * math.sqrt(1 / 4 + 154 / 460), rel=1e-5)
    assert found["auprc_diff_n"] == 4
    assert found["test_train_ratio"] == pytest.approx(154 / 460)
    assert row(board, "none", regime="real")["auprc_diff_mean"] is None


def test_every_metric_has_its_own_difference(record: Callable[..., Record]) -> None:
    found = row(only(build(pair(record, [0.5, 0.6], [0.6, 0.6]))), "smote")
    assert found["brier_diff_mean"] == pytest.approx(-found["auprc_diff_mean"])
    assert found["roc_auc_mean"] == pytest.approx(0.7)


def test_one_seed_has_no_interval(record: Callable[..., Record]) -> None:
    board = only(build(pair(record, [0.5], [0.6])))
    found = row(board, "smote")
    assert (found["auprc_ci95"], found["auprc_diff_ci95"]) == (None, None)
    assert "0.600 ± –" in render(board, "md")
    assert "+0.100 ± –" in render(board, "md")


def test_differences_are_taken_at_matched_seeds_only(record: Callable[..., Record]) -> None:
    records = pair(record, [0.5, 0.6, 0.7], [0.6, 0.7])
    records += [record(method="smote", regime="balance", seed=9, value=0.99)]
    found = row(only(build(records)), "smote")
    assert found["seeds_ok"] == 3
    assert found["auprc_diff_n"] == 2
    assert found["diff_by_seed"] == pytest.approx({"0": 0.1, "1": 0.1})


@pytest.mark.parametrize(
    "change",
    [{"hashes": {"data": "other"}}, {"config": {"base_seed": 1}}, {"config": {"base_seed": 0, "task": {"ratio": 9}}}],
)
def test_other_rows_are_never_matched(record: Callable[..., Record], change: Record) -> None:
    records = [record(seed=s) for s in range(2)]
    records += [record(method="smote", regime="balance", seed=s, **change) for s in range(2)]
    assert row(only(build(records)), "smote")["auprc_diff_n"] == 0


def test_mixed_data_and_mixed_code_are_said(record: Callable[..., Record]) -> None:
    records = pair(record, [0.5, 0.6], [0.6, 0.6])
    assert not any("MIXED" in note for note in only(build(records)).notes)
    records[0].hashes = records[0].hashes | {"data": "other"}
    records[3].hashes = records[3].hashes | {"code": "other"}
    notes = "\n".join(only(build(records)).notes)
    assert "MIXED DATA: 2 versions" in notes
    assert "MIXED CODE: seeds made by different code in smote/xgboost/balance" in notes


def test_official_test_rows_get_the_plain_interval(record: Callable[..., Record]) -> None:
    same = {"hashes": {"data": "d", "test": "t"}}
    board = only(build(pair(record, [0.5, 0.6, 0.7], [0.6, 0.6, 0.8], **same)))
    found = row(board, "smote")
    spread = math.sqrt(((0.1 / 3) ** 2 * 2 + (0.2 / 3) ** 2) / 2)
    assert found["auprc_diff_ci95"] == pytest.approx(T2 * spread / math.sqrt(3), rel=1e-5)
    assert found["verdict"] is None
    assert "THESE TEST ROWS ALONE" in "\n".join(board.notes)


def test_without_sizes_there_is_a_difference_but_no_interval(record: Callable[..., Record]) -> None:
    found = row(only(build(pair(record, [0.5, 0.6], [0.6, 0.8], n_train=None))), "smote")
    assert found["auprc_diff_mean"] == pytest.approx(0.15)
    assert found["auprc_diff_ci95"] is None


def test_the_newest_record_of_a_cell_counts(record: Callable[..., Record]) -> None:
    new = [record(value=0.9, tag="new", started="2026-10-06T00:00:00+00:00")]
    old = [record(value=0.1)]
    for records in (new + old, old + new):
        board = only(build(records))
        assert board.rows[0]["auprc_mean"] == 0.9
        assert board.rows[0]["record_ids"] == [new[0].id]
        assert "1 older record of the same cells left out" in board.notes
    assert not any("older" in note for note in only(build(old + old)).notes)


def test_options_of_methods_are_said_as_the_records_have_them(record: Callable[..., Record]) -> None:
    def gan(seed: int, **options: Any) -> Record:
        return record(method="gan", regime="tstr", seed=seed, config={"base_seed": 0, "task": {}, "method": options})

    told = {"steps": 9, "pretrain_steps": 9, "learning_rate": 0.0002, "clip": None, "layers": [8, 4], "fast": True}
    (note,) = [note for note in only(build([record(), gan(0, **told)])).notes if note.startswith("options")]
    assert note.endswith("defaults: gan clip=none fast=true layers=8,4 learning_rate=0.0002 pretrain_steps=9 steps=9")
    assert not any("options" in note for note in only(build([record(), gan(0)])).notes)
    (note,) = [n for n in only(build([gan(0, layers=1), gan(1, layers=2)])).notes if n.startswith("options")]
    assert note.endswith("gan layers=1 or layers=2")


def test_a_dead_row_is_shown_with_its_status_and_reason(mixed: list[Record]) -> None:
    board = next(b for b in build(mixed) if b.task == "pima")
    dead = row(board, "cgan")
    assert (dead["coverage"], dead["status"], dead["auprc_mean"]) == ("0/5", "timeout", None)
    assert dead["reason"] == "timeout in fit: fit took longer than 60 s"
    assert [r["method"] for r in board.rows[-4:]] == ["cgan"] * 4
    assert "cgan: 20 of 20 cells timeout in fit: fit took longer than 60 s" in board.notes
    assert "timeout" in next(line for line in render(board, "md").splitlines() if line.startswith("| cgan"))


def test_a_lame_row_shows_its_coverage(mixed: list[Record]) -> None:
    board = next(b for b in build(mixed) if b.task == "credit-fraud")
    assert (row(board, "gan")["coverage"], row(board, "gan")["auprc_diff_n"]) == ("4/5", 4)


@fixed
@given(st.data())
def test_failed_cells_never_enter_a_number(matrix: Callable[..., list[Record]], data: st.DataObject) -> None:
    """Whatever a failed record holds, only its coverage is counted."""
    records = matrix(seeds=3)
    failed = data.draw(st.sets(st.integers(0, len(records) - 1)))
    poisoned = [
        replace(r, status="error", metrics={"auprc": 99.0}, times={"fit": 1e6}) if i in failed else r
        for i, r in enumerate(records)
    ]
    board = only(build(poisoned))
    kept = {r.id: r for i, r in enumerate(records) if i not in failed}
    assert sum(r["seeds_ok"] for r in board.rows) == len(kept)
    for found in board.rows:
        values = [kept[i].metrics["auprc"] for i in found["record_ids"] if i in kept]
        assert found["seeds"] == 3
        assert found["coverage"] == f"{len(values)}/3"
        assert found["auprc_mean"] == (pytest.approx(sum(values) / len(values)) if values else None)
        assert found["fit_s"] is None or found["fit_s"] < 100
        assert not set(found["reference_ids"]) - set(kept)


@fixed
@given(st.data())
def test_the_order_of_records_changes_nothing(mixed: list[Record], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(mixed))
    first, second = build(mixed, date="2026-10-05"), build(shuffled, date="2026-10-05")
    assert first == second
    assert [render(b, "json") for b in first] == [render(b, "json") for b in second]


@fixed
@given(st.data())
def test_sources_budgets_and_devices_are_never_pooled(matrix: Callable[..., list[Record]], data: st.DataObject) -> None:
    records = matrix(("pima", "ecg"), seeds=2)
    choice = st.tuples(
        st.sampled_from(["real", "real-subset", "simulated"]), st.sampled_from(["quick", "full"]),
        st.sampled_from(["cpu", "cuda"]),
    )  # fmt: skip
    for r in records:
        r.source, r.budget, r.device = data.draw(choice)
    by_id = {r.id: r for r in records}
    boards = build(records)
    for board in boards:
        ids = [i for r in board.rows for i in (*r["record_ids"], *r["reference_ids"])]
        assert {(by_id[i].budget, by_id[i].device) for i in ids} == {(board.budget, board.device)}
        sources = {by_id[i].source for i in ids}
        if board.kind == "task":
            assert sources == {board.source}
            assert {by_id[i].task for i in ids} == {board.task}
        else:
            assert sources == {"simulated"} if board.source == "simulated" else sources <= {"real", "real-subset"}
    in_tasks = sorted(i for b in boards if b.kind == "task" for r in b.rows for i in r["record_ids"])
    assert in_tasks == sorted(by_id)


@pytest.mark.parametrize(
    ("source", "says"), [("simulated", "SIMULATED STAND-IN"), ("real-subset", "REAL SUBSET"), ("real", "real data")]
)
def test_the_source_is_loud_in_every_format(record: Callable[..., Record], source: str, says: str) -> None:
    for board in build([record(source=source)], date="2026-10-05"):
        assert says in board.heading
        for fmt in ("md", "tex", "text", "json"):
            assert says in render(board, fmt)
        assert all(f",{board.source}," in line for line in render(board, "csv").splitlines()[1:])


def test_rows_are_sorted_by_the_primary_metric_in_its_direction(matrix: Callable[..., list[Record]]) -> None:
    up = [r["auprc_mean"] for r in only(build(matrix())).rows]
    assert up == sorted(up, reverse=True)
    down = [r["brier_mean"] for r in only(build(matrix(), {"pima": "brier"})).rows]
    assert down == sorted(down)


def test_an_unknown_primary_metric_is_refused(record: Callable[..., Record]) -> None:
    with pytest.raises(BenchError, match="no board can be sorted by 'aucpr'"):
        build([record()], {"pima": "aucpr"})


def test_the_default_primary_metric_is_that_of_the_task_kind(record: Callable[..., Record]) -> None:
    assert only(build([record(metrics={"f1_macro": 0.5, "accuracy": 0.9})])).primary == "f1_macro"
    assert only(build([record(metrics={"roc_auc": 0.5, "auprc": 0.9})])).primary == "auprc"
    assert only(build([record(status="error")])).primary == "auprc"


def test_no_records_no_boards() -> None:
    assert build([]) == []


def test_times_drop_the_extremes_of_five_seeds(record: Callable[..., Record]) -> None:
    def at(seconds: list[float]) -> float | None:
        records = [record(seed=s, times={"fit": t}) for s, t in enumerate(seconds)]
        found: float | None = only(build(records)).rows[0]["fit_s"]
        return found

    assert at([1, 2, 3, 4, 100]) == 3
    assert at([1, 2, 6]) == 3


def test_overall_by_hand(record: Callable[..., Record]) -> None:
    """Two tasks: smote gains 0.1 on one and 0.3 on the other, and wins 2 of 2 and 1 of 2 seeds."""
    records = pair(record, [0.5, 0.5], [0.6, 0.6]) + pair(record, [0.4, 0.4], [1.0, 0.4], task="ecg")
    board = only(build(records), "overall")
    found = row(board, "smote")
    assert found["gain_mean"] == pytest.approx(0.2)
    assert found["gain_ci95"] == pytest.approx(12.7062 * 0.1, rel=1e-5)
    assert (found["gain.pima"], found["gain.ecg"]) == pytest.approx((0.1, 0.3))
    assert found["win_rate"] == pytest.approx((1 + 0.75) / 2)
    assert (found["rank_mean"], found["task_coverage"], found["coverage"]) == (None, "2/2", "4/4")
    assert board.notes[0] == "no ranks: no 3 rows were tried on the same 2 independent tasks"
    assert sorted(found["record_ids"]) == sorted(r.id for r in records if r.method == "smote")


def test_overall_counts_a_lower_is_better_metric_as_gain(record: Callable[..., Record]) -> None:
    found = row(only(build(pair(record, [0.5, 0.5], [0.6, 0.6]), {"pima": "brier"}), "overall"), "smote")
    assert found["gain_mean"] == pytest.approx(0.1)
    assert found["win_rate"] == 1


def test_overall_a_failed_task_is_last_and_lost_a_skipped_one_is_neither(record: Callable[..., Record]) -> None:
    good = pair(record, [0.5, 0.5], [0.6, 0.6])
    third = [record(task, "gan", regime="balance", seed=s, value=0.4) for task in ("pima", "ecg") for s in range(2)]
    for status, wins, rank, coverage in (("error", 0.5, 2.0, "1/2"), ("skipped", 1.0, None, "1/1")):
        dead = [record("ecg", seed=s) for s in range(2)]
        dead += [record("ecg", "smote", regime="balance", seed=s, status=status) for s in range(2)]
        found = row(only(build(good + dead + third), "overall"), "smote")
        assert (found["win_rate"], found["rank_mean"], found["task_coverage"]) == (wins, rank, coverage)
        assert found["gain_mean"] == pytest.approx(0.1)


def test_overall_keeps_simulated_apart_and_counts_subsets(mixed: list[Record]) -> None:
    real, simulated = [b for b in build(mixed) if b.kind == "overall"]
    assert (real.source, simulated.source) == ("real", "simulated")
    assert "1 of 2 a REAL SUBSET" in real.heading
    assert row(real, "smote")["subsets"] == 1
    assert "simulacrum (simulated, AUPRC)" in "\n".join(simulated.notes)
    assert "credit-fraud (real-subset, AUPRC), pima (real, AUPRC)" in "\n".join(real.notes)


def test_json_is_strict_and_complete(mixed: list[Record]) -> None:
    for board in build(mixed):
        text = json.loads(render(board, "json"))
        assert text["rows"] == list(board.rows)
        assert text["notes"] == list(board.notes)


def test_boards_start_without_slow_libraries() -> None:
    code = (
        "import sys\n"
        "from bench.boards import formats, tables\n"
        "from bench.records.record import Machine, Options, Record\n"
        "r = [Record(schema=2, id=str(n), fit_id='f', task='t', source='real', method='none', classifier='c',\n"
        "     regime='real', seed=n, budget='q', device='cpu', modality='tabular', family='t', leaky=False,\n"
        "     trivial=True, reference=True, status='ok', started='', ended='', metrics={'auprc': 0.5}, threads=1,\n"
        "     hashes={}, config=Options(base_seed=0), machine=Machine(), versions={}) for n in (0, 1)]\n"
        "for board in tables.build(r):\n"
        "    formats.render(board, 'md')\n"
        "slow = {'torch', 'pandas', 'sklearn', 'scipy.stats', 'matplotlib', 'xgboost'}\n"
        "print(sorted(slow & set(sys.modules)))\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_board_without_intervals_says_what_it_takes(record: Callable[..., Record]) -> None:
    def said(records: list[Record]) -> str:
        return next(note for note in only(build(records)).notes if note.startswith("intervals of means"))

    assert "need two seeds or more (--seeds), which no row has" in said([record(), record(method="smote")])
    reference = [record(seed=seed, value=0.5 + seed / 9) for seed in (0, 1)]
    assert "Nadeau-Bengio corrected" in said(reference)  # no row is compared with it, and its own mean has one
    unknown = [record(seed=seed, n_test=None) for seed in (0, 1)]
    assert "need the numbers of test and of training rows, which not all records tell" in said(unknown)


def test_where_the_shares_of_classes_differ_a_board_shows_both(names):
    def cell(method, seed, tested, trained):
        metrics = {
            "f1_weighted": tested, "f1_weighted@training": trained, "roc_auc": 0.9, "recall_macro": 0.7, "ece": 0.1,
            "log_loss_macro": 0.4, "calibration_slope": 1.0,
        }  # fmt: skip
        return factories.scored(
            "digits-imbalanced", method, "cnn", "real" if method == "none" else "balance", seed, metrics=metrics,
            train_classes={"0": 90, "1": 10}, test_classes={"0": 50, "1": 50},
        )  # fmt: skip

    found = [cell("none", seed, 0.5, 0.8) for seed in range(3)] + [cell("smote", seed, 0.6, 0.7) for seed in range(3)]
    (board,) = [one for one in build(found, {"digits-imbalanced": "f1_weighted"}) if one.kind == "task"]
    labels = [column.label for column in board.columns]
    for label in ("F1 (weighted)", "F1 (weighted), training shares", "Δ F1 (weighted), training shares", "ECE"):
        assert label in labels
    row = next(row for row in board.rows if row["method"] == "smote")
    assert row["f1_weighted_diff_mean"] == pytest.approx(0.1)
    assert row["f1_weighted@training_diff_mean"] == pytest.approx(-0.1)
    (note,) = [text for text in board.notes if text.startswith("two shares of the classes")]
    assert "as they are (50 % a class)" in note
    assert "among training rows (10 to 90 %)" in note
    alike = [replace(r, metrics={"f1_weighted": 0.5, "roc_auc": 0.9, "recall_macro": 0.7}) for r in found]
    (plain,) = [one for one in build(alike, {"digits-imbalanced": "f1_weighted"}) if one.kind == "task"]
    assert not any("shares" in text for text in (*(c.label for c in plain.columns), *plain.notes))
