"""``augbench audit``: the checks of ``leaks`` on the splits of tasks, printed and kept as ``audit.json``."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench import registry, seeds
from bench.audit import leaks
from bench.boards.board import SOURCE_LABELS
from bench.config import BUDGETS, load
from bench.data import DataHome
from bench.errors import BenchError, DataUnavailable
from bench.messages import answer
from bench.records import findings
from bench.records.files import replace_json
from bench.records.record import Options
from bench.trial.rows import Frozen, TrialRows, load_task

_say = logging.getLogger("augbench.audit").info
FILE = "audit.json"
#: more names than this on one class are a family, of which only what a budget names is looked at unasked
FAMILY = 10

Audited = dict[str, Any]


def audit(
    names: tuple[str, ...] | None, n_seeds: int, folder: Path | None, data_dir: Path | None, offline: bool
) -> int:
    """Check the tasks' splits at ``n_seeds`` seeds; 0, or 1 if a leak is found that no variant declares.

    Without ``names`` the tasks of the records in ``folder``, else every task (of a family those that a budget names).
    Tasks that ``folder`` has records of are read with the options of the newest. Raises ``BenchError`` for an unknown
    name, a named task without data, or fewer than one seed.
    """
    if n_seeds < 1:
        raise BenchError(f"the audit needs at least 1 seed, not {n_seeds}")
    if folder is not None:
        from bench.records.store import claim

        claim(folder)
    before = findings.audit(folder).get("tasks", {}) if folder else {}
    home = DataHome.resolve(data_dir, offline)
    recorded = _recorded(folder)
    chosen = names or tuple(recorded) or tuple(_usual())
    for name in chosen:
        registry.tasks[name]  # an unknown one is refused before any work
    found: dict[str, Audited] = {}
    for name in chosen:
        try:
            found[name] = _audit(name, n_seeds, home, recorded.get(name, Options(base_seed=0)))
        except DataUnavailable as error:
            if names:
                raise
            _say(f"{name} left out: {error}")
            continue
        _show(name, found[name])
    if home.messages:
        _say("; ".join(home.messages))
    if not found:
        raise BenchError("nothing to audit: no task has data here; name a folder with --data-dir")
    if folder is not None:
        # tasks audited before and not now stay as they were
        replace_json(folder / FILE, {"tasks": dict(sorted({**before, **found}.items()))})
    return _sum_up(found)


def _audit(name: str, n_seeds: int, home: DataHome, recorded: Options) -> Audited:
    """What ``audit.json`` holds of one task."""
    options = Frozen(recorded.task)
    base = recorded.base_seed
    entry = registry.tasks[name]
    if entry.missing:
        raise DataUnavailable(f"{name}: {entry.missing}")
    origin = entry.create(**options).locate(home)
    by_check: dict[str, list[leaks.Finding]] = {}
    for seed in range(n_seeds):
        # the rows as a trial takes them: an audit of other code would say nothing of a run
        task, dataset = load_task(name, options, origin)
        split = task.split(dataset, seeds.derive(base, "split", name, seed))
        if not all(map(len, (split.train, split.valid, split.test))):
            raise BenchError(f"{name}: the split of seed {seed} leaves a part without rows; mend the task's split")
        if (found := leaks.disjoint(dataset, split)).status == "leak":
            by_check.setdefault(found.check, []).append(found)  # no run would take it
            continue
        case = leaks.Case(dataset, split, TrialRows(name, options, origin, base, seed), seed)
        for finding in leaks.look(case, registry.tasks[name].leaky or split.shown is not None):
            by_check.setdefault(finding.check, []).append(finding)
    worst = [leaks.worst(found) for found in by_check.values()]
    checks = [{"check": f.check, "status": f.status, "found": f.found} for f in worst]
    return {"source": origin.source, "sha256": origin.sha256, "seeds": n_seeds, "checks": checks}


def _recorded(folder: Path | None) -> dict[str, Options]:
    """The options that the newest record of each task was made with."""
    from bench.records.reading import has_records, read

    if folder is None or not has_records(folder):
        return {}
    records = sorted(read(folder), key=lambda r: (r.ended, r.id))
    return {r.task: r.config for r in records if registry.reopen(r.task, r.config.task)}


def _usual() -> Iterator[str]:
    """Every task, but of a family those that the budgets name."""
    named = {task for budget in BUDGETS for task in load(budget, None, {}).tasks}
    sizes = Counter((e.module, e.qualname) for e in registry.tasks)
    for entry in registry.tasks:
        if sizes[entry.module, entry.qualname] <= FAMILY or entry.name in named:
            yield entry.name


def _show(name: str, audited: Audited) -> None:
    from tabulate import tabulate

    splits = f"{audited['seeds']} split{'s' if audited['seeds'] > 1 else ''}"
    answer(f"{name} · {SOURCE_LABELS.get(audited['source'], audited['source'])} · {splits}")
    mark = {"leak": "LEAK", "not applicable": "–"}
    rows = [[mark.get(c["status"], c["status"]), c["check"], c["found"]] for c in audited["checks"]]
    answer(tabulate(rows, tablefmt="plain", disable_numparse=True, maxcolwidths=[None, None, 96]) + "\n")


def _sum_up(found: Mapping[str, Audited]) -> int:
    """The last lines and the exit code."""
    for status, words in (("declared", "leak on purpose, as published"), ("leak", "LEAK")):
        for name, audited in found.items():
            checks = [c["check"] for c in audited["checks"] if c["status"] == status]
            if checks:
                answer(f"{words}: {name} ({', '.join(checks)})")
    leaking = sum(any(c["status"] == "leak" for c in audited["checks"]) for audited in found.values())
    answer(f"{len(found)} tasks audited, {leaking} with a leak that is not on purpose")
    return 1 if leaking else 0
