"""What a board says under its table: how it was counted, what is mixed in it, what failed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from bench.boards.board import Row
from bench.boards.cells import Counted, failure, higher_is_better, label, rows_of
from bench.boards.spread import test_train_ratio
from bench.measures.naming import at_training
from bench.records.record import Record

#: kinds of failure that are listed; the rest is in the CSV and JSON, row by row
LISTED = 12


def notes(records: Counted, rows: Sequence[Row], primary: str, base: str) -> list[str]:
    """The lines, in order. ``rows`` are the board's; ``base`` is what they are compared with (``none/real``)."""
    used, older = records.used, records.older
    ok = [record for record in used if record.ok]
    order = "higher" if higher_is_better(primary) else "lower"
    lines = [
        f"{_seeds(ok)}; sorted by {label(primary)} ({order} is better); mean ± half of its 95 % interval",
        f"Δ: mean paired difference to {base} by the same classifier at the same n seeds, ± half of its interval",
        f"intervals of means and of differences: {_interval(rows, ok)}",
        *_shares(ok, primary),
        *_running(ok),
    ]
    if older:
        lines.append(f"{older} older record{_s(older)} of the same cells left out")
    if lost := records.to_run:
        which = "1 cell is" if lost == 1 else f"{lost} cells are"
        lines.append(f"{which} to be run again: ended by the harness's doing, which says nothing of a method")
    versions = len({rows_of(record) for record in used})
    if versions > 1:
        lines.append(f"MIXED DATA: {versions} versions of the rows; differences are taken within one; run it again")
    mixed = _mixed_code(used)
    if mixed:
        lines.append(f"MIXED CODE: seeds made by different code in {mixed}; run it again")
    return lines + _options(used) + _failures(used)


def _shares(ok: Sequence[Record], primary: str) -> list[str]:
    """Which question each of two columns answers, where training and test rows have other shares of the classes."""
    if not any(at_training(primary) in record.metrics for record in ok):
        return []
    trained, tested = (_range(counts) for counts in ([r.train_classes for r in ok], [r.test_classes for r in ok]))
    return [
        f"two shares of the classes: {label(primary)} is of test rows as they are ({tested} a class): what a method is "
        f"worth where classes come so; {label(at_training(primary))}, is of the same rows, each class weighing what it "
        f"has among training rows ({trained}): what it is worth where they come as in training. They may disagree. "
        "Verdict and comparison are of the first; the other is exploratory, ± half of its 95 % interval",
        "these do not depend on the shares: recalls, the AUC of pairs of classes, log loss (macro), the slope of "
        "calibration; ECE is of the test rows as they are",
    ]


def _range(counted: Sequence[Mapping[str, int]]) -> str:
    """The least and the largest share of a class, ``0.9 to 26 %``."""
    shares = [100 * n / sum(counts.values()) for counts in counted if counts for n in counts.values()]
    low, high = f"{min(shares, default=0):.2g}", f"{max(shares, default=0):.2g}"
    return f"{low} %" if low == high else f"{low} to {high} %"


def _options(used: Sequence[Record]) -> list[str]:
    """What methods were set to by their name, the budget or the command line, as the records keep it."""
    found: dict[str, set[str]] = defaultdict(set)
    for record in used:
        given = record.config.method
        if told := [f"{name}={_value(value)}" for name, value in sorted(given.items())]:
            found[record.method].add(" ".join(told))
    if not found:
        return []
    told = [f"{method} {' or '.join(sorted(settings))}" for method, settings in sorted(found.items())]
    return [f"options set for methods, the others at their defaults: {'; '.join(told)}"]


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(_value, value))
    return f"{value:g}" if isinstance(value, float) else "none" if value is None else str(value).lower()


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _seeds(ok: Sequence[Record]) -> str:
    counts = Counter((r.method, r.classifier, r.regime) for r in ok).values()
    if not counts:
        return "no seed"
    low, high = min(counts), max(counts)
    return f"{low} seed{_s(low)}" if low == high else f"{low} to {high} seeds"


def _interval(rows: Sequence[Row], ok: Sequence[Record]) -> str:
    """What they vary by."""
    ratios = [row["test_train_ratio"] for row in rows if row["test_train_ratio"] is not None]
    units = {row["test_units"] for row in rows} - {None}
    if not ratios:  # no row is compared with the reference
        ratios = [ratio for ratio in (test_train_ratio(ok),) if ratio is not None]
    if max(Counter((r.method, r.classifier, r.regime) for r in ok).values(), default=0) < 2:
        return "need two seeds or more (--seeds), which no row has"
    if not ratios:
        return "need the numbers of test and of training rows, which not all records tell"
    if units:
        count = "/".join(map(str, units))
        what = "/".join(sorted({record.test_units for record in ok} - {""}))
        return (
            f"seeds and test rows: t √(s²/n + v), v the variance of the mean when the {count} {what} of the test set, "
            "the same for every seed, are drawn again, the same draws for every method; degrees of freedom by "
            "Satterthwaite"
        )
    if max(ratios) == 0.0:
        return (
            "THESE TEST ROWS ALONE: the plain t interval over seeds, as every seed has the same test rows and no class "
            "probabilities were kept to draw them again; there are no verdicts"
        )
    low, high = f"{min(ratios):.3g}", f"{max(ratios):.3g}"
    here = low if low == high else f"{low} to {high}"
    return f"Nadeau-Bengio corrected: t(n − 1) s √(1/n + n_test/n_train), here n_test/n_train = {here}"


def _running(ok: Sequence[Record]) -> list[str]:
    """The rule of times, and how quiet the machine was while they were taken."""
    threads = sorted({record.threads for record in ok if record.threads})
    if not threads:
        return []
    machines = [record.machine for record in ok]
    parallel_workers = sorted({machine.parallel_workers for machine in machines})
    alone = sum(machine.exclusive for machine in machines)
    text = f"times: {'/'.join(map(str, threads))} thread{_s(threads[-1])} a worker"
    if alone == len(ok):
        text += ", exclusive: one fit at a time"
    elif parallel_workers != [0]:
        others = f"{'/'.join(map(str, parallel_workers))} more worker{_s(parallel_workers[-1])}"
        text += f", {others} running (in parallel, so an upper bound"
        text += f"; {alone} of {len(ok)} cells exclusive)" if alone else ")"
    else:
        text += ", one worker, other work on the machine not ruled out (--exclusive does)"
    rule = "warm-up untimed; of five or more seeds the fastest and the slowest left out, mean of the rest"
    return [f"{text}; {rule}; memory: the most that a phase added to its process"]


def _mixed_code(used: Sequence[Record]) -> str:
    """Rows whose seeds were not all made by the same code."""
    found: dict[str, set[Any]] = defaultdict(set)
    for r in used:
        found[f"{r.method}/{r.classifier}/{r.regime}"].add(r.hashes.get("code"))
    names = sorted(name for name, codes in found.items() if len(codes) > 1)
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _failures(used: Sequence[Record]) -> list[str]:
    """One line a method and kind of failure, with how many of the method's cells it took."""
    totals = Counter(record.method for record in used)
    failed = sorted((r.method, failure(r)) for r in used if not r.ok)
    lines = [f"{name}: {len(list(same))} of {totals[name]} cells {text}" for (name, text), same in groupby(failed)]
    more = len(lines) - LISTED
    return lines if more <= 0 else [*lines[:LISTED], f"and {more} more kinds of failure: see the CSV or JSON"]
