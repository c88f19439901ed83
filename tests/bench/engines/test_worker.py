"""Fits of plugins in processes of their own: what one does as it is imported, leaves, removes or hides is its own."""

import importlib
import os
import shutil
import sys
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path

import pytest

from bench import engines, registry
from bench.config import Config
from bench.data import DataHome
from bench.engines import worker
from bench.matrix import plan
from bench.trial.events import Ended

pytestmark = pytest.mark.skipif(not worker.forks(), reason="fits have no process of their own here")

#: spares all but an engine's folders: a planted method has the whole machine in its reach
REMOVING = Path(__file__).parents[2] / "torture" / "removing.py"

CHANGES = """
import os, sys
import numpy as np
import torch
from bench.registry import method
from methods.smote import RandomOver

here = os.getcwd()
os.chdir("/")
sys.setrecursionlimit(5000)
np.random.default_rng = None
torch.set_default_dtype(torch.float64)

@method(*["changes"])
class Changes(RandomOver):
    def fit(self, X, y, schema):
        raise RuntimeError(f"imported at {here} in {os.getpid()}")
"""
OTHERS = """
import os, sys, time
import numpy as np
import torch
from bench import registry
from bench.registry import method
from methods.smote import RandomOver

@method("looks")
class Looks(RandomOver):
    def fit(self, X, y, schema):
        known = [e.name for r in registry.BY_KIND.values() for e in r if not registry.is_own(e.file)]
        modules = sorted(name for name in sys.modules if name.startswith("augbench_plugin_") and "." in name)
        changed = [os.listdir() != [], sys.getrecursionlimit() == 5000, np.random.default_rng is None,
                   torch.get_default_dtype() != torch.float32]
        raise RuntimeError(f"{sorted(known)} {len(modules)} {any(changed)}")

@method("removes")
class Removes(RandomOver):
    def fit(self, X, y, schema):
        from removing import remove_above
        remove_above(1)
        os._exit(1)

@method("removes-more")
class RemovesMore(RandomOver):
    def fit(self, X, y, schema):
        from removing import remove_above
        remove_above(2)
        os._exit(74)

@method("hides")
class Hides(RandomOver):
    def fit(self, X, y, schema):
        if (child := os.fork()) == 0:
            os.setsid()
            if os.fork() == 0:
                kept = np.ones(15 * 10**7)
                time.sleep(60 + len(kept))
            os._exit(0)
        os.waitpid(child, 0)
        time.sleep(60)

@method("twice")
class Twice(RandomOver):
    def fit(self, X, y, schema):
        if child := os.fork():
            os.waitpid(child, 0)
        return super().fit(X, y, schema)

@method("kills-worker")
class KillsWorker(RandomOver):
    def fit(self, X, y, schema):
        os.kill(os.getppid(), 9)
        time.sleep(60)
"""


@pytest.fixture
def planted(tmp_path, toy, monkeypatch):
    """The records of planted methods on the toy task, by method; one fit at a time, in one worker."""
    for one in registry.BY_KIND.values():
        monkeypatch.setattr(one, "_entries", dict(one._entries))
    shutil.copy(REMOVING, tmp_path)
    for name, text in (("changes", CHANGES), ("others", OTHERS)):
        (tmp_path / f"{name}.py").write_text(text)
        registry.load_plugin(tmp_path / f"{name}.py")

    def run(*methods, **limits):
        config = Config(
            tasks=("toy",), methods=methods, classifiers=("tree",), regimes=("balance",), seeds=(0,), **limits
        )
        matrix = plan(config, DataHome(), "cpu")
        settings = engines.Settings(workers=1, threads=1, spool=tmp_path / "spool")
        events = engines.run("processes", matrix.fits, settings)
        records = [e.record for e in events if isinstance(e, Ended)]
        assert len({record.id for record in records}) == len(records), "a cell ended twice"
        return {record.method: record for record in records}

    return run


@pytest.mark.slow
def test_a_fit_knows_and_imports_its_own_plugins_alone(planted):
    here, limit = os.getcwd(), sys.getrecursionlimit()
    found = planted("changes", "looks", "random-over")
    assert (os.getcwd(), sys.getrecursionlimit()) == (here, limit)
    assert "imported at" in found["changes"].reason
    seen = found["looks"].reason
    assert seen.endswith(" 2 False")
    assert "'looks'" in seen
    assert "'changes'" not in seen
    assert {record.status for name, record in found.items() if name in ("none", "random-over")} == {"ok"}


@pytest.mark.slow
def test_what_a_fit_removes_around_it_is_its_own_loss(planted):
    found = planted("removes", "removes-more", "random-over", "smote")
    assert {name: record.status for name, record in found.items()} == {
        "none": "ok", "removes": "killed", "removes-more": "killed", "random-over": "ok", "smote": "ok",
    }  # fmt: skip
    assert "exit code 1" in found["removes"].reason


@pytest.mark.slow
def test_a_fit_that_goes_on_in_two_processes_is_told_by_the_one_that_began(planted):
    found = planted("twice", "random-over")
    assert {name: record.status for name, record in found.items()} == {"none": "ok", "twice": "ok", "random-over": "ok"}
    assert found["twice"].cpu_s["fit"] >= 0


@pytest.mark.slow
def test_orphans_count_as_their_fit_and_a_dead_worker_is_its_doing(planted):
    found = planted("hides", "kills-worker", memory=1000)
    assert found["hides"].status == "oom"
    assert found["hides"].phase == "fit"
    assert found["kills-worker"].status == "killed"


@pytest.mark.slow
def test_a_full_disk_is_nobodys_doing_whatever_the_exit_code(planted, monkeypatch):
    monkeypatch.setattr("bench.engines.disk.trouble", lambda *_: "the disk is full")
    monkeypatch.setattr("bench.engines.server.context", lambda: get_context("fork"))  # workers see what is patched
    found = planted("removes")
    assert (found["removes"].status, found["removes"].reason) == ("harness", "the disk is full")


def test_only_the_suites_own_is_known_to_a_worker(tmp_path, monkeypatch):
    (tmp_path / "foreign_package").mkdir()
    (tmp_path / "foreign_package" / "__init__.py").write_text("raise SystemExit(3)")
    monkeypatch.syspath_prepend(str(tmp_path))
    real = metadata.entry_points
    point = metadata.EntryPoint("mine", "foreign_package", "augbench.methods")
    importlib.import_module("bench.engines.preload")  # libraries ask for their own entry points as they are imported
    monkeypatch.setattr(
        metadata, "entry_points", lambda group: [*real(group=group), *([point] if "augbench" in group else [])]
    )
    monkeypatch.setattr(registry.methods, "broken", {})
    worker.prepare(1)
    assert registry.methods.broken == {}
    assert "smote" in registry.methods
