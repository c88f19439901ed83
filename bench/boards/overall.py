"""The board over all tasks: real and real-subset tasks together, simulated ones apart, never both.

Nothing is normalised: a rank, a win and a difference are taken within a task and then averaged, so every task weighs
the same. What that hides is said in the notes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean, median
from typing import Any

from bench.boards.cells import higher_is_better, label
from bench.boards.tables import LOUD, REFERENCE, Board, Column, Row
from bench.comparison import mean_interval, ranks

NOTES = (
    "rank: place among the rows of a task that have a score, 1 is best; tasks differ in how many rows they have",
    "wins: share of matched seeds at which the row beats none/real by the same classifier, a tie being half",
    "a task that a row tried without one ok cell counts as last place and as lost; one it did not try counts nowhere",
    "gain: mean over tasks of the paired difference in each task's own metric, turned so that more is better, "
    "± half of the 95 % t interval over tasks",
)


def overall(boards: Sequence[Board], date: str = "") -> list[Board]:
    """One board for each source class, budget and device that the task boards have."""
    groups: dict[tuple[str, str, str], list[Board]] = defaultdict(list)
    for board in boards:
        kind = "simulated" if board.source == "simulated" else "real"
        groups[kind, board.budget, board.device].append(board)
    return [_board(key, groups[key], date) for key in sorted(groups)]


def _board(key: tuple[str, str, str], boards: Sequence[Board], date: str) -> Board:
    source, budget, device = key
    places = [_places(board) for board in boards]
    names = sorted({_names(row) for board in boards for row in board.rows})
    rows = [_row(name, boards, places) for name in names]
    rows.sort(key=lambda row: (row["rank_mean"] is None, row["rank_mean"] or 0.0))
    subsets = sum(board.source == "real-subset" for board in boards)
    what = LOUD[source] + (f", {subsets} of {len(boards)} a REAL SUBSET" if subsets else "")
    heading = " · ".join(
        filter(
            None,
            (f"overall, {len(boards)} task{'s' if len(boards) > 1 else ''}", what, f"budget {budget}", device, date),
        )
    )
    told = ", ".join(f"{_task(board, boards)} ({board.source}, {label(board.primary)})" for board in boards)
    return Board(
        "overall", "", source, budget, device, date, "gain", heading,
        notes=(f"tasks and the metric each is judged by: {told}", *NOTES),
        columns=(
            Column("method", "method", "text"),
            Column("classifier", "classifier", "text"),
            Column("regime", "regime", "text"),
            Column("rank", "rank_mean", "rank"),
            Column("wins", "win_rate", "share"),
            Column("gain to none", "gain", "signed"),
            Column("fit (s)", "fit_s", "seconds"),
            Column("tasks", "task_coverage", "text"),
            Column("ok", "coverage", "text"),
        ),
        rows=tuple(rows),
    )  # fmt: skip


def _names(row: Row) -> tuple[str, str, str]:
    return row["method"], row["classifier"], row["regime"]


def _places(board: Board) -> dict[tuple[str, str, str], float]:
    """Every row's place on a board; those that tried and failed share the last places, those only skipped have none."""
    sign = 1 if higher_is_better(board.primary) else -1
    tried = [row for row in board.rows if row["seeds_ok"] or row["status"] != "skipped"]
    scores = [row[f"{board.primary}_mean"] for row in tried]
    table = [[float("-inf") if score is None else sign * score for score in scores]]
    return {_names(row): float(place) for row, place in zip(tried, ranks(table)[0], strict=True)}


def _task(board: Board, boards: Sequence[Board]) -> str:
    twice = sum(other.task == board.task for other in boards) > 1
    return f"{board.task}.{board.source}" if twice else board.task


def _row(name: tuple[str, str, str], boards: Sequence[Board], places: Sequence[dict[Any, float]]) -> Row:
    found: list[float] = []
    wins: list[float] = []
    gains: dict[str, float | None] = {}
    rows: list[Row] = []
    scored = 0
    for board, place in zip(boards, places, strict=True):
        row = next((row for row in board.rows if _names(row) == name), None)
        gains[_task(board, boards)] = None
        if row is None or name not in place:
            continue
        sign = 1 if higher_is_better(board.primary) else -1
        rows.append(row)
        found.append(place[name])
        scored += row[f"{board.primary}_mean"] is not None
        differences = [sign * value for value in row["diff_by_seed"].values()]
        if differences:
            wins.append(fmean((d > 0) + (d == 0) / 2 for d in differences))
            gains[_task(board, boards)] = fmean(differences)
        elif not row["seeds_ok"]:
            wins.append(0.0)
    known = [gain for gain in gains.values() if gain is not None]
    gain = mean_interval(known) if known else None
    seconds = [row["fit_s"] for row in rows if row["fit_s"] is not None]
    reference = (name[0], name[2]) == REFERENCE
    rank = mean_interval(found) if found else None
    return {
        "method": name[0],
        "classifier": name[1],
        "regime": name[2],
        "rank_mean": rank and rank.mean,
        "rank_ci95": rank and rank.half,
        "win_rate": fmean(wins) if wins and not reference else None,
        "gain_mean": gain and gain.mean,
        "gain_ci95": gain and gain.half,
        "fit_s": median(seconds) if seconds else None,
        "tasks_scored": scored,
        "tasks": len(rows),
        "task_coverage": f"{scored}/{len(rows)}",
        "subsets": sum(b.source == "real-subset" and name in p for b, p in zip(boards, places, strict=True)),
        "coverage": f"{sum(row['seeds_ok'] for row in rows)}/{sum(row['seeds'] for row in rows)}",
        **{f"gain.{task}": value for task, value in gains.items()},
        "record_ids": sorted(i for row in rows for i in row["record_ids"]),
        "reference_ids": sorted(i for row in rows for i in row["reference_ids"]),
    }
