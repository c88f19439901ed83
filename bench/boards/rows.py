"""One row of a task's board: the scores of its cells, what they gain over the reference, and what they cost."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from bench.boards.board import Row
from bench.boards.cells import Cells, commonest, failure, typical
from bench.boards.choice import VALID
from bench.boards.spread import Replicates, spread, test_train_ratio
from bench.boards.training import share
from bench.records.record import Record
from bench.statistics.comparison import Estimate, mean_interval

PHASES = ("fit", "sample", "train", "infer")


@dataclass(frozen=True)
class Shown:
    """What the rows of one board have in common: the metrics, the measures of synthetic rows that stand beside them,
    the metric that decides, those of ``ROW_AXES`` that any row sets, and draws of the test rows."""

    metrics: Sequence[str]
    measures: Sequence[str]
    primary: str
    axes: Sequence[str] = ()
    replicates: Replicates = field(default_factory=dict)


def task_row(cells: Cells, reference: Mapping[int, Record], shown: Shown) -> tuple[Row, Estimate | None]:
    """The row of ``cells``, and the estimate of what they gain in the primary metric; ``reference`` holds what they are
    compared with, by what they are matched by."""
    records, ok = cells.records, list(cells.ok.values())
    matched = [(record, reference[key]) for key, record in cells.ok.items() if key in reference]
    row = cells.name.fields(shown.axes) | {"baseline": any(r.trivial for r in records)} | _ended(records, ok)
    gain = None
    ratios = test_train_ratio([base for _, base in matched]), test_train_ratio(ok)
    for metric in shown.metrics:
        scores, found = _metric(metric, ok, matched, ratios, shown)
        row |= scores
        gain = found if metric == shown.primary else gain
    for name in shown.measures:
        row |= _measure(name, [r.fidelity[name] for r in ok if name in r.fidelity])
    row[VALID] = _valid(shown.primary, ok)
    row["failed_seeds"] = [_text(r.seed) for r in records if r.status not in ("ok", "skipped")]
    row |= _costs(ok)
    row["trained_share"] = share(records)
    row["record_ids"] = sorted(record.id for record in records)
    row["reference_ids"] = sorted(base.id for _, base in matched)
    return row, gain


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
    metric: str,
    ok: Sequence[Record],
    matched: Sequence[tuple[Record, Record]],
    ratios: tuple[float | None, float | None],
    shown: Shown,
) -> tuple[Row, Estimate | None]:
    """Mean of a metric and of its differences to the reference, with intervals of the same kind; of the primary one
    also seed by seed. ``ratios``: the test/train ratio of all matched seeds, and of all seeds."""
    own = [r for r in ok if metric in r.metrics]
    pairs = [(r, base) for r, base in matched if metric in r.metrics and metric in base.metrics]
    ratio = ratios[0] if len(pairs) == len(matched) else test_train_ratio([base for _, base in pairs])
    mean, scores = _spread([own], metric, ratio if pairs else ratios[1], shown)
    gain, differences = _spread(list(zip(*pairs, strict=True)), metric, ratio, shown)
    row = _estimate(metric, mean) | _estimate(f"{metric}_diff", gain) | {f"{metric}_diff_n": len(pairs)}
    if metric == shown.primary:
        row |= {"test_train_ratio": ratio, "test_units": (mean.units or None) if mean else None}
        row |= {"by_seed": _by_seed(own, scores), "diff_by_seed": _by_seed([r for r, _ in pairs], differences)}
    return row, gain


def _spread(
    sides: Sequence[Sequence[Record]], metric: str, ratio: float | None, shown: Shown
) -> tuple[Estimate | None, list[float]]:
    """The mean of a side's scores, or of what is left when the other's are taken off; and these, one a seed."""
    if not sides or not sides[0]:
        return None, []
    scores = [[record.metrics[metric] for record in side] for side in sides]
    values = scores[0] if len(scores) == 1 else [a - b for a, b in zip(*scores, strict=True)]
    return spread(values, sides, metric, ratio, shown.replicates), values


def _valid(metric: str, ok: Sequence[Record]) -> float | None:
    """The mean on validation rows; None unless every seed that has scores has one."""
    found = [r.valid[metric] for r in ok if metric in r.valid]
    return fmean(found) if found and len(found) == len(ok) else None


def _by_seed(records: Sequence[Record], values: Sequence[float]) -> dict[str, float]:
    return {_text(record.seed): value for record, value in zip(records, values, strict=True)}


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


def _estimate(name: str, found: Estimate | None) -> Row:
    """Mean and half width of the 95 % interval."""
    return {f"{name}_mean": found and found.mean, f"{name}_ci95": found and found.half()}


def _measure(name: str, values: Sequence[float]) -> Row:
    """The same of a measure of synthetic rows: the t interval over seeds."""
    found = mean_interval(values) if values else None
    return {f"{name}_mean": found and found.mean, f"{name}_ci95": found and found.half}


def _text(seed: int) -> str:
    """A seed as a key of JSON, once for all rows that have it."""
    return sys.intern(str(seed))
