"""Rows are chosen on validation rows, never on the test rows that they are reported by."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from bench.boards import choice
from bench.boards.board import Board
from bench.boards.tables import build
from bench.records.record import Record

Make = Callable[..., Record]


def board(records: list[Record], **more: dict[str, str]) -> Board:
    (found,) = [found for found in build(records, **more) if found.kind == "task"]
    return found


def cell(record: Make, method: str, classifier: str, test: float, valid: float | None) -> list[Record]:
    regime = "real" if method == "none" else "balance"
    found = [record(method=method, classifier=classifier, regime=regime, seed=s, value=test) for s in range(2)]
    return [replace(r, valid={} if valid is None else {"auprc": valid, "brier": 1 - valid}) for r in found]


def test_the_strongest_classifier_is_that_of_validation_rows(record: Make) -> None:
    records = cell(record, "none", "mlp", 0.9, 0.5) + cell(record, "none", "xgboost", 0.7, 0.6)
    for primary in ("auprc", "brier"):
        found = board(records, primary={"pima": primary})
        chosen = choice.plain(found)
        assert chosen is not None
        assert chosen["classifier"] == "xgboost"
    assert "chosen on validation rows: xgboost (AUPRC 0.600 there, 0.700 on test rows)" in "\n".join(
        board(records).notes
    )


def test_the_best_method_and_the_best_baseline_are_those_of_validation_rows(record: Make) -> None:
    records = cell(record, "none", "xgboost", 0.5, 0.5) + cell(record, "random-over", "xgboost", 0.6, 0.4)
    records += cell(record, "gan", "xgboost", 0.9, 0.6) + cell(record, "smote", "xgboost", 0.7, 0.8)
    found = board(records)
    chosen = choice.helped(found)
    assert chosen is not None
    assert chosen["method"] == "smote"
    assert "xgboost: smote/balance against none/real +0.200" in "\n".join(found.notes)


def test_without_validation_scores_nothing_is_chosen(record: Make) -> None:
    records = cell(record, "none", "mlp", 0.9, 0.5) + cell(record, "none", "xgboost", 0.7, None)
    records += cell(record, "smote", "xgboost", 0.7, None)
    found = board(records)
    assert (choice.plain(found), choice.helped(found)) == (None, None)
    assert "strongest classifier: none is chosen" in "\n".join(found.notes)
    assert not any("against" in note for note in found.notes)
