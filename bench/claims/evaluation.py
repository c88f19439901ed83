"""Judging claims from records alone, by the rule that the package's docstring states."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bench import registry
from bench.boards.cells import test_train_ratio
from bench.claims.files import ARMS, SOURCES, Claim, Row, load
from bench.claims.selection import configuration, matches, resolve, variants
from bench.comparison import Interval, mean_interval
from bench.config import BUDGETS, Config

Record = Mapping[str, Any]
Outcome = Literal["agrees", "disagrees", "open", "no record"]


@dataclass(frozen=True)
class Finding:
    """One quantity in one run. ``outcome`` is None where it is only shown."""

    row: Row
    interval: Interval | None
    outcome: Outcome | None


@dataclass
class Run:
    """What the records say of one arm at one budget on one source."""

    findings: list[Finding]
    records: list[Record]
    wanted: int
    failed: list[Record] = field(default_factory=list)

    @property
    def coverage(self) -> float:
        return len(self.records) / self.wanted if self.wanted else 0.0

    @property
    def outcome(self) -> Outcome:
        judged = [f.outcome for f in self.findings if f.outcome]
        if not self.records:
            return "no record"
        if "disagrees" in judged:
            return "disagrees"
        return "agrees" if judged and set(judged) == {"agrees"} else "open"


def evaluate(records: Iterable[Record], claims: Sequence[Claim] | None = None) -> list[dict[str, Any]]:
    """Every claim (of the shipped files, unless given) with its verdict, as ``claims.json`` holds it.

    Of several budgets the one is judged that has most of the claim's records, of equals the larger. Deterministic:
    the same records give the same list, in whatever order they come.
    """
    if not registry.methods.names():
        registry.discover()
    found = sorted(records, key=lambda r: (r.get("started") or "", r["id"]))
    by_task: dict[str, list[Record]] = {}
    for record in found:
        by_task.setdefault(record["task"], []).append(record)
    return [_claim(claim, by_task) for claim in (load() if claims is None else claims)]


def _claim(claim: Claim, by_task: Mapping[str, Sequence[Record]]) -> dict[str, Any]:
    budget, source, chosen = _best(claim, by_task)
    published = chosen.get("as_published")
    free = chosen.get("leak_free", published)
    verdict = _verdict(published or free, free)
    if verdict not in ("not run", "undecided") and not claim.decided(budget):
        verdict = "undecided"
    used = {r["id"]: r for run in chosen.values() for r in run.records}
    return {
        "id": claim.id,
        "title": claim.title,
        "statement": claim.statement,
        "where": claim.where,
        "year": claim.year,
        "url": claim.url,
        "protocol": claim.protocol,
        "remark": claim.remark,
        "leak": claim.leak,
        "needs": claim.needs,
        "source": source,
        "budget": budget,
        "rows": [_row(i, row, published, free) for i, row in enumerate(claim.rows)],
        "verdict": verdict,
        "why": _why(claim, verdict, budget, source, published, free),
        "record_ids": sorted(used),
        "provenance": _provenance(used.values()),
    }


def _best(claim: Claim, by_task: Mapping[str, Sequence[Record]]) -> tuple[str, str, dict[str, Run]]:
    """The budget with most of the claim's records (of equals the larger), on the most real source it has any of."""
    candidates = []
    for rank, budget in enumerate(BUDGETS):
        for source in (s for s in SOURCES if s in claim.sources and claim.runs_at(budget)):
            runs = {arm: judge(claim, arm, budget, source, by_task) for arm in ARMS if arm in claim.arms}
            if coverage := sum(run.coverage for run in runs.values()):
                candidates.append((coverage, rank, budget, source, runs))
                break
    return max(candidates, key=lambda c: c[:2])[2:] if candidates else ("", "", {})


def judge(claim: Claim, arm: str, budget: str, source: str, by_task: Mapping[str, Sequence[Record]]) -> Run:
    """One arm's findings from the newest record of each cell and seed. Records of other sources do not count."""
    configs = {v: configuration(claim, arm, budget, source, v) for v in variants(claim, arm)}
    cells: dict[tuple[str, ...], dict[int, Record]] = {}
    run = Run([], [], 0)

    def seeds_of(cell: Mapping[str, str]) -> dict[int, Record]:
        """Of a cell the record of each seed."""
        variant = cell.get("variant", "")
        config = configs[variant]
        full = resolve(config, cell, claim)
        key = (variant, *full.values())
        if key not in cells:
            same = [r for r in by_task.get(full["task"], ()) if r["source"] == source and matches(r, config, full)]
            newest = {r["seed"]: r for r in same}
            cells[key] = {seed: r for seed, r in sorted(newest.items()) if r["status"] == "ok"}
            run.wanted += len(config.seeds)
            run.records += cells[key].values()
            run.failed += [r for r in newest.values() if r["status"] != "ok"]
        return cells[key]

    for row in claim.rows:
        parts = [seeds_of(cell) for cell in row.cells]
        references = [seeds_of(_baseline(cell, configs)) for cell in row.cells]
        run.findings.append(_finding(row, parts, references, source))
    return run


def _baseline(cell: Mapping[str, str], configs: Mapping[str, Config]) -> dict[str, str]:
    """The cell of no augmentation beside a cell: it counts the real training rows."""
    kept = {key: cell[key] for key in ("variant", "task", "classifier") if key in cell}
    return {**kept, "method": "none"}


def _finding(row: Row, parts: list[dict[int, Record]], references: list[dict[int, Record]], source: str) -> Finding:
    values = []
    seeds = sorted(set.intersection(*(set(part) for part in parts)))
    for seed in seeds:
        numbers = [_number(p[seed], c.get("metric", row.metric)) for p, c in zip(parts, row.cells, strict=True)]
        if any(number is None for number in numbers):
            continue
        of, rest = numbers[: len(row.of)], numbers[len(row.of) :]
        if row.over:
            if min(numbers) > 0:  # type: ignore[type-var, operator]
                values.append(math.log(of[0] / rest[0]))  # type: ignore[operator]
        else:
            values.append(math.fsum(of) - math.fsum(rest))  # type: ignore[arg-type]
    judged = source in row.judged_on
    if not values:
        return Finding(row, None, "no record" if judged else None)
    ratios = [test_train_ratio([r[s] for s in seeds if s in r]) for r in references]
    known = None not in ratios
    interval = mean_interval(values, max(r or 0.0 for r in ratios))
    if not known:
        interval = Interval(interval.mean, None, None, interval.n)
    if row.over:
        low, high = (None if end is None else math.exp(end) for end in (interval.low, interval.high))
        interval = Interval(math.exp(interval.mean), low, high, interval.n)
    if not judged or row.band is None:
        return Finding(row, interval, None)
    if interval.low is None or interval.high is None:
        return Finding(row, interval, "open")
    least, most = row.band
    if least <= interval.low and interval.high <= most:
        return Finding(row, interval, "agrees")
    return Finding(row, interval, "disagrees" if interval.high < least or most < interval.low else "open")


def _number(record: Record, path: str) -> float | None:
    """The number at ``metrics.f1`` of a record; None if the record does not hold it."""
    value: Any = record
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return float(value) if isinstance(value, int | float) else None


def _verdict(published: Run | None, free: Run | None) -> str:
    if published is None or free is None or {published.outcome, free.outcome} == {"no record"}:
        return "not run"
    if published.outcome == "disagrees":
        return "not reproduced"
    if published.outcome == "agrees" and free.outcome in ("agrees", "disagrees"):
        return "reproduced" if free.outcome == "agrees" else "reproduced only with the leak"
    return "undecided"


def _row(i: int, row: Row, published: Run | None, free: Run | None) -> dict[str, Any]:
    shown: dict[str, Any] = {"quantity": row.quantity, "metric": row.metric, "published": row.published}
    judged = None
    for name, run in (("as_published", published), ("leak_free", free)):
        finding = run.findings[i] if run else None
        interval = finding.interval if finding else None
        shown[name] = (
            None
            if interval is None
            else {"mean": interval.mean, "low": interval.low, "high": interval.high, "n": interval.n}
        )
        judged = judged or bool(finding and finding.outcome)
    return shown | {"tolerance": row.tolerance, "judged": bool(judged)}


def _why(claim: Claim, verdict: str, budget: str, source: str, published: Run | None, free: Run | None) -> str:
    if verdict == "not run":
        return f"needs {claim.needs}" if claim.needs else "no record of it"
    lines = []
    if source == "simulated":
        lines.append("on SIMULATED rows")
    elif source == "real-subset":
        lines.append("on a REAL SUBSET of the rows")
    runs = (
        [("", published or free)]
        if published is free or None in (published, free)
        else [("as published", published), ("leak-free", free)]
    )
    for name, run in runs:
        assert run is not None
        lines.append(f"{name}: {_grounds(run)}" if name else _grounds(run))
    if not claim.decided(budget):
        lines.append(f"trained too briefly at {budget} to decide; {claim.decided_at} does")
    failed = {r["id"]: r for _, run in runs if run for r in run.failed}
    if failed:
        first = min(failed.values(), key=lambda r: r["id"])
        lines.append(f"{len(failed)} cells failed, e.g. {first['status']} in {first['phase']}: {first['reason']}")
    if any(_mixed(run) for _, run in runs if run):
        lines.append("MIXED CODE: seeds of one cell were made by different code")
    return "; ".join(lines)


def _grounds(run: Run) -> str:
    """The finding that decides a run, in numbers."""
    for outcome in ("disagrees", "no record", "open", "agrees"):
        decisive = [f for f in run.findings if f.outcome == outcome]
        if not decisive or (outcome == "no record" and not run.records):
            continue
        texts = [_text(f) for f in (decisive if outcome == "agrees" else decisive[:1])]
        return " and ".join(texts)
    if not run.records:
        return "no record"
    shown = next((f for f in run.findings if f.interval), None)
    return "nothing that could be judged on these rows" + (f"; {_text(shown)}" if shown else "")


def _text(finding: Finding) -> str:
    """``recall gained 0.012 [-0.01, 0.034] over 5 seeds lies outside ≥ 0.036 (published 0.071)``."""
    row, found = finding.row, finding.interval
    if not found:
        return f"{row.quantity} has no record"
    text = f"{row.quantity} {shown(found.mean, found.low, found.high)} over {found.n} seed{'' if found.n == 1 else 's'}"
    if finding.outcome:
        low, high = row.band or (-math.inf, math.inf)
        where = {"agrees": "lies in", "disagrees": "lies outside"}.get(finding.outcome, "reaches beyond")
        if found.low is None:
            where = "has no interval to hold against"
        band = row.tolerance.split(" (")[0]
        text += f" {where} {f'{low:.3g} to {high:.3g}' if band.startswith('±') else band}"
    return text + ("" if row.published is None else f" (published {row.published:.4g})")


def shown(mean: float, low: float | None, high: float | None) -> str:
    """``0.012 [-0.01, 0.034]``, three significant digits."""
    return f"{mean:.3g}" if low is None or high is None else f"{mean:.3g} [{low:.3g}, {high:.3g}]"


def _mixed(run: Run) -> bool:
    codes: dict[tuple[Any, ...], set[Any]] = {}
    for r in run.records:
        key = (*(r.get(k) for k in ("task", "method", "classifier", "regime")), repr(r.get("config")))
        codes.setdefault(key, set()).add((r.get("hashes") or {}).get("code"))
    return any(len(found) > 1 for found in codes.values())


def _provenance(records: Iterable[Record]) -> str:
    """Which code, libraries and devices: one line, from the records alone."""
    found = list(records)
    if not found:
        return ""
    parts = []
    for name in ("python", "torch", "scikit-learn", "xgboost"):
        versions = sorted({str((r.get("versions") or {}).get(name, "?")) for r in found})
        parts.append(f"{name} {'/'.join(versions)}")
    parts.append("device " + "/".join(sorted({str(r.get("device")) for r in found})))
    return ", ".join(parts)
