"""Tumour tables as codes: rows taken, rare categories pooled, the study's table made of them.

Categories and counts are always those of the whole table that rows were taken from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.task import Column, Schema
from tasks.sources import simulacrum_standin as standin

OTHER = "other"
SITE, SITE4 = "SITE_ICD10_O2_3CHAR", "SITE_ICD10_O2"
#: a class needs so many rows to stand in each part of an 80/10/10 split
FEWEST = 10


@dataclass(frozen=True)
class TumourTable:
    """Rows as codes. ``codes`` (n, k) int16 indexes ``categories[name]`` of the k columns; ``counts`` likewise holds
    how many tumours each category has in the whole table. ``patients`` (n,) int64 numbers the patients, if known."""

    codes: NDArray[np.int16]
    categories: dict[str, tuple[str, ...]]
    counts: dict[str, NDArray[np.int64]]
    patients: NDArray[np.int64] | None = None

    def column(self, name: str) -> NDArray[np.int16]:
        """Codes (n,) of one column."""
        return self.codes[:, list(self.categories).index(name)]


def stand_in_table(rows: int, seed: int) -> TumourTable:
    """``rows`` simulated tumours; the counts are the published ones of the whole table."""
    counts = {name: np.array(list(column.values())) for name, column in standin.published_counts().items()}
    return TumourTable(standin.draw(rows, seed), standin.categories(), counts)


def take(table: TumourTable, rows: NDArray[Any]) -> TumourTable:
    """The rows of a mask or of indices; categories and counts stay those of the whole table."""
    patients = None if table.patients is None else table.patients[rows]
    return TumourTable(table.codes[rows], table.categories, table.counts, patients)


def study_table(table: TumourTable, conditional: bool = True, max_categories: int = 0) -> tuple[Any, Any, Schema]:
    """X, y and schema of the study: y (n,) int64 is the 3-character site and X (n, 28) float32 all else
    (``conditional``), or X (n, 29) is everything and y is 0 throughout. The site itself is never pooled."""
    names = [name for name in table.categories if not (conditional and name == SITE)]
    X, columns = pool(table, names, max_categories, whole=(SITE,))
    if not conditional:
        return X, np.zeros(len(X), dtype=np.int64), Schema("tabular", (len(columns),), ("all",), columns)
    schema = Schema("tabular", (len(columns),), table.categories[SITE], columns)
    return X, table.column(SITE).astype(np.int64), schema


def pool(
    table: TumourTable, names: list[str], max_categories: int, whole: tuple[str, ...] = ()
) -> tuple[NDArray[np.float32], tuple[Column, ...]]:
    """Codes (n, len(names)) float32 and the columns, with at most ``max_categories`` categories each (0: no limit).

    The commonest of the whole table are kept, so pooling does not depend on the rows; the rest is "other", ages
    become equal bands of years. Columns in ``whole`` are left as they are.
    """
    X = np.empty((len(table.codes), len(names)), dtype=np.float32)
    columns = []
    for j, name in enumerate(names):
        known = table.categories[name]
        X[:, j] = table.column(name)
        if max_categories and len(known) > max_categories and name not in whole:
            if name == "AGE":
                new, known = _bands(known, max_categories)
            else:
                new, known = _kept(known, np.argsort(-table.counts[name], kind="stable")[: max_categories - 1])
            X[:, j] = new[table.column(name)]
        columns.append(Column(name, known))
    return X, tuple(columns)


def pooled_sites(table: TumourTable, limit: int) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """The 3-character site (n,) int64 as at most ``limit`` classes (0: no limit), and their names.

    The commonest of these rows are kept. Those with fewer than ``FEWEST`` rows, which no split could share out, are
    "other", together with the next rarer one if they are still too few.
    """
    known, site = table.categories[SITE], table.column(SITE)
    counts = np.bincount(site, minlength=len(known))
    order = np.argsort(-counts, kind="stable")
    kept = int((counts >= FEWEST).sum())
    if limit and kept + bool(counts[order[kept:]].sum()) > limit:
        kept = limit - 1
    rest = int(counts[order[kept:]].sum())
    if 0 < rest < FEWEST:
        kept = max(kept - 1, 0)
    new, names = _kept(known, order[:kept])
    return new[site], names if rest else names[:-1]


def _kept(known: tuple[str, ...], places: NDArray[np.intp]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """New codes of the ``known`` categories, and their names: those at ``places`` in their order, then "other"."""
    kept = np.sort(places)
    new = np.full(len(known), len(kept), dtype=np.int64)
    new[kept] = np.arange(len(kept))
    return new, (*(known[i] for i in kept), OTHER)


def _bands(known: tuple[str, ...], limit: int) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    years = np.array([-1 if age == standin.MISSING else int(age) for age in known])
    missing = bool((years < 0).any())
    width = int(np.ceil((years.max() + 1) / (limit - missing)))
    band = years // width
    n_bands = int(band.max()) + 1
    names = [f"{width * b}-{width * (b + 1) - 1}" for b in range(n_bands)] + [standin.MISSING] * missing
    return np.where(years < 0, n_bands, band), tuple(names)
