"""What boards need of records: which count, which are matched, what they have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from bench.boards.board import NO_AUGMENTATION, Name
from bench.errors import BenchError
from bench.records.record import Record


@dataclass(frozen=True)
class Counted:
    """The records that a board counts, one a cell, by seed; how many ``older`` ones of the same cells it left out; and
    how many cells only the harness ended, so that they are ``to_run`` again."""

    used: list[Record]
    older: int
    to_run: int


@dataclass(frozen=True)
class Cells:
    """The cells of one row, a record a seed. ``ok`` are those that have scores, by what they are matched by."""

    name: Name
    records: list[Record]
    ok: dict[int, Record]


def default_primary(metrics: Sequence[str]) -> str:
    """The metric a board sorts by when nobody says: that of two classes, else that of many, else the first by name."""
    return next((name for name in ("auprc", "f1_macro", *metrics) if name in metrics), "auprc")


def higher_is_better(metric: str) -> bool:
    """Raises ``BenchError`` for a metric whose direction nobody stated."""
    from bench.measures.naming import describe

    try:
        direction = describe(metric).higher_is_better
    except KeyError:
        raise BenchError(f"no board can be sorted by {metric!r}: bench.measures.naming does not know it") from None
    if direction is None:
        raise BenchError(f"no board can be sorted by {metric!r}: neither more nor less of it is better")
    return direction


def label(metric: str) -> str:
    from bench.measures.naming import describe

    try:
        return describe(metric).label
    except KeyError:
        return metric


def counted(records: Sequence[Record]) -> Counted:
    """Of every cell the record that ended last, whatever it ended as. A record of status ``harness`` says nothing of a
    method: it is left out as if the cell had not been run."""
    newest: dict[tuple[Name, int], Record] = {}
    lost = set()
    for record in sorted(records, key=lambda r: (r.ended, r.id)):
        cell = Name.of(record), record.seed
        if record.status == "harness":
            lost.add(cell)
        else:
            newest[cell] = record
    distinct = len({record.id for record in records if record.status != "harness"})
    used = sorted(newest.values(), key=lambda r: (r.seed, r.id))
    return Counted(used, distinct - len(newest), len(lost - set(newest)))


def by_row(used: Sequence[Record]) -> dict[Name, Cells]:
    """The cells of every row, rows sorted by name."""
    options: dict[int, str] = {}
    keys: dict[Any, int] = {}
    found: dict[Name, Cells] = {}
    for record in used:
        name = Name.of(record)
        cells = found.setdefault(name, Cells(name, [], {}))
        cells.records.append(record)
        if record.ok:
            cells.ok[keys.setdefault(_pair_key(record, options), len(keys))] = record
    return {name: found[name] for name in sorted(found, key=lambda name: name.order)}


def _pair_key(record: Record, options: dict[int, str]) -> tuple[Any, ...]:
    """Two records are matched when this is equal: the same seed of the same rows, split the same way. ``options``
    keeps texts of options, which many records share."""
    config = record.config
    text = options.get(id(config))
    if text is None:
        text = options[id(config)] = repr((config.base_seed, sorted(config.task.items())))
    return record.seed, text, *rows_of(record)


def is_reference(name: Name, reference: str) -> bool:
    return name.method == reference and name.regime == NO_AUGMENTATION


def reference_of(used: Sequence[Record]) -> str:
    """The method that all others are compared with, as its records declare it; "" where none does. Raises
    ``BenchError`` where several do."""
    names = sorted({record.method for record in used if record.reference and record.regime == NO_AUGMENTATION})
    if len(names) > 1:
        raise BenchError(
            f"methods {' and '.join(names)} both declare to be the reference that {used[0].task}'s rows are compared "
            "with; one alone can be: take reference=True out of the other's decorator and run it into another folder"
        )
    return names[0] if names else ""


def against(cells: Mapping[Name, Cells], name: Name, reference: str) -> dict[int, Record]:
    """What the cells of a row are compared with: the reference's records by the same classifier, tuned the same way if
    there are any, else as they come. Nothing for the reference itself."""
    if is_reference(name, reference):
        return {}
    base = Name(reference, name.classifier, NO_AUGMENTATION)
    found = cells.get(base._replace(tuned=name.tuned)) or cells.get(base)
    return found.ok if found else {}


def rows_of(record: Record) -> tuple[Any, Any]:
    """What decides which rows a seed means: the data and the code that splits them."""
    hashes = record.hashes
    return hashes.get("data"), hashes.get("code_task")


def use(regime: str) -> str:
    """``tstr`` where synthetic rows stand in for real ones, ``added`` where they are added, or nothing is; also where
    rows are taken away."""
    return "tstr" if regime == "tstr" else "added"


def failure(record: Record) -> str:
    """``"timeout in fit: fit took longer than 60 s"``."""
    where = f"{record.status} in {record.phase}" if record.phase else record.status
    return f"{where}: {record.reason}" if record.reason else where


def typical(seconds: Sequence[float]) -> float | None:
    """Mean of the runs; of five or more the fastest and the slowest are left out, as MLPerf does."""
    kept = sorted(seconds)[1:-1] if len(seconds) >= 5 else seconds
    return fmean(kept) if kept else None


def commonest(values: Sequence[str]) -> str:
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], value))
