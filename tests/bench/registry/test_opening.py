"""Files named on the command line become tasks."""

import os

import pytest

from bench import registry
from bench.errors import BenchError
from bench.registry.opening import open_task, place_and_label, reopen

TEXT = "a,b,y\n" + "".join(f"{i % 7},{i % 5}.5,{'no' if i % 3 else 'yes'}\n" for i in range(60))


@pytest.fixture(autouse=True)
def _fresh(monkeypatch, names):
    monkeypatch.setattr(registry.tasks, "_entries", dict(registry.tasks._entries))


def write(folder, name):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(TEXT)
    return path


def test_a_file_becomes_a_task_with_a_safe_name(tmp_path):
    entry = open_task(f"csv:{write(tmp_path, 'My Data (2).csv')}:y")
    assert (entry.name, entry.family) == ("csv-my-data-2-y", "csv-my-data-2")
    assert registry.tasks[entry.name] is entry
    assert entry.params == {"form": "csv", "file": "My Data (2).csv", "label": "y"}  # and nowhere where it lies
    assert entry.create().place == tmp_path / "My Data (2).csv"
    assert open_task("pima") is None
    assert open_task("unknown:x") is None


def test_what_is_said_on_the_command_line_is_among_its_options(tmp_path):
    entry = open_task(f"csv:{write(tmp_path, 'd.csv')}:y", group="a")
    assert entry.params["group"] == "a"


def test_names_without_latin_letters_stay_apart(tmp_path):
    for name in ("数据.csv", "данные.csv"):
        open_task(f"csv:{write(tmp_path, name)}:y")
    assert len([n for n in registry.tasks.names() if n.startswith("csv-")]) == 2


def test_two_files_under_one_name_are_refused(tmp_path):
    open_task(f"csv:{write(tmp_path / 'a', 'd.csv')}:y")
    with pytest.raises(BenchError, match="would both be called 'csv-d-y'"):
        open_task(f"csv:{write(tmp_path / 'b', 'd.csv')}:y")


def test_a_record_finds_its_task_again(tmp_path):
    found = reopen("csv-d-y", {"form": "csv", "file": "d.csv", "label": "y"})
    assert (found.name, found.place) == ("csv-d-y", None)
    assert registry.tasks["csv-d-y"] is found
    assert reopen("pima", {}) is registry.tasks["pima"]
    assert reopen("gone", {"form": "floppy"}) is None


def test_colons_in_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "a:b.csv")
    assert place_and_label("a:b.csv:y", "") == (tmp_path / "a:b.csv", "y")
    assert place_and_label("a:b.csv", "") == (tmp_path / "a:b.csv", "")
    assert place_and_label("a:b.csv:y:z", "") == (tmp_path / "a:b.csv", "y:z")
    write(tmp_path, "a")
    with pytest.raises(BenchError, match=r"could be 'a' or 'a:b\.csv'"):
        place_and_label("a:b.csv:y", "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (r"C:\rows\data.csv:y", r"^C:\\rows\\data\.csv is not there"),
        (r"C:\rows\data.csv", r"^C:\\rows\\data\.csv is not there"),
        ("data.csv:y", r"^data\.csv is not there; a table of your own is named csv:FILE:LABEL"),
        ("", "name a file behind the colon"),
        ("\0:y", "is not there"),
    ],
)
def test_what_is_not_there_is_said(tmp_path, monkeypatch, text, says):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BenchError, match=says):
        place_and_label(text, "csv:FILE:LABEL")


@pytest.mark.skipif(os.name == "nt", reason="there the name of a drive is no folder's")
def test_a_windows_path_that_is_there_works(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, r"C:\rows.csv")
    assert place_and_label(r"C:\rows.csv:y", "")[1] == "y"
