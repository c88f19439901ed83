"""The page as text: everything in it, nothing asked of a network, the same bytes each time."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bench import publish, report
from bench.boards.tables import build
from bench.errors import BenchError
from bench.records.folder import RunFolder
from bench.records.record import Record
from bench.report.rows import blob
from tests import factories


class Reader(HTMLParser):
    """What a page is made of, and whether its elements nest."""

    VOID = frozenset({"meta", "link", "br", "input", "img"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.tables: list[set[str]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if known.get("id"):
            self.ids.append(str(known["id"]))
        if tag == "a" and known.get("href"):
            self.links.append(str(known["href"]))
        if known.get("src") or (tag in ("link", "image") and known.get("href")):
            self.loads.append(str(known.get("src") or known.get("href")))
        if tag == "table":
            self.tables.append(set())
        elif self.tables and tag in ("caption", "th", "thead", "tbody"):
            self.tables[-1].add(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def data_of(text: str) -> dict:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)
    assert found
    return json.loads(found[1])


@pytest.fixture(scope="module")
def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def test_same_folder_same_bytes_wherever_it_lies(full: Path, page: Path, text: str) -> None:
    assert full != page.parent
    assert report.page(full) == text
    assert str(full) not in text


@pytest.mark.usefixtures("no_plots")
def test_is_written_whole(bare: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(bare, folder)
    path = report.write(folder)
    assert path == folder / "report.html"
    assert path.read_text(encoding="utf-8") == report.page(folder)
    assert sorted(p.name for p in folder.iterdir()) == ["records.jsonl", "report.html", "run.json"]


def test_is_well_formed_and_loads_nothing(text: str) -> None:
    reader = Reader(text)
    assert len(reader.ids) == len(set(reader.ids))
    assert reader.loads == ["data:,"]
    assert "@import" not in text
    assert all({"caption", "th"} <= parts or parts == {"caption"} for parts in reader.tables)
    inside = [link for link in reader.links if link.startswith("#") and not link.startswith("#rows?")]
    assert {link[1:] for link in inside} <= set(reader.ids)
    outside = [link for link in reader.links if not link.startswith("#")]
    assert sorted(set(outside)) == ["boards/pima.csv", "https://example.org/paper"]


def test_rows_are_the_boards(full: Path, text: str) -> None:
    data = data_of(text)
    boards = [board for board in publish.build(RunFolder(full)) if board.kind == "task"]
    rows = [dict(zip(data["row_fields"], row, strict=True)) for row in data["rows"]]
    assert len(rows) == sum(len(board.rows) for board in boards)
    expected = [(board.task, row) for board in boards for row in board.rows]
    for shown, (task, row) in zip(rows, expected, strict=True):
        assert data["boards"][shown["board"]]["task"] == task
        assert (shown["method"], shown["classifier"], shown["regime"]) == (
            row["method"],
            row["classifier"],
            row["regime"],
        )
        assert shown["mean"] == pytest.approx(row["auprc_mean"], rel=1e-4)
        seeds = [dict(zip(data["seed_fields"], seed, strict=False)) for seed in shown["seeds"]]
        assert sorted(seed["id"] for seed in seeds) == row["record_ids"]
        by_seed = {str(seed["seed"]): seed["score"] for seed in seeds if seed["score"] is not None}
        assert by_seed == pytest.approx(row["by_seed"], rel=1e-3)
        differences = {str(seed["seed"]): seed["diff"] for seed in seeds if seed["diff"] is not None}
        assert differences == pytest.approx(row["diff_by_seed"], rel=1e-3, abs=1e-9)


def test_where_shares_of_classes_differ_rows_show_both() -> None:
    def cell(method: str, seed: int, tested: float, trained: float) -> Record:
        metrics = {"f1_weighted": tested, "f1_weighted@training": trained, "recall_macro": 0.7, "accuracy": 0.6}
        regime = "real" if method == "none" else "balance"
        return factories.scored("digits-imbalanced", method, "cnn", regime, seed, metrics=metrics)

    found = [cell("none", seed, 0.5, 0.8) for seed in range(3)] + [cell("smote", seed, 0.6, 0.7) for seed in range(3)]
    boards = build(found, {"digits-imbalanced": "f1_weighted"})
    data = blob(boards, found, Path("nowhere"))
    (board,) = data["boards"]
    assert board["metrics"] == ["F1 (weighted)", "F1 (weighted), training shares", "Recall (macro)"]
    shown = [dict(zip(data["row_fields"], row, strict=True)) for row in data["rows"]]
    smote = next(row for row in shown if row["method"] == "smote")
    assert (smote["diff"], smote["shifted"]) == (pytest.approx(0.1), pytest.approx(-0.1))
    assert smote["metrics"][2] == pytest.approx(0.7)


@pytest.mark.usefixtures("no_plots")
def test_a_number_changed_in_the_records_changes_the_page(bare: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(bare, folder)
    before = report.page(folder)
    lines = (folder / "records.jsonl").read_text().splitlines(keepends=True)
    record = json.loads(lines[3])
    record["metrics"]["auprc"] += 0.01
    (folder / "records.jsonl").write_text("".join([*lines[:3], json.dumps(record) + "\n", *lines[4:]]))
    assert report.page(folder) != before


def test_other_versions_of_the_libraries_are_told_from_changed_numbers(text: str) -> None:
    made = re.search(r'<meta name="made-with" content="(.*?)">', text)
    assert made
    assert made[1] == report.made_with()
    bare = report.without_libraries(text)
    assert "<svg xmlns" not in bare
    assert len(bare) < len(text) - 700_000
    other = text.replace(made[1], "itables 9.9, matplotlib 9.9").replace(
        "globalThis.DataTable=", "globalThis.DataTable ="
    )
    other = re.sub(r'(<svg xmlns="[^"]*" viewBox="0 0) ', r"\1 1", other)
    assert other != text
    assert report.without_libraries(other) == bare
    score = data_of(text)["rows"][0][8]
    assert report.without_libraries(text.replace(str(score), str(score + 0.01))) != bare


def test_simulated_numbers_say_so(text: str) -> None:
    board = text[text.index('id="board-overall-simulated"') :]
    lines = re.findall(r"<tr><th scope=\"row\".*?</tr>", board[: board.index("</table>")])
    assert lines
    assert all("SIMULATED" in line for line in lines)
    assert re.search(r'<tr class="simulated"><th[^>]*><a[^>]*>simulacrum</a> <strong class="loud">SIMULATED', text)
    assert "SIMULATED STAND-IN</strong> marks" in text
    assert "REAL SUBSET</strong> marks" in text
    loud = {board["task"]: board["loud"] for board in data_of(text)["boards"]}
    assert loud == {"pima": "", "credit-fraud": "REAL SUBSET", "simulacrum": "SIMULATED STAND-IN"}


def test_the_drawn_rows_are_on_the_page_with_what_the_boards_say(text: str, full: Path) -> None:
    boards = [board for board in publish.build(RunFolder(full)) if board.synthetic]
    tables = data_of(text)["synthetic"]
    assert [table["heading"] for table in tables] == [board.synthetic.heading for board in boards]
    for table, board in zip(tables, boards, strict=True):
        assert table["groups"] == [["of this task", 1], ["fidelity", 2], ["privacy", 1]]
        assert len(table["rows"]) == len(board.synthetic.rows) == 6
        assert all(len(row) == 4 + len(table["columns"]) for row in table["rows"])
        assert f'id="synthetic-{board.task}"' in text
    assert [table["loud"] for table in tables] == ["REAL SUBSET", "", "SIMULATED STAND-IN"]
    pima = tables[1]["rows"]
    assert [row[3] for row in pima if row[0] == "cgan"] == [
        "5/5",
        "5/5",
    ]  # the other classifier's cell has the measures


def test_failures_claims_controls_and_provenance_are_shown(text: str) -> None:
    failures = text[text.index('id="failure-table"') : text.index('id="provenance"')]
    assert "cgan" in failures
    assert "timeout" in failures
    assert "fit took &lt;/script&gt; 60 s" in failures
    assert "tabddpm" in failures
    claims = text[text.index('id="claims-table"') : text.index('id="controls"')]
    assert "reproduced only with the leak" in claims
    assert "0.702 [0.69, 0.715], n = 5" in claims
    assert "SMOTE &lt;raises&gt; AUPRC" in claims
    assert "SIMULATED STAND-IN" in claims
    assert "SELF-TEST FAILED" in text
    assert "LEAK FOUND" in text
    provenance = text[text.index('id="provenance"') :]
    for fact in ("abc123", "augbench run --task pima", "a processor", "2.4.6", "5eed" * 16):
        assert fact in provenance


@pytest.mark.usefixtures("no_plots")
def test_what_was_not_run_is_said(bare: Path) -> None:
    text = report.page(bare)
    assert "No published claim was re-run" in text
    assert "No self-test was run" in text
    assert "No leak audit was run" in text


def test_plots_have_words_and_the_page_s_colours(text: str) -> None:
    plots = re.findall(r'<svg xmlns="[^"]*" viewBox.*?</svg>', text, re.S)
    assert len(plots) >= 8
    for plot in plots:
        title = re.search(r'aria-labelledby="(\S+) (\S+)"', plot)
        assert title
        assert f'<title id="{title[1]}">' in plot
        assert f'<desc id="{title[2]}">' in plot
        assert "<style" not in plot
        assert "#000000" not in plot
        used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', plot))
        assert used <= set(re.findall(r' id="([^"]+)"', plot))


@pytest.mark.usefixtures("no_plots")
def test_ten_thousand_records_leave_a_megabyte_for_plots(many: Path) -> None:
    assert len(report.page(many).encode()) < 2_000_000


@pytest.mark.usefixtures("no_plots")
@pytest.mark.parametrize("name", ["claims.json", "selftest.json", "audit.json", "run.json"])
def test_a_broken_file_is_named(bare: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "run"
    shutil.copytree(bare, folder)
    (folder / name).write_text("{")
    with pytest.raises(BenchError, match=name):
        report.page(folder)


def test_a_folder_without_records(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="holds no records"):
        report.page(tmp_path)
    (tmp_path / "records.jsonl").write_text("")
    with pytest.raises(BenchError, match="is empty"):
        report.page(tmp_path)


@pytest.mark.usefixtures("no_plots")
def test_control_characters_of_reasons_are_written_out(tmp_path: Path) -> None:
    failed = factories.scored(method="gan", status="error", reason="a \x1b[31mred\x9b end", output="\x1b]0;x\x07")
    folder = factories.folder(tmp_path / "run", [factories.scored(), failed], left_out={"gan": "\x1b[2J"})
    (folder / "audit.json").write_text(
        '{"tasks": {"pima": {"source": "real", "seeds": 1, "checks": '
        '[{"check": "a\\u001b[1m", "status": "leak", "found": "\\u202e"}]}}}'
    )
    text = report.page(folder)
    assert "\\x1b[31mred\\x9b end" in text
    style_and_script = re.compile(r"<(script|style)[^>]*>.*?</\1>", re.DOTALL)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", style_and_script.sub("", text))
