"""What the numbers of a board vary by: seeds, and test rows.

Where seeds draw other test rows, a mean and a difference are corrected by Nadeau and Bengio's ratio. Where every seed
has the same, the test rows (patients, blocks of time) are drawn again, the same draws for every record of the task
(``bench.records.replicates``), so that differences stay paired. Where nothing was kept to draw them by, an interval
speaks of those test rows alone, and no verdict rests on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

from bench.records.record import Record
from bench.records.replicates import Replicate
from bench.statistics.comparison import Estimate, estimate

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: by record: its metrics over draws of the test rows
Replicates = Mapping[str, Replicate]


def test_train_ratio(records: Sequence[Record]) -> float | None:
    """Test rows over real training rows, mean of the records; None where one does not tell.

    Zero where every seed was scored on the same test rows: the correction is for those that seeds draw.
    """
    sizes = [(record.n_test, real_rows(record)) for record in records]
    if not sizes or any(not test or not train for test, train in sizes):
        return None
    if same_tests(records):
        return 0.0
    return fmean((test or 0) / (train or 1) for test, train in sizes)


def same_tests(records: Sequence[Record]) -> bool:
    """Whether every seed has the same test rows: the task says so, or, of older records, their hashes do."""
    if any(record.test_units for record in records):
        return True
    tests = {record.hashes.get("test") for record in records}
    return len(records) > 1 and len(tests) == 1 and None not in tests


def real_rows(record: Record) -> int | None:
    """Real training rows; older records without synthetic rows count them as training rows, others do not tell."""
    return sum(record.train_classes.values()) or (record.n_train if not record.n_synthetic else None)


def spread(
    values: Sequence[float],
    sides: Sequence[Sequence[Record]],
    metric: str,
    ratio: float | None,
    replicates: Replicates,
) -> Estimate:
    """The mean of ``values``, one a seed, with what it varies by. ``sides`` are the records that they are of: the
    candidate's and, of differences, those taken off. No interval where ``ratio`` is None, and where test rows can be
    drawn again for other metrics than this one."""
    found = estimate(values, ratio or 0.0)
    if ratio is None:
        return replace(found, variance=None)
    if ratio > 0:
        return found
    drawn = [_drawn(records, metric, replicates) for records in sides]
    kept = [one for one in drawn if one is not None]
    if len(kept) == len(sides):
        units = replicates[sides[0][0].id].units
        return estimate(values, 0.0, kept[0] - kept[1] if len(kept) > 1 else kept[0], units)
    known = any(record.id in replicates for records in sides for record in records)
    return replace(found, variance=None) if known else found


def _drawn(records: Sequence[Record], metric: str, replicates: Replicates) -> NDArray[np.float64] | None:
    """The metric of each record over the draws, (draws, records)."""
    found = [replicates[r.id].values.get(metric) for r in records if r.id in replicates]
    kept = [values for values in found if values is not None]
    return np.stack(kept, axis=1) if len(kept) == len(records) and kept else None


def of_these_rows_alone(found: Estimate, ratio: float | None) -> bool:
    """Whether an interval says nothing of other test rows than those at hand."""
    return ratio == 0.0 and not found.units
