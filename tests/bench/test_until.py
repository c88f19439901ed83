"""Seeds are added where a primary comparison is undecided, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench.boards.board import Board
from bench.config import load
from bench.records import runfile
from bench.records.folder import RunFolder
from bench.run import execute


def run(folder: Path, toy: Path, **more: Any) -> Board:
    """The toy task with one method and two classifiers; its board."""
    from bench import publish

    given = {
        "tasks": ("toy",), "methods": ("toy-jitter",), "classifiers": ("xgboost", "tree"), "seeds": 2,
        "regimes": ("real", "balance"), "engine": "serial", "out": folder, "pictures": False, "offline": True,
    }  # fmt: skip
    assert execute(load("smoke", None, given | more)) == 0
    (board,) = [board for board in publish.build(RunFolder(folder)) if board.kind == "task"]
    return board


def seeds(board: Board, method: str, classifier: str) -> int:
    (found,) = [row["seeds"] for row in board.rows if (row["method"], row["classifier"]) == (method, classifier)]
    return int(found)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """More seeds could always decide: the test is of the rounds, not of the toy's numbers."""
    monkeypatch.setattr("bench.until._is_open", lambda row: row["comparison"] == "primary")


@pytest.mark.usefixtures("few")
def test_primary_cells_get_seeds_up_to_the_limit(tmp_path: Path, toy: Path) -> None:
    board = run(tmp_path, toy, until_decided=True, max_seeds=5)
    facts = runfile.read(tmp_path)
    assert facts.comparisons == {"toy": [["toy-jitter", "xgboost", "balance"]]}
    assert facts.looks == {"toy": [2, 4, 5]}
    assert [seeds(board, name, "xgboost") for name in ("toy-jitter", "none")] == [5, 5]
    assert [seeds(board, name, "tree") for name in ("toy-jitter", "none")] == [2, 2]
    (primary,) = [row for row in board.rows if row["comparison"] == "primary"]
    assert primary["alpha"] == pytest.approx(0.05 / 8)
    assert "looked at with 2, 4, 5 seeds" in "\n".join(board.notes)
    planned = json.loads((tmp_path / "selection.json").read_text())
    assert sum(len(block["seeds"]) * len(block["regimes"]) for block in planned) == 2 * (5 + 2)


def test_what_is_decided_gets_no_seeds(tmp_path: Path, toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.until._is_open", lambda row: False)
    board = run(tmp_path, toy, until_decided=True)
    assert seeds(board, "toy-jitter", "xgboost") == 2
    assert runfile.read(tmp_path).looks == {"toy": [2]}


@pytest.mark.usefixtures("few")
def test_without_the_option_nothing_is_added_and_the_whole_level_is_there(tmp_path: Path, toy: Path) -> None:
    board = run(tmp_path, toy)
    (primary,) = [row for row in board.rows if row["comparison"] == "primary"]
    assert (primary["alpha"], seeds(board, "toy-jitter", "xgboost")) == (0.05, 2)
    assert runfile.read(tmp_path).looks == {}


def test_what_was_tried_before_is_not_declared_afterwards(tmp_path: Path, toy: Path) -> None:
    run(tmp_path, toy)
    facts = runfile.read(tmp_path)
    facts.comparisons.clear()
    runfile.write(tmp_path, facts)  # as if an older version had run it
    board = run(tmp_path, toy, seeds=3)
    assert runfile.read(tmp_path).comparisons == {"toy": []}
    assert {row["comparison"] for row in board.rows} == {None, "exploratory"}
