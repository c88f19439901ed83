"""Synthetic records, shaped as the store's, with scores that are a plain function of the axes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from bench.records.record import Record
from tests import factories

#: what a method adds to the score, and what it costs in seconds
METHODS = {"none": (0.0, 0.0), "smote": (0.03, 0.02), "gan": (-0.05, 12.0), "cgan": (0.04, 30.0)}
CLASSIFIERS = {"mlp": 0.60, "xgboost": 0.65}


def make_record(
    task: str = "pima",
    method: str = "none",
    classifier: str = "xgboost",
    regime: str = "real",
    seed: int = 0,
    value: float = 0.5,
    status: str = "ok",
    **more: Any,
) -> Record:
    """One record; ``value`` is its auprc and, shifted, its other metrics."""
    axes = (task, more.get("source", "real"), method, classifier, regime, seed, more.get("budget", "quick"))
    ok = status == "ok"
    fields: dict[str, Any] = {
        "id": hashlib.sha256(repr((axes, more.get("tag", ""))).encode()).hexdigest()[:16],
        "fit_id": f"{task}-{method}-{seed}",
        "task": task,
        "source": "real",
        "method": method,
        "classifier": classifier,
        "regime": regime,
        "seed": seed,
        "budget": "quick",
        "status": status,
        "phase": "" if ok else "fit",
        "reason": "" if ok else "fit took longer than 60 s",
        "metrics": {"auprc": value, "roc_auc": value + 0.1, "f1": value - 0.05, "brier": 1 - value} if ok else {},
        "valid": {"auprc": value, "brier": 1 - value} if ok else {},
        "times": {"fit": METHODS.get(method, (0, 1))[1], "sample": 0.1, "train": 0.5, "infer": 0.01} if ok else {},
        "device": "cpu",
        "threads": 1,
        "peak_rss_mb": 400.0 + seed if ok else None,
        "peak_device_mb": None,
        "energy_j": None,
        "n_train": 460 + (100 if regime == "balance" else 0) if ok else None,
        "n_synthetic": 100 if regime == "balance" and ok else 0,
        "n_test": 154 if ok else None,
        "hashes": {"data": f"data-{task}", "code": "c0", "code_task": "t0", "config": "k0"},
        "config": {"base_seed": 0, "task": {}},
        "machine": {"parallel_workers": 1},
        "started": "2026-10-05T12:00:00+00:00",
    }
    if ok and regime != "real":
        fields |= {"fidelity": {"ks": value / 10, "xgboost_auc": value}, "privacy": {"membership_auc": 0.5}}
    more.pop("tag", None)
    fields["trivial"] = method in ("none", "random-over")
    return factories.record(**fields | more)


def make_matrix(tasks: tuple[str, ...] = ("pima",), seeds: int = 5, **more: Any) -> list[Record]:
    """Every method, classifier and regime of some tasks; the gap to none wobbles with the seed."""
    records = []
    for t, task in enumerate(tasks):
        for m, (method, (gain, _)) in enumerate(METHODS.items()):
            for c, (classifier, base) in enumerate(CLASSIFIERS.items()):
                for regime in ("real",) if method == "none" else ("balance", "tstr"):
                    for seed in range(seeds):
                        wobble = 0.01 * ((seed * (3 - c) + m * (seed % (2 + c)) + t * m) % 5) + 0.02 * t
                        value = base + wobble + gain - (0.1 if regime == "tstr" else 0.0)
                        records.append(make_record(task, method, classifier, regime, seed, round(value, 6), **more))
    return records


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elo's intervals are tested with ``bench.statistics.ranking``; here they only take time."""
    monkeypatch.setattr("bench.boards.standing.ROUNDS", 10)


@pytest.fixture
def record() -> Callable[..., Record]:
    return make_record


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
