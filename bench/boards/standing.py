"""Methods against each other over all tasks of a modality: mean rank, Friedman and Nemenyi, win rate and Elo.

What is ranked is a method in a regime (``smote`` in ``balance``) that adds rows to the real ones, takes some away or
changes nothing; training on synthetic rows alone is another question and stays on the overall board. Classifiers are
matched: two methods meet at the same task, classifier and seed. Tasks cut from the same rows count as one.

Only the methods of the largest block without a gap stand on it (``bench.boards.blocks``): all of them were tried on all
of its tasks, so that ranks, win rates and Elo compare methods that had the same opponents. A cell that was tried and
failed is last.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from bench.boards import training
from bench.boards.blocks import Scores, block, verdict
from bench.boards.blocks import notes as block_notes
from bench.boards.board import Board, Column, Name, Row, axes_of, axis_columns
from bench.boards.cells import higher_is_better, use
from bench.boards.overall import Group, counted, groups, heading, reference_of, score, task_notes, was_tried
from bench.statistics.comparison import Interval
from bench.statistics.ranking import Ranking, Rating, ratings

#: Elo is withheld below so many independent tasks
ELO_TASKS = 5
ROUNDS = 100


def standing(boards: Sequence[Board], date: str = "") -> list[Board]:
    """One board for each source class, modality and setting with a block of three methods and two independent tasks."""
    return [found for group, some in groups(boards).items() if (found := _board(group, some, date))]


def _board(group: Group, found: Sequence[Board], date: str) -> Board | None:
    boards = counted(found)
    met = block(_tables(boards))
    ranked = met.ranking()
    if ranked is None:
        return None
    units, families = {name.words for name in met.chosen}, set(met.families)
    meetings = [m for board in boards if board.family in families for m in _meetings(board) if m[0] in units]
    mine = _by_method([board for board in boards if board.family in families])
    axes = axes_of(met.chosen)
    places = dict(zip(ranked.methods, ranked.ranks, strict=True))
    rated = sorted(_rated(tuple(meetings), ROUNDS, ELO_TASKS), key=lambda rating: places[rating.method].mean)
    columns = (
        Column("method", "method", "text"),
        Column("regime", "regime", "text"),
        *axis_columns(axes),
        training.COLUMN,
        Column("mean rank", "rank", "place"),
        Column("win rate", "win_rate", "share"),
        *([Column("Elo", "elo", "rating")] if len(met.families) >= ELO_TASKS else []),
        Column("tasks", "task_coverage", "text"),
        Column("coverage", "share", "share"),
    )
    return Board(
        "standing", "", group.source, group.setting, date, "rank", heading("standing of methods", group, boards, date),
        notes=(*block_notes(met, ranked), *_notes(len(met.families)), *task_notes(found)),
        columns=columns,
        rows=tuple(_row(rating, places[rating.method], mine[rating.method], axes) for rating in rated),
        reference=reference_of(boards),
        modality=group.modality,
        facts=_facts(ranked, met.families),
    )  # fmt: skip


def _by_method(boards: Sequence[Board]) -> dict[str, list[tuple[Board, Row]]]:
    """The rows of every method in its regime, with their boards."""
    found: dict[str, list[tuple[Board, Row]]] = defaultdict(list)
    for board in boards:
        for row in _added(board):
            found[_unit(row).words].append((board, row))
    return found


@lru_cache(maxsize=8)
def _rated(meetings: tuple[tuple[str, str, str, float], ...], rounds: int, fewest: int) -> list[Rating]:
    """Ratings take seconds; a run makes its boards several times from the same records."""
    return ratings(meetings, rounds=rounds, fewest=fewest)


def _unit(row: Row) -> Name:
    """The method in its regime."""
    return Name.of_row(row).unit


def _added(board: Board) -> list[Row]:
    return [row for row in board.rows if use(row["regime"]) == "added"]


def _meetings(board: Board) -> list[tuple[str, str, str, float]]:
    """(method, family of tasks, where it met the others, score): one a task, classifier and seed."""
    sign = 1 if higher_is_better(board.primary) else -1
    found = []
    worst: dict[str, float] = defaultdict(float)
    for row in _added(board):
        for seed, value in row["by_seed"].items():
            worst[seed] = min(worst[seed], sign * value)
    for row in _added(board):
        where = f"{board.task}/{board.source}/{row['classifier']}"
        scores = {seed: sign * value for seed, value in row["by_seed"].items()}
        scores |= {seed: worst[seed] - 1 for seed in row["failed_seeds"]}
        name = _unit(row).words
        found += [(name, board.family, f"{where}/{seed}", value) for seed, value in scores.items()]
    return found


def _tables(boards: Sequence[Board]) -> dict[str, list[Scores]]:
    """What each method scored in its regime, a table a classifier, by family."""
    found: dict[str, list[Scores]] = defaultdict(list)
    for board in boards:
        tables: dict[str, dict[Name, float]] = defaultdict(dict)
        for row in filter(was_tried, _added(board)):
            tables[row["classifier"]][_unit(row)] = score(board, row)
        found[board.family] += [tables[classifier] for classifier in sorted(tables)]
    return found


def _row(rating: Rating, place: Interval, mine: Sequence[tuple[Board, Row]], axes: Sequence[str]) -> Row:
    unit = _unit(mine[0][1])
    tried = {board.key for board, row in mine if row["status"] != "skipped"}
    scored = {board.key for board, row in mine if row["seeds_ok"]}
    return {name: getattr(unit, name) for name in ("method", "regime", *axes)} | {
        "baseline": any(row["baseline"] for _, row in mine),
        "elo_mean": rating.elo and rating.elo.mean,
        "elo_low": rating.elo and rating.elo.low,
        "elo_high": rating.elo and rating.elo.high,
        "win_rate": rating.win_rate,
        "rank_mean": place.mean,
        "rank_low": place.low,
        "rank_high": place.high,
        "tasks_scored": len(scored),
        "tasks": len(tried),
        "task_coverage": f"{len(scored)}/{len(tried)}",
        "share": rating.coverage,
        "cells_ok": sum(row["seeds_ok"] for _, row in mine),
        **training.over([row for _, row in mine]),
        "record_ids": sorted(i for _, row in mine for i in row["record_ids"]),
        "reference_ids": [],
    }


def _facts(ranked: Ranking, blocks: Sequence[str]) -> dict[str, Any]:
    return {
        "methods": list(ranked.methods),
        "tasks": list(blocks),
        "mean_ranks": [rank.mean for rank in ranked.ranks],
        "friedman_chi_square": _finite(ranked.chi_square),
        "friedman_p": _finite(ranked.p_value),
        "verdict": verdict(ranked),
        "critical_difference": ranked.critical_difference,
        "nemenyi_p": [[_finite(p) for p in line] for line in ranked.p_values.tolist()],
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _notes(tasks: int) -> list[str]:
    elo = (
        f"Elo: mean 1000, 400 points are odds of 10 to 1, with its 95 % bootstrap interval over tasks, {ROUNDS} rounds"
        if tasks >= ELO_TASKS
        else f"Elo is withheld below {ELO_TASKS} independent tasks: it would be an artefact of the fit"
    )
    return [
        "classifiers are matched: two methods meet at the same task, classifier and seed; a failed cell lost; tstr is "
        "not in it",
        "mean rank with its bootstrap interval over tasks; the place on a task is that of the mean place over its "
        "classifiers",
        "win rate: on each task the share of its meetings that the method won, a tie being half; the mean over tasks",
        elo,
    ]
