"""CONTRIBUTING.md holds: its files work when they are pasted, and its map shows the house that stands."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
#: a file to be saved, named in its first line, and the commands that follow it
PASTED = re.findall(r"```python\n# (\w+\.py)\n(.*?)```\n\n```bash\n(.*?)```", TEXT, re.DOTALL)
#: in the map before they are in the house
PLANNED = {
    "bench/dataset.py", "bench/figuretext.py", "bench/running.py", "bench/slugs.py", "bench/records/folder.py",
    "bench/records/record.py",
}  # fmt: skip


def test_there_is_a_file_for_a_method_a_task_and_a_classifier():
    assert [name for name, _, _ in PASTED] == ["my_method.py", "my_task.py", "my_classifier.py"]
    assert TEXT.count("```python") == len(PASTED)


@pytest.mark.parametrize(("name", "code", "commands"), PASTED, ids=[name for name, _, _ in PASTED])
def test_what_is_pasted_works_as_it_says(augbench, tmp_path, name, code, commands):
    (tmp_path / name).write_text(code)
    check, run = (line.split()[1:] for line in commands.splitlines())
    assert check == ["check", "--plugin", name]
    assert augbench(*check, cwd=tmp_path).stdout.endswith("all checks passed\n")
    done = augbench(*run, "--offline", "--engine", "serial", "--no-pictures", cwd=tmp_path)
    assert ", 0 failed, 0 left" in done.stderr
    chosen = run[run.index("--plugin") + 3]  # what the plugin defines is named first
    assert chosen in (tmp_path / "results" / "local" / "records.jsonl").read_text()


def mapped():
    """Every path of the map: a line begins with what it is about; further files of a folder stand in its text."""
    tree = re.search(r"## Architecture\n.*?```\n(.*?)```", TEXT, re.DOTALL)[1]
    folder, package = "", ""
    for line in tree.splitlines():
        depth = len(line) - len(line.lstrip())
        names = re.findall(r"(?<![\w*/])([\w]+(?:\.py|/))(?![\w*])", line)
        if depth == 0:
            package, folder = names[0], ""
        elif depth == 4 and names[0].endswith("/"):
            folder = names[0]
        elif depth == 4:
            folder = ""
        first = line.split()[0]
        for name in names:
            if name == package or (name == folder and name == first):
                yield f"{package}{folder}"
            elif name.endswith("/") and depth == 4:
                yield f"{package}{name}"
            elif package != "tests/":
                yield f"{package}{folder}{name}"


def test_the_map_shows_what_is_there():
    absent = [path for path in mapped() if not (ROOT / path).exists() and path not in PLANNED]
    assert not absent


def test_the_map_shows_every_room():
    shown = set(mapped())
    rooms = {path.name for path in (ROOT / "bench").iterdir() if path.suffix == ".py" and path.name != "__init__.py"}
    rooms |= {f"{path.parent.name}/" for path in (ROOT / "bench").glob("*/__init__.py")}
    missing = sorted(room for room in rooms if f"bench/{room}" not in shown)
    assert not missing, "rooms of bench that the map in CONTRIBUTING.md does not show"


def test_every_file_that_the_text_names_is_there():
    named = set(re.findall(r"`((?:bench|methods|tasks|tests|examples)/[\w/]+\.(?:py|md|toml))`", TEXT))
    assert len(named) > 5
    assert not [path for path in named if not (ROOT / path).exists() and path not in PLANNED]
