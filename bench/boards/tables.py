"""Boards from records: one a task, and one over all tasks.

Records of different task, source, budget, device, number of training rows, label noise or precision never meet on one
board. A cell that failed enters no mean; it is counted in the coverage, and said. Every row carries the ids of the
records it rests on.

``build`` gives :class:`bench.boards.board.Board` objects; ``bench.boards.formats`` turns them into text and files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bench.boards import baselines, checks, choice, statistics, training
from bench.boards.board import (
    SHARELESS_SHOWN,
    SHOWN,
    SOURCE_LABELS,
    Board,
    Column,
    Key,
    Name,
    Row,
    axes_of,
    axis_columns,
    baseline,
)
from bench.boards.cells import (
    Cells,
    Counted,
    against,
    by_row,
    counted,
    default_primary,
    higher_is_better,
    label,
    reference_of,
)
from bench.boards.notes import notes
from bench.boards.overall import overall
from bench.boards.rows import Shown, task_row
from bench.boards.spread import Replicates
from bench.boards.standing import standing
from bench.boards.statistics import Plan
from bench.boards.synthetic import synthetic, task_specific_measures
from bench.measures.naming import at_training
from bench.records.record import Record
from bench.statistics.sequential import Looks


def build(
    records: Sequence[Record],
    primary: Mapping[str, str] | None = None,
    date: str = "",
    selftest: Mapping[str, Any] | None = None,
    audit: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    comparisons: Mapping[str, Sequence[Sequence[str]]] | None = None,
    replicates: Replicates | None = None,
    looks: Mapping[str, Sequence[int]] | None = None,
) -> list[Board]:
    """Every board that ``records`` allow: those over all tasks first, then the tasks' by name.

    Parameters
    ----------
    records : in any order; where a cell was run several times, the one that ended last counts, and the board says so.
        Those that the harness lost (status ``harness``) count for nothing, and the board says how many are to be run.
    primary : the metric to sort each task by; by default ``auprc`` where records have it, else ``f1_macro``, else the
        first by name.
    date : shown in the headings; the boards have no other clock, so the same records give the same boards.
    selftest, audit : what ``selftest.json`` and ``audit.json`` hold, empty where there is no such file. A failed
        self-test is stamped on every heading. None: not looked for, and nothing is said.
    data : what ``run.json`` says of where each task's rows come from.
    comparisons : the primary comparisons that it declares of each task, [method, classifier, regime] each.
    replicates : metrics over draws of the test rows, by record.
    looks : with how many seeds primary comparisons were looked at, by task, where seeds were added until decided.

    Raises ``BenchError`` for a metric that no board can be sorted by, and for methods that both declare to be the
    reference.
    """
    groups: dict[Key, list[Record]] = defaultdict(list)
    for record in records:
        groups[Key.of(record)].append(record)
    sets = {key: counted(groups[key]) for key in sorted(groups, key=lambda key: key.order)}
    plans = _plans(comparisons or {}, looks or {})
    tasks = [
        _task_board(key, found, (primary or {}).get(key.task), date, plans[key.task], replicates or {})
        for key, found in sets.items()
    ]
    stamp, said = checks.stamp(selftest), checks.selftest_notes(selftest, records)
    everywhere = [_checked(board, stamp, said) for board in (*overall(tasks, date), *standing(tasks, date))]
    return everywhere + [
        _checked(board, stamp, [*said, *_origin(board, groups[board.key], audit, data or {})]) for board in tasks
    ]


def _plans(comparisons: Mapping[str, Sequence[Sequence[str]]], looks: Mapping[str, Sequence[int]]) -> dict[str, Plan]:
    """What was declared of each task, nothing of any other."""
    found: dict[str, Plan] = defaultdict(Plan)
    for task, cells in comparisons.items():
        found[task] = Plan(frozenset((m, c, r) for m, c, r in cells), Looks(looks.get(task, ())))
    return found


def _origin(
    board: Board, records: Sequence[Record], audit: Mapping[str, Any] | None, data: Mapping[str, Any]
) -> list[str]:
    """What is known of a task's rows: what the audit found, and where they come from."""
    return [
        *checks.audit_notes(audit, board.task, board.source),
        *checks.origin_notes(data, board.task, board.source, records),
    ]


def _checked(board: Board, stamp: str, more: Sequence[str]) -> Board:
    """The board, stamped, with more notes; its board of measures stamped alone."""
    heading = " · ".join(filter(None, (stamp, board.heading)))
    measures = board.synthetic and _checked(board.synthetic, stamp, ())
    return replace(board, heading=heading, notes=(*board.notes, *more), synthetic=measures)


def _task_board(
    key: Key, records: Counted, primary: str | None, date: str, plan: Plan, replicates: Replicates
) -> Board:
    used = records.used
    found = sorted({name for record in used for name in record.metrics})
    primary = primary or default_primary(found)
    metrics = sorted({*found, primary})
    cells, reference = by_row(used), reference_of(used)
    measures = [name for name in task_specific_measures(used) if name not in metrics]
    shown = Shown(metrics, measures, primary, axes_of(list(cells)), replicates)
    rows = _rows(cells, reference, shown, plan)
    pairs = statistics.pairs(cells, rows, reference, primary, replicates)
    heading = " · ".join(filter(None, (SOURCE_LABELS.get(key.source, key.source), *key.setting.words, date)))
    newest = max(used, key=lambda record: record.ended, default=None)
    board = Board(
        "task", key.task, key.source, key.setting, date, primary, f"{key.task} · {heading}",
        notes=(
            *notes(records, rows, primary, baseline(reference)), *training.notes(used),
            *statistics.notes(rows, primary, plan),
            *baselines.notes(rows, pairs, primary),
        ),
        columns=_columns(shown, reference, rows, cpu=_crowded(key, used, rows)),
        rows=tuple(rows),
        pairs=tuple(pairs),
        reference=reference,
        family=(newest.family if newest else "") or key.task,
        modality=newest.modality if newest else "",
        leaky=newest is not None and newest.leaky,
        development=newest is not None and newest.development,
    )  # fmt: skip
    board = replace(board, notes=(*board.notes, *choice.notes(board)))
    return replace(board, synthetic=synthetic(used, board, f"{key.task}: the synthetic rows · {heading}"))


def _rows(cells: Mapping[Name, Cells], reference: str, shown: Shown, plan: Plan) -> list[Row]:
    """Every row, best first, with what is known of its difference to the reference."""
    found = [task_row(own, against(cells, name, reference), shown) for name, own in cells.items()]
    sign, mean = -1 if higher_is_better(shown.primary) else 1, f"{shown.primary}_mean"
    found.sort(key=lambda one: (one[0][mean] is None, sign * (one[0][mean] or 0.0)))
    statistics.add(found, shown.primary, plan)
    return [row for row, _ in found]


def _crowded(key: Key, used: Sequence[Record], rows: Sequence[Row]) -> bool:
    """Whether CPU seconds are shown: workers side by side lengthen the wall's."""
    parallel = key.setting.device == "cpu" and any(record.machine.parallel_workers for record in used)
    return parallel and any(row["fit_cpu_s"] is not None for row in rows)


def _columns(shown: Shown, reference: str, rows: Sequence[Row], cpu: bool) -> tuple[Column, ...]:
    primary = shown.primary
    moved = at_training(primary)
    first: Sequence[str] = SHOWN
    shares: list[Column] = []
    if moved in shown.metrics:  # training and test rows have other shares of the classes
        shares = [Column(label(moved), moved, "mean"), Column(f"Δ {label(moved)}", f"{moved}_diff", "signed")]
        first = SHARELESS_SHOWN
    extra = [name for name in first if name in shown.metrics and name != primary][: 3 if first is SHOWN else None]
    return (
        Column("method", "method", "text"),
        Column("classifier", "classifier", "text"),
        Column("regime", "regime", "text"),
        *axis_columns(shown.axes),
        training.COLUMN,
        Column("seeds", "seeds_ok", "text"),
        Column(label(primary), primary, "mean"),
        Column(f"Δ {label(primary)} to {reference or 'no augmentation'}", f"{primary}_diff", "signed"),
        Column("comparison", "comparison", "text"),
        Column("verdict", "verdict", "verdict"),
        *([Column("p (Holm)", "p_holm", "p")] if any(row["p_holm"] is not None for row in rows) else []),
        *shares,
        *(Column(name, name, "measure") for name in shown.measures),
        *(Column(label(name), name, "mean") for name in extra),
        Column("fit (CPU s)", "fit_cpu_s", "seconds") if cpu else Column("fit (s)", "fit_s", "seconds"),
        Column("memory (MB)", "peak_rss_mb", "megabytes"),
        Column("ok", "coverage", "text"),
    )
