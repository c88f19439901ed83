"""Planted methods and classifiers beside good ones: what the good ones get without them, they must get with them."""

from __future__ import annotations

import runpy
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any
from unittest.mock import patch

from harness import PLUGINS, Run, Tally, label
from planted import Planted

#: plugin files of planted methods, by kind
KINDS = ("state", "importing", "ending", "leftovers", "streams", "rows", "handed", "failures")
GOOD = ("none", "random-over", "good-look-around", "smote", "good-smote", "adasyn", "gan", "borderline-smote")
INNOCENT = PLUGINS / "innocent.py"
CLASSIFIERS = PLUGINS / "classifiers.py"
COMMON: Mapping[str, Any] = {
    "tasks": ["pima"], "seeds": 1, "workers": 2, "regimes": ["real", "balance", "tstr"], "timeout": 120,
}  # fmt: skip


#: the registry is patched for one plugin file at a time
_importing = Lock()


def planted(kind: str) -> dict[str, type]:
    """The classes of a plugin file that declare what they deserve, by name; nothing is registered in this process."""
    found: dict[str, type] = {}

    def named(name: str) -> Callable[[type], type]:
        return lambda cls: found.setdefault(name, cls)

    with _importing, patch("bench.registry.method", named), patch("bench.registry.classifier", named):
        runpy.run_path(str(PLUGINS / f"{kind}.py"))
    return found


def chosen(short: bool) -> dict[str, type[Planted]]:
    """The planted methods of a list, by name."""
    return {name: cls for kind in KINDS for name, cls in planted(kind).items() if cls.short or not short}


def between(good: Sequence[str], bad: Sequence[str]) -> list[str]:
    """The good names, each after its share of the bad ones."""
    share = -(-len(bad) // max(1, len(good) - 1))
    mixed = [good[0]]
    for i, name in enumerate(good[1:]):
        mixed += [*bad[i * share : (i + 1) * share], name]
    return mixed


def methods(folder: Path, engine: str, short: bool) -> Tally:
    """Good methods, with and without planted ones between them."""
    bad, start = chosen(short), time.monotonic()
    tally = Tally("planted methods", engine, tried=len(bad))
    options = {**COMMON, "classifiers": ["xgboost"] if short else ["xgboost", "mlp"]}
    files = [PLUGINS / f"{kind}.py" for kind in KINDS]
    alone = Run(folder / "alone", {**options, "methods": list(GOOD)}, [INNOCENT], engine)
    limits = {name: dict(cls.limits) for name, cls in bad.items() if cls.limits}
    mixed = {**options, "methods": between(GOOD, list(bad)), "limits": limits}
    beside = Run(folder / "beside", mixed, [INNOCENT, *files], engine)
    _judge(tally, alone, beside, {name: cls.deserves for name, cls in bad.items()}, "method")
    tally.seconds = time.monotonic() - start
    return tally


def classifiers(folder: Path, engine: str) -> Tally:
    """Good classifiers, with and without planted ones in the same fits."""
    bad, start = planted("classifiers"), time.monotonic()
    tally = Tally("planted classifiers", engine, tried=len(bad))
    options = {**COMMON, "methods": ["none", "random-over", "good-smote"]}
    alone = Run(folder / "alone", {**options, "classifiers": ["xgboost", "mlp", "tree"]}, [INNOCENT], engine)
    mixed = {**options, "classifiers": between(["xgboost", "mlp", "tree"], list(bad))}
    beside = Run(folder / "beside", mixed, [INNOCENT, CLASSIFIERS], engine)
    _judge(tally, alone, beside, {name: cls.deserves for name, cls in bad.items()}, "classifier")
    tally.seconds = time.monotonic() - start
    return tally


def _judge(tally: Tally, alone: Run, beside: Run, deserves: Mapping[str, Sequence[str]], axis: str) -> None:
    for run in (alone, beside):
        if code := run.go():
            tally.notes.append(f"{run.out.name}: exit code {code}: {run.said()[-400:]}")
        for name in run.left_running():
            tally.false += 1
            tally.notes.append(f"{run.out.name}: left running: {name}")
    good, found = alone.records(), beside.records()
    for record in good:
        if record["status"] != "ok":
            tally.false += 1
            tally.notes.append(f"alone: {label(record)}: {record['status']}: {record['reason']}")
    tally.compare(found, good)
    for name, statuses in deserves.items():
        mine = [record for record in found if record[axis] == name]
        wrong = [r for r in mine if r["status"] not in statuses]
        tally.survived += bool(mine)
        if not mine:
            tally.notes.append(f"{name}: no record")
        tally.false += len(wrong)
        tally.notes += [f"false status: {label(r)}: {r['status']} in {r['phase']}: {r['reason']}" for r in wrong]
