"""Boards are current while nothing that they are made from, and nothing of them, has changed."""

import os
import shutil

import pytest

from bench import publish
from bench.records import made
from bench.records.made import current, making


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "boards").mkdir()
    for name, text in (("records.jsonl", "{}\n"), ("run.json", "{}"), ("audit.json", "{}"), ("boards/a.md", "a")):
        (tmp_path / name).write_text(text)
    with making(tmp_path, "boards"):
        pass
    assert current(tmp_path, "boards")
    return tmp_path


@pytest.mark.parametrize("name", ["records.jsonl", "run.json", "selection.json", "selftest.json", "audit.json"])
def test_another_file_makes_them_stale_whatever_its_time(folder, name):
    path = folder / name
    path.write_text("[]")
    os.utime(path, (0, 0))  # as a copy that keeps its time
    assert not current(folder, "boards")


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "audit.json").unlink(),
        lambda folder: (folder / "boards" / "a.md").unlink(),
        lambda folder: (folder / "boards" / "a.md").write_text("b"),
        lambda folder: (folder / "boards" / "b.md").write_text("b"),
        lambda folder: shutil.rmtree(folder / "boards"),
        lambda folder: (folder / ".boards").unlink(),
        lambda folder: (folder / ".boards").write_text("{"),
    ],
)
def test_what_is_gone_or_was_edited_makes_them_stale(folder, change):
    change(folder)
    assert not current(folder, "boards")


def test_a_new_time_alone_does_not(folder):
    os.utime(folder / "records.jsonl")
    assert current(folder, "boards")


def test_another_version_makes_them_stale(folder, monkeypatch):
    monkeypatch.setattr(made, "__version__", "0.0")
    assert not current(folder, "boards")


def test_what_was_cut_off_is_not_marked(folder):
    def cut_off():
        with making(folder, "boards"):
            (folder / "boards" / "a.md").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut_off()
    assert not current(folder, "boards")


def test_what_changes_while_boards_are_made_is_not_in_them(folder):
    with making(folder, "boards"):
        (folder / "records.jsonl").write_text("{}\n{}\n")
    assert not current(folder, "boards")


def test_boards_of_a_run_are_marked(tmp_path, toy):
    from tests import factories

    folder = factories.run(tmp_path, factories.config("toy-jitter", regimes=("real",), seeds=(0, 1)))
    publish.boards(folder, "none")
    assert current(folder, "boards")
    assert not current(folder, "plots")
