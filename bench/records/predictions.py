"""Class probabilities of test rows beside the records: ``predictions/<task>.<source>/``, written by the run alone.

``rows-<key>.parquet`` are the test rows of some seeds, ``cell-<id>.parquet`` one cell's probabilities and
``part-<number>.parquet`` those of many cells. A cell's file is on disk, whole, before its record is appended; many
become one part later, which is on disk, whole, before they go. A file that was cut off or damaged costs its cells their
probabilities, never a record: opening says so, and ``augbench run --retry`` makes them again.
"""

from __future__ import annotations

import logging
import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from bench.errors import HarnessError
from bench.records import predicted
from bench.records.files import PREDICTIONS
from bench.records.predicted import Predicted, ScoredRows
from bench.slugs import rows_folder, slug

_say = logging.getLogger("augbench.predictions").info

#: cells whose files become one
GATHERED = 64
#: MB of 10^6 bytes that the probabilities of one task may take; those of further cells are not kept
LIMIT_MB = 1000.0


@dataclass
class _Kept:
    """What there is of one task: the cells by file, and the bytes they take."""

    cells: dict[str, Path] = field(default_factory=dict)
    tested: set[str] = field(default_factory=set)
    size: int = 0
    full: bool = False


class Predictions:
    """The probabilities of a run's folder, for its one writer. Use as a context manager, inside the store's."""

    def __init__(self, folder: Path, limit_mb: float = LIMIT_MB) -> None:
        self.folder = folder / PREDICTIONS
        self.limit = limit_mb * 1e6
        self._kept: dict[Path, _Kept] = defaultdict(_Kept)
        self._places: dict[str, Path] = {}

    def __enter__(self) -> Self:
        lost = 0
        for path in sorted(self.folder.glob("*/.*")):
            path.unlink(missing_ok=True)  # half of a file: its writer was killed
        for path in sorted(self.folder.glob("*/*.parquet")):
            try:
                self._index(path)
            except ValueError:
                os.replace(path, path.with_suffix(".damaged"))
                lost += 1
        if lost:
            _say(f"{lost} damaged files of class probabilities in {self.folder}; run --retry makes their cells again")
        return self

    def __exit__(self, *exc: object) -> None:
        with suppress(OSError):  # the cells' own files stay as they are
            for place in list(self._kept):
                self._gather(place)

    def __contains__(self, key: str) -> bool:
        return any(key in kept.cells for kept in self._kept.values())

    def add(self, tested: ScoredRows) -> None:
        """Keep the test rows of a fit; those that are there already are not written again."""
        place = self.folder / rows_folder(tested.task, tested.source)
        self._places[tested.key] = place
        kept = self._kept[place]
        if tested.key not in kept.tested:
            self._write(place / f"rows-{tested.key}.parquet", predicted.pack_rows(tested))
            kept.tested.add(tested.key)

    def append(self, cell: Predicted) -> bool:
        """Keep the probabilities of a cell, whose rows were added before; False if they are there, if its rows are not,
        or if the task's are as many as may be. Raises ``HarnessError`` if the disk does not take them."""
        place = self._places.get(cell.tested)
        if place is None:  # what its worker had written of them was lost
            return False
        kept = self._kept[place]
        if cell.id in kept.cells:
            return False
        if kept.size + len(cell.proba) > self.limit:
            if not kept.full:
                _say(f"{place} holds {self.limit / 1e6:g} MB of class probabilities; further cells keep none")
            kept.full = True
            return False
        path = place / f"cell-{slug(cell.id)}.parquet"
        self._write(path, predicted.pack([cell]))
        kept.cells[cell.id] = path
        kept.size += len(cell.proba)
        if sum(path.name.startswith("cell-") for path in kept.cells.values()) >= GATHERED:
            self._gather(place)
        return True

    def _index(self, path: Path) -> None:
        kept = self._kept[path.parent]
        if path.name.startswith("rows-"):
            tested = predicted.unpack_rows(path)
            self._places[tested.key] = path.parent
            kept.tested.add(tested.key)
            return
        for key in predicted.ids(path):
            kept.cells.setdefault(key, path)
        kept.size += path.stat().st_size

    def _gather(self, place: Path) -> None:
        """Make one file of those of single cells."""
        kept = self._kept[place]
        loose = sorted({path for path in kept.cells.values() if path.name.startswith("cell-")})
        if len(loose) > 1:
            cells = [cell for path in loose for cell in predicted.unpack(path)]
            numbers = [int(path.stem.partition("-")[2]) for path in place.glob("part-*.parquet")]
            whole = place / f"part-{max(numbers, default=-1) + 1:04}.parquet"
            self._write(whole, predicted.pack(cells))
            kept.cells |= {cell.id: whole for cell in cells}
            for path in loose:
                path.unlink(missing_ok=True)

    def _write(self, path: Path, content: bytes) -> None:
        temporary = path.with_name(f".{path.name}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(temporary, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except OSError as error:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise HarnessError(
                f"{path} cannot be written: {error.strerror}; make room and run the same command again, or add "
                "--no-predictions"
            ) from error


def read_rows(folder: Path) -> Iterator[ScoredRows]:
    """The test rows of one task's folder, those in damaged files left out."""
    for path in sorted(folder.glob("rows-*.parquet")):
        with suppress(ValueError):
            yield predicted.unpack_rows(path)


def read(folder: Path) -> Iterator[Predicted]:
    """Every cell of one task's folder, once; those in damaged files left out."""
    seen: set[str] = set()
    for path in sorted([*folder.glob("part-*.parquet"), *folder.glob("cell-*.parquet")]):
        with suppress(ValueError):
            for cell in predicted.unpack(path):
                if cell.id not in seen:
                    seen.add(cell.id)
                    yield cell
