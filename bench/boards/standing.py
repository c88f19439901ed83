"""Methods against each other over all tasks: mean rank, Friedman and Nemenyi, win rate and Elo.

What is ranked is a method in a regime (``smote`` in ``balance``) that adds rows to the real ones or changes nothing;
training on synthetic rows alone is another question and stays on the overall board. Classifiers are matched: two
methods meet at the same task, classifier and seed. Tasks cut from the same rows count as one.

Ranks need every method on every task, so Friedman's test takes the largest set of methods and tasks without a gap.
Win rate and Elo take every meeting there is: a cell that was not tried lowers the coverage. A cell that was tried and
failed is last in both.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bench.boards import training
from bench.boards.board import Board, Column, Name, Row, axes_of, axis_columns
from bench.boards.cells import higher_is_better, use
from bench.boards.overall import Group, groups, heading, leak_free, reference_of, task_notes
from bench.statistics.comparison import Interval
from bench.statistics.ranking import Ranking, Rating, ranking, ranks, ratings

#: fewer methods or independent tasks than this have no standing
METHODS, TASKS = 3, 2
ROUNDS = 100

#: a task's board under one classifier: what each method in its regime scored, more is better; failed: -inf
Scores = Mapping[Name, float]


def standing(boards: Sequence[Board], date: str = "") -> list[Board]:
    """One board for each source class and setting with three methods and two independent tasks or more."""
    return [found for group, some in groups(boards).items() if (found := _board(group, some, date))]


def _board(group: Group, found: Sequence[Board], date: str) -> Board | None:
    boards = leak_free(found)
    everything = [meeting for board in boards for meeting in _meetings(board)]
    there = Counter(where for _, _, where, _ in everything)
    meetings = [meeting for meeting in everything if there[meeting[2]] > 1]
    if len({name for name, *_ in meetings}) < METHODS or len({kin for _, kin, *_ in meetings}) < TASKS:
        return None
    block = _block(boards)
    ranked = block.ranking()
    places = dict(zip(ranked.methods, ranked.ranks, strict=True)) if ranked else {}
    mine = _by_method(boards)
    axes = axes_of([_unit(row) for same in mine.values() for _, row in same])
    rated = _rated(tuple(meetings), ROUNDS)
    rows = tuple(_row(rating, places.get(rating.method), mine[rating.method], axes) for rating in rated)
    return Board(
        "standing", "", *group, date, "elo", heading("standing of methods", group, boards, date),
        notes=(*task_notes(found), *_notes(ranked, block)),
        columns=(
            Column("method", "method", "text"),
            Column("regime", "regime", "text"),
            *axis_columns(axes),
            training.COLUMN,
            Column("Elo", "elo", "rating"),
            Column("win rate", "win_rate", "share"),
            Column("mean rank", "rank", "place"),
            Column("tasks", "task_coverage", "text"),
            Column("coverage", "share", "share"),
        ),
        rows=rows,
        reference=reference_of(boards),
        facts=_facts(ranked, block.families),
    )  # fmt: skip


def _by_method(boards: Sequence[Board]) -> dict[str, list[tuple[Board, Row]]]:
    """The rows of every method in its regime, with their boards."""
    found: dict[str, list[tuple[Board, Row]]] = defaultdict(list)
    for board in boards:
        for row in _added(board):
            found[_unit(row).words].append((board, row))
    return found


@lru_cache(maxsize=8)
def _rated(meetings: tuple[tuple[str, str, str, float], ...], rounds: int) -> list[Rating]:
    """Ratings take seconds; a run makes its boards several times from the same records."""
    return ratings(meetings, rounds=rounds)


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
        for seed, score in row["by_seed"].items():
            worst[seed] = min(worst[seed], sign * score)
    for row in _added(board):
        where = f"{board.task}/{board.source}/{row['classifier']}"
        scores = {seed: sign * score for seed, score in row["by_seed"].items()}
        scores |= {seed: worst[seed] - 1 for seed in row["failed_seeds"]}
        name = _unit(row).words
        found += [(name, board.family, f"{where}/{seed}", score) for seed, score in scores.items()]
    return found


def _scores(board: Board) -> list[Scores]:
    """What each method scored, one table a classifier."""
    sign = 1 if higher_is_better(board.primary) else -1
    found: dict[str, dict[Name, float]] = defaultdict(dict)
    for row in _added(board):
        mean = row[f"{board.primary}_mean"]
        if mean is not None:
            found[row["classifier"]][_unit(row)] = sign * mean
        elif row["status"] != "skipped":
            found[row["classifier"]][_unit(row)] = -math.inf
    return [found[classifier] for classifier in sorted(found)]


@dataclass(frozen=True)
class _Block:
    """Methods (``chosen``) that all have scores on all of some families of tasks, in every table of theirs; ``left``
    are the methods that have not."""

    tables: Mapping[str, Sequence[Scores]]
    chosen: Sequence[Name] = ()
    families: Sequence[str] = ()
    left: Sequence[Name] = ()

    def ranking(self) -> Ranking | None:
        """Friedman's test over the block; None where it is empty."""
        if not self.chosen:
            return None
        scores = [_places(self.tables[kin], self.chosen) for kin in self.families]
        return ranking([unit.words for unit in self.chosen], scores)


def _block(boards: Sequence[Board]) -> _Block:
    """The largest block without a gap. Methods join by how many families they have scores on, with every classifier;
    of the blocks that arise the one with the most cells is taken, of equals the one with more methods."""
    tables: dict[str, list[Scores]] = defaultdict(list)
    for board in boards:
        tables[board.family] += _scores(board)
    has = _scored_on(tables)
    units = list(has)
    best: tuple[list[Name], list[str]] = [], []
    for fewest in sorted({len(kins) for kins in has.values()}):
        chosen = [unit for unit in units if len(has[unit]) >= fewest]
        families = sorted(set.intersection(*(has[unit] for unit in chosen)))
        if len(chosen) >= METHODS and len(families) >= TASKS:
            best = max(best, (chosen, families), key=lambda block: len(block[0]) * len(block[1]))
    return _Block(tables, *best, [unit for unit in units if unit not in best[0]])


def _scored_on(tables: Mapping[str, Sequence[Scores]]) -> dict[Name, set[str]]:
    """The families that every method has scores on in all their tables; methods by name."""
    units = sorted({unit for found in tables.values() for table in found for unit in table}, key=lambda u: u.order)
    return {unit: {kin for kin, found in tables.items() if all(unit in table for table in found)} for unit in units}


def _places(tables: Sequence[Scores], chosen: Sequence[Name]) -> list[float]:
    """Minus the mean place over a family's tasks and classifiers, so that more is better."""
    table = ranks([[scores[unit] for unit in chosen] for scores in tables])
    return [-float(place) for place in table.mean(axis=0)]


def _row(rating: Rating, place: Interval | None, mine: Sequence[tuple[Board, Row]], axes: Sequence[str]) -> Row:
    unit = _unit(mine[0][1])
    tried = {board.key for board, row in mine if row["status"] != "skipped"}
    scored = {board.key for board, row in mine if row["seeds_ok"]}
    return {name: getattr(unit, name) for name in ("method", "regime", *axes)} | {
        "baseline": any(row["baseline"] for _, row in mine),
        "elo_mean": rating.elo.mean,
        "elo_low": rating.elo.low,
        "elo_high": rating.elo.high,
        "win_rate": rating.win_rate,
        "rank_mean": place and place.mean,
        "rank_low": place and place.low,
        "rank_high": place and place.high,
        "tasks_scored": len(scored),
        "tasks": len(tried),
        "task_coverage": f"{len(scored)}/{len(tried)}",
        "share": rating.coverage,
        "cells_ok": sum(row["seeds_ok"] for _, row in mine),
        **training.over([row for _, row in mine]),
        "record_ids": sorted(i for _, row in mine for i in row["record_ids"]),
        "reference_ids": [],
    }


def _facts(ranked: Ranking | None, blocks: Sequence[str]) -> dict[str, Any]:
    if ranked is None:
        return {}
    return {
        "methods": list(ranked.methods),
        "tasks": list(blocks),
        "mean_ranks": [rank.mean for rank in ranked.ranks],
        "friedman_chi_square": _finite(ranked.chi_square),
        "friedman_p": _finite(ranked.p_value),
        "critical_difference": ranked.critical_difference,
        "nemenyi_p": [[_finite(p) for p in line] for line in ranked.p_values.tolist()],
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _notes(ranked: Ranking | None, block: _Block) -> list[str]:
    lines = [
        "classifiers are matched: two methods meet at the same task, classifier and seed; a failed cell lost, one that "
        "was not tried lowers the coverage; tstr is not in it",
        f"Elo (mean 1000, 400 points are odds of 10 to 1) with its 95 % bootstrap interval over tasks, {ROUNDS} "
        "rounds; win rate: share of all meetings won, a tie being half; every task weighs the same",
    ]
    if ranked is None:
        lines.append("mean rank: no three methods have scores on the same two independent tasks")
        return lines
    lines.append(
        f"mean rank with its bootstrap interval over tasks: {len(ranked.methods)} methods on the "
        f"{len(block.families)} independent tasks where all of them have scores; the place on a task is that of the "
        "mean place over its classifiers"
        + (f"; without {', '.join(unit.words for unit in block.left)}" if block.left else "")
    )
    p = "not defined, all tie" if not math.isfinite(ranked.p_value) else f"p = {ranked.p_value:.2g}"
    lines.append(
        f"Friedman: chi² = {ranked.chi_square:.2f}, {p}; Nemenyi's critical difference of mean ranks at 0.05 is "
        f"{ranked.critical_difference:.2f} (Demsar 2006)"
    )
    return lines
