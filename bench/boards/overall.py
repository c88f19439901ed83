"""The board over all tasks: real and real-subset tasks together, simulated ones apart, never both.

Nothing is normalised: a rank, a win and a difference are taken within a task and then averaged. Tasks cut from the
same rows weigh as one, and every such family the same; variants that leak on purpose are left out. What that hides is
said in the notes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean, median
from typing import Any

from bench.boards.cells import TRIVIAL, family, higher_is_better, label, leaks
from bench.boards.tables import REFERENCE, SOURCE_LABELS, Board, Column, Row
from bench.statistics.comparison import Interval, mean_interval
from bench.statistics.ranking import ranks

NOTES = (
    "rank: place among the rows of a task that have a score, 1 is best; tasks differ in how many rows they have",
    "wins: share of matched seeds at which the row beats none/real by the same classifier, a tie being half",
    "a task that a row tried without one ok cell counts as last place and as lost; one it did not try counts nowhere",
    "gain: mean over tasks of the paired difference in each task's own metric, turned so that more is better, "
    "± half of the 95 % t interval over tasks",
)


def overall(boards: Sequence[Board], date: str = "") -> list[Board]:
    """One board for each source class, budget and device that the task boards have."""
    return [_board(key, found, date) for key, found in groups(boards).items()]


def groups(boards: Sequence[Board]) -> dict[tuple[str, str, str], list[Board]]:
    """The task boards that may be averaged, by source class (``real`` or ``simulated``), budget and device, sorted."""
    found: dict[tuple[str, str, str], list[Board]] = defaultdict(list)
    for board in boards:
        kind = "simulated" if board.source == "simulated" else "real"
        found[kind, board.budget, board.device].append(board)
    return {key: found[key] for key in sorted(found)}


def counted(boards: Sequence[Board]) -> list[Board]:
    """Those that are no leaky variants; all of them where there is nothing else."""
    return [board for board in boards if not leaks(board.task)] or list(boards)


def heading(name: str, key: tuple[str, str, str], boards: Sequence[Board], date: str) -> str:
    """``name``, how many tasks, and how real their rows are."""
    source, budget, device = key
    subsets = sum(board.source == "real-subset" for board in boards)
    what = SOURCE_LABELS[source] + (f", {subsets} of {len(boards)} a REAL SUBSET" if subsets else "")
    tasks = f"{name}, {len(boards)} task{'s' if len(boards) > 1 else ''}"
    return " · ".join(filter(None, (tasks, what, f"budget {budget}", device, date)))


def task_notes(boards: Sequence[Board]) -> list[str]:
    """Which tasks are averaged, which weigh as one, which are left out."""
    used = counted(boards)
    told = ", ".join(f"{_task(board, used)} ({board.source}, {label(board.primary)})" for board in used)
    lines = [f"tasks and the metric each is judged by: {told}"]
    same: dict[str, list[str]] = defaultdict(list)
    for board in used:
        same[family(board.task)].append(board.task)
    several = [f"{name} ({', '.join(tasks)})" for name, tasks in sorted(same.items()) if len(tasks) > 1]
    if several:
        lines.append(f"tasks cut from the same rows are not independent and weigh as one: {'; '.join(several)}")
    left = [board.task for board in boards if board not in used]
    if left:
        lines.append(f"left out, as they leak on purpose: {', '.join(left)}")
    return lines


def _board(key: tuple[str, str, str], found: Sequence[Board], date: str) -> Board:
    source, budget, device = key
    boards = counted(found)
    places = [_places(board) for board in boards]
    names = sorted({_names(row) for board in boards for row in board.rows})
    rows = [_row(name, boards, places) for name in names]
    rows.sort(key=lambda row: (row["rank_mean"] is None, row["rank_mean"] or 0.0))
    cpu = any(column.key == "fit_cpu_s" for board in boards for column in board.columns)
    return Board(
        "overall", "", source, budget, device, date, "gain", heading("overall", key, boards, date),
        notes=(*task_notes(found), *NOTES),
        columns=(
            Column("method", "method", "text"),
            Column("classifier", "classifier", "text"),
            Column("regime", "regime", "text"),
            Column("rank", "rank_mean", "rank"),
            Column("wins", "win_rate", "share"),
            Column("gain to none", "gain", "signed"),
            Column("fit (CPU s)", "fit_cpu_s", "seconds") if cpu else Column("fit (s)", "fit_s", "seconds"),
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
    found: dict[str, list[float]] = defaultdict(list)
    wins: dict[str, list[float]] = defaultdict(list)
    gained: dict[str, list[float]] = defaultdict(list)
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
        kin = family(board.task)
        found[kin].append(place[name])
        scored += row[f"{board.primary}_mean"] is not None
        differences = [sign * value for value in row["diff_by_seed"].values()]
        if differences:
            wins[kin].append(fmean((d > 0) + (d == 0) / 2 for d in differences))
            gained[kin].append(fmean(differences))
            gains[_task(board, boards)] = gained[kin][-1]
        elif not row["seeds_ok"]:
            wins[kin].append(0.0)
    gain, rank = _over(gained), _over(found)
    reference = (name[0], name[2]) == REFERENCE
    return {
        "method": name[0],
        "classifier": name[1],
        "regime": name[2],
        "baseline": name[0] in TRIVIAL,
        "rank_mean": rank and rank.mean,
        "rank_ci95": rank and rank.half,
        "win_rate": fmean(map(fmean, wins.values())) if wins and not reference else None,
        "gain_mean": gain and gain.mean,
        "gain_ci95": gain and gain.half,
        **{key: _median(rows, key) for key in ("fit_s", "sample_s", "fit_cpu_s", "sample_cpu_s", "energy_j")},
        **{key: max(_known(rows, key), default=None) for key in ("peak_rss_mb", "peak_device_mb")},
        "tasks_scored": scored,
        "tasks": len(rows),
        "families": len(found),
        "task_coverage": f"{scored}/{len(rows)}",
        "subsets": sum(b.source == "real-subset" and name in p for b, p in zip(boards, places, strict=True)),
        "coverage": f"{sum(row['seeds_ok'] for row in rows)}/{sum(row['seeds'] for row in rows)}",
        **{f"gain.{task}": value for task, value in gains.items()},
        "record_ids": sorted(i for row in rows for i in row["record_ids"]),
        "reference_ids": sorted(i for row in rows for i in row["reference_ids"]),
    }


def _over(values: Mapping[str, Sequence[float]]) -> Interval | None:
    """Mean over families of tasks, each the mean of its tasks, with the t interval over families."""
    return mean_interval([fmean(found) for found in values.values()]) if values else None


def _known(rows: Sequence[Row], key: str) -> list[float]:
    return [row[key] for row in rows if row[key] is not None]


def _median(rows: Sequence[Row], key: str) -> float | None:
    known = _known(rows, key)
    return median(known) if known else None
