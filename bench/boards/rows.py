"""One row of a task's board: the scores of its cells, what they gain over the reference, and what they cost."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.boards.board import Row
from bench.boards.cells import Cells, commonest, failure, test_train_ratio, typical
from bench.boards.training import share
from bench.records.record import Record
from bench.statistics.comparison import mean_interval

PHASES = ("fit", "sample", "train", "infer")


@dataclass(frozen=True)
class Shown:
    """What the rows of one board have in common: the metrics, the measures of synthetic rows that stand beside them,
    the metric that decides, and those of ``ROW_AXES`` that any row sets."""

    metrics: Sequence[str]
    measures: Sequence[str]
    primary: str
    axes: Sequence[str] = ()


def task_row(cells: Cells, reference: Mapping[int, Record], shown: Shown) -> Row:
    """The row of ``cells``; ``reference`` holds what they are compared with, by what they are matched by."""
    records, ok = cells.records, list(cells.ok.values())
    matched = [(record, reference[key]) for key, record in cells.ok.items() if key in reference]
    row = cells.name.fields(shown.axes) | {"baseline": any(r.trivial for r in records)} | _ended(records, ok)
    ratio = test_train_ratio([base for _, base in matched])
    for metric in shown.metrics:
        row |= _metric(metric, ok, matched, ratio, metric == shown.primary)
    for name in shown.measures:
        row |= _mean(name, [r.fidelity[name] for r in ok if name in r.fidelity], 0.0)
    row["failed_seeds"] = [_text(r.seed) for r in records if r.status not in ("ok", "skipped")]
    row |= _costs(ok)
    row["trained_share"] = share(records)
    row["record_ids"] = sorted(record.id for record in records)
    row["reference_ids"] = sorted(base.id for _, base in matched)
    return row


def _ended(records: Sequence[Record], ok: Sequence[Record]) -> Row:
    """How many seeds there are and how they ended."""
    failed = next((record for record in records if not record.ok), None)
    return {
        "seeds_ok": len(ok),
        "seeds": len(records),
        "coverage": f"{len(ok)}/{len(records)}",
        "status": "ok" if ok else commonest([record.status for record in records]),
        "reason": "" if failed is None else failure(failed),
    }


def _metric(
    metric: str, ok: Sequence[Record], matched: Sequence[tuple[Record, Record]], whole: float | None, primary: bool
) -> Row:
    """Mean of a metric and of its differences to the reference; of the primary one also seed by seed. ``whole``: the
    test/train ratio of all matched seeds."""
    row = _mean(metric, [r.metrics[metric] for r in ok if metric in r.metrics], 0.0)
    pairs = [(r, base) for r, base in matched if metric in r.metrics and metric in base.metrics]
    differences = [r.metrics[metric] - base.metrics[metric] for r, base in pairs]
    ratio = whole if len(pairs) == len(matched) else test_train_ratio([base for _, base in pairs])
    row |= _mean(f"{metric}_diff", differences, ratio)
    row[f"{metric}_diff_n"] = len(pairs)
    if primary:
        row["test_train_ratio"] = ratio
        row["by_seed"] = {_text(r.seed): r.metrics[metric] for r in ok if metric in r.metrics}
        row["diff_by_seed"] = {_text(r.seed): d for (r, _), d in zip(pairs, differences, strict=True)}
    return row


def _costs(ok: Sequence[Record]) -> Row:
    """Seconds of every phase, memory, energy."""
    row: Row = {f"{phase}_s": _typical(r.times.get(phase) for r in ok) for phase in PHASES}
    row |= {f"{phase}_cpu_s": _typical(r.cpu_s.get(phase) for r in ok) for phase in PHASES}
    row["peak_rss_mb"] = _largest(r.peak_rss_mb for r in ok)
    row["peak_device_mb"] = _largest(r.peak_device_mb for r in ok)
    row["energy_j"] = _typical(r.energy_j for r in ok)
    return row


def _typical(values: Iterable[float | None]) -> float | None:
    return typical([value for value in values if value is not None])


def _largest(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _mean(name: str, values: Sequence[float], ratio: float | None) -> Row:
    """Mean and half width of the 95 % interval; without the sizes that the correction needs there is no interval."""
    found = mean_interval(values, ratio or 0.0) if values else None
    return {f"{name}_mean": found and found.mean, f"{name}_ci95": found.half if found and ratio is not None else None}


def _text(seed: int) -> str:
    """A seed as a key of JSON, once for all rows that have it."""
    return sys.intern(str(seed))
