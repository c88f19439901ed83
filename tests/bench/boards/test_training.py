"""The length of training stands on every row and in the notes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from bench.boards.formats import render
from bench.boards.tables import build
from bench.boards.training import percent, span
from bench.records.record import Options, Record, Trained


def trained(record: Record, steps: float, published: float = 5000) -> Record:
    told = Trained(unit="steps", length=steps, published=published, source="a paper")
    return replace(record, trained=told, config=Options(base_seed=0, method={"steps": steps}))


@pytest.fixture
def boards(matrix: Callable[..., list[Record]]) -> list[Any]:
    steps = {"pima": 150, "ecg": 2000, "stocks": 10}
    records = [trained(r, steps[r.task]) if r.method == "gan" else r for r in matrix(tuple(steps), seeds=2)]
    return build(records)


def test_every_row_shows_it(boards: list[Any]) -> None:
    (pima,) = [board for board in boards if board.task == "pima"]
    shown = {row["method"]: row["trained_share"] for row in pima.rows}
    assert shown == {"none": None, "smote": None, "gan": pytest.approx(0.03), "cgan": None}
    assert {row["method"]: row["trained_share"] for row in pima.synthetic.rows}["gan"] == pytest.approx(0.03)
    for kind in ("overall", "standing"):
        (board,) = [board for board in boards if board.kind == kind]
        (row, *_) = [row for row in board.rows if row["method"] == "gan"]
        assert span(row) == "0.2 % to 40 %"
    text = render(pima, "md")
    assert "trained (of published)" in text
    line = next(line for line in text.splitlines() if line.startswith("| gan"))
    assert "| 3 % |" in " ".join(line.split())
    assert "| – |" in " ".join(next(line for line in text.splitlines() if line.startswith("| smote")).split())


def test_notes_say_what_the_whole_is_and_that_nothing_was_tuned(boards: list[Any]) -> None:
    (pima,) = [board for board in boards if board.task == "pima"]
    notes = "\n".join(pima.notes)
    assert "gan 150 of 5000 steps (a paper)" in notes
    assert "gan steps=150" in notes  # among the options: steps are not left out
    assert "no method's settings were tuned" in notes


def test_the_best_method_is_named_with_its_training(record: Callable[..., Record]) -> None:
    records = [record("pima", m, regime=r, value=v) for m, r, v in (("none", "real", 0.5), ("gan", "balance", 0.6))]
    (board,) = [board for board in build([records[0], trained(records[1], 150)]) if board.kind == "task"]
    assert "xgboost: gan/balance (trained: 3 % of published) against none/real +0.100" in "\n".join(board.notes)


def test_tuned_settings_are_named(record: Callable[..., Record]) -> None:
    records = [record("pima", "none"), record("pima", "smote", regime="balance", tuned="abc")]
    (board,) = [board for board in build(records) if board.kind == "task"]
    assert "settings tuned on validation rows: smote" in board.notes


@pytest.mark.parametrize(
    ("part", "text"), [(0.03, "3 %"), (1, "100 %"), (2.5, "250 %"), (0.0019, "0.2 %"), (0.0149, "1 %")]
)
def test_percent(part: float, text: str) -> None:
    assert percent(part) == text
