"""Who can be ranked: the largest block of rows and tasks without a gap, and Friedman's test on it.

A mean rank compares rows that met the same others on the same tasks. So ranks, Elo and win rates are given within one
block alone: rows that were all tried on all of its tasks. Tasks cut from the same rows (a family) count as one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.boards.board import Name
from bench.statistics.ranking import Friedman, Ranking, friedman, ranking, ranks

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: fewer rows or independent tasks than this are not ranked
ROWS, TASKS = 3, 2
ALPHA = 0.05

#: what each row scored in one table, more is better; one that was tried and failed: -inf; one that was not is not there
Scores = Mapping[Name, float]


@dataclass(frozen=True)
class Block:
    """Rows (``chosen``) that were all tried in every table of some families of tasks; ``left`` are the rows that were
    not. Empty where there is no block of ``ROWS`` and ``TASKS``."""

    tables: Mapping[str, Sequence[Scores]]
    chosen: Sequence[Name] = ()
    families: Sequence[str] = ()
    left: Sequence[Name] = ()

    def places(self) -> NDArray[np.float64]:
        """Mean place (families, chosen) over a family's tables; 1 is best."""
        found = [
            ranks([[scores[name] for name in self.chosen] for scores in self.tables[kin]]).mean(axis=0)
            for kin in self.families
        ]
        return np.stack(found) if found else np.empty((0, 0))

    def friedman(self) -> Friedman | None:
        """Friedman's test alone; None where the block is empty."""
        return friedman(-self.places()) if self.chosen else None

    def ranking(self) -> Ranking | None:
        """The same with every row's mean rank and Nemenyi's test of any two."""
        return ranking([name.words for name in self.chosen], -self.places()) if self.chosen else None


def block(tables: Mapping[str, Sequence[Scores]]) -> Block:
    """The largest block without a gap. Rows join by how many families they were tried on; of the blocks that arise the
    one with the most cells is taken, of equals the one with more rows."""
    has = _tried_on(tables)
    names = list(has)
    best: tuple[list[Name], list[str]] = [], []
    for fewest in sorted({len(kins) for kins in has.values()}):
        chosen = [name for name in names if len(has[name]) >= fewest]
        families = sorted(set.intersection(*(has[name] for name in chosen)))
        if len(chosen) >= ROWS and len(families) >= TASKS:
            best = max(best, (chosen, families), key=lambda found: len(found[0]) * len(found[1]))
    return Block(tables, *best, [name for name in names if name not in best[0]])


def _tried_on(tables: Mapping[str, Sequence[Scores]]) -> dict[Name, set[str]]:
    """The families in all of whose tables each row was tried; rows by name."""
    names = sorted({name for found in tables.values() for table in found for name in table}, key=lambda n: n.order)
    return {name: {kin for kin, found in tables.items() if found and all(name in t for t in found)} for name in names}


def notes(found: Block, ranked: Friedman | None) -> list[str]:
    """What the ranks rest on, and whether anything can be told apart."""
    if ranked is None:
        return [f"no ranks: no {ROWS} rows were tried on the same {TASKS} independent tasks"]
    left = f"; not ranked, as they were not tried on all of these: {', '.join(map(_full, found.left))}"
    return [
        f"{verdict(ranked)} (Friedman's chi² = {ranked.chi_square:.2f}; Nemenyi's critical difference of mean ranks at "
        f"{ALPHA:g} is {ranked.critical_difference:.2f}; Demsar 2006)",
        f"ranked: the {len(found.chosen)} rows that were all tried on the same {len(found.families)} independent tasks "
        f"({', '.join(found.families)})" + (left if found.left else ""),
    ]


def _full(name: Name) -> str:
    return f"{name.words} ({name.classifier})" if name.classifier else name.words


def verdict(ranked: Friedman) -> str:
    """``p = 0.37: none distinguishable``."""
    if not math.isfinite(ranked.p_value):
        return "all tie: none distinguishable"
    p = f"p = {ranked.p_value:.2g}"
    if ranked.p_value >= ALPHA:
        return f"{p}: none distinguishable"
    return f"{p}: those whose mean ranks differ by less than the critical difference are not distinguishable"
