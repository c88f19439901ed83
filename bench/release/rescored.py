"""Test metrics and draws of test rows taken again from the class probabilities that a folder holds.

Records are scored on the probabilities as the classifier gave them, most of them in double precision; what is kept is
rounded to single precision, to 1 part in 2^24. So a metric taken again may differ:

- Logarithms, squares and bins move with the numbers. In 300 records (six classifiers, five tasks) they moved by less
  than 5e-7, but for slopes of calibration (up to 1.3e-4); they may move by ``SMOOTH``.
- Counts and ranks move only where rounding turns two numbers around or makes them equal. In all but five of the 300
  they came out the same to the last bit; they may move by ``EXACT``, some pairs of rows of a large test set.
- Where many rows are as good as equally probable (a forest's shares of trees, numbers next to 1) ranks moved by up to
  3e-4. So where a metric is further off, every probability is also moved by what rounding may have moved it, in favour
  of its row's label, against it and at random, and the metric may lie where that takes it, and as far again. This
  leaves room where many rows share one number, as those in a leaf of a ``tree`` do.

The threshold of the tuned metrics is taken as it is stated: it was chosen on validation rows, which are not kept.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench import resample
from bench.measures import metrics
from bench.measures.naming import as_tested, names
from bench.records import predicted
from bench.records.files import PREDICTIONS, REPLICATES
from bench.records.predicted import Predicted, ScoredRows
from bench.records.provenance import digest
from bench.slugs import rows_folder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.records.folder import RunFolder
    from bench.records.record import Record
    from bench.records.replicates import Replicate

#: by how much a metric may differ (of those above 1 in proportion): one of logarithms, squares or bins, and the others
SMOOTH, EXACT = 1e-5, 1e-6
_SMOOTH = frozenset({"brier", "log_loss", "log_loss_macro", "ece", "calibration_slope"})
#: whether it is defined may hang on a last digit
_FICKLE = frozenset({"calibration_slope"})
#: by how much, in proportion, rounding to single precision may have moved a probability, and once more
ROUNDED = 2.0**-22
#: below this a probability may have become 0
SMALLEST = 2.0**-140
#: draws are kept in single precision, too; their sums may end in other digits on another processor
DRAWN = 1e-6


@dataclass
class Rescored:
    """How many records' metrics, and whose draws, were taken again; what did not agree; what of them rests on nothing
    but checksums."""

    metrics: int = 0
    draws: int = 0
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        found = [f"test metrics of {self.metrics} records from class probabilities"] if self.metrics else []
        return [*found, f"draws of test rows of {self.draws}"] if self.draws else found


def check(run: RunFolder) -> Rescored:
    """Take again what the folder's class probabilities give, and compare. Raises ``BenchError`` for draws that cannot
    be read."""
    found = Rescored()
    records = {record.id: record for record in run.records}
    where: dict[str, str] = {}
    for place in sorted((run.path / PREDICTIONS).glob("*/")):
        tested = {rows.key: rows for rows in _rows(place, found)}
        found.wrong += _contradictions(place, tested)
        for name, cell in _cells(place, found):
            if cell.id in where:
                found.wrong.append(f"{name}: record {cell.id} is in {where[cell.id]}, too")
            elif cell.id in records:
                where[cell.id] = name
                wrong = list(_of_cell(cell, tested.get(cell.tested), records[cell.id]))
                found.wrong += [f"{name}: record {cell.id}: {what}" for what in wrong]
                found.metrics += not wrong
            elif run.released:
                found.wrong.append(f"{name}: record {cell.id} is not there")
    if run.released:
        found.wrong += _lacking(run, where)
    if not found.wrong:  # else it is said already where they part
        _check_draws(run, where, found)
    if where and (rest := sum(record.ok for record in run.records) - len(where)):
        found.notes.append(f"{rest} records have no class probabilities here: their metrics rest on their seals")
    return found


def _lacking(run: RunFolder, where: Collection[str]) -> Iterator[str]:
    """Records that ended well and have no class probabilities, of tasks whose others have them: a release has all."""
    for record in run.records:
        place = f"{PREDICTIONS}/{rows_folder(record.task, record.source)}"
        if record.ok and record.id not in where and (run.path / place).is_dir():
            yield f"{place}: record {record.id} has no class probabilities"


def _name(path: Path) -> str:
    return f"{PREDICTIONS}/{path.parent.name}/{path.name}"


def _rows(place: Path, found: Rescored) -> Iterator[ScoredRows]:
    for path in sorted(place.glob("rows-*.parquet")):
        try:
            yield predicted.unpack_rows(path)
        except ValueError as error:
            found.wrong.append(f"{_name(path)}: damaged ({error})")


def _cells(place: Path, found: Rescored) -> Iterator[tuple[str, Predicted]]:
    for path in sorted([*place.glob("part-*.parquet"), *place.glob("cell-*.parquet")]):
        try:
            for cell in predicted.unpack(path):
                yield _name(path), cell
        except ValueError as error:
            found.wrong.append(f"{_name(path)}: damaged ({error})")


def _contradictions(place: Path, tested: Mapping[str, ScoredRows]) -> Iterator[str]:
    """A row of a data set has one label, whichever seeds test on it."""
    if not tested:
        return
    both = np.stack([np.concatenate([rows.numbers(key) for rows in tested.values()]) for key in ("rows", "labels")])
    pairs = np.unique(both, axis=1)
    numbers, counts = np.unique(pairs[0], return_counts=True)
    if (counts > 1).any():
        yield f"{PREDICTIONS}/{place.name}: row {numbers[counts > 1][0]} has one label here and another there"


def _of_cell(cell: Predicted, rows: ScoredRows | None, record: Record) -> Iterator[str]:
    """What of a record its class probabilities deny."""
    if rows is None or not record.ok:
        yield f"its test rows ({cell.tested}) are not there" if record.ok else f"it ended as {record.status}"
        return
    labels, classes = rows.numbers("labels"), rows.classes
    columns = 1 if len(classes) == 2 else len(classes)
    if len(cell.proba) != 4 * columns * len(labels) or not np.isin(labels, range(len(classes))).all():
        yield f"it has {len(cell.proba) // 4} probabilities, not those of {len(labels)} test rows"
        return
    counts = Counter(classes[label] for label in labels.tolist())
    hashed = digest(hashlib.sha256(rows.rows).hexdigest())
    if (rows.task, rows.source, rows.fixed) != (record.task, record.source, record.test_units):
        yield f"its test rows are of {rows.task} ({rows.source})"
    elif hashed != record.hashes.get("test") or any(counts[c] != n for c, n in record.test_classes.items()):
        yield "its test rows are not those of the record"
    elif not _trained_on(cell, [record.train_classes.get(c, 0) for c in classes]):
        yield "its shares of classes, or which are rare, are not those of the record's training rows"
    else:
        yield from _parts(cell, rows, record)


def _trained_on(cell: Predicted, counts: Sequence[int]) -> bool:
    """Whether what the metrics were taken with follows from the training rows of each class."""
    rare = tuple(c for c, n in enumerate(counts) if n < sum(counts) / len(counts) / 2)
    return cell.rare_classes == rare and (
        cell.shares is None or np.allclose(np.multiply(cell.shares, sum(counts)), counts)
    )


def _parts(cell: Predicted, rows: ScoredRows, record: Record) -> Iterator[str]:
    """Where the record's metrics are not those that its probabilities give."""
    told, again, known = record.metrics, _scored(cell, rows, cell.probabilities()), names(rows.classes, rows.rare)
    alone = ({key for key in told if as_tested(key) in known} ^ again.keys()) - _FICKLE
    if alone:
        yield f"{', '.join(sorted(alone))}: of the record or of its probabilities, not of both"
    gaps = {key: abs(again[key] - told[key]) for key in again if key in told}
    far = {key for key, gap in gaps.items() if gap > _allowed(key, again)}
    if far:
        turned = _turned(cell, rows)
        far = {key for key in far if not _between(told[key], [again, *turned], key)}
    if far:
        worst = max(sorted(far), key=lambda key: gaps[key])
        more = f", and {len(far) - 1} more metrics differ" if len(far) > 1 else ""
        yield f"metrics.{worst} is {told[worst]!r}, and its probabilities give {again[worst]!r}{more}"


def _allowed(name: str, again: Mapping[str, float]) -> float:
    return (SMOOTH if as_tested(name) in _SMOOTH else EXACT) * max(1.0, abs(again[name]))


def _between(value: float, found: Sequence[Mapping[str, float]], name: str) -> bool:
    ends = [one[name] for one in found if name in one]
    beyond = _allowed(name, found[0]) + max(ends) - min(ends)  # rows that move one by one may take it further
    return min(ends) - beyond <= value <= max(ends) + beyond


def _scored(cell: Predicted, rows: ScoredRows, proba: NDArray[np.float64]) -> dict[str, float]:
    found = metrics.score(
        rows.numbers("labels"), proba, classes=rows.classes, rare=rows.rare, rare_classes=cell.rare_classes,
        threshold=cell.threshold, shares=cell.shares,
    )  # fmt: skip
    return {name: value for name, value in found.items() if not np.isnan(value)}


def _turned(cell: Predicted, rows: ScoredRows) -> list[dict[str, float]]:
    """The metrics with every probability moved by what rounding may have: towards its row's label and away from it,
    towards certainty and away, and at random."""
    proba = cell.probabilities()
    kept = proba[:, -cell.columns :]
    truth = np.eye(proba.shape[1])[rows.numbers("labels")][:, -cell.columns :]
    apart = np.linspace(0.5, 1, len(proba))[:, None]  # rows that were made equal need not have been, to any of them
    random = np.random.default_rng(0).uniform(-1, 1, size=kept.shape)
    found = []
    for way in (turn * one for one in (2 * truth - 1, np.sign(kept - 0.5), random) for turn in (1, -1)):
        moved = kept + apart * (ROUNDED * kept + SMALLEST) * way
        if cell.columns > 1:  # all as far into [0, 1], where scikit-learn insists on it; no row passes another by this
            moved = (moved + SMALLEST) * (1 - 2 * ROUNDED)
        elif rows.rare is None:
            moved = np.clip(moved, 0, 1)
        if cell.columns == 1:
            moved = np.concatenate([1 - moved, moved], axis=1)
        found.append(_scored(cell, rows, moved))
    return found


def _check_draws(run: RunFolder, where: Mapping[str, str], found: Rescored) -> None:
    """Compare ``replicates.parquet`` with the draws that the probabilities give."""
    kept, records = run.replicates, {record.id for record in run.records}
    for key, again in resample.derived(run.path, where.keys()):
        if key not in kept:
            if run.released:
                found.wrong.append(f"{REPLICATES}: record {key} has class probabilities, and no draws")
        elif not _same(kept[key], again):
            found.wrong.append(f"{REPLICATES}: record {key}: not the draws that {where[key]} gives")
        else:
            found.draws += 1
    if run.released:
        found.wrong += [f"{REPLICATES}: record {key} is not there" for key in sorted(kept.keys() - records)]
    if rest := len(kept.keys() & records - where.keys()):
        found.notes.append(f"draws of test rows of {rest} records have no class probabilities here to follow from")


def _same(one: Replicate, other: Replicate) -> bool:
    """Whether two cells' draws are the same, but for what single precision rounds."""
    if one.units != other.units or one.values.keys() != other.values.keys():
        return False
    pairs = [(values, other.values[name]) for name, values in one.values.items()]
    return all(a.shape == b.shape and np.allclose(a, b, rtol=DRAWN, atol=DRAWN, equal_nan=True) for a, b in pairs)
