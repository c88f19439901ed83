"""Findings in plain words, and where their records come from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from bench.boards.cells import rows_of
from bench.claims.files import Claim
from bench.claims.judging import Finding, Run
from bench.records.record import Record

#: how a verdict on other rows than real ones begins
ON = {"simulated": "on SIMULATED rows", "real-subset": "on a REAL SUBSET of the rows"}

#: what is said of a claim whose other protocol is not run
ALONE = {"as_published": "run as published alone, not leak-free", "leak_free": "run leak-free alone, not as published"}


def why(claim: Claim, verdict: str, budget: str, source: str, published: Run | None, free: Run | None) -> str:
    """The verdict's ground in one line, with the numbers."""
    if verdict == "not run":
        return f"needs {claim.needs}" if claim.needs else "no record of it"
    runs = _runs(published, free)
    lines = [ON[source]] if source in ON else []
    lines += [f"{name}: {_grounds(run)}" if name else _grounds(run) for name, run in runs]
    if claim.alone:
        lines.append(f"{ALONE[claim.alone]}; see its limits")
    if not claim.decided(budget):
        lines.append(f"trained too briefly at {budget} to decide; {claim.decided_at} does")
    lines += _gaps([run for _, run in runs])
    if any(_mixed(run) for _, run in runs):
        lines.append("MIXED CODE: what is compared was made by different code; run it again")
    return "; ".join(lines)


def _runs(published: Run | None, free: Run | None) -> list[tuple[str, Run]]:
    """The runs by name; a name is not needed where there is one, or both are the same."""
    if published is not None and free is not None and published is not free:
        return [("as published", published), ("leak-free", free)]
    return [("", run) for run in (published or free,) if run is not None]


def _gaps(runs: Sequence[Run]) -> list[str]:
    """The cells that are still to be run, and those that failed."""
    lines = []
    if missing := sum(run.missing for run in runs if run.records):
        lines.append("1 cell is still to be run" if missing == 1 else f"{missing} cells are still to be run")
    if failed := {r.id: r for run in runs for r in run.failed}:
        first = min(failed.values(), key=lambda r: r.id)
        count = "1 cell" if len(failed) == 1 else f"{len(failed)} cells"
        lines.append(f"{count} failed, e.g. {first.status} in {first.phase}: {first.reason}")
    return lines


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
    seeds = f"{found.n} seed{'' if found.n == 1 else 's'}"
    over = f" and {finding.over}" if finding.over.endswith("units") else f", {finding.over}" if finding.over else ""
    text = f"{row.quantity} {shown(found.mean, found.low, found.high)} over {seeds}{over}"
    text += "," if finding.over == "these test rows alone" else ""
    if finding.outcome:
        low, high = row.band or (-math.inf, math.inf)
        where = {"agrees": "lies in", "disagrees": "lies outside"}.get(finding.outcome, "reaches beyond")
        if found.low is None:
            where = "has no interval to hold against"
        band = row.tolerance.split(" (")[0]
        if finding.crowded:
            where = f"has room for {_number(finding.room or 0.0)} at most, and cannot reach"
        text += f" {where} {f'{low:.3g} to {high:.3g}' if band.startswith('±') else band}"
    return text + ("" if row.published is None else f" (published {row.published:.4g})")


def shown(mean: float, low: float | None, high: float | None) -> str:
    """``0.012 [-0.01, 0.034]``, three significant digits."""
    return _number(mean) if low is None or high is None else f"{_number(mean)} [{_number(low)}, {_number(high)}]"


def _number(value: float) -> str:
    """Sums that cancel leave 1e-17; that is a zero."""
    return f"{0.0 if abs(value) < 1e-12 else value:.3g}"


def _mixed(run: Run) -> bool:
    """Whether seeds of one cell were made by different code, or cells that are compared rest on different rows."""
    found: dict[tuple[Any, ...], set[Any]] = {}
    for r in run.records:
        config = r.config
        cell = (r.task, r.method, r.classifier, r.regime, repr(config))
        found.setdefault(cell, set()).add(r.hashes.get("code"))
        found.setdefault((r.task, repr(config.task)), set()).add(rows_of(r))
    return any(len(same) > 1 for same in found.values())


def provenance(records: Iterable[Record]) -> str:
    """Which code, libraries and devices: one line, from the records alone."""
    found = list(records)
    if not found:
        return ""
    parts = []
    for name in ("python", "torch", "scikit-learn", "xgboost"):
        versions = sorted({str(r.versions.get(name, "?")) for r in found})
        parts.append(f"{name} {'/'.join(versions)}")
    parts.append("device " + "/".join(sorted({str(r.device) for r in found})))
    return ", ".join(parts)
