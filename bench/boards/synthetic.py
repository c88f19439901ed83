"""The second table of a task: what was measured of the synthetic rows, whatever classifiers were then trained on
them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bench.boards.cells import TRIVIAL, commonest, failure
from bench.boards.glossary import MEASURES, REAL, label, ordered
from bench.boards.tables import Board, Column, Row
from bench.records.record import Record
from bench.statistics.comparison import mean_interval

#: method's name of the line that says what real rows give in the place of synthetic ones
REAL_ROWS = "(real rows)"
#: kinds of failure that are listed; CSV and JSON hold the rest
LISTED = 12


def values(record: Record) -> dict[str, float]:
    """Every measure that a record carries of the rows it was trained on."""
    return {**record.fidelity, **record.privacy}


def own(used: Sequence[Record]) -> list[str]:
    """The measures that no one but the task takes, in the order it gives them."""
    found = dict.fromkeys(name for r in used if r.ok for name in r.fidelity or ())
    return [name for name in ordered(found) if name not in MEASURES]


def synthetic(used: Sequence[Record], board: Board, heading: str) -> Board | None:
    """One row a method and regime with synthetic rows; None where nothing was measured.

    ``used`` are the records that ``board`` counts. Records of one method, regime and seed hold the same rows with
    another classifier each: they count once. A draw that failed enters no mean, and is counted and named.
    """
    draws: dict[tuple[str, str], dict[int, Record]] = defaultdict(dict)
    for record in sorted(used, key=_trust):
        if record.regime != "real":
            draws[record.regime, record.method][record.seed] = record
    kept = {names: list(found.values()) for names, found in draws.items() if any(_tells(r) for r in found.values())}
    ok = [record for found in kept.values() for record in found if record.ok]
    names = ordered(name for record in ok for name in values(record))
    if not names:
        return None
    rows: list[Row] = []
    # a draw that stands for the training set has more measures than one that fills it up
    for regime in sorted({regime for regime, _ in kept}, key=lambda regime: (regime != "tstr", regime)):
        mine = {method: found for (r, method), found in sorted(kept.items()) if r == regime}
        real = _real(regime, [record for found in mine.values() for record in found], names)
        rows += [*real, *(_row(method, regime, found, names) for method, found in mine.items())]
    return Board(
        "measures", board.task, board.source, board.budget, board.device, board.date, "", heading,
        notes=tuple(_notes(rows)),
        columns=(
            Column("method", "method", "text"),
            Column("regime", "regime", "text"),
            *(Column(label(name), name, "measure") for name in names),
            Column("ok", "draws", "text"),
        ),
        rows=tuple(rows),
        facts={name: asdict(MEASURES[name]) if name in MEASURES else {"name": name} for name in names},
    )  # fmt: skip


def _trust(record: Record) -> tuple[Any, ...]:
    """Of several records of one draw the last in this order speaks for it: one with measures, then the newest."""
    return bool(record.ok and values(record)), record.started, record.id


def _tells(record: Record) -> bool:
    """Whether a record has measures, or the reason why there are none; classes of equal size need no synthetic rows."""
    return bool(not record.ok or values(record))


def _row(method: str, regime: str, draws: Sequence[Record], names: Sequence[str]) -> Row:
    ok = [record for record in draws if record.ok and values(record)]
    failed = next((record for record in draws if not record.ok), None)
    row = {
        "method": method,
        "regime": regime,
        "baseline": method in TRIVIAL,
        "real": False,
        "seeds_ok": len(ok),
        "seeds": len(draws),
        "draws": f"{len(ok)}/{len(draws)}",
        "status": "ok" if ok else commonest([record.status for record in draws]),
        "reason": "" if failed is None else failure(failed),
    }
    return row | _means([values(record) for record in ok], names) | {"record_ids": sorted(r.id for r in draws)}


def _real(regime: str, draws: Sequence[Record], names: Sequence[str]) -> list[Row]:
    """What real rows give in the place of synthetic ones: the same for every method of a seed, so it is taken once."""
    by_seed = {
        record.seed: (
            {name: value for name in names if (value := values(record).get(name + REAL)) is not None},
            record,
        )
        for record in sorted(draws, key=_trust)
        if any(name + REAL in values(record) for name in names)
    }
    if not by_seed:
        return []
    n = len(by_seed)
    row: Row = {
        "method": REAL_ROWS,
        "regime": regime,
        "baseline": False,
        "real": True,
        "seeds_ok": n,
        "seeds": n,
        "draws": f"{n}/{n}",
        "status": "ok",
        "reason": "",
    }
    found = [by_seed[seed] for seed in sorted(by_seed)]
    ids = sorted(record.id for _, record in found)
    return [row | _means([measured for measured, _ in found], names) | {"record_ids": ids}]


def _means(measured: Sequence[Mapping[str, float]], names: Sequence[str]) -> Row:
    """Mean, half width of the 95 % t interval and count of every measure, over the seeds that have it."""
    row: Row = {}
    for name in names:
        numbers = [found[name] for found in measured if name in found]
        interval = mean_interval(numbers) if numbers else None
        row |= {
            f"{name}_mean": interval and interval.mean,
            f"{name}_ci95": interval and interval.half,
            f"{name}_n": len(numbers),
        }
    return row


def _notes(rows: Sequence[Row]) -> list[str]:
    counts = sorted({row["seeds_ok"] for row in rows if row["seeds_ok"]})
    seeds = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    lines = [
        f"mean over {seeds} seed{'' if counts == [1] else 's'} ± half of the 95 % t interval; a draw is measured once, "
        "whatever classifiers are trained on it; what too few rows did not allow is left out of its mean",
        "↓ less is better, ↑ more is better, → the value that real rows would have; no sign: not judged",
    ]
    if any(row["real"] for row in rows):
        lines.append(f"{REAL_ROWS}: what real rows give in the place of synthetic ones")
    failed = [
        f"{row['method']}/{row['regime']}: {row['seeds'] - row['seeds_ok']} of {row['seeds']} draws {row['reason']}"
        for row in rows
        if row["reason"]
    ]
    more = len(failed) - LISTED
    return lines + failed[:LISTED] + ([f"and {more} more that failed: see the CSV or JSON"] if more > 0 else [])
