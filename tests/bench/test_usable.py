"""What a run names of a plugin is tried before anything runs, in a process of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psutil
import pytest

from bench import registry, usable
from bench.registry.scanning import load_plugin

forks = pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="no process is forked here")


@pytest.fixture
def entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(registry.methods, "_entries", {})

    def made(text: str, decorator: str = '@method("mine")') -> registry.Entry:
        path = tmp_path / "mine.py"
        path.write_text(f"from bench.registry import method\n{text}\n{decorator}\nclass Mine: ...\n")
        (found,) = load_plugin(path)
        return found

    return made


@forks
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import no_such_package", "cannot be imported: No module named 'no_such_package'"),
        ("1 / 0", "cannot be imported: ZeroDivisionError: division by zero"),
        ("raise SystemExit(0)", "cannot be imported: SystemExit"),
        ("raise ValueError('x' * 10_000)", "cannot be imported: ValueError: xxx"),
    ],
)
def test_what_an_import_raises_is_said(entry, text, said):
    found = usable.unusable(entry(text))
    assert said in found
    assert found.startswith("method 'mine' (")


@forks
def test_the_code_changes_nothing_here(entry, capfd):
    before = os.getcwd(), set(sys.modules)
    assert usable.unusable(entry("import os, this; os.chdir('/'); os.environ['MINE'] = '1'; os.close(1)")) is None
    assert (os.getcwd(), "MINE" in os.environ, "this" in sys.modules) == (before[0], False, "this" in before[1])
    assert capfd.readouterr() == ("", "")


@forks
def test_code_that_ends_its_process_or_hangs_is_left_to_the_fits(entry, monkeypatch):
    before = set(psutil.Process().children(recursive=True))
    monkeypatch.setattr(usable, "LIMIT_S", 0.5)
    for text in (
        "import os; os._exit(0)",
        "import time; time.sleep(60)",
        "import os, signal; os.fork() or signal.pause()",
    ):
        assert usable.unusable(entry(text)) is None
    assert set(psutil.Process().children(recursive=True)) <= before  # none is left behind


def test_a_requirement_that_is_missing_is_said_without_a_try(entry):
    found = usable.unusable(entry("", '@method("mine", requires=("no_such_package",))'))
    assert found == "method 'mine' cannot be used: no_such_package is not installed"


def test_the_suites_own_code_is_not_tried(names, monkeypatch):
    monkeypatch.setattr(usable, "_tried", lambda entry: pytest.fail("it was"))
    assert usable.unusable(registry.methods["smote"]) is None
