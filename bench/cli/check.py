"""``augbench check``: run the conformance checks on what a plugin defines, or on named methods, classifiers, tasks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from bench.conformance import Check, classifier_checks, method_checks, task_checks
from bench.data import DataHome
from bench.errors import BenchError
from bench.messages import answer
from bench.registry import BY_KIND, Entry
from bench.slugs import did_you_mean
from bench.task import Modality
from bench.trial.marks import takes_marks

#: training and search are cut to this: the checks are about conduct, not quality
_QUICK = {"steps": 5, "pretrain_steps": 5, "trials": 1}


def check(names: list[str], defined: list[Entry[Any]]) -> int:
    """Print a line a check of the named, or else of all that plugins ``defined``; 0 if all passed, 1 if any failed.
    Raises ``BenchError`` for unknown names or none."""
    chosen = [_find(name) for name in names] or defined
    if not chosen:
        raise BenchError("nothing to check: name a method, classifier or task, or give --plugin FILE")
    failed = 0
    for entry in chosen:
        for name, run in _checks(entry):
            try:
                run()
            except Exception as error:  # whatever a plugin raises is its failure to report
                failed += 1
                answer(f"FAILED  {entry.name}: {name}: {type(error).__name__}: {error}".split("\n")[0])
            else:
                answer(f"passed  {entry.name}: {name}")
    answer(f"{failed} checks failed" if failed else "all checks passed")
    return 1 if failed else 0


def _find(name: str) -> Entry[Any]:
    found = [r[name] for r in BY_KIND.values() if name in r]
    if not found:
        known = [n for r in BY_KIND.values() for n in r.names()]
        raise BenchError(f"nothing is registered as {name!r}{did_you_mean(name, known)}")
    return found[0]


def _checks(entry: Entry[Any]) -> Iterator[tuple[str, Check]]:
    if entry.kind == "task":
        home = DataHome.resolve(Path(os.environ["AUGBENCH_DATA"]) if "AUGBENCH_DATA" in os.environ else None, True)
        yield from task_checks(entry.create(), home, covers=False)
    elif entry.kind == "classifier":
        for modality in entry.modalities:
            for name, run in classifier_checks(_quick(entry), cast("Modality", modality)):
                yield f"{modality}: {name}", run
    else:
        method = _quick(entry)
        for modality in entry.modalities:
            does = {"draws": entry.draws, "resamples": "resample" in entry.regimes}
            given = {"mixed": False, "marked": takes_marks(entry)} | does
            for name, run in method_checks(method, cast("Modality", modality), **given):
                yield f"{modality}: {name}", run


def _quick(entry: Entry[Any]) -> Any:
    made = entry.create()
    known = made.get_params(deep=False)
    return made.set_params(**{key: value for key, value in _QUICK.items() if key in known})
