"""What keeps records apart, and which of them count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from bench.boards.board import Board, Name, Setting
from bench.boards.formats import render, stems
from bench.boards.tables import build
from bench.errors import BenchError
from bench.records.record import Record

Make = Callable[..., Record]
LATER = "2026-10-06T00:00:00+00:00"


def task(records: list[Record]) -> Board:
    (board,) = [board for board in build(records) if board.kind == "task"]
    return board


def duel(record: Make, reference: str = "none", **more: Any) -> list[Record]:
    """The reference and smote at two seeds; smote gains 0.1."""
    found = [record(method=reference, seed=s, value=0.5 + s / 10, **more) for s in range(2)]
    found = [replace(r, reference=True) for r in found]
    return found + [record(method="smote", regime="balance", seed=s, value=0.6 + s / 10, **more) for s in range(2)]


@pytest.mark.parametrize(
    ("axis", "value", "words", "stem"),
    [
        ("train_rows", 500, "500 training rows", "pima.train-rows-500"),
        ("label_noise", 0.2, "20 % of labels flipped", "pima.label-noise-0-2"),
        ("precision", "bf16", "bf16", "pima.precision-bf16"),
    ],
)
def test_axes_of_boards_are_never_pooled_and_shown_where_they_are_set(
    record: Make, axis: str, value: Any, words: str, stem: str
) -> None:
    plain = duel(record)
    special = [replace(r, id=f"x{i}", **{axis: value}) for i, r in enumerate(plain)]
    boards = build(plain + special)
    named = dict(zip(stems(boards), boards, strict=True))
    assert {name for name, board in named.items() if board.kind == "task"} == {
        stem,
        f"pima.{axis.replace('_', '-')}-all",
    }
    found = named[stem]
    assert words in found.heading
    assert {i for row in found.rows for i in row["record_ids"]} == {r.id for r in special}
    assert f",{value}," in render(found, "csv").splitlines()[1]
    assert axis in render(found, "csv").splitlines()[0].split(",")
    assert f'"{axis}"' in render(found, "json")
    for board in build(plain):
        assert axis not in render(board, "csv") + render(board, "json")
    assert sum(board.kind == "overall" for board in boards) == 2


@pytest.mark.parametrize(("axis", "value", "shown"), [("tuned", "ab12", "ab12"), ("epsilon", 1.5, "1.5")])
def test_axes_of_rows_make_rows_of_their_own(record: Make, axis: str, value: Any, shown: str) -> None:
    plain = duel(record)
    special = [replace(r, id=f"x{i}", **{axis: value}) for i, r in enumerate(plain[2:])]
    boards = build(plain + special)
    for board in boards:
        rows = {row[axis]: row for row in board.rows if row["method"] == "smote"}
        assert set(rows) == {None, value}
        assert rows[value]["record_ids"] == sorted(r.id for r in special)
        assert any(column.key == axis for column in board.columns)
        assert f" {shown} " in render(board, "md")
    (board,) = [board for board in boards if board.kind == "task"]
    assert [row["auprc_diff_mean"] for row in board.rows if row["method"] == "smote"] == pytest.approx([0.1, 0.1])
    assert [pair[f"{axis}_a"] for pair in board.pairs if pair["method_b"] == "none"] == [None, value]
    assert all(axis not in row for board in build(plain) for row in board.rows)


def test_the_words_of_a_name_are_those_that_say_something() -> None:
    assert Name("none", "tree", "real").words == "none"
    assert Name("gan", "tree", "balance", epsilon=2.0).words == "gan · balance · ε = 2"
    assert Setting("quick", "cpu").words == ["budget quick", "cpu"]


def test_the_reference_is_the_method_that_says_so(record: Make) -> None:
    board = task(duel(record, "untouched"))
    assert board.baseline == "untouched/real"
    assert "Δ AUPRC to untouched" in [column.label for column in board.columns]
    (smote,) = [row for row in board.rows if row["method"] == "smote"]
    assert smote["auprc_diff_mean"] == pytest.approx(0.1)
    assert "none" not in " ".join(board.notes)


def test_two_references_are_refused(record: Make) -> None:
    with pytest.raises(BenchError, match="methods none and untouched both declare to be the reference that pima's"):
        build(duel(record) + duel(record, "untouched"))


def test_without_a_reference_there_are_no_differences(record: Make) -> None:
    board = task([replace(r, reference=False) for r in duel(record)])
    assert {row["auprc_diff_mean"] for row in board.rows} == {None}
    assert "Δ AUPRC to no augmentation" in [column.label for column in board.columns]


def test_a_baseline_is_a_method_that_says_it_learns_nothing(record: Make) -> None:
    board = task([replace(r, trivial=r.method == "smote") for r in duel(record)])
    assert {row["method"]: row["baseline"] for row in board.rows} == {"none": False, "smote": True}


@pytest.mark.parametrize(("status", "shown"), [("timeout", "timeout"), ("ok", "ok")])
def test_what_ended_last_is_shown_even_if_it_failed(record: Make, status: str, shown: str) -> None:
    """It began earlier, as a cell that is retried after a long fit may."""
    first = record(tag="a", ended="2026-10-05T13:00:00+00:00")
    then = record(tag="b", status=status, started="2026-10-05T11:00:00+00:00", ended=LATER)
    (row,) = task([then, first]).rows
    assert (row["status"], row["record_ids"]) == (shown, [then.id])


def test_what_the_harness_lost_counts_for_no_method(record: Make) -> None:
    lost = {"status": "harness", "phase": "fit", "reason": "the disk is full", "ended": LATER}
    records = duel(record)
    again = record(method="smote", regime="balance", seed=0, tag="again", **lost)
    never = [record(method="gan", regime="balance", seed=s, **lost) for s in range(3)]
    board = task([*records, again, *never])
    assert board.rows == task(records).rows
    assert board.pairs == task(records).pairs
    says = "3 cells are to be run again: ended by the harness's doing, which says nothing of a method"
    assert [note for note in board.notes if note not in task(records).notes] == [says]
    assert "gan" not in render(board, "md")


def test_a_task_of_which_the_harness_lost_everything_has_no_rows_and_is_in_no_average(record: Make) -> None:
    lost = record("ecg", status="harness", reason="the disk is full")
    boards = build([*duel(record), lost])
    (empty,) = [board for board in boards if board.task == "ecg"]
    assert empty.rows == ()
    assert any(note.startswith("1 cell is to be run again") for note in empty.notes)
    assert [board.rows for board in boards if board.kind == "overall"] == [
        board.rows for board in build(duel(record)) if board.kind == "overall"
    ]
    for fmt in ("md", "csv", "json", "tex", "text"):
        assert render(empty, fmt)
