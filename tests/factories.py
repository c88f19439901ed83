"""Records, runs and folders for tests: whoever needs one takes it from here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.config import Config
from bench.data import DataHome
from bench.matrix import plan
from bench.records import runfile
from bench.records.files import RECORDS
from bench.records.predictions import Predictions
from bench.records.record import Machine, Options, Record, convert, encode, plain
from bench.records.store import Store
from bench.running import take
from bench.trial import walk
from bench.trial.events import Ended
from bench.trial.fit import FitJob

HOME = DataHome(offline=True)
#: fields that every record has, where a test names no other
FIELDS: dict[str, Any] = {
    "schema": 2, "id": "a", "fit_id": "fit", "task": "pima", "source": "real", "method": "smote", "classifier": "tree",
    "regime": "real", "seed": 0, "budget": "quick", "device": "cpu", "modality": "tabular", "leaky": False,
    "trivial": False, "status": "ok", "started": "2026-10-05T12:00:00+00:00", "threads": 1, "hashes": {},
    "config": {"base_seed": 0}, "machine": {}, "versions": {},
}  # fmt: skip
#: what a method of ``scored`` records costs to fit, in seconds
SECONDS = {"none": 0.0, "smote": 0.02, "gan": 12.0, "cgan": 30.0}


def record(**fields: Any) -> Record:
    """A whole record, as it would be read from a file. Options and machine may be given as dicts."""
    every = FIELDS | fields
    for name, kind in (("config", Options), ("machine", Machine)):
        if isinstance(every[name], dict):
            every[name] = kind(**every[name])
    missing = {
        "metrics": {"auprc": 0.5} if every["status"] == "ok" else {},
        "family": every["task"],
        "reference": every["method"] == "none",
        "ended": every["started"],
    }
    return convert(plain(Record(**missing | every)))


def scored(
    task: str = "pima",
    method: str = "none",
    classifier: str = "xgboost",
    regime: str = "real",
    seed: int = 0,
    value: float = 0.5,
    status: str = "ok",
    tag: str = "",
    **more: Any,
) -> Record:
    """A record whose scores are a plain function of ``value``, its auprc; one that is not ``ok`` has none. ``tag``
    gives a second record of the same cell an id of its own."""
    axes = (task, more.get("source", "real"), method, classifier, regime, seed, more.get("budget", "quick"))
    fields: dict[str, Any] = {
        "id": hashlib.sha256(repr((axes, tag)).encode()).hexdigest()[:16],
        "fit_id": f"{task}-{method}-{seed}",
        **{"task": task, "method": method, "classifier": classifier, "regime": regime, "seed": seed, "status": status},
        "trivial": method in ("none", "random-over"),
        "n_synthetic": 0,
        "hashes": {"data": f"data-{task}", "code": "c0", "code_task": "t0", "config": "k0"},
        "machine": {"parallel_workers": 1},
    }
    if status == "ok":
        fields |= {
            "metrics": {"auprc": value, "roc_auc": value + 0.1, "f1": value - 0.05, "brier": 1 - value},
            "valid": {"auprc": value, "brier": 1 - value},
            "times": {"fit": SECONDS.get(method, 1), "sample": 0.1, "train": 0.5, "infer": 0.01},
            "peak_rss_mb": 400.0 + seed,
            "n_train": 460 + (100 if regime == "balance" else 0),
            "n_synthetic": 100 if regime == "balance" else 0,
            "n_test": 154,
        }
        if regime != "real":
            fields |= {"fidelity": {"ks": value / 10, "xgboost_auc": value}, "privacy": {"membership_auc": 0.5}}
    else:
        fields |= {"phase": "fit", "reason": "fit took longer than 60 s"}
    return record(**fields | more)


def folder(path: Path, records: Iterable[Record], **facts: Any) -> Path:
    """A run's folder with these records and, where there are any, facts of ``run.json``."""
    path.mkdir(parents=True, exist_ok=True)
    (path / RECORDS).write_bytes(b"".join(map(encode, records)))
    if facts:
        runfile.write(path, runfile.RunFacts(**facts))
    return path


def config(*methods: str, **more: Any) -> Config:
    """A small selection of the toy plugin's task (``tests/plugins/toy.py``)."""
    usual: dict[str, Any] = {"tasks": ("toy",), "classifiers": ("xgboost",), "regimes": ("real", "balance", "tstr")}
    return Config(**usual | {"methods": ("none", *methods)} | more)


def planned(selection: Config) -> list[FitJob]:
    """The fits of a selection."""
    return plan(selection, HOME, "cpu").fits


def walked(fits: Iterable[FitJob]) -> list[Record]:
    """The records of fits that are walked in this process."""
    return [event.record for fit in fits for event in walk.run(fit) if isinstance(event, Ended)]


def run(path: Path, selection: Config, *, probabilities: bool = False, **facts: Any) -> Path:
    """A run's folder of a selection, walked in this process, with its seals and facts; with class probabilities, if
    asked for."""
    with Store(path) as store, Predictions(path) as kept:
        for fit in planned(selection):
            for event in walk.run(replace(fit, predictions=probabilities)):
                take(event, store, kept if probabilities else None)
    if facts:
        runfile.write(path, runfile.RunFacts(**facts))
    return path
