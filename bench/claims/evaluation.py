"""Judging claims from records alone, by the rule that the package's docstring states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench import registry
from bench.boards.spread import Replicates
from bench.claims.files import ARMS, SOURCES, Claim, Quantity, load
from bench.claims.judging import Run, judge
from bench.claims.wording import provenance, why
from bench.config import BUDGETS
from bench.records.record import Record

#: what a claim that was judged by its sign alone is, never "reproduced"
SIGN = "same sign"


def evaluate(
    records: Iterable[Record], claims: Sequence[Claim] | None = None, replicates: Replicates | None = None
) -> list[dict[str, Any]]:
    """Every claim (of the shipped files, unless given) with its verdict, as ``claims.json`` holds it; ``replicates``
    are metrics over draws of the test rows, by record.

    Of several budgets the one is judged that has most of the claim's records, of equals the larger. Deterministic:
    the same records give the same list, in whatever order they come.
    """
    if not registry.methods.names():
        registry.discover()
    # what the harness lost is still to be run
    found = sorted((r for r in records if r.status != "harness"), key=lambda r: (r.ended, r.id))
    by_task: dict[str, list[Record]] = {}
    for record in found:
        by_task.setdefault(record.task, []).append(record)
    return [_claim(claim, by_task, replicates or {}) for claim in (load() if claims is None else claims)]


def _claim(claim: Claim, by_task: Mapping[str, Sequence[Record]], replicates: Replicates) -> dict[str, Any]:
    budget, source, chosen = _best(claim, by_task, replicates)
    published = chosen.get("as_published")
    free = chosen.get("leak_free", published)
    verdict = _verdict(published or free, free)
    if verdict.startswith("reproduced") and (published or free).by_sign:  # type: ignore[union-attr]
        verdict = verdict.replace("reproduced", SIGN)
    if verdict not in ("not run", "undecided") and not claim.decided(budget):
        verdict = "undecided"
    used = {r.id: r for run in chosen.values() for r in run.records}
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
        "limits": claim.limits,
        "alone": claim.alone,
        "needs": claim.needs,
        "source": source,
        "budget": budget,
        "rows": [_row(i, row, published, free) for i, row in enumerate(claim.rows)],
        "verdict": verdict,
        "why": why(claim, verdict, budget, source, published, free),
        "record_ids": sorted(used),
        "provenance": provenance(used.values()),
    }


def _best(
    claim: Claim, by_task: Mapping[str, Sequence[Record]], replicates: Replicates
) -> tuple[str, str, dict[str, Run]]:
    """The budget with most of the claim's records (of equals the larger), on the most real source it has any of."""
    candidates = []
    for rank, budget in enumerate(BUDGETS):
        for source in (s for s in SOURCES if s in claim.sources and claim.runs_at(budget)):
            runs = {arm: judge(claim, arm, budget, source, by_task, replicates) for arm in ARMS if arm in claim.arms}
            if coverage := sum(run.coverage for run in runs.values()):
                candidates.append((coverage, rank, budget, source, runs))
                break
    return max(candidates, key=lambda c: c[:2])[2:] if candidates else ("", "", {})


def _verdict(published: Run | None, free: Run | None) -> str:
    if published is None or free is None or {published.outcome, free.outcome} == {"no record"}:
        return "not run"
    if published.outcome == "disagrees":
        return "not reproduced"
    if published.outcome == "agrees" and free.outcome in ("agrees", "disagrees"):
        return "reproduced" if free.outcome == "agrees" else "reproduced only with the leak"
    return "undecided"


def _row(i: int, row: Quantity, published: Run | None, free: Run | None) -> dict[str, Any]:
    shown: dict[str, Any] = {"quantity": row.quantity, "metric": row.metric, "published": row.published}
    judged = None
    for name, run in (("as_published", published), ("leak_free", free)):
        finding = run.findings[i] if run else None
        interval, over = (finding.interval, finding.over) if finding else (None, "")
        shown[name] = (
            None
            if interval is None
            else {"mean": interval.mean, "low": interval.low, "high": interval.high, "n": interval.n, "over": over}
        )
        judged = judged or bool(finding and finding.outcome)
    return shown | {"tolerance": row.tolerance, "judged": bool(judged)}
