"""A table in, the same table with synthetic rows out: what ``augbench augment`` and ``bench.augment`` do."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import registry
from bench.augmenting import worth as judging
from bench.augmenting.conditions import parse
from bench.augmenting.drawing import Drawer, drawn, labels_wanted, refuse
from bench.augmenting.table import joined, synthetic_table
from bench.augmenting.worth import CANDIDATES, Worth
from bench.data import DataHome
from bench.opening import opened
from bench.trial import reading
from bench.trial.locating import locate_one

if TYPE_CHECKING:
    import pyarrow as pa

    from bench.tables.schema import Table

AUTO = "auto"


@dataclass(frozen=True)
class Asked:
    """What is asked for. ``rows``, ``per_class``: how many (None: what fills every class up to the largest);
    ``where``: a condition on them (``bench.augmenting.conditions``); ``mark``: add a column that tells them apart;
    ``only_synthetic``: leave the real rows out; ``budget``: how long the method trains."""

    method: str = AUTO
    rows: int | None = None
    per_class: int | None = None
    where: str = ""
    seed: int = 0
    mark: bool = False
    only_synthetic: bool = False
    budget: str = "standard"
    device: str = "auto"


def check(table: Table, asked: Asked) -> None:
    """Raise ``BenchError`` for what cannot be drawn, before any work."""
    classes, y = table.classes
    parse(asked.where, table.features)
    labels_wanted(y, len(classes), asked.rows, asked.per_class)
    if asked.method != AUTO:
        refuse(registry.methods[asked.method], table.schema())


def augmented(table: Table, asked: Asked) -> tuple[pa.Table, list[str]]:
    """The table with synthetic rows of the method that is asked for, and lines that say what was lacking.

    The same table, method, seed and budget give the same rows. Raises ``BenchError``.
    """
    classes, y = table.classes
    conditions = parse(asked.where, table.features)
    labels = labels_wanted(y, len(classes), asked.rows, asked.per_class)
    drawer = Drawer(table, registry.methods[asked.method], asked.budget, asked.seed, asked.device)
    rows, codes, lacking = drawn(drawer, labels, conditions)
    del drawer  # of a large table it holds as much as the table
    synthetic = synthetic_table(table, rows, codes)
    return joined(table, synthetic, asked.mark, asked.only_synthetic), lacking


def worth_of(
    place: Path, form: str, given: Mapping[str, Any], method: str, page: Path | None = None, workers: int | None = None
) -> Worth:
    """Whether a method (``auto``: several) helps on the table in a file: the matrix of ``bench.augmenting.worth``, in a
    folder that is removed. ``page`` is where its HTML page is kept, if anywhere. Raises ``BenchError``."""
    entry = opened(f"{form}:{place}", **{key: value for key, value in given.items() if value})
    assert entry is not None
    methods = _candidates(entry) if method == AUTO else (method,)
    with tempfile.TemporaryDirectory(prefix="augbench-") as folder:
        out = Path(folder) / "matrix"
        found = judging.measure(entry.name, methods, out, workers=workers)
        if page is not None:
            from bench.publish import boards
            from bench.report import write

            boards(out, "none")
            shutil.copyfile(write(out), page)
    return found


def _candidates(task: registry.Entry[Any]) -> tuple[str, ...]:
    """What is tried: of the candidates those that take the table's rows."""
    made = task.create()
    categorical = reading.read(made, locate_one(task, {}, DataHome(offline=True)).origin).schema.categorical
    return tuple(n for n in CANDIDATES if not (categorical and "categorical" in registry.methods[n].unfit))


def named(asked: Asked, method: str) -> Asked:
    """The same, of this method."""
    return replace(asked, method=method)


def chosen(asked: str, found: Worth | None) -> str | None:
    """The method to draw from: the one that is asked for, or the recommended one; None where none is."""
    return asked if asked != AUTO or found is None else found.recommended
