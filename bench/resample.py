"""Draws of the test rows for a run's folder: from class probabilities to what boards need of them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from pathlib import Path

from bench.measures import resampled
from bench.records import predictions, replicates
from bench.records.files import PREDICTIONS
from bench.records.replicates import Replicate


def update(folder: Path, ids: Collection[str]) -> int:
    """Bring ``replicates.parquet`` of a folder up to the records ``ids``: those of tasks with a fixed test set whose
    class probabilities were kept. Returns how many cells were new."""
    known = replicates.read(folder)
    kept = {key: found for key, found in known.items() if key in ids}
    new = dict(derived(folder, set(ids) - set(kept)))
    if new or len(kept) < len(known):
        replicates.write(folder, kept | new)
    return len(new)


def derived(folder: Path, ids: Collection[str]) -> Iterator[tuple[str, Replicate]]:
    """The draws of these records as the folder's class probabilities give them; of those that it has any of."""
    for place in sorted((folder / PREDICTIONS).glob("*/")):
        yield from _cells(place, ids)


def _cells(place: Path, wanted: Collection[str]) -> Iterator[tuple[str, Replicate]]:
    """The cells of one task's folder that are wanted; they share their draws."""
    tested = {rows.key: rows for rows in predictions.read_rows(place) if rows.fixed}
    if not tested or not wanted:
        return
    weights = {}
    for cell in predictions.read(place):
        rows = tested.get(cell.tested)
        if rows is None or cell.id not in wanted:
            continue
        units = rows.numbers("units")
        if cell.tested not in weights:
            seed = int(hashlib.sha256(rows.units).hexdigest()[:8], 16)  # the same test rows are drawn the same way
            weights = {cell.tested: resampled.draws(units, seed)}
        values = resampled.replicates(
            rows.numbers("labels"), cell.probabilities(), weights[cell.tested], rare=rows.rare,
            rare_classes=cell.rare_classes, shares=cell.shares,
        )  # fmt: skip
        yield cell.id, Replicate(len(set(units.tolist())), values)
