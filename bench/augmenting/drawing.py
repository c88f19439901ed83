"""A method trained on all rows of a table, and synthetic rows of it in the table's own units."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from bench import seeds
from bench.augmenter import check_rows
from bench.augmenting.conditions import Condition, fulfilled
from bench.config import load
from bench.errors import BenchError, InvalidRows
from bench.trial.clock import resolve_device
from bench.trial.estimators import create, refuse_unfit
from bench.trial.lattice import land, learned
from bench.trial.marks import takes_marks, unmarked, without
from bench.trial.preprocess import Preprocess

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.registry import Entry
    from bench.tables.schema import Table
    from bench.task import Labels, Schema

#: rows that are drawn at most for each one that must fulfil conditions, and at least in a round
TRIES, ROUND = 100, 1000


def labels_wanted(y: Labels, n_classes: int, rows: int | None = None, per_class: int | None = None) -> Labels:
    """The labels of the synthetic rows, sorted: ``rows`` in the classes' proportions (largest remainders), or
    ``per_class`` of every class; by default what fills every class up to the largest. Raises ``BenchError``."""
    for name, value in (("--rows", rows), ("--per-class", per_class)):
        if value is not None and not 0 < value <= 10_000_000:
            raise BenchError(f"{name} must be a number above 0, at most 10,000,000, not {value}")
    if rows is not None and per_class is not None:
        raise BenchError("--rows and --per-class both say how many rows; give one of them")
    counts = np.bincount(y, minlength=n_classes)
    if per_class is not None:
        wanted = np.full(n_classes, per_class)
    elif rows is not None:
        exact = rows * counts / counts.sum()
        wanted = np.floor(exact).astype(np.int64)
        wanted[np.argsort(wanted - exact, kind="stable")[: rows - int(wanted.sum())]] += 1
    else:
        wanted = counts.max() - counts
    if not wanted.any():
        raise BenchError("the classes are equally large, so there is nothing to balance; say --rows or --per-class")
    return np.repeat(np.arange(n_classes), wanted)


def refuse(entry: Entry[Any], schema: Schema) -> None:
    """Raise ``BenchError`` for a method that draws no rows, or cannot take these."""
    if entry.missing:
        raise BenchError(f"{entry.name} cannot be used: {entry.missing}")
    if not entry.draws or entry.reference:
        raise BenchError(f"{entry.name} draws no rows, so there is nothing to add; choose smote, say")
    if "tabular" not in entry.modalities:
        raise BenchError(f"{entry.name} is for {' and '.join(entry.modalities)}, not for tables")
    refuse_unfit(entry, schema)


class Drawer:
    """A method trained on every row of a table.

    Parameters
    ----------
    table : its features, in double precision, and its label.
    entry : the method; one that draws no rows, or cannot take these, is refused with ``BenchError``.
    budget : how long it trains, as in a run.
    seed : all that is drawn at random derives from it.
    device : "cpu", "cuda" or "auto".
    """

    def __init__(self, table: Table, entry: Entry[Any], budget: str, seed: int, device: str = "auto") -> None:
        self.table, self.entry, self.seed = table, entry, seed
        self.X, (_, self.y), schema = table.numbers(exact=True), table.classes, table.schema()
        refuse(entry, schema)
        self.scale = Preprocess(schema).fit(self.X)
        self.columns = learned(schema.columns, self.X)
        self.marked = takes_marks(entry)
        self.schema = self.scale.schema_ if self.marked else unmarked(self.scale.schema_)
        params = load(budget, None, {}).options("method", entry.name, "")
        derived = seeds.derive(seed, "augment", "fit", entry.name)
        self.method = create(entry, params, random_state=derived, device=resolve_device(device))

    def fit(self, labels: Labels) -> None:
        """Learn from every row; ``labels`` are those that will be asked for."""
        rows = self.scale.transform(self.X)
        self.method.wanted = tuple(int(code) for code in np.unique(labels))
        seeds.everything(seeds.derive(self.seed, "augment", "global"))
        self.method.fit(rows if self.marked else without(rows, self.scale.schema_), self.y.copy(), self.schema)

    def draw(self, labels: Labels, number: int = 0) -> NDArray[np.float64]:
        """Rows (len(labels), features) in the table's units, on its columns' lattices, NaN where a number is missing:
        the draw of this ``number``. Raises ``BenchError`` for rows that break the contract."""
        self.method.set_params(random_state=seeds.derive(self.seed, "augment", "draw", number))
        try:
            drawn = check_rows(self.method.sample(labels.copy()), labels, self.schema, self.X.dtype)
        except InvalidRows as error:
            raise BenchError(f"{self.entry.name} drew rows that are none: {error}") from None
        rows = self.scale.inverse(self.scale.complete(drawn))
        rows = land(rows, self.columns).astype(np.float64, copy=False)
        if not self.marked and self.scale.schema_.marks:
            self._lack(rows, labels, number)
        return rows

    def _lack(self, rows: NDArray[np.float64], labels: Labels, number: int) -> None:
        """Take out numbers in the pattern of a real row of the same class, drawn at random: of methods that know of no
        missing numbers."""
        rng = np.random.default_rng(seeds.derive(self.seed, "augment", "gaps", number))
        gaps = np.isnan(self.X)
        for code in np.unique(labels):
            mine = np.flatnonzero(labels == code)
            rows[mine] = np.where(gaps[rng.choice(np.flatnonzero(self.y == code), len(mine))], np.nan, rows[mine])


def drawn(
    drawer: Drawer, labels: Labels, conditions: tuple[Condition, ...], tries: int = TRIES
) -> tuple[NDArray[np.float64], Labels, list[str]]:
    """Synthetic rows that fulfil the conditions, their labels, and what is to be said where too few were found.

    By rejection: rows are drawn until enough of each class fulfil the conditions, at most ``tries`` for each one that
    is wanted. Raises ``BenchError`` where not one was found.
    """
    drawer.fit(labels)
    if not conditions:
        return drawer.draw(labels), labels, []
    n_classes = drawer.schema.n_classes
    lacking = np.bincount(labels, minlength=n_classes)
    left = np.where(lacking, np.maximum(lacking * tries, ROUND), 0)
    kept: list[NDArray[np.float64]] = []
    codes: list[Labels] = []
    number = 0
    while (asked := np.minimum(np.where(lacking, np.maximum(4 * lacking, ROUND), 0), left)).any():
        some = np.repeat(np.arange(n_classes), asked)
        rows = drawer.draw(some, number)
        good = np.flatnonzero(fulfilled(conditions, rows))
        for code in range(n_classes):
            mine = good[some[good] == code][: lacking[code]]
            kept.append(rows[mine])
            codes.append(some[mine])
            lacking[code] -= len(mine)
        left -= asked
        number += 1
    found = np.concatenate(codes)
    if not len(found):
        raise BenchError(f"no synthetic row of {drawer.entry.name} fulfils the condition, of {tries} drawn for each")
    order = np.argsort(found, kind="stable")
    return np.concatenate(kept)[order], found[order], list(_lacking(drawer, labels, lacking, tries))


def _lacking(drawer: Drawer, labels: Labels, lacking: NDArray[np.int64], tries: int) -> Iterator[str]:
    for code in np.flatnonzero(lacking):
        wanted = int((labels == code).sum())
        yield (
            f"only {wanted - lacking[code]:,} of {wanted:,} rows of class {drawer.schema.classes[code]!r} fulfil the "
            f"condition, though {tries} were drawn for each; the others are not there"
        )
