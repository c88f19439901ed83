"""Synthetic records, shaped as the store's, with scores that are a plain function of the axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from bench.records.record import Record
from tests.factories import scored

#: what a method adds to the score
METHODS = {"none": 0.0, "smote": 0.03, "gan": -0.05, "cgan": 0.04}
CLASSIFIERS = {"mlp": 0.60, "xgboost": 0.65}


def make_matrix(tasks: tuple[str, ...] = ("pima",), seeds: int = 5, **more: Any) -> list[Record]:
    """Every method, classifier and regime of some tasks; the gap to none wobbles with the seed."""
    records = []
    for t, task in enumerate(tasks):
        for m, (method, gain) in enumerate(METHODS.items()):
            for c, (classifier, base) in enumerate(CLASSIFIERS.items()):
                for regime in ("real",) if method == "none" else ("balance", "tstr"):
                    for seed in range(seeds):
                        wobble = 0.01 * ((seed * (3 - c) + m * (seed % (2 + c)) + t * m) % 5) + 0.02 * t
                        value = base + wobble + gain - (0.1 if regime == "tstr" else 0.0)
                        records.append(scored(task, method, classifier, regime, seed, round(value, 6), **more))
    return records


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elo's intervals are tested with ``bench.statistics.ranking``; here they only take time."""
    monkeypatch.setattr("bench.boards.standing.ROUNDS", 10)


@pytest.fixture
def record() -> Callable[..., Record]:
    return scored


@pytest.fixture
def matrix() -> Callable[..., list[Record]]:
    return make_matrix


@pytest.fixture
def mixed() -> list[Record]:
    """Real, real-subset and simulated tasks; one method dead on one task, another lame."""
    records = make_matrix(("pima",)) + make_matrix(("credit-fraud",), source="real-subset")
    records += make_matrix(("simulacrum",), source="simulated", seeds=3)
    dead: dict[str, Any] = {"status": "timeout", "phase": "fit", "reason": "fit took longer than 60 s"}
    dead |= {key: {} for key in ("metrics", "times", "fidelity", "privacy")}
    lame = dead | {"status": "invalid", "phase": "sample", "reason": "InvalidRows: 3 of 90 rows hold NaN | inf_%"}
    for i, r in enumerate(records):
        if (r.task, r.method) == ("pima", "cgan"):
            records[i] = replace(r, **dead)
        if (r.task, r.method, r.seed) == ("credit-fraud", "gan", 4):
            records[i] = replace(r, **lame)
    return records
