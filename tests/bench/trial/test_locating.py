"""Tasks say where their rows are; those of plugins in a process of their own."""

import os
import sys
from pathlib import Path

import pytest

from bench import registry
from bench.data import DataHome
from bench.errors import BenchError, DataUnavailable, InvalidData
from bench.trial.locating import locate, locate_one

TASK = """
import os
from pathlib import Path
from bench.dataset import Origin
from bench.errors import DataUnavailable, InvalidData
from bench.registry import task
from bench.task import Task

os.chdir("/") if {away} else None

class Base(Task):
    modality = "tabular"
    primary = "f1_macro"
    def __init__(self, name: str, size: int = 3) -> None:
        super().__init__(name)
        self.size = size
    def read(self, origin): ...

@task("planted-there")
class There(Base):
    def locate(self, home):
        home.say(f"{{self.name}} was asked")
        home.offline = True
        return Origin("simulated", "stand-in", f"sha-{{self.size}}", "a note", path=Path("rows.csv"))

@task("planted-gone")
class Gone(Base):
    def locate(self, home):
        raise DataUnavailable("no rows")

@task("planted-bad")
class Bad(Base):
    def locate(self, home):
        class Own(InvalidData): ...
        raise Own("bad rows")

@task("planted-raises")
class Raises(Base):
    def locate(self, home):
        raise ZeroDivisionError("a fault")

@task("planted-leaves")
class Leaves(Base):
    def locate(self, home):
        os._exit(0)

@task("planted-metric")
class Metric(Base):
    primary = "f2"
    def locate(self, home): ...
"""
NAMES = ["planted-there", "planted-gone", "planted-bad", "planted-raises", "planted-metric"]


@pytest.fixture
def file(tmp_path, monkeypatch):
    for one in registry.BY_KIND.values():
        monkeypatch.setattr(one, "_entries", dict(one._entries))

    def write(away=False):
        path = tmp_path / "planted.py"
        path.write_text(TASK.format(away=away))
        registry.load_plugin(path)
        return path

    return write


def test_each_task_of_a_plugin_answers_for_itself(file, tmp_path, monkeypatch):
    file()
    monkeypatch.chdir(tmp_path)
    home = DataHome()
    found = locate([registry.tasks[name] for name in NAMES], {"planted-there": {"size": 4}}, home)
    assert list(found) == NAMES
    there = found["planted-there"]
    assert (there.primary, there.origin.sha256, there.origin.path) == ("f1_macro", "sha-4", tmp_path / "rows.csv")
    assert [type(answer) for answer in found.values()][1:] == [DataUnavailable, *[InvalidData] * 3]
    said = [str(answer) for answer in found.values()][1:]
    assert said[:2] == ["no rows", "bad rows"]
    assert said[2] == "task 'planted-raises' cannot say where its rows are: ZeroDivisionError: a fault"
    assert "primary 'f2' is not a metric" in said[3]
    assert home.messages == ["planted-there was asked"]
    assert home.offline


def test_its_code_does_not_run_here(file):
    path, here = file(away=True), os.getcwd()
    assert locate_one(registry.tasks["planted-there"], {}, DataHome()).origin.note == "a note"
    assert os.getcwd() == here
    assert not [name for name, module in sys.modules.items() if getattr(module, "__file__", None) == str(path)]


def test_one_that_ends_its_process_is_said(file):
    path = file()
    with pytest.raises(BenchError, match=rf"plugin {path} .*ended its process"):
        locate_one(registry.tasks["planted-leaves"], {}, DataHome())
    with pytest.raises(BenchError, match="size must be int, not 'x'"):
        locate_one(registry.tasks["planted-there"], {"size": "x"}, DataHome())


def test_a_task_of_the_suite_is_asked_here(names):
    found = locate_one(registry.tasks["pima"], {}, DataHome(offline=True))
    assert found.primary == "auprc"
    assert found.origin.path is None or Path(found.origin.path).is_absolute()
