"""``augbench reproduce``: the cells of chosen records run again from data, and compared number by number.

A cell is rebuilt from its record alone (options, seeds, threads, device) and run in this process, in the fit that it
shared with others: a method may be told which classes will be asked for, so every regime of that fit stands in it
again. What is different from then (code, library versions, processor) is said; rows of another source or checksum make
another cell, which is not run.
"""

from __future__ import annotations

import json
import math
import re
import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from bench.errors import BenchError
from bench.records.identity import axes
from bench.records.store import RECORDS, RUN, Record, has_records, read, seal

if TYPE_CHECKING:
    from bench.data import DataHome
    from bench.trial.fit import FitJob

#: what must come out the same, beside the status: all that a cell measures of rows, and nothing of the clock
COMPARED = ("metrics", "fidelity", "privacy", "n_train", "n_synthetic", "n_test")
#: ends that only a worker process can come to
BY_THE_ENGINE = ("timeout", "killed")


def reproduce(
    ids: Sequence[str],
    folder: Path,
    data_dir: Path | None = None,
    offline: bool = False,
    plugins: tuple[Path, ...] = (),
) -> int:
    """Run the cells of these records (ids, or digits that one id alone begins with) again; 0 if all match, else 1.

    Raises ``BenchError`` for a folder without records and for ids that are not in it.
    """
    from bench.data import DataHome
    from bench.engines.worker import cap_threads

    chosen = find(ids, folder)
    cap_threads(chosen[0]["threads"])  # before numerical libraries are imported
    home = DataHome.resolve(data_dir, offline)
    everything = list(read(folder))
    matches = 0
    for fit_id in dict.fromkeys(record["fit_id"] for record in chosen):
        shared = [record for record in everything if record["fit_id"] == fit_id]
        matches += _fit_again(
            [record for record in chosen if record["fit_id"] == fit_id], shared, folder, home, plugins
        )
    print(f"{matches} of {len(chosen)} records match")
    return 0 if matches == len(chosen) else 1


def find(ids: Sequence[str], folder: Path) -> list[Record]:
    """The records of these ids, each once. Raises ``BenchError`` for an id that is unknown or begins several."""
    from bench.registry import did_you_mean

    if not has_records(folder):
        raise BenchError(f"{folder} holds no records ({RECORDS}); name the folder of a run with --out")
    known = {record["id"]: record for record in read(folder)}
    found: dict[str, Record] = {}
    for text in ids:
        keys = [text] if text in known else [key for key in known if key.startswith(text)]
        if not keys:
            raise BenchError(f"no record in {folder} has the id {text!r}{did_you_mean(text, known)}")
        if len(keys) > 1:
            raise BenchError(f"{len(keys)} records in {folder} have ids that begin with {text!r}; give more digits")
        found[keys[0]] = known[keys[0]]
    return list(found.values())


def _fit_again(
    chosen: Sequence[Record], shared: Sequence[Record], folder: Path, home: DataHome, plugins: tuple[Path, ...]
) -> int:
    """Run the chosen records of one fit again, and say of each how it compares. Returns how many match."""
    first = chosen[0]
    print(f"{first['task']} × {first['method']} × seed {first['seed']} ({first['source']}), {len(chosen)} of its cells")
    try:
        fit, records = rebuild(chosen, shared, home, plugins)
    except BenchError as error:
        print(f"  not run: {error}")
        return 0
    for line in _changes(fit, records, shared, folder):
        print(f"  {line}", flush=True)
    matches = 0
    for now in _run(fit, records):
        then = records[now["id"]]
        outcome = compare(then, now)
        print(f"  {then['id']} {then['classifier']} × {then['regime']}: {outcome}", flush=True)
        if then.get("seal", seal(then)) != seal(then):
            print("    its seal is broken: the record was changed after it was written")
        matches += outcome.match
    return matches


def rebuild(
    chosen: Sequence[Record], shared: Sequence[Record], home: DataHome, plugins: tuple[Path, ...] = ()
) -> tuple[FitJob, dict[str, Record]]:
    """The fit of the chosen records, and the chosen records by the ids that their cells have today.

    It has the chosen cells and, for each regime of ``shared`` (all records of that fit) without one, one cell in its
    place. Raises ``BenchError`` where the rows, a name or the device cannot be had here.
    """
    from bench import registry
    from bench.matrix import cell_of
    from bench.trial.clock import resolve_device
    from bench.trial.fit import FitJob
    from bench.trial.regimes import Regime

    first = chosen[0]
    config = first["config"]
    task, method = registry.tasks[first["task"]], registry.methods[first["method"]]
    origin = task.create(**config["task"]).locate(home)
    if origin.source != first["source"]:
        raise BenchError(f"the record's rows are {first['source']}, those here {origin.source} ({origin.note})")
    if origin.sha256[:16] != first["hashes"]["data"]:
        raise BenchError(
            f"the record's rows have the checksum {first['hashes']['data']}..., those here {origin.sha256[:16]}... "
            f"({origin.note})"
        )
    draft = FitJob(
        first["task"], first["method"], first["seed"], config["base_seed"], first["budget"], origin, (),
        task_params=config["task"], method_params=config["method"], measures=config["measures"],
        device=resolve_device(first["device"]), threads=first["threads"], timeout=_limit(chosen), plugins=plugins,
    )  # fmt: skip
    wanted = {record["id"] for record in chosen}
    regimes = {record["regime"] for record in chosen}
    cells, records = [], {}
    for record in shared:
        if record["id"] not in wanted and record["regime"] in regimes:
            continue
        regimes.add(record["regime"])
        classifier = registry.classifiers[record["classifier"]]
        cell = cell_of(draft, task, method, classifier, Regime.parse(record["regime"]), record["config"]["classifier"])
        cells.append(cell)
        if record["id"] in wanted:
            records[cell.id] = record
    return replace(draft, cells=tuple(cells)), records


def _limit(records: Sequence[Record]) -> float | None:
    """The time limit that a record ran into, in seconds; no other record tells its limit, and none needs it."""
    told = [re.search(r"longer than (\S+) s", r["reason"]) for r in records if r["status"] == "timeout"]
    return next((float(found[1]) for found in told if found), None)


def _changes(fit: FitJob, records: Mapping[str, Record], shared: Sequence[Record], folder: Path) -> Iterator[str]:
    """What is not as it was when the records were made, a line each."""
    from bench.matrix import why
    from bench.records.provenance import changed, digest, machine, versions

    known = {axes(record): record for record in records.values()}
    cells = [cell for cell in fit.cells if cell.id in records]
    others = [cell for cell in cells if any(records[cell.id]["hashes"].get(k) != v for k, v in cell.hashes.items())]
    yield from dict.fromkeys(why(fit, cell, known) for cell in others)
    if not others:
        yield "data, code, options and library versions are those of the record"
    today: dict[str, str] = versions()
    then: dict[str, str] = next(iter(records.values())).get("versions") or today
    for name in changed(today, then):
        yield f"{name} was {then.get(name, 'absent')}, is {today.get(name, 'absent')}"
    with suppress(OSError, ValueError, KeyError):
        processor = json.loads((folder / RUN).read_text(encoding="utf-8"))["machine"]["cpu"]
        if processor != machine()["cpu"]:
            yield f"the last run here was on {processor}; this is {machine()['cpu']}: last digits may differ"
    if digest([fit.task, fit.method, fit.seed, [record["id"] for record in shared]]) != shared[0]["fit_id"]:
        yield "some cells of the same training are not in this folder: if they were of other regimes, it may differ"


class _Enough(Exception):
    """All that was asked for has come: the rest of the fit is not run."""


def _run(fit: FitJob, records: Mapping[str, Record]) -> Iterator[Record]:
    """The cells of ``records`` as they end. In this process, unless a record's end was the engine's doing."""
    from bench import engines

    engine = "processes" if any(r["status"] in BY_THE_ENGINE for r in records.values()) else "serial"
    missing = set(records)
    with tempfile.TemporaryDirectory() as spool, suppress(_Enough):
        settings = engines.Settings(1, fit.threads, Path(spool), fit.device)
        events = cast(Generator[dict[str, Any]], engines.run(engine, [fit], settings))
        for event in events:
            record = event.get("record")
            if record and record["id"] in missing:
                missing.remove(record["id"])
                yield record
            if not missing:
                events.throw(_Enough())


@dataclass(frozen=True)
class Outcome:
    """How a record and its repetition compare: ``differences`` in words, none if all ``numbers`` are the same."""

    numbers: int
    differences: tuple[str, ...]

    @property
    def match(self) -> bool:
        return not self.differences

    def __str__(self) -> str:
        if self.match:
            return f"match, {self.numbers} numbers equal to the last bit" if self.numbers else "match, it fails alike"
        return f"NO MATCH: {'; '.join(self.differences)}"


def compare(then: Record, now: Record) -> Outcome:
    """Compare what two records of one cell found; a number matches if it is equal to the last bit."""
    if (then["status"], then["phase"]) != (now["status"], now["phase"]):
        return Outcome(0, (f"was {_end(then)}, is {_end(now)}",))
    old, new = numbers(then), numbers(now)
    found = []
    if (test := then["hashes"].get("test")) != now["hashes"].get("test"):
        found.append(f"other test rows (hash {test} then, {now['hashes'].get('test')} now)")
    for here, there, where in ((old, new, "not found again"), (new, old, "found now alone")):
        if alone := [name for name in here if name not in there]:
            found.append(f"{where}: {', '.join(alone)}")
    gaps = {name: abs(old[name] - new[name]) for name in old if name in new and old[name] != new[name]}
    if gaps:
        worst = max(gaps, key=lambda name: (math.isnan(gaps[name]), gaps[name]))
        found.append(
            f"{len(gaps)} of {len(old)} numbers differ, most of all {worst} by {gaps[worst]:.3g} "
            f"({old[worst]!r} then, {new[worst]!r} now)"
        )
    return Outcome(len(old), tuple(found))


def _end(record: Record) -> str:
    return (
        record["status"]
        if record["status"] == "ok"
        else f"{record['status']} in {record['phase']} ({record['reason']})"
    )


def numbers(record: Record) -> dict[str, float]:
    """The compared numbers of a record by name, such as ``metrics.auprc``."""
    found: dict[str, float] = {}
    for key in COMPARED:
        value = record[key]
        named = {f"{key}.{name}": part for name, part in value.items()} if isinstance(value, dict) else {key: value}
        found |= {name: part for name, part in named.items() if part is not None}
    return found
