"""``augbench list``: what there is, what goes with what, and why the rest does not."""

from __future__ import annotations

from bench import registry
from bench.errors import BenchError
from bench.matrix import fits_together
from bench.messages import answer
from bench.registry import BY_KIND, Entry
from bench.slugs import did_you_mean

_ROWS_OF_A_FAMILY = 3


def show(what: str | None) -> None:
    """Print tables of tasks, methods, classifiers; without ``what`` also which pairs do not go together."""
    from tabulate import tabulate

    kinds = [f"{kind}s" for kind in BY_KIND]
    if what is not None and what not in kinds:
        raise BenchError(f"augbench list has no {what!r}{did_you_mean(what, kinds)}")
    for kind in kinds if what is None else [what]:
        entries = list(BY_KIND[kind.removesuffix("s")])
        rows = [
            [e.name, ", ".join(e.modalities), e.missing or "ready", e.summary.rstrip(".")]
            for e in (entries if what else _without_families(entries))
        ]
        answer(
            tabulate(
                rows,
                [kind, "for" if kind != "tasks" else "modality", "state", "what it is"],
                maxcolwidths=[None, 24, 28, 80],
                disable_numparse=True,
            )
        )
        hidden = len(entries) - len(rows)
        answer(f"... and {hidden} more: augbench list {kind}\n" if hidden > 0 else "")
        for entry in BY_KIND[kind.removesuffix("s")].openers.values():
            answer(f"{entry.name}:... : {entry.summary}")
        for place, reason in BY_KIND[kind.removesuffix("s")].broken.items():
            answer(f"{place} left out: {reason}\n")
    if what is None:
        _pairs()


def show_for(task: str) -> None:
    """Print which methods and classifiers go with a task, and why others do not. Raises ``BenchError``."""
    from tabulate import tabulate

    entry = registry.tasks[task]
    rows = []
    for kind in ("method", "classifier"):
        for one in BY_KIND[kind]:
            reason = one.missing or fits_together(one, entry)
            rows.append([kind, one.name, reason or "yes", one.summary.rstrip(".")])
    heads = ["", f"for {task}", "goes with it", "what it is"]
    answer(tabulate(rows, heads, maxcolwidths=[None, None, 48, 80], disable_numparse=True))


def _without_families(entries: list[Entry[object]]) -> list[Entry[object]]:
    """Of many names on one class only the first few."""
    shown: list[Entry[object]] = []
    count: dict[tuple[str, str], int] = {}
    for entry in entries:
        key = (entry.module, entry.qualname)
        count[key] = count.get(key, 0) + 1
        family = sum((e.module, e.qualname) == key for e in entries) > 3 * _ROWS_OF_A_FAMILY
        if not family or count[key] <= _ROWS_OF_A_FAMILY:
            shown.append(entry)
    return shown


def _pairs() -> None:
    """Which methods and classifiers work on which modality."""
    from tabulate import tabulate

    rows = []
    for kind in ("method", "classifier"):
        for entry in BY_KIND[kind]:
            marks = ["yes" if m in entry.modalities else "–" for m in ("tabular", "image", "series")]
            rows.append([kind, entry.name, *marks, ", ".join(entry.unfit), ", ".join(entry.regimes)])
    heads = ["", "goes with", "tabular", "image", "series", "not with", "regimes, if not all"]
    answer(tabulate(rows, heads, disable_numparse=True))
    answer("– : it does not take rows of that shape; regimes of a method, if none are named: balance, append, tstr.")
    odd = [
        f"{e.name} × {t.name}: {reason}"
        for kind in ("method", "classifier")
        for e in BY_KIND[kind]
        if e.unfit
        for t in registry.tasks
        if t.modalities[0] in e.modalities and (reason := fits_together(e, t))
    ]
    for line in odd[:10]:
        answer(line)
