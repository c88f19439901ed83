"""Choosing one row of many, such as the strongest classifier, without the test rows that it is then reported by.

The best of many by its test score looks better than it is. So rows are chosen by what validation rows say of them;
where records hold no validation scores (those of older versions), nothing is chosen.
"""

from __future__ import annotations

from collections.abc import Iterable

from bench.boards.board import Board, Row
from bench.boards.cells import higher_is_better, label, use

#: a row's mean over seeds of the board's metric on validation rows
VALID = "valid_mean"


def best(rows: Iterable[Row], primary: str) -> Row | None:
    """The row whose mean on validation rows is best, of equals the first; None where one that has a score has none on
    validation rows."""
    scored = [row for row in rows if row[f"{primary}_mean"] is not None]
    if not scored or any(row[VALID] is None for row in scored):
        return None
    sign = 1 if higher_is_better(primary) else -1
    return max(scored, key=lambda row: sign * row[VALID])


def plain(board: Board) -> Row | None:
    """The strongest classifier without augmentation."""
    return best((row for row in board.rows if board.is_reference(row)), board.primary)


def helped(board: Board) -> Row | None:
    """The best row that adds synthetic rows, or does anything else to real ones."""
    found = (row for row in board.rows if not board.is_reference(row) and use(row["regime"]) == "added")
    return best(found, board.primary)


def notes(board: Board) -> list[str]:
    """Which classifier is strongest without augmentation, by validation rows."""
    rows = [row for row in board.rows if board.is_reference(row) and row[f"{board.primary}_mean"] is not None]
    if len(rows) < 2:
        return []
    chosen = plain(board)
    if chosen is None:
        return ["strongest classifier: none is chosen, as records hold no validation scores to choose by"]
    score = f"{label(board.primary)} {chosen[VALID]:.3f} there, {chosen[f'{board.primary}_mean']:.3f} on test rows"
    return [f"strongest classifier without augmentation, chosen on validation rows: {chosen['classifier']} ({score})"]
