"""``selection.json``: the cells that were planned for a folder, so that one which is missing shows.

Runs add what they plan before anything runs. A cell that is planned again with other options replaces the earlier plan
of it, as the newest record replaces earlier ones on boards. A release states the selection, and ``augbench verify``
holds its records against it.
"""

from __future__ import annotations

import codecs
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bench.errors import BenchError
from bench.records.files import SELECTION, replace_bytes, to_json
from bench.records.identity import AXES, axes
from bench.records.record import Record


class Planned(NamedTuple):
    """One cell that is to have a record: the values of its axes, and the hash of its options."""

    axes: tuple[Any, ...]
    options: str

    @classmethod
    def of(cls, record: Record) -> Planned:
        return cls(axes(record), record.hashes.get("config", ""))

    @property
    def words(self) -> str:
        named = dict(zip(AXES, self.axes, strict=True))
        return " × ".join((*(named[name] for name in ("task", "method", "classifier", "regime")), str(named["seed"])))


class _Block(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Every regime at every seed of what is the same in all other axes."""

    task: str
    source: str
    method: str
    classifier: str
    budget: str
    device: str
    train_rows: int | None = None
    label_noise: float | None = None
    precision: str | None = None
    tuned: str | None = None
    epsilon: float | None = None
    options: str
    regimes: tuple[str, ...]
    seeds: tuple[int, ...]

    def cells(self) -> Iterator[Planned]:
        for regime in self.regimes:
            for seed in self.seeds:
                own = {"regime": regime, "seed": seed}
                yield Planned(tuple(own[n] if n in own else getattr(self, n) for n in AXES), self.options)


def read(folder: Path) -> frozenset[Planned] | None:
    """The cells that were planned; None where the folder states none. Raises ``BenchError`` for a damaged file."""
    path = folder / SELECTION
    try:
        blocks = msgspec.json.decode(path.read_bytes().removeprefix(codecs.BOM_UTF8), type=list[_Block])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise BenchError(f"{path} is not what augbench run writes ({error}); restore or delete it") from None
    return frozenset(cell for block in blocks for cell in block.cells())


def write(folder: Path, cells: Iterable[Planned]) -> None:
    """Write ``selection.json``, whole or not at all: a block of cells a line, the same for the same cells."""
    lines = b",\n ".join(to_json(block) for block in _blocks(cells))
    replace_bytes(folder / SELECTION, b"[\n " + lines + b"\n]\n")


def add(folder: Path, earlier: Iterable[Record], planned: Iterable[Planned]) -> None:
    """Add what a run plans. ``earlier`` are the folder's records: they stand for the plan of a folder that has none."""
    known, planned = read(folder), set(planned)
    if known is not None and planned <= known:
        return
    write(folder, merged({Planned.of(record) for record in earlier} if known is None else known, planned))


def merged(earlier: Iterable[Planned], planned: Iterable[Planned]) -> set[Planned]:
    """Both plans; of a cell that is in both with other options, the later."""
    new = set(planned)
    again = {cell.axes for cell in new}
    return new | {cell for cell in earlier if cell.axes not in again}


def digest(cells: Iterable[Planned]) -> str:
    """Sixteen hexadecimal digits over all cells, in whatever order they come."""
    found = hashlib.sha256()
    for block in _blocks(cells):
        found.update(to_json(block) + b"\n")
    return found.hexdigest()[:16]


def missing(cells: Iterable[Planned], records: Iterable[Record]) -> list[Planned]:
    """The planned cells that no record tells of. What the harness lost is still to be run."""
    there = {Planned.of(record) for record in records if record.status != "harness"}
    return sorted(set(cells) - there, key=_order)


def _blocks(cells: Iterable[Planned]) -> list[_Block]:
    seeds: dict[tuple[Any, ...], dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for cell in cells:
        named = dict(zip(AXES, cell.axes, strict=True))
        regime, seed = named.pop("regime"), named.pop("seed")
        seeds[(*named.items(), ("options", cell.options))][seed].add(regime)
    return [block for key in sorted(seeds, key=_order) for block in _products(dict(key), seeds[key])]


def _products(known: Mapping[str, Any], regimes: Mapping[int, set[str]]) -> Iterator[_Block]:
    """Blocks of the seeds that have the same regimes."""
    alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for seed in sorted(regimes):
        alike[tuple(sorted(regimes[seed]))].append(seed)
    for names, numbers in sorted(alike.items()):
        yield _Block(**known, regimes=names, seeds=tuple(numbers))


def _order(values: Iterable[Any]) -> str:
    return repr(tuple(values))
