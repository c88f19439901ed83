"""What a shared worker compares between fits: planted changes show, and the suite's own fits leave nothing."""

from __future__ import annotations

import gc
import locale
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from bench.config import Config
from bench.data import DataHome
from bench.engines import worker
from bench.engines.state import difference, fingerprint
from bench.matrix import plan

CHANGES: dict[str, Callable[[], Callable[[], object]]] = {}


def change(name: str) -> Callable[[Callable[[], Callable[[], object]]], Callable[[], Callable[[], object]]]:
    """A planted change by the name it must show under; it returns how it is undone."""

    def keep(function: Callable[[], Callable[[], object]]) -> Callable[[], Callable[[], object]]:
        CHANGES[name] = function
        return function

    return keep


@change("working directory")
def _folder() -> Callable[[], object]:
    here = Path.cwd()
    os.chdir("/")
    return lambda: os.chdir(here)


@change("environment")
def _variable() -> Callable[[], object]:
    before = os.environ["PATH"]
    os.environ["PATH"] = "/nowhere"
    return lambda: os.environ.update(PATH=before)


@change("dtype")
def _dtype() -> Callable[[], object]:
    torch.set_default_dtype(torch.float64)
    return lambda: torch.set_default_dtype(torch.float32)


@change("threads")
def _threads() -> Callable[[], object]:
    before = torch.get_num_threads()
    torch.set_num_threads(before + 1)
    return lambda: torch.set_num_threads(before)


@change("gradients")
def _gradients() -> Callable[[], object]:
    torch.set_grad_enabled(False)
    return lambda: torch.set_grad_enabled(True)


@change("recursion limit")
def _recursion() -> Callable[[], object]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(before + 100)
    return lambda: sys.setrecursionlimit(before)


@change("signal handlers")
def _handler() -> Callable[[], object]:
    before = signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    return lambda: signal.signal(signal.SIGUSR1, before)


@change("timers")
def _timer() -> Callable[[], object]:
    signal.setitimer(signal.ITIMER_REAL, 1000, 1000)
    return lambda: signal.setitimer(signal.ITIMER_REAL, 0)


@change("open files")
def _file() -> Callable[[], object]:
    number = os.open(os.devnull, os.O_RDONLY)
    return lambda: os.close(number)


@change("file mode")
def _mask() -> Callable[[], object]:
    before = os.umask(0o123)
    return lambda: os.umask(before)


@change("collector")
def _collector() -> Callable[[], object]:
    gc.disable()
    return gc.enable


@change("limits")
def _limit() -> Callable[[], object]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[0] - 1, before[1]))
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, before)


@change("locale")
def _locale() -> Callable[[], object]:
    before = locale.setlocale(locale.LC_ALL)
    locale.setlocale(locale.LC_ALL, "C" if before != "C" else "C.UTF-8")
    return lambda: locale.setlocale(locale.LC_ALL, before)


@change("numpy errors")
def _errors() -> Callable[[], object]:
    before = np.seterr(all="ignore")
    return lambda: np.seterr(**before)


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_change_shows_and_no_other_does(name: str) -> None:
    before = fingerprint()
    undo = CHANGES[name]()
    try:
        assert difference(before, fingerprint()) == [name]
    finally:
        undo()
    assert difference(before, fingerprint()) == []


def test_the_suites_own_fits_change_nothing_so_that_workers_stay(names: None) -> None:
    """A worker that is replaced after every fit would import and compile everything again: it doubles the time."""
    methods = ("none", "smote", "gan", "moved-threshold")
    config = Config(tasks=("pima",), methods=methods, classifiers=("mlp", "tree", "xgboost"), regimes=("balance",),
                    budget="smoke", method={"gan": {"steps": 2}})  # fmt: skip
    fits = plan(config, DataHome(offline=True), "cpu").fits
    worker.prepare(1)
    for fit in fits:
        before = fingerprint()
        assert list(worker.walk(fit))
        assert difference(before, fingerprint()) == [], fit.method
