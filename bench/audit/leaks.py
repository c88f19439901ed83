"""Where a split could leak: named checks of one task at one seed, each a line of numbers.

A check ends ``ok``, ``leak``, ``declared`` (a leak that the task's variant has on purpose) or ``not applicable``.
Rows are those of the trial's own walk, so that what is looked at is what a run uses. Where the work would grow with the
square of the rows, a seeded choice of them is looked at, and the finding says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from bench.audit.windows import overlapping, shared_runs
from bench.measures.points import embed
from bench.measures.privacy import chance_nearer, duplicates, nearest, row_hashes
from bench.trial.marks import without

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.task import Array, Dataset, Labels, Split
    from bench.trial.rows import TrialRows

Status = Literal["ok", "leak", "declared", "not applicable"]

QUERIES, REFERENCES, WINDOWS = 1000, 5000, 2000
#: numbers that two windows must share in a row before it counts as one sequence: fewer may be equal by chance
SHARED = 8
#: names of ``Dataset.extra`` that say whose a row is, where the task does not split by it
OWNERS = ("group", "patient", "record", "subject")
RANK: dict[Status, int] = {"not applicable": 0, "ok": 1, "declared": 2, "leak": 3}


@dataclass(frozen=True)
class Finding:
    """What a check found. ``size`` orders findings of the same status over seeds, the worst last."""

    check: str
    status: Status
    found: str
    size: float = 0.0


@dataclass(frozen=True)
class Case:
    """One task at one seed: all its rows, its split, and the rows as the trial prepared them."""

    dataset: Dataset
    split: Split
    rows: TrialRows
    seed: int

    @property
    def parts(self) -> dict[str, Labels]:
        return {"training": self.split.train, "validation": self.split.valid, "test": self.split.test}


def look(case: Case, on_purpose: bool) -> list[Finding]:
    """Every check of one case; ``on_purpose`` says that the task is a variant that leaks as a publication did."""
    findings = [check(case) for check in CHECKS]
    return [replace(f, status="declared") if on_purpose and f.status == "leak" else f for f in findings]


def worst(findings: Sequence[Finding]) -> Finding:
    """Of one check's findings over seeds the worst; where they differ in how bad they are, it is said."""
    chosen = max(findings, key=lambda f: (RANK[f.status], f.size))
    if len({(f.status, f.size) for f in findings}) == 1:
        return chosen
    alike = sum(f.status == chosen.status for f in findings)
    some = f"; {alike} like it" if chosen.status in ("leak", "declared") and alike < len(findings) else ""
    return replace(chosen, found=f"{chosen.found} (the worst of {len(findings)} splits{some})")


def parts(case: Case) -> Finding:
    """No row stands in two parts, or twice in one."""
    return disjoint(case.dataset, case.split)


def disjoint(dataset: Dataset, split: Split) -> Finding:
    """``parts`` of a split that a trial would refuse."""
    sizes_of = {"training": split.train, "validation": split.valid, "test": split.test}
    every = np.concatenate(list(sizes_of.values()))
    n = len(dataset)
    outside = int(((every < 0) | (every >= n)).sum())
    twice = len(every) - len(np.unique(every))
    sizes = " + ".join(f"{len(rows):,} {name}" for name, rows in sizes_of.items())
    if twice or outside:
        broken = f"{twice:,} rows stand twice, {outside:,} outside the table"
        return Finding("parts", "leak", f"{sizes}: {broken}", twice + outside)
    return Finding("parts", "ok", f"{sizes} of {n:,} rows, none twice")


def classes(case: Case) -> Finding:
    """Which classes a part lacks. No leak, but what is said of such a class rests on nothing."""
    names = case.dataset.schema.classes
    counts = {p: np.bincount(case.dataset.y[rows], minlength=len(names)) for p, rows in case.parts.items()}
    absent = [f"{names[c]} has no {p} rows" for p, count in counts.items() for c in np.flatnonzero(count == 0)]
    fewest = ", ".join(f"{count.min():,} {p}" for p, count in counts.items())
    found = f"absent: {'; '.join(absent)}" if absent else f"every class in every part; of the rarest {fewest} rows"
    return Finding("classes", "ok", found, len(absent))


def equal_rows(case: Case) -> Finding:
    """Held-out rows that equal a training row in every number. No leak where they do so only because a missing number
    was filled, nor where values are so few that rows must coincide: where the table has more rows than combinations of
    its numbers' values (categories alone always may)."""
    rows, split = case.rows, case.split
    loaded = row_hashes(np.nan_to_num(case.dataset.X, nan=float(np.finfo(np.float32).max)))
    phrases, size = [], 0
    for part, index, X, y in (
        ("test", split.test, rows.X_test_rows, rows.y_test),
        ("validation", split.valid, rows.X_valid_rows, rows.y_valid),
    ):
        same = np.isin(loaded[index], loaded[split.train])
        seen, among = (without(one, rows.schema) for one in (X, rows.X))  # marks say which were filled
        filled = int((duplicates(seen, among) & ~same).sum())
        text = f"{_share(int(same.sum()), len(y))} {part} rows equal a training row"
        if same.any():
            labelled = np.isin(_with_label(X[same], y[same]), _with_label(rows.X, rows.y))
            text += f", {int(labelled.sum()):,} of them with its label"
        phrases.append(text + (f" ({filled:,} more once missing numbers are filled)" if filled else ""))
        size += int(same.sum())
    found = "; ".join(phrases)
    if size and coincide(case.dataset):
        counted = np.unique(row_hashes(rows.X), return_counts=True)[1]
        within = _share(int(counted[counted > 1].sum()), len(rows.X))
        found += f"; rows of so few values coincide, as {within} training rows equal another"
        return Finding("duplicates", "ok", found, size)
    return Finding("duplicates", "leak" if size else "ok", found, size)


def coincide(dataset: Dataset) -> bool:
    """Whether a table has more rows than its numeric columns have combinations of values; never so for the others."""
    schema = dataset.schema
    if schema.modality != "tabular":
        return False
    values = [len(np.unique(dataset.X[:, i])) for i in schema.numeric]
    return bool(np.log(values).sum() < np.log(len(dataset)))


def near_rows(case: Case) -> Finding:
    """Whether test rows lie nearer to the training rows than training rows (each once) lie to each other. For
    information: close neighbours may also be what the data are like."""
    rng = np.random.default_rng(case.seed)
    rows = case.rows
    order = rng.permutation(np.unique(row_hashes(rows.X), return_index=True)[1])
    asked = min(QUERIES, len(order) // 4)
    if asked < 5 or len(rows.X_test_rows) < 5:
        return Finding("near duplicates", "not applicable", f"{len(order)} training rows are too few to tell")
    among = embed(rows.X[order[asked:][:REFERENCES]], rows.schema)
    own = nearest(embed(rows.X[order[:asked]], rows.schema), among)
    test = nearest(embed(rows.X_test_rows[rng.permutation(len(rows.X_test_rows))[:QUERIES]], rows.schema), among)
    limit, middle = np.quantile(own, 0.05), np.median(own)
    share = float((test < limit).mean())
    ratio = f", median distance {np.median(test) / middle:.2f} times theirs" if middle > 0 else ""
    found = f"{share:.1%} of {len(test):,} test rows are nearer to a training row than 95 % of training rows{ratio}"
    return Finding("near duplicates", "ok", found, share)


def groups(case: Case) -> Finding:
    """No group (a patient, rows that are equal) has rows in two parts."""
    owner, name = case.dataset.groups, "groups"
    if owner is None:
        name = next((key for key in OWNERS if key in case.dataset.extra), "")
        if not name:
            return Finding("groups", "not applicable", "the task names no groups")
        owner = np.asarray(case.dataset.extra[name])
        name += "s"
    held = [set(np.unique(owner[rows]).tolist()) for rows in case.parts.values()]
    train, valid, test = held
    both = train & test | train & valid | valid & test
    inside = np.isin(owner[case.split.test], list(train))
    found = f"{len(both):,} of {len(train | valid | test):,} {name} are in two parts"
    if not both:
        return Finding("groups", "ok", found)
    return Finding(
        "groups", "leak", f"{found}; {_share(int(inside.sum()), len(inside))} test rows share one", len(both)
    )


def time_order(case: Case) -> Finding:
    """Every test row is later than every training row, where the split is by time. A split is taken to be random in
    time if later and earlier test rows balance (Mann-Whitney, within four standard errors)."""
    order = case.dataset.order
    if order is None:
        return Finding("time order", "not applicable", "rows have no time")
    train, test = (np.asarray(order[part], dtype=np.float64) for part in (case.split.train, case.split.test))
    if test.min() > train.max():
        return Finding("time order", "ok", "every test row is later than every training row")
    later = chance_nearer(train, test)
    n, m = len(train), len(test)
    found = f"a test row is later than a training row in {later:.1%} of pairs"
    if abs(later - 0.5) <= 4 * np.sqrt((n + m + 1) / (12 * n * m)):
        return Finding("time order", "not applicable", f"random in time: {found}")
    early = int((test <= train.max()).sum())
    return Finding("time order", "leak", f"{found}; {_share(early, m)} are not later than all of them", early / m)


def windows(case: Case) -> Finding:
    """Test windows that share steps with training windows of the same sequence: by their first steps where ``order``
    counts steps, and by equal values at several steps in a row."""
    dataset, split = case.dataset, case.split
    if dataset.schema.modality != "series":
        return Finding("window overlap", "not applicable", "rows are no windows")
    steps, channels = dataset.schema.shape
    run = min(steps, -(-SHARED // channels))
    chosen = np.random.default_rng(case.seed).permutation(split.test)[:WINDOWS]
    by_value = shared_runs(dataset.X[chosen], dataset.X[split.train], run)
    found = f"{_share(int(by_value.sum()), len(chosen))} test windows share {run} steps with a training window"
    size = float(by_value.mean())
    order = dataset.order
    if order is not None and np.issubdtype(np.asarray(order).dtype, np.integer) and dataset.groups is None:
        overlap = overlapping(order[split.test], order[split.train], steps)
        found += f"; by their first steps {_share(int(overlap.sum()), len(overlap))} overlap one"
        size = max(size, float(overlap.mean()))
    return Finding("window overlap", "leak" if size else "ok", found, size)


def scaler(case: Case) -> Finding:
    """What rows are scaled by comes from the training rows alone: computed again from them, by other means."""
    schema, rows = case.dataset.schema, case.rows
    if schema.modality == "image":
        return Finding("scaler", "not applicable", "images are used as they are")
    X = case.dataset.X[case.split.train].astype(np.float64)
    if schema.modality == "tabular":
        columns = list(schema.numeric)
        if not columns:
            return Finding("scaler", "not applicable", "every column is categorical")
        values = X[:, columns]
        empty = np.isnan(values).all(axis=0)
        values[:, empty] = 0
        values = np.where(np.isnan(values), np.nanmedian(values, axis=0), values)
        shift, scale, seen = values.mean(axis=0), values.std(axis=0), rows.X[:, columns]
    else:
        values, seen = X, rows.X
        shift = X.min(axis=(0, 1))
        scale = X.max(axis=(0, 1)) - shift
    gap = float(np.abs((values - shift) / np.where(scale > 0, scale, 1) - seen).max())
    fitted = rows.scale.n_fitted_
    found = f"fitted on {fitted:,} rows of {len(X):,} for training; computed again it differs by {gap:.1g} at most"
    # float32 rows of numbers far from zero lose digits, so the tolerance is relative to the values
    loose = 1e-3 * max(1.0, float(np.abs(seen).max()))
    return Finding("scaler", "ok" if fitted == len(X) and gap <= loose else "leak", found)


def shown(case: Case) -> Finding:
    """What methods see: the training rows, and no other."""
    rows, chosen = case.rows, case.split.shown
    strange = int((~duplicates(rows.X_shown, rows.X)).sum())
    if chosen is None and not strange and len(rows.X_shown) == len(rows.X):
        return Finding("shown", "ok", f"methods see the {len(rows.X):,} training rows alone")
    indices = case.split.train if chosen is None else chosen
    tests = int(np.isin(indices, case.split.test).sum())
    found = (
        f"methods see {len(rows.X_shown):,} rows, {strange:,} of them no training rows and {tests:,} of them test rows"
    )
    return Finding("shown", "leak" if chosen is None else "declared", found, strange)


CHECKS: tuple[Callable[[Case], Finding], ...] = (
    parts, classes, equal_rows, near_rows, groups, time_order, windows, scaler, shown,
)  # fmt: skip


def _with_label(X: Array, y: Labels) -> NDArray[np.uint64]:
    return row_hashes(np.column_stack([X.reshape(len(X), -1), y]).astype(np.float32))


def _share(count: int, of: int) -> str:
    return f"{count:,} of {of:,} ({count / max(of, 1):.2%})" if count else f"0 of {of:,}"
