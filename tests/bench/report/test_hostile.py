"""Names that would run script, leave the folder or break a table: in the files of a run, and in a real Chromium."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pytest
from pyarrow import parquet

from bench import registry
from bench.boards.latex import _TEX
from bench.cli.app import app
from bench.figuretext import literal
from bench.records.folder import RunFolder
from bench.records.reading import read
from bench.registry.places import private_name
from bench.report import cite
from tests.plugins.hostile_names import FORMULA, LONG, TASK

Visit = Callable[..., Any]
PLUGIN = Path(__file__).parents[2] / "plugins" / "hostile.py"


def test_every_cell_ends_well_but_the_one_that_fails(hostile: Path) -> None:
    records = list(read(hostile))
    ended = {(r.method, r.regime[:8]): r.status for r in records}
    assert len(ended) == 1 + 5 * 2
    assert {key for key, status in ended.items() if status != "ok"} == {
        ("<!-- fails -->", "balance"), ("<!-- fails -->", "append:5")
    }  # fmt: skip
    assert all("\x1b" not in r.reason and "\udce9" not in r.reason for r in records)
    scored = next(r.metrics for r in records if r.status == "ok")
    assert scored["recall_class:rare"] != scored["recall_macro"]


def test_every_file_lies_in_the_folder_under_a_plain_name(hostile: Path) -> None:
    assert [path.name for path in hostile.parent.iterdir()] == ["out"]
    files = [path for path in hostile.rglob("*") if path.is_file()]
    for kind in ("samples", "pictures", "boards", "plots"):
        assert any(path.parts[len(hostile.parts)] == kind for path in files), kind
    for path in files:
        assert re.fullmatch(r"[A-Za-z0-9_@.-]+", path.name), path
    assert len(list((hostile / "samples").rglob("*.npz"))) == 4  # of the methods that draw


def test_markdown_and_latex_show_the_names_as_text(hostile: Path) -> None:
    for path in (hostile / "boards").glob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?<!\\)<[a-z!/]", text), path
        assert not re.search(r"(?<!\\)\]\(", text), path
        for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1
    for path in (hostile / "boards").glob("*.tex"):
        text = path.read_text(encoding="utf-8")
        for ours in sorted(filter(lambda made: "$" in made, _TEX.values()), key=len, reverse=True):
            text = text.replace(ours, "")
        assert "$" not in text, path
        assert "<" not in text, path


def test_no_cell_is_a_formula_and_every_form_has_the_names(hostile: Path) -> None:
    tables = [*(hostile / "boards").glob("*.csv"), *(hostile / "pictures").rglob("*.csv")]
    assert len(tables) >= 4
    for path in tables:
        with path.open(encoding="utf-8", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        texts = [cell for cell in cells if not _number(cell)]
        assert not [text for text in texts if text[:1] in tuple("=+-@\t\r")], path
        assert all(text.isprintable() for text in texts), path
    (board,) = (path for path in (hostile / "boards").glob("img*.json") if "measures" not in path.name)
    rows = json.loads(board.read_text(encoding="utf-8"))["rows"]
    methods = {row["method"] for row in rows}
    assert {FORMULA, LONG} < methods
    assert set(parquet.read_table(board.with_suffix(".parquet"))["method"].to_pylist()) == methods


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    "words", ["board", "board --format csv", "board --format json", "board --format md", "cite", "list", "audit"]
)
def test_nothing_acts_on_a_terminal(
    hostile: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    for one in registry.BY_KIND.values():  # no other test is to meet the names
        monkeypatch.setattr(one, "_entries", dict(one._entries))
    monkeypatch.delitem(sys.modules, private_name(PLUGIN), raising=False)  # it registers as it is imported
    plugin = ["--plugin", str(PLUGIN)] if words in ("list", "audit") else []
    more = [TASK, *plugin] if words == "audit" else plugin if plugin else ["--out", str(hostile)]
    capsys.readouterr()
    app([*words.split(), *more], standalone_mode=False)
    said = capsys.readouterr()
    assert said.out
    assert not [line for line in (said.out + said.err).split("\n") if not line.isprintable()]


def test_long_names_leave_room_for_the_figure() -> None:
    figure, axes = plt.subplots(layout="constrained")
    axes.barh([0, 1], [1, 2])
    axes.set_yticks([0, 1], ["$x", LONG])
    axes.set_title(f"{LONG}\n$y_{{")
    literal(figure).canvas.draw()
    assert axes.get_window_extent().width > 50
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels[0] == "$x"
    assert labels[1].startswith(LONG[:30])
    assert " … " in labels[1]
    plt.close(figure)


def test_a_citation_is_one_entry_whatever_the_names_are(hostile: Path) -> None:
    text = cite.bibtex(RunFolder(hostile), TASK)
    assert re.findall(r"^@(\w+)\{([A-Za-z0-9.@_-]+),$", text, re.MULTILINE)[1][0] == "misc"
    depth = 0
    for mark in re.findall(r"(?<!\\)[{}]", text):
        depth += 1 if mark == "{" else -1
        assert depth >= 0
    assert depth == 0


def test_no_name_runs_script_and_the_page_works_under_its_policy(visit: Visit, hostile: Path) -> None:
    shown = visit(hostile / "report.html")  # afterwards no console error, no violation, no request elsewhere
    owned = "window.owned === undefined"
    assert shown.evaluate(owned)
    shown.locator("table.sortable:not(.dataTable)").first.wait_for(state="detached")
    for fold in shown.locator("details").all():
        fold.evaluate("(element) => { element.open = true; }")
    for button in shown.locator("button.unfold").all():
        button.click()
    assert shown.locator(".details").count() >= 4
    assert shown.locator(".details .pictures img").count() > 0
    shown.wait_for_load_state("networkidle")  # every picture has come, or failed
    assert shown.evaluate("[...document.querySelectorAll('.details img')].every((img) => img.naturalWidth > 0)")
    assert shown.locator("details.later svg").count() > 0
    methods = shown.locator("#filter-method option").all_inner_texts()
    assert any(name.startswith("/elsewhere/<img src=x onerror=window.owned=1>&lt;</script>") for name in methods)
    for box in shown.locator("input[type=search]").all():
        box.fill("<img src=x onerror=window.owned=6>")
        box.fill("")
    name = next(name for name in methods if name.startswith("/elsewhere/"))
    shown.select_option("#filter-method", name)
    assert shown.locator("#all-rows button.unfold").count() == 2
    for head in shown.locator("#all-rows thead th [role=button]").all():
        head.click()
    assert shown.locator("img[src=x], script:not([type])").count() == 0
    assert shown.evaluate(owned)


def test_a_script_that_came_in_nevertheless_does_not_run(chromium: Any, hostile: Path, tmp_path: Path) -> None:
    """The policy itself, should the escaping ever fail."""
    text = (hostile / "report.html").read_text(encoding="utf-8")
    assert text.count("Content-Security-Policy") == 1
    attack = (
        "<img src=x onerror='window.owned=1'><script>window.owned=2</script>"
        "<a id=go href='javascript:window.owned=3'>x</a>"
    )
    (tmp_path / "report.html").write_text(text.replace("<main", attack + "<main", 1), encoding="utf-8")
    context = chromium.new_context()
    shown = context.new_page()
    refused: list[str] = []
    shown.on("console", lambda message: refused.append(message.text))
    shown.goto((tmp_path / "report.html").as_uri())
    shown.wait_for_selector("#theme:not([hidden])")  # our own script ran
    shown.locator("#go").evaluate("(link) => link.click()")
    shown.wait_for_timeout(200)
    assert shown.evaluate("window.owned === undefined")
    assert sum("Content Security Policy" in text for text in refused) >= 3
    context.close()


@pytest.mark.parametrize("name", ["pictures", "rows", "boards"])
def test_the_data_of_the_page_is_json_in_one_element(hostile: Path, name: str) -> None:
    text = (hostile / "report.html").read_text(encoding="utf-8")
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert "<" not in found
    assert json.loads(found)[name]
