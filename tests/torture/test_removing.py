"""The planted methods that remove folders spare all but an engine's scratch folders."""

import runpy
import tempfile
from pathlib import Path

import pytest

remove_above = runpy.run_path(str(Path(__file__).with_name("removing.py")))["remove_above"]


@pytest.fixture
def removed(monkeypatch):
    """What would have been removed; nothing is."""
    found = []
    monkeypatch.setattr("shutil.rmtree", lambda folder: found.append(folder))
    return found


@pytest.mark.parametrize("place", ["/", "/usr/lib", tempfile.gettempdir()])
@pytest.mark.parametrize("levels", [1, 2, 5])
def test_nothing_of_the_machine_is_removed(monkeypatch, removed, place, levels):
    monkeypatch.chdir(place)
    with pytest.raises(RuntimeError, match="nothing was removed"):
        remove_above(levels)
    assert removed == []


@pytest.mark.parametrize(("place", "levels"), [("results/run/folder", 1), ("augbench-1/x", 2), ("augbench-1", 1)])
def test_nor_is_what_lies_around_a_scratch_folder(tmp_path, monkeypatch, removed, place, levels):
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    (tmp_path / place).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / place)
    with pytest.raises(RuntimeError, match="nothing was removed"):
        remove_above(levels)
    assert removed == []


def test_a_scratch_folder_goes(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    (tmp_path / "augbench-1" / "fit" / "folder").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "augbench-1" / "fit" / "folder")
    remove_above(1)
    assert [path.name for path in tmp_path.rglob("*")] == ["augbench-1"]
