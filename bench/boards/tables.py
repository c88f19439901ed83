"""Boards from records: one a task, and one over all tasks.

Records of different task, source, budget or device never meet on one board. A cell that failed enters no mean; it is
counted in the coverage, and said. Every row carries the ids of the records it rests on.

``build`` gives :class:`Board` objects; ``bench.boards.formats`` turns them into text and files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from bench.boards import baselines, checks, statistics
from bench.boards.cells import (
    TRIVIAL,
    commonest,
    default_primary,
    failure,
    higher_is_better,
    label,
    newest,
    pair_key,
    test_train_ratio,
    typical,
)
from bench.boards.notes import notes
from bench.records.record import Record
from bench.statistics.comparison import mean_interval

Row = dict[str, Any]
Key = tuple[str, str, str, str]

#: what every row is compared with, by the same classifier at the same seed
REFERENCE = ("none", "real")
#: shown beside the primary metric where records have them; every metric is in CSV and JSON
SHOWN = ("roc_auc", "f1", "f1_macro", "f1_weighted", "recall", "recall_rare", "balanced_accuracy", "accuracy")
SOURCE_LABELS = {"real": "real data", "real-subset": "REAL SUBSET", "simulated": "SIMULATED STAND-IN"}


@dataclass(frozen=True)
class Column:
    """How a board shows one thing. ``kind`` says which keys of a row it reads and how they are written."""

    label: str
    key: str
    kind: Literal[
        "text", "mean", "signed", "seconds", "megabytes", "share", "rank", "verdict", "p", "rating", "place", "measure"
    ]  # fmt: skip


@dataclass(frozen=True)
class Board:
    """A leaderboard. ``rows`` hold plain numbers under keys with units; ``columns`` are those worth showing.

    ``kind`` is ``task``, ``overall`` (every row over all tasks), ``standing`` (methods against each other over all
    tasks) or ``measures`` (what was measured of a task's synthetic rows). ``source`` of ``overall`` and ``standing`` is
    ``real`` (subsets included, and counted) or ``simulated``, never both. ``pairs`` are comparisons of any two rows;
    ``facts`` what tests over all tasks found, or what the measures mean; ``synthetic`` a task's board of measures.
    """

    kind: Literal["task", "overall", "standing", "measures"]
    task: str
    source: str
    budget: str
    device: str
    date: str
    primary: str
    heading: str
    notes: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    pairs: tuple[Row, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    synthetic: Board | None = None

    @property
    def key(self) -> Key:
        return self.task, self.source, self.budget, self.device


def build(
    records: Sequence[Record],
    primary: Mapping[str, str] | None = None,
    date: str = "",
    selftest: Mapping[str, Any] | None = None,
    audit: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
) -> list[Board]:
    """Every board that ``records`` allow: those over all tasks first, then the tasks' by name.

    Parameters
    ----------
    records : in any order; where a cell was run several times, the newest counts, and the board says so.
    primary : the metric to sort each task by; by default ``auprc`` where records have it, else ``f1_macro``, else the
        first by name.
    date : shown in the headings; the boards have no other clock, so the same records give the same boards.
    selftest, audit : what ``selftest.json`` and ``audit.json`` hold, empty where there is no such file. A failed
        self-test is stamped on every heading. None: not looked for, and nothing is said.
    data : what ``run.json`` says of where each task's rows come from.
    """
    from bench.boards.overall import overall
    from bench.boards.standing import standing

    groups: dict[Key, list[Record]] = defaultdict(list)
    for record in records:
        groups[record.task, record.source, record.budget, record.device].append(record)
    tasks = [_task_board(key, groups[key], (primary or {}).get(key[0]), date) for key in sorted(groups)]
    boards = [*overall(tasks, date), *standing(tasks, date), *tasks]
    stamp = checks.stamp(selftest)
    return [_checked(board, stamp, selftest, audit, data or {}, records) for board in boards]


def _checked(
    board: Board,
    stamp: str,
    selftest: Mapping[str, Any] | None,
    audit: Mapping[str, Any] | None,
    data: Mapping[str, Any],
    records: Sequence[Record],
) -> Board:
    notes = checks.selftest_notes(selftest, records)
    if board.kind == "task":
        notes += checks.audit_notes(audit, board.task, board.source) + checks.origin_notes(data, board.key, records)
    heading = " · ".join(filter(None, (stamp, board.heading)))
    synthetic = board.synthetic and _checked(board.synthetic, stamp, None, None, data, records)
    return replace(board, heading=heading, notes=(*board.notes, *notes), synthetic=synthetic)


def _task_board(key: Key, records: Sequence[Record], primary: str | None, date: str) -> Board:
    from bench.boards.synthetic import own, synthetic

    task, source, budget, device = key
    used, older = newest(records)
    found = sorted({name for record in used for name in record.metrics})
    primary = primary or default_primary(found)
    metrics = sorted({*found, primary})
    measures = [name for name in own(used) if name not in metrics]
    cells: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
    for record in used:
        cells[record.method, record.classifier, record.regime].append(record)
    rows = []
    for names in sorted(cells):
        reference = [] if (names[0], names[2]) == REFERENCE else cells.get((REFERENCE[0], names[1], REFERENCE[1]), [])
        rows.append(_row(names, cells[names], reference, metrics, measures, primary))
    sign = -1 if higher_is_better(primary) else 1
    rows.sort(key=lambda row: (row[f"{primary}_mean"] is None, sign * (row[f"{primary}_mean"] or 0.0)))
    ratios = [row["test_train_ratio"] for row in rows if row["test_train_ratio"] is not None]
    statistics.add(rows, primary)
    pairs = statistics.pairs(cells, rows, primary)
    parallel = device == "cpu" and any(r.machine.parallel_workers for r in used)
    heading = " · ".join(filter(None, (SOURCE_LABELS.get(source, source), f"budget {budget}", device, date)))
    board = Board(
        "task", task, source, budget, device, date, primary, f"{task} · {heading}",
        notes=(
            *notes(used, ratios, primary, older), *statistics.notes(rows, primary),
            *baselines.notes(rows, pairs, primary),
        ),
        columns=_columns(
            metrics, measures, primary, cpu=parallel and any(row["fit_cpu_s"] is not None for row in rows)
        ),
        rows=tuple(rows),
        pairs=tuple(pairs),
    )  # fmt: skip
    return replace(board, synthetic=synthetic(used, board, f"{task}: the synthetic rows · {heading}"))


def _row(
    names: tuple[str, str, str],
    cells: Sequence[Record],
    reference: Sequence[Record],
    metrics: Sequence[str],
    measures: Sequence[str],
    primary: str,
) -> Row:
    ok = [record for record in cells if record.ok]
    against = {pair_key(record): record for record in reference if record.ok}
    failed = next((record for record in cells if not record.ok), None)
    row: Row = dict(zip(("method", "classifier", "regime"), names, strict=True))
    row |= {
        "baseline": names[0] in TRIVIAL,
        "seeds_ok": len(ok),
        "seeds": len(cells),
        "coverage": f"{len(ok)}/{len(cells)}",
        "status": "ok" if ok else commonest([record.status for record in cells]),
        "reason": "" if failed is None else failure(failed),
    }
    matched = [(record, against[key]) for record in ok if (key := pair_key(record)) in against]
    whole = test_train_ratio([base for _, base in matched])
    for metric in metrics:
        row |= _flat(metric, [record.metrics[metric] for record in ok if metric in record.metrics], 0.0)
        pairs = [(r, base) for r, base in matched if metric in r.metrics and metric in base.metrics]
        differences = [r.metrics[metric] - base.metrics[metric] for r, base in pairs]
        ratio = whole if len(pairs) == len(matched) else test_train_ratio([base for _, base in pairs])
        row |= _flat(f"{metric}_diff", differences, ratio)
        row[f"{metric}_diff_n"] = len(pairs)
        if metric == primary:
            row["test_train_ratio"] = ratio
            row["by_seed"] = {str(r.seed): r.metrics[metric] for r in ok if metric in r.metrics}
            row["diff_by_seed"] = {str(r.seed): d for (r, _), d in zip(pairs, differences, strict=True)}
    for name in measures:
        row |= _flat(name, [r.fidelity[name] for r in ok if name in r.fidelity], 0.0)
    row["failed_seeds"] = [str(r.seed) for r in cells if r.status not in ("ok", "skipped")]
    for kept, end in (("times", "_s"), ("cpu_s", "_cpu_s")):
        for phase in ("fit", "sample", "train", "infer"):
            seconds = [getattr(r, kept).get(phase) for r in ok]
            row[f"{phase}{end}"] = typical([value for value in seconds if value is not None])
    for resource in ("peak_rss_mb", "peak_device_mb"):
        row[resource] = max((getattr(r, resource) for r in ok if getattr(r, resource) is not None), default=None)
    row["energy_j"] = typical([r.energy_j for r in ok if r.energy_j is not None])
    row["record_ids"] = sorted(record.id for record in cells)
    row["reference_ids"] = sorted(base.id for _, base in matched)
    return row


def _flat(name: str, values: Sequence[float], ratio: float | None) -> Row:
    """Mean and half width of the 95 % interval; without the sizes that the correction needs there is no interval."""
    found = mean_interval(values, ratio or 0.0) if values else None
    return {f"{name}_mean": found and found.mean, f"{name}_ci95": found.half if found and ratio is not None else None}


def _columns(metrics: Sequence[str], measures: Sequence[str], primary: str, cpu: bool) -> tuple[Column, ...]:
    """``measures``: of synthetic rows, that the task alone takes. ``cpu``: show CPU seconds, as workers side by side
    lengthen the wall's."""
    extra = [name for name in SHOWN if name in metrics and name != primary][:3]
    return (
        Column("method", "method", "text"),
        Column("classifier", "classifier", "text"),
        Column("regime", "regime", "text"),
        Column("seeds", "seeds_ok", "text"),
        Column(label(primary), primary, "mean"),
        Column(f"Δ {label(primary)} to none", f"{primary}_diff", "signed"),
        Column("verdict", "verdict", "verdict"),
        Column("p (Holm)", "p_holm", "p"),
        *(Column(name, name, "measure") for name in measures),
        *(Column(label(name), name, "mean") for name in extra),
        Column("fit (CPU s)", "fit_cpu_s", "seconds") if cpu else Column("fit (s)", "fit_s", "seconds"),
        Column("memory (MB)", "peak_rss_mb", "megabytes"),
        Column("ok", "coverage", "text"),
    )
