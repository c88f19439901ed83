"""From a claim's selection to configurations, and from a record back to the selection's cell it is of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bench import registry
from bench.boards.board import BOARD_AXES, ROW_AXES
from bench.claims.files import Claim, merge
from bench.config import Config, seeds
from bench.errors import BenchError
from bench.records.record import Record

#: how many seeds, unless the file says otherwise: one has no interval
SEEDS = {"smoke": 1, "quick": 3, "standard": 5, "full": 10}
#: distances to training rows are no part of any claim
MEASURES = {"privacy": False, "frechet": 0}
#: the name of the run that no variant changes
BASE = ""


def variants(claim: Claim, arm: str) -> list[str]:
    """The base run and its variants, of those that a quantity needs."""
    asked = {cell.get("variant", BASE) for row in claim.rows for cell in row.cells}
    known = (BASE, *claim.arms[arm].get("variant", {}))
    if unknown := asked - set(known):
        raise BenchError(f"claim {claim.id}: {arm} has no variant {sorted(unknown)[0]!r}")
    return [name for name in known if name in asked]


def configuration(claim: Claim, arm: str, budget: str, source: str, variant: str = BASE, **settings: Any) -> Config:
    """The configuration of one run of a claim: nothing but published defaults and what the file sets.

    The file's base comes first, then what it sets for the source, the budget and the variant. ``settings`` (engine,
    workers, folders) decide how it is run, not what.
    """
    table = claim.arms[arm]
    chosen = {key: value for key, value in table.items() if key not in ("on", "budget", "variant", "leak")}
    for overlay in (
        table.get("on", {}).get(source, {}),
        table.get("budget", {}).get(budget, {}),
        table.get("variant", {}).get(variant, {}) if variant else {},
    ):
        chosen = merge(chosen, overlay)
    chosen |= {key: tuple(chosen[key]) for key in ("tasks", "methods", "classifiers", "regimes")}
    chosen["seeds"] = seeds(chosen.get("seeds", SEEDS[budget]))
    chosen["measures"] = MEASURES | chosen.get("measures", {})
    named = frozenset({"tasks", "methods", "classifiers", "regimes", "seeds"})
    return Config(budget=budget, named=named, **chosen, **settings)


def resolve(config: Config, cell: Mapping[str, str], claim: Claim) -> dict[str, str]:
    """The cell with what it leaves out: the regime of a method that is for one alone (``real`` of ``none``), else
    whatever the selection has only one of.

    Raises ``BenchError`` if the selection has several, or not the one that is named.
    """
    full: dict[str, str] = {}
    for key, names in (
        ("task", config.tasks),
        ("method", config.methods),
        ("classifier", config.classifiers),
        ("regime", config.regimes),
    ):
        name = cell.get(key)
        if key == "regime" and len(own := registry.methods[full["method"]].regimes) == 1:
            name, names = own[0], own
        if name is None:
            if len(names) != 1:
                raise BenchError(f"claim {claim.id}: a cell has to name its {key}, one of {', '.join(names)}")
            name = names[0]
        elif name not in names and not (key == "method" and name == reference()):
            raise BenchError(f"claim {claim.id}: {key} {name!r} is not in the selection")
        full[key] = name
    return full


def reference() -> str:
    """The suite's method of no augmentation. It need not be selected: it counts the real training rows."""
    return next(entry.name for entry in registry.methods if entry.reference and registry.is_own(entry.file))


def matches(record: Record, config: Config, cell: Mapping[str, str]) -> bool:
    """Whether a record is one of the cell's: the same names, budget, seeds and options, whatever code made it."""
    if any(getattr(record, key) != cell[key] for key in cell) or record.budget != config.budget:
        return False
    if record.seed not in config.seeds or any(getattr(record, axis) is not None for axis in (*BOARD_AXES, *ROW_AXES)):
        return False  # no claim flips labels, takes fewer rows or tunes
    found = record.config
    expected: dict[str, Any] = {
        kind: dict(registry.BY_KIND[kind][cell[kind]].params) | config.options(kind, cell[kind], cell["task"])
        for kind in ("task", "method", "classifier")
    }
    expected |= {"measures": dict(config.measures), "base_seed": config.base_seed}
    return all(_plain(getattr(found, key)) == _plain(value) for key, value in expected.items())


def _plain(value: Any) -> Any:
    """As it comes back from a file: tuples are lists there."""
    return json.loads(json.dumps(value))
