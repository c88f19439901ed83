import json

import pytest
from msgspec.structs import replace

from bench import publish
from bench.errors import BenchError
from bench.records import runfile
from bench.records.folder import RunFolder
from bench.records.reading import read
from tests import factories


@pytest.fixture
def folder(tmp_path, toy):
    """A folder with the records of a small run."""
    selection = factories.config("toy-jitter", regimes=("real", "tstr"), seeds=(0, 1))
    return factories.run(tmp_path, selection, primary={"toy": "roc_auc"})


def test_boards_use_the_primary_metric_that_the_run_kept(folder, capsys):
    publish.boards(folder, "json")
    board = json.loads((folder / "boards" / "toy.json").read_text())
    assert board["primary"] == "roc_auc"
    assert board["source"] == "simulated"
    assert capsys.readouterr().out.startswith("{")


def test_only_the_selection_is_printed_and_everything_is_written(folder, capsys):
    chosen = [r.id for r in read(folder) if r.method == "none"]
    publish.boards(folder, "md", shown=chosen)
    assert "toy-jitter" not in capsys.readouterr().out
    assert "toy-jitter" in (folder / "boards" / "toy.md").read_text()


def test_unknown_format_and_empty_folder_are_refused(folder, tmp_path):
    with pytest.raises(BenchError, match="unknown format 'pdf'"):
        publish.boards(folder, "pdf")
    with pytest.raises(BenchError, match="holds no records"):
        publish.boards(tmp_path / "elsewhere", None)


def test_what_was_measured_of_drawn_rows_is_printed_and_written(folder, capsys):
    publish.boards(folder, None)
    assert "toy: the synthetic rows · SIMULATED STAND-IN" in capsys.readouterr().out
    assert "toy-jitter" in (folder / "boards" / "toy.measures.csv").read_text()


def test_a_board_says_where_its_rows_come_from_if_they_are_those_of_the_run(folder):
    record = next(iter(read(folder)))
    origin = {"source": record.source, "sha256": record.hashes["data"] + "0" * 48, "note": "drawn by the test"}
    said = "where the rows come from: drawn by the test"
    for change, there in (({}, True), ({"sha256": "f" * 64}, False), ({"source": "real"}, False)):
        runfile.write(folder, runfile.RunFacts(data={"toy": origin | change}))
        assert [said in board.notes for board in publish.build(RunFolder(folder)) if board.task] == [there]


def test_plots_are_drawn_from_records_alone(folder):
    publish.pictures(folder, workers=1)
    assert (folder / "plots" / "toy.png").stat().st_size > 5000


def test_records_that_share_an_id_and_differ_are_said_once_and_the_last_to_end_counts(folder, capsys):
    records = list(read(folder))
    later = replace(records[0], ended="2126-01-01T00:00:00+00:00", metrics={**records[0].metrics, "roc_auc": 0.123})
    factories.folder(folder, [later, *records, records[1]])
    publish.boards(folder, None)
    said = capsys.readouterr().err
    assert said.count(f"record {records[0].id} is there more than once, with different content") == 1
    rows = json.loads((folder / "boards" / "toy.json").read_text())["rows"]
    (row,) = [row for row in rows if records[0].id in row["record_ids"]]
    assert row["by_seed"][str(records[0].seed)] == 0.123
