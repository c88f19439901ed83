"""The board over all tasks: real and real-subset tasks together, simulated ones apart, never both.

Nothing is normalised: a rank, a win and a difference are taken within a task and then averaged; ranks only within the
block of rows that were all tried on the same tasks. Each modality has its own board. Tasks cut from the
same rows weigh as one, and every such family the same; variants that leak on purpose are left out. What that hides is
said in the notes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf
from statistics import fmean, median
from typing import NamedTuple

from bench.boards import training
from bench.boards.blocks import Scores, block
from bench.boards.blocks import notes as block_notes
from bench.boards.board import SOURCE_LABELS, Board, Column, Name, Row, Setting, axes_of, axis_columns
from bench.boards.cells import higher_is_better, label
from bench.statistics.comparison import Interval, mean_interval


class Group(NamedTuple):
    """What the boards have in common that may be averaged. ``source`` is ``real`` (subsets included) or
    ``simulated``."""

    source: str
    modality: str
    setting: Setting


def overall(boards: Sequence[Board], date: str = "") -> list[Board]:
    """One board for each source class, modality and setting that the task boards have."""
    return [_board(group, found, date) for group, found in groups(boards).items()]


def groups(boards: Sequence[Board]) -> dict[Group, list[Board]]:
    """The task boards that may be averaged, by group, sorted; a board without a row is in none."""
    found: dict[Group, list[Board]] = defaultdict(list)
    for board in boards:
        if board.rows:
            source = "simulated" if board.source == "simulated" else "real"
            found[Group(source, board.modality, board.setting)].append(board)
    return {group: found[group] for group in sorted(found, key=lambda g: (g.source, g.modality, g.setting.order))}


def counted(boards: Sequence[Board]) -> list[Board]:
    """Those that neither leak on purpose nor had defaults chosen on them; all of them where there is nothing else."""
    return [board for board in boards if not (board.leaky or board.development)] or list(boards)


def reference_of(boards: Sequence[Board]) -> str:
    """What the boards' rows are compared with: the reference of all of them."""
    return "/".join(sorted({board.reference for board in boards} - {""}))


def heading(name: str, group: Group, boards: Sequence[Board], date: str) -> str:
    """``name``, how many tasks, and how real their rows are."""
    subsets = sum(board.source == "real-subset" for board in boards)
    what = SOURCE_LABELS[group.source] + (f", {subsets} of {len(boards)} a REAL SUBSET" if subsets else "")
    tasks = f"{name}, {len(boards)} {group.modality} task{'s' if len(boards) > 1 else ''}"
    return " · ".join(filter(None, (tasks, what, *group.setting.words, date)))


def task_notes(boards: Sequence[Board]) -> list[str]:
    """Which tasks are averaged, which weigh as one, which are left out."""
    used = counted(boards)
    told = ", ".join(f"{_task(board, used)} ({board.source}, {label(board.primary)})" for board in used)
    lines = [f"tasks and the metric each is judged by: {told}"]
    same: dict[str, list[str]] = defaultdict(list)
    for board in used:
        same[board.family].append(board.task)
    several = [f"{name} ({', '.join(tasks)})" for name, tasks in sorted(same.items()) if len(tasks) > 1]
    if several:
        lines.append(f"tasks cut from the same rows are not independent and weigh as one: {'; '.join(several)}")
    left = [board for board in boards if board not in used]
    if leaky := [board.task for board in left if board.leaky]:
        lines.append(f"left out, as they leak on purpose: {', '.join(leaky)}")
    if chosen := [board.task for board in left if not board.leaky]:
        lines.append(f"left out, as defaults of methods were chosen on them: {', '.join(chosen)}")
    return lines


def _notes(base: str) -> tuple[str, ...]:
    return (
        "rank: mean place among the ranked rows, 1 is best; those that are not ranked stand below, by gain",
        f"wins: share of matched seeds at which the row beats {base} by the same classifier, a tie being half",
        "a task that a row tried without one ok cell counts as last place and as lost; one it did not try counts "
        "nowhere",
        "gain: mean over tasks of the paired difference in each task's own metric, turned so that more is better, "
        "± half of the 95 % t interval over tasks",
    )


def _board(group: Group, found: Sequence[Board], date: str) -> Board:
    boards = counted(found)
    tried = _tried(boards)
    ranked = block(_tables(boards))
    places = dict(zip(ranked.chosen, ranked.places().T.tolist(), strict=True))
    axes = axes_of(list(tried))
    tasks = [_task(board, boards) for board in boards]
    rows = [
        _row(name, tried[name], places.get(name, []), tasks, axes)
        for name in sorted(tried, key=lambda name: name.order)
    ]
    rows.sort(key=_order)
    cpu = any(column.key == "fit_cpu_s" for board in boards for column in board.columns)
    board = Board(
        "overall", "", group.source, group.setting, date, "gain", heading("overall", group, boards, date),
        notes=(),
        columns=(
            Column("method", "method", "text"),
            Column("classifier", "classifier", "text"),
            Column("regime", "regime", "text"),
            *axis_columns(axes),
            training.COLUMN,
            Column("rank", "rank_mean", "rank"),
            Column("wins", "win_rate", "share"),
            Column(f"gain to {reference_of(boards) or 'no augmentation'}", "gain", "signed"),
            Column("fit (CPU s)", "fit_cpu_s", "seconds") if cpu else Column("fit (s)", "fit_s", "seconds"),
            Column("tasks", "task_coverage", "text"),
            Column("ok", "coverage", "text"),
        ),
        rows=tuple(rows),
        reference=reference_of(boards),
        modality=group.modality,
    )  # fmt: skip
    return replace(board, notes=(*block_notes(ranked, ranked.friedman()), *task_notes(found), *_notes(board.baseline)))


def _order(row: Row) -> tuple[bool, float]:
    """Ranked rows first, by rank; the others by gain."""
    rank, gain = row["rank_mean"], row["gain_mean"]
    return rank is None, rank if rank is not None else -gain if gain is not None else inf


def _tables(boards: Sequence[Board]) -> dict[str, list[Scores]]:
    """What every row scored on each board, by family."""
    found: dict[str, list[Scores]] = defaultdict(list)
    for board in boards:
        found[board.family].append({Name.of_row(row): score(board, row) for row in board.rows if was_tried(row)})
    return found


def was_tried(row: Row) -> bool:
    return bool(row["seeds_ok"]) or row["status"] != "skipped"


def score(board: Board, row: Row) -> float:
    """A row's mean, turned so that more is better; one that was tried and has none is below all."""
    mean: float | None = row[f"{board.primary}_mean"]
    return -inf if mean is None else mean if higher_is_better(board.primary) else -mean


@dataclass(frozen=True)
class _Try:
    """A row of a task's board."""

    board: Board
    task: str
    row: Row

    @property
    def gains(self) -> list[float]:
        """Differences to the reference, turned so that more is better, at matched seeds."""
        sign = 1 if higher_is_better(self.board.primary) else -1
        return [sign * value for value in self.row["diff_by_seed"].values()]

    @property
    def gain(self) -> float | None:
        gains = self.gains
        return fmean(gains) if gains else None

    @property
    def wins(self) -> float | None:
        """The share of matched seeds at which it beat the reference; one without an ok cell lost."""
        if gains := self.gains:
            return fmean((gain > 0) + (gain == 0) / 2 for gain in gains)
        return None if self.row["seeds_ok"] else 0.0


def _tried(boards: Sequence[Board]) -> dict[Name, list[_Try]]:
    """Every row of the boards by its name, board by board."""
    found: dict[Name, list[_Try]] = defaultdict(list)
    for board in boards:
        for row in board.rows:
            found[Name.of_row(row)].append(_Try(board, _task(board, boards), row))
    return found


def _task(board: Board, boards: Sequence[Board]) -> str:
    twice = sum(other.task == board.task for other in boards) > 1
    return f"{board.task}.{board.source}" if twice else board.task


def _row(
    name: Name, everything: Sequence[_Try], places: Sequence[float], tasks: Sequence[str], axes: Sequence[str]
) -> Row:
    tries = [one for one in everything if was_tried(one.row)]
    rows = [one.row for one in tries]
    return (
        name.fields(axes)
        | {"baseline": any(one.row["baseline"] for one in everything)}
        | _standing(tries, places)
        | {key: _median(rows, key) for key in ("fit_s", "sample_s", "fit_cpu_s", "sample_cpu_s", "energy_j")}
        | {key: max(_known(rows, key), default=None) for key in ("peak_rss_mb", "peak_device_mb")}
        | _coverage(tries)
        | training.over(rows)
        | {f"gain.{task}": None for task in tasks}
        | {f"gain.{one.task}": one.gain for one in tries}
        | {key: sorted(i for row in rows for i in row[key]) for key in ("record_ids", "reference_ids")}
    )


def _standing(tries: Sequence[_Try], places: Sequence[float]) -> Row:
    """Rank, wins and gain over families of tasks; the reference does not win over itself. ``places`` are a ranked
    row's, one a family."""
    rank = mean_interval(places) if len(places) else None
    wins = _over((one.board.family, one.wins) for one in tries)
    gain = _over((one.board.family, one.gain) for one in tries)
    reference = any(one.board.is_reference(one.row) for one in tries)
    return {
        "rank_mean": rank and rank.mean,
        "rank_ci95": rank and rank.half,
        "win_rate": wins.mean if wins and not reference else None,
        "gain_mean": gain and gain.mean,
        "gain_ci95": gain and gain.half,
    }


def _coverage(tries: Sequence[_Try]) -> Row:
    scored = sum(one.row[f"{one.board.primary}_mean"] is not None for one in tries)
    ok, seeds = (sum(one.row[key] for one in tries) for key in ("seeds_ok", "seeds"))
    return {
        "tasks_scored": scored,
        "tasks": len(tries),
        "families": len({one.board.family for one in tries}),
        "task_coverage": f"{scored}/{len(tries)}",
        "subsets": sum(one.board.source == "real-subset" for one in tries),
        "coverage": f"{ok}/{seeds}",
    }


def _over(values: Iterable[tuple[str, float | None]]) -> Interval | None:
    """Mean over families of tasks, each the mean of its tasks, with the t interval over families; None without a
    value."""
    found: dict[str, list[float]] = defaultdict(list)
    for family, value in values:
        if value is not None:
            found[family].append(value)
    return mean_interval([fmean(same) for same in found.values()]) if found else None


def _known(rows: Sequence[Row], key: str) -> list[float]:
    return [row[key] for row in rows if row[key] is not None]


def _median(rows: Sequence[Row], key: str) -> float | None:
    known = _known(rows, key)
    return median(known) if known else None
