"""The second table of a task: what was measured of the synthetic rows, whatever classifiers were then trained on
them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.boards import training
from bench.boards.board import NO_AUGMENTATION, Board, Column, Name, Row, axes_of, axis_columns
from bench.boards.cells import commonest, failure, use
from bench.boards.glossary import MEASURES, REAL, label, ordered
from bench.records.record import Record
from bench.statistics.comparison import mean_interval

#: method's name of the line that says what real rows give in the place of synthetic ones
REAL_ROWS = "(real rows)"
#: names of the lines of rows whose worth is known (``Record.references``), and what they are
REFERENCES = {
    "held-out": ("(held-out real rows)", "test rows in the place of synthetic ones: the ideal"),
    "jittered": (
        "(jittered training rows)",
        "training rows with 1 % noise, rounded and clipped as synthetic rows are: near copies",
    ),
    "shuffled": (
        "(shuffled columns)",
        "training rows with every column shuffled within its class: independent columns",
    ),
}
#: kinds of failure that are listed; CSV and JSON hold the rest
LISTED = 12


def values(record: Record) -> dict[str, float]:
    """Every measure that a record carries of the rows it was trained on."""
    return {**record.fidelity, **record.privacy}


def task_specific_measures(used: Sequence[Record]) -> list[str]:
    """The measures that no one but the task takes, in the order it gives them."""
    found = dict.fromkeys(name for r in used if r.ok for name in r.fidelity)
    return [name for name in ordered(found) if name not in MEASURES]


def synthetic(used: Sequence[Record], board: Board, heading: str) -> Board | None:
    """One row a method and regime with synthetic rows; None where nothing was measured.

    ``used`` are the records that ``board`` counts. Records of one method, regime and seed hold the same rows with
    another classifier each: they count once. A draw that failed enters no mean, and is counted and named.
    """
    draws = _draws(used)
    names = ordered(name for found in draws.values() for draw in found for name in draw.values)
    if not names:
        return None
    axes = axes_of(list(draws))
    rows = _rows(draws, _known(used), names, axes)
    return Board(
        "measures", board.task, board.source, board.setting, board.date, "", heading,
        notes=tuple(_notes(rows)),
        columns=(
            Column("method", "method", "text"),
            Column("regime", "regime", "text"),
            *axis_columns(axes),
            training.COLUMN,
            *(Column(label(name), name, "measure") for name in names),
            Column("ok", "draws", "text"),
        ),
        rows=tuple(rows),
        facts={name: asdict(MEASURES[name]) if name in MEASURES else {"name": name} for name in names},
    )  # fmt: skip


def _rows(
    draws: Mapping[Name, list[Draw]], known: Mapping[str, list[Draw]], names: Sequence[str], axes: Sequence[str]
) -> list[Row]:
    """Regime by regime what rows of known worth give, then every method."""
    rows: list[Row] = []
    # a draw that stands for the training set has more measures than one that fills it up
    for regime in sorted({unit.regime for unit in draws}, key=lambda regime: (use(regime) != "tstr", regime)):
        mine = {unit: found for unit, found in draws.items() if unit.regime == regime}
        for kind, (name, _) in REFERENCES.items():
            rows += _stands_for(name, regime, known.get(f"{regime} {kind}", []), names, axes)
        rows += _real(regime, [draw for found in mine.values() for draw in found], names, axes)
        rows += [_row(unit, found, names, axes) for unit, found in mine.items()]
    return rows


@dataclass(frozen=True)
class Draw:
    """The synthetic rows of a method, a regime and a seed: the record that speaks for them, and its measures."""

    record: Record
    values: Mapping[str, float]

    @property
    def tells(self) -> bool:
        """Whether there are measures, or a reason why there are none; classes of equal size need no synthetic rows."""
        return bool(not self.record.ok or self.values)

    @property
    def trust(self) -> tuple[Any, ...]:
        """Of several records of one draw the last in this order speaks for it: one with measures, then the newest."""
        return bool(self.values), self.record.ended, self.record.id


def _draws(used: Sequence[Record]) -> dict[Name, list[Draw]]:
    """The draws of every method and regime, by name, each seed once; those that tell nothing left out."""
    found: dict[Name, dict[int, Draw]] = defaultdict(dict)
    for record in used:
        if record.regime != NO_AUGMENTATION:
            draw = Draw(record, values(record) if record.ok else {})
            mine = found[Name.of(record).unit]
            if record.seed not in mine or mine[record.seed].trust < draw.trust:
                mine[record.seed] = draw
    kept = {unit: list(draws.values()) for unit, draws in found.items() if any(draw.tells for draw in draws.values())}
    return {unit: kept[unit] for unit in sorted(kept, key=lambda unit: unit.order)}


def _row(unit: Name, draws: Sequence[Draw], names: Sequence[str], axes: Sequence[str]) -> Row:
    ok = [draw.values for draw in draws if draw.values]
    records = [draw.record for draw in draws]
    failed = next((record for record in records if not record.ok), None)
    row = _named(unit, axes) | {
        "baseline": any(record.trivial for record in records),
        "real": False,
        "seeds_ok": len(ok),
        "seeds": len(draws),
        "draws": f"{len(ok)}/{len(draws)}",
        "status": "ok" if ok else commonest([record.status for record in records]),
        "reason": "" if failed is None else failure(failed),
        training.KEY: training.share(records),
    }
    return row | _means(ok, names) | {"record_ids": sorted(record.id for record in records)}


def _named(unit: Name, axes: Sequence[str]) -> Row:
    return {name: getattr(unit, name) for name in ("method", "regime", *axes)}


def _known(used: Sequence[Record]) -> dict[str, list[Draw]]:
    """The measures of rows of known worth by regime and kind, one a seed."""
    found: dict[str, list[Draw]] = defaultdict(list)
    for record in used:
        for kind, measured in record.references.items():
            found[kind].append(Draw(record, measured))
    return found


def _real(regime: str, draws: Sequence[Draw], names: Sequence[str], axes: Sequence[str]) -> list[Row]:
    """What real rows give in the place of synthetic ones, as it was measured beside these: the same for every method of
    a seed."""
    measured = [
        Draw(draw.record, {name: draw.values[name + REAL] for name in names if name + REAL in draw.values})
        for draw in draws
    ]
    return _stands_for(REAL_ROWS, regime, measured, names, axes)


def _stands_for(
    method: str, regime: str, draws: Sequence[Draw], names: Sequence[str], axes: Sequence[str]
) -> list[Row]:
    """The line of rows that are no method's, each seed once; none where nothing was measured."""
    by_seed: dict[int, Draw] = {}
    for draw in draws:
        seed = draw.record.seed
        if draw.values and (seed not in by_seed or by_seed[seed].trust < draw.trust):
            by_seed[seed] = draw
    if not by_seed:
        return []
    n = len(by_seed)
    row = _named(Name(method, "", regime), axes) | {
        "baseline": False,
        "real": True,
        "seeds_ok": n,
        "seeds": n,
        "draws": f"{n}/{n}",
        "status": "ok",
        "reason": "",
        training.KEY: None,
    }
    found = [by_seed[seed] for seed in sorted(by_seed)]
    ids = sorted(draw.record.id for draw in found)
    return [row | _means([draw.values for draw in found], names) | {"record_ids": ids}]


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
    shown = {row["method"] for row in rows if row["real"]}
    if REAL_ROWS in shown:
        lines.append(f"{REAL_ROWS}: what real rows give in the place of synthetic ones")
    lines += [f"{name}: {what}" for name, what in REFERENCES.values() if name in shown]
    failed = [
        f"{row['method']}/{row['regime']}: {row['seeds'] - row['seeds_ok']} of {row['seeds']} draws {row['reason']}"
        for row in rows
        if row["reason"]
    ]
    more = len(failed) - LISTED
    return lines + failed[:LISTED] + ([f"and {more} more that failed: see the CSV or JSON"] if more > 0 else [])
