"""What boards need of records: which count, which are matched, what they have in common."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import fmean
from typing import Any

from bench.errors import BenchError
from bench.records.record import Record

#: first words of task names that name a collection of unrelated tables
COLLECTIONS = frozenset({"keel"})
#: methods that learn nothing of the rows: whatever a generator gains, these give for nothing
TRIVIAL = frozenset({"none", "class-weight", "moved-threshold", "random-over", "image-augment", "series-augment"})


def default_primary(metrics: Sequence[str]) -> str:
    """The metric a board sorts by when nobody says: that of two classes, else that of many, else the first by name."""
    return next((name for name in ("auprc", "f1_macro", *metrics) if name in metrics), "auprc")


def higher_is_better(metric: str) -> bool:
    """Raises ``BenchError`` for a metric whose direction nobody stated."""
    from bench.measures.metrics import describe

    try:
        return describe(metric).higher_is_better
    except KeyError:
        raise BenchError(f"no board can be sorted by {metric!r}: bench.measures.metrics does not know it") from None


def label(metric: str) -> str:
    from bench.measures.metrics import describe

    try:
        return describe(metric).label
    except KeyError:
        return metric


def newest(records: Sequence[Record]) -> tuple[list[Record], int]:
    """One record a cell, sorted by seed, and how many older ones were left out."""
    cells: dict[tuple[Any, ...], Record] = {}
    for record in sorted(records, key=lambda r: (r.ended, r.id)):
        cells[record.method, record.classifier, record.regime, record.seed] = record
    distinct = len({record.id for record in records})
    return sorted(cells.values(), key=lambda r: (r.seed, r.id)), distinct - len(cells)


def pair_key(record: Record) -> tuple[Any, ...]:
    """Two records are matched when this is equal: the same seed of the same rows, split the same way."""
    config = record.config
    return record.seed, config.base_seed, repr(sorted(config.task.items())), *rows_of(record)


def rows_of(record: Record) -> tuple[Any, Any]:
    """What decides which rows a seed means: the data and the code that splits them."""
    hashes = record.hashes
    return hashes.get("data"), hashes.get("code_task")


def family(task: str) -> str:
    """What a task's rows were cut from, by its name: ``keel-ecoli`` for ``keel-ecoli-0-1_vs_5`` and ``keel-ecoli4``.

    Tasks cut from the same rows are not independent evidence: over all tasks they count as one. A collection's tables
    go by their first letters, other tasks by their first word (``fashion-mnist-2000``: ``fashion``).
    """
    first, _, rest = task.partition("-")
    if first in COLLECTIONS and rest:
        return f"{first}-{re.match('[A-Za-z]*', rest)[0]}"  # type: ignore[index]
    return first


def leaks(task: str) -> bool:
    """Whether a task is a variant that leaks on purpose, to re-run a published protocol."""
    return task.endswith("-leaky")


def use(regime: str) -> str:
    """``tstr`` where synthetic rows stand in for real ones, ``added`` where they are added, or nothing is."""
    return "tstr" if regime == "tstr" else "added"


def failure(record: Record) -> str:
    """``"timeout in fit: fit took longer than 60 s"``."""
    where = f"{record.status} in {record.phase}" if record.phase else record.status
    return f"{where}: {record.reason}" if record.reason else where


def test_train_ratio(references: Sequence[Record]) -> float | None:
    """Test rows over real training rows, which a record of no augmentation counts in ``n_train``.

    Zero where every seed was scored on the same test rows (an official test set, said by ``hashes.test``): the
    correction is for resampled ones, and the interval then speaks of that test set alone.
    """
    if not references or any(not r.n_train or not r.n_test for r in references):
        return None
    tests = [r.hashes.get("test") for r in references]
    if len(tests) > 1 and tests[0] is not None and len(set(tests)) == 1:
        return 0.0
    return fmean((r.n_test or 0) / (r.n_train or 1) for r in references)


def typical(seconds: Sequence[float]) -> float | None:
    """Mean of the runs; of five or more the fastest and the slowest are left out, as MLPerf does."""
    kept = sorted(seconds)[1:-1] if len(seconds) >= 5 else seconds
    return fmean(kept) if kept else None


def commonest(values: Sequence[str]) -> str:
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], value))
