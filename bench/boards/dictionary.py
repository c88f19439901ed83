"""The data dictionary of boards: what each column of their files means. ``results/schema.md`` is made of it.

A column is known by its name, or by what it is of and its end: ``f1_diff_ci95`` is ``f1`` and ``_diff_ci95``.
"""

from __future__ import annotations

from collections.abc import Iterable

from bench.boards.glossary import MEASURES
from bench.measures.naming import METRICS

_HALF = "half the width of the 95 % interval (mean ± this number); empty where there is none"
#: of what stands before them: the mean of a metric, a measure or a difference, and what is known of it
ENDS = {
    "_diff_mean": "mean over seeds of the paired difference to the reference by the same classifier",
    "_diff_ci95": f"of that difference: {_HALF}; the notes say what it includes",
    "_diff_half": "of the primary metric: half the width of the interval at 1 - alpha, which decides the verdict",
    "_diff_low": "lower end of the 95 % bootstrap interval of that difference",
    "_diff_high": "upper end of the 95 % bootstrap interval of that difference",
    "_diff_n": "seeds at which both have a score",
    "_mean": "mean over seeds (on boards over all tasks: over families of tasks)",
    "_ci95": f"of the mean: {_HALF}",
    "_low": "lower end of its 95 % interval",
    "_high": "upper end of its 95 % interval",
    "_n": "draws that have a value",
}
_PHASES = {
    "fit": "training the method", "sample": "drawing the rows", "train": "training the classifier",
    "infer": "predicting the test rows",
}  # fmt: skip
#: columns by their whole names
COLUMNS = {
    "task": "the task; (all) on boards over all tasks",
    "source": "where rows came from: real, real-subset or simulated",
    "budget": "how long methods trained: smoke, quick, standard or full",
    "device": "what was computed on: cpu, cuda, ...",
    "train_rows": "training rows taken, where not all were",
    "label_noise": "share of training labels flipped, where any were",
    "precision": "arithmetic, where it is not float32",
    "date": "day on which the newest record of the folder ended",
    "method": "the method (augmenter)",
    "classifier": "the classifier trained downstream",
    "regime": "what a method is for: real, balance, append:N, tstr (synthetic rows) or resample (the training set)",
    "tuned": "hash of the tuned options, where any were",
    "epsilon": "privacy budget, where there is one",
    "baseline": "whether the method learns nothing of the rows",
    "real": "whether the row was measured of real rows in the place of synthetic ones",
    "seeds_ok": "seeds that ended ok, which all numbers are of",
    "seeds": "seeds that were tried",
    "coverage": "cells that ended ok of those tried",
    "status": "ok if any seed is; else how most of them ended",
    "reason": "why the first that failed did",
    "failed_seeds": "seeds that failed",
    "test_train_ratio": "test rows over training rows, which the correction of intervals takes",
    "by_seed": "the primary metric by seed",
    "diff_by_seed": "the difference of the primary metric by seed",
    "verdict": "what is known of the difference: better, equivalent, worse or undecided",
    "valid_mean": "mean over seeds of the primary metric on validation rows, by which rows are chosen",
    "comparison": "primary (declared before the run) or exploratory",
    "alpha": "what the interval that decides may err, after Holm's correction of primary comparisons",
    "test_units": "units of test rows (rows, groups, blocks) that intervals draw again, where every seed has the same",
    "p_better": "posterior probability that the difference is above the region of equivalence",
    "p_equivalent": "posterior probability that it lies inside",
    "p_worse": "posterior probability that it lies below",
    "rope": "half the width of the region of practical equivalence, in the primary metric's unit",
    "more_seeds": "about how many more seeds would decide if mean and spread stayed, empty where none would or need to",
    "p": "two-sided p-value of the t-test of the difference, which varies as its interval says; not corrected",
    "p_holm": "the same of a primary comparison, adjusted over the primary ones (Holm); empty where nothing differs",
    "trained_share": "how far the method trained of how far its source trained it, 1 being all of it",
    "trained_share_most": "the same at its most, where the records of a row differ in it",
    "peak_rss_mb": "largest resident memory that a phase added, MB of 10^6 bytes",
    "peak_device_mb": "largest memory of the accelerator, MB of 10^6 bytes",
    "energy_j": "energy of a cell on the accelerator, joules",
    "record_ids": "ids of the records that the row rests on",
    "reference_ids": "ids of the records that it is compared with",
    "method_a": "the first of two methods, which stands higher on the board",
    "method_b": "the second of two methods",
    "regime_a": "the first one's regime",
    "regime_b": "the second one's regime",
    "diff_mean": "mean over shared seeds of first minus second, in the primary metric's unit",
    "diff_ci95": f"of that difference: {_HALF}; the notes say what it includes",
    "n": "seeds that both have",
    "rank_mean": "mean rank over families of tasks, 1 is best; of rows that were all tried on the same",
    "win_rate": "on each task the share of its meetings that the method won, a tie being half; mean over tasks",
    "gain_mean": "mean over families of tasks of the difference to the reference, turned so that more is better",
    "elo_mean": "Elo from all meetings, mean 1000",
    "families": "families of tasks that the row rests on",
    "tasks": "tasks that the row was tried on",
    "tasks_scored": "tasks that it has a score on",
    "task_coverage": "tasks with a score of those tried",
    "subsets": "how many of these tasks are subsets of real rows",
    "cells_ok": "cells that ended ok",
    "share": "share of all tasks and seeds that the method has a score on",
    "draws": "draws of synthetic rows that were measured",
} | {
    f"{phase}{kind}_s": f"{unit} seconds of {what}, typical of the seeds"
    for phase, what in _PHASES.items()
    for kind, unit in (("", "wall"), ("_cpu", "CPU"))
}  # fmt: skip


HEAD = """# Columns of boards

What the columns of `boards/*.csv`, `.json` and `.parquet` mean (`bench/boards/dictionary.py` makes this page).
`<name>@training` is a metric at the classes' shares among training rows; `recall_<class>` and `auc_<class>` are those
of one class; any other name is a measure that a task defines. **`_ci95` is a half width**, not an end: the interval is
the mean ± that number.

"""


def meaning(column: str) -> str | None:
    """What a column means; None where nothing is known of it."""
    if column in COLUMNS:
        return COLUMNS[column]
    if column.startswith("gain."):
        return "the difference to the reference on this task, turned so that more is better"
    for end, what in ENDS.items():
        if column.endswith(end) and len(column) > len(end):
            return f"{_of(column.removesuffix(end))}: {what}"
    return None


def _of(name: str) -> str:
    base, _, at = name.partition("@")
    found = METRICS[base].meaning if base in METRICS else MEASURES[base].what if base in MEASURES else ""
    shares = f" at the classes' shares among {at} rows" if at else ""
    return f"{name} ({found}{shares})" if found else name


def text() -> str:
    """The dictionary as Markdown."""
    parts = [
        _table("Columns", "column", COLUMNS.items()),
        _table("Ends of columns", "end", ((f"`<name>{end}`", what) for end, what in ENDS.items()), marked=False),
        _table("Metrics of test rows, which stand before these ends", "name",
               ((name, metric.meaning) for name, metric in METRICS.items())),
        _table("Measures of synthetic rows, which stand before these ends", "name",
               ((name, f"{measure.what}; {measure.span}") for name, measure in MEASURES.items())),
    ]  # fmt: skip
    return HEAD + "\n".join(parts)


def _table(title: str, kind: str, rows: Iterable[tuple[str, str]], marked: bool = True) -> str:
    lines = [f"| {f'`{name}`' if marked else name} | {what.replace('|', chr(92) + '|')} |" for name, what in rows]
    return f"## {title}\n\n| {kind} | meaning |\n|---|---|\n" + "\n".join(lines) + "\n"
