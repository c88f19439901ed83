"""The command as a user meets it: bad input gets one line and exit code 2, runs resume, boards come from records."""

import json
import os
from pathlib import Path

import pytest

from bench.records import selection
from bench.records.reading import read
from bench.records.selection import Planned

RUN = ["run", "--classifier", "xgboost", "--engine", "serial", "--no-pictures"]


@pytest.fixture
def toy_run(augbench, toy, tmp_path):
    def call(*words, **more):
        return augbench(*RUN, "--plugin", toy, "--task", "toy", "--out", tmp_path / "out", *words, **more)

    return call


def refused(done, *parts):
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("augbench: ")
    for part in parts:
        assert part in lines[0]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--task", "pimma"], "unknown task 'pimma'; did you mean 'pima'?"),
        (["--method", "smoet"], "unknown method 'smoet'; did you mean 'smote'?"),
        (["--classifier", "xgbost"], "unknown classifier 'xgbost'; did you mean 'xgboost'?"),
        (["--regime", "balanced"], "unknown regime 'balanced'; did you mean 'balance'?"),
        (["--regime", "append"], "write append:N"),
        (["--budget", "ful"], "unknown budget 'ful'; did you mean 'full'?"),
        (["--engine", "process"], "unknown engine 'process'; did you mean 'processes'?"),
        (["--seeds", "0"], "seeds must be a number above 0"),
        (["--timeout", "0"], "timeout must be a number above 0"),
        (["--seeds", "x"], "--seeds"),
        (["--task", "pima", "--method", "dcgan"], "dcgan is for image; pima is tabular"),
        (["--task", "pima", "--method", "none", "--regime", "balance"], "nothing to run"),
        (["--data-dir", "/nowhere/at/all"], "is not a folder"),
        (["--plugin", "/nowhere.py"], "is not a file"),
        (["--config", "/nowhere.toml"], "is not there"),
        (["--device", "cuda:9"], "cuda:9"),
    ],
)
def test_bad_words_get_one_line(augbench, tmp_path, words, part):
    refused(augbench("run", *words, "--offline", "--out", tmp_path / "out", check=None), part)
    assert not (tmp_path / "out").exists()


def test_other_commands_refuse_in_one_line_too(augbench, tmp_path):
    refused(augbench("board", "--out", tmp_path, check=None), "holds no records")
    refused(augbench("list", "methodes", check=None), "did you mean 'methods'?")
    refused(augbench("data", "stats", check=None), "use status or fetch")
    refused(augbench("data", "status", "pimma", check=None), "did you mean 'pima'?")
    refused(augbench("runn", check=None), "runn")


def test_debug_shows_the_traceback(augbench):
    done = augbench("--debug", "list", "methodes", check=None)
    assert "Traceback" in done.stderr


def test_an_altered_data_file_is_refused_with_its_checksum(augbench, tmp_path):
    file = tmp_path / "data" / "pima" / "pima-indians-diabetes.data.csv"
    file.parent.mkdir(parents=True)
    file.write_text("6,148,72,35,0,33.6,0.627,50,1\n")
    done = augbench("run", "--task", "pima", "--data-dir", tmp_path / "data", "--out", tmp_path / "out", check=None)
    refused(done, "pima-indians-diabetes.data.csv", "sha256")
    assert not (tmp_path / "out").exists()


def test_output_folders_that_are_not_ours(toy_run, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.doc").write_text("precious")
    refused(toy_run(check=None), "holds files that are not ours (thesis.doc)")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_output_folder_that_cannot_be_written(augbench, toy, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    done = augbench(*RUN, "--plugin", toy, "--task", "toy", "--out", tmp_path / "locked" / "out", check=None)
    refused(done, "cannot be written")


def test_a_run_resumes_repairs_and_explains(toy_run, toy, tmp_path):
    done = toy_run("--method", "toy-jitter", "--method", "toy-error", "--seeds", "2")
    assert "error in fit: toy × toy-error × xgboost × balance × seed 0: ValueError: no luck" in done.stderr
    assert "SIMULATED" in done.stdout
    assert "0/2" in done.stdout  # failures are on the board
    path = tmp_path / "out" / "records.jsonl"
    first = path.read_text()
    assert len(first.splitlines()) == 10
    assert all(json.loads(line)["machine"]["load_1m"] >= 0 for line in first.splitlines())

    again = toy_run("--method", "toy-jitter", "--method", "toy-error", "--seeds", "2")
    assert "all 10 cells are there already" in again.stderr
    assert path.read_text() == first

    path.write_text(first[:-40])
    mended = toy_run("--method", "toy-jitter", "--method", "toy-error", "--seeds", "2", "--why")
    assert "dropped a half-written last line" in mended.stderr
    assert "toy × toy-error: 1 cells to run: not run yet" in mended.stderr
    metrics = lambda text: {r["id"]: r["metrics"] for r in map(json.loads, text.splitlines())}  # noqa: E731
    assert metrics(path.read_text()) == metrics(first)

    retried = toy_run("--method", "toy-error", "--seeds", "2", "--retry", check=1)  # all that was asked for fails
    assert "4 cells to run" in retried.stderr
    assert len(path.read_text().splitlines()) == 10

    config = tmp_path / "more.toml"
    config.write_text("[task.toy]\nrows = 300\n")
    changed = toy_run("--method", "toy-jitter", "--seeds", "1", "--config", config, "--why")
    assert "toy × toy-jitter: 2 cells to run: changed: the data, the configuration" in changed.stderr


def test_boards_are_made_from_records_alone(toy_run, augbench, tmp_path):
    toy_run("--method", "toy-jitter")
    out = tmp_path / "out"
    for file in (out / "boards").iterdir():
        file.unlink()
    printed = augbench("board", "--out", out, "--format", "md").stdout
    assert printed.startswith(("#", "|"))
    assert {p.suffix for p in (out / "boards").iterdir()} == {".md", ".csv", ".json", ".tex", ".parquet"}
    rows = json.loads((out / "boards" / "toy.json").read_text())["rows"]
    assert all(row["record_ids"] for row in rows)


def test_pictures_are_drawn_once(augbench, toy, tmp_path):
    words = [*RUN[:-1], "--plugin", toy, "--task", "toy", "--method", "toy-jitter", "--out", tmp_path / "out"]
    first = augbench(*words)
    assert "drawn)" in first.stderr
    made = {p: p.stat().st_mtime_ns for p in (tmp_path / "out" / "pictures").rglob("*.png")}
    assert {p.name.split(".")[1] for p in made} >= {"histograms", "projection"}
    augbench(*words)
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "out" / "pictures").rglob("*.png")} == made


def test_the_ten_line_plugin_runs(augbench, tmp_path):
    plugin = Path(__file__).parents[3] / "examples" / "gaussian_plugin.py"
    done = augbench(
        *RUN, "--plugin", plugin, "--task", "pima", "--method", "gaussian", "--out", tmp_path, "--seeds", "1"
    )
    statuses = {json.loads(line)["status"] for line in (tmp_path / "records.jsonl").read_text().splitlines()}
    assert statuses == {"ok"}
    assert "gaussian" in done.stdout


def test_a_foreign_module_of_our_name_is_said(augbench, tmp_path):
    (tmp_path / "tasks.py").write_text("")
    done = augbench("list", env={"PYTHONPATH": str(tmp_path)}, cwd=tmp_path, check=None)
    refused(done, "a foreign module of that name shadows augbench's", str(tmp_path / "tasks.py"))


def test_list_says_what_goes_with_what(augbench):
    done = augbench("list")
    assert "smote" in done.stdout
    assert "credit-fraud" in done.stdout
    assert "goes with" in done.stdout


def test_data_status_needs_no_network(augbench):
    done = augbench("data", "status", "pima", "credit-fraud")
    assert "real (package" in done.stdout
    assert "simulated (stand-in" in done.stdout
    assert "licence" in done.stdout


def test_check_passes_a_good_plugin_and_fails_a_bad_one(augbench, toy):
    example = Path(__file__).parents[3] / "examples" / "gaussian_plugin.py"
    assert "all checks passed" in augbench("check", "--plugin", example).stdout
    done = augbench("check", "toy-short", "--plugin", toy, check=1)
    assert "FAILED  toy-short: tabular: one_valid_row_per_label" in done.stdout
    refused(augbench("check", check=None), "nothing to check")


def test_a_run_without_one_good_cell_exits_1(augbench, toy, tmp_path):
    words = [*RUN, "--plugin", toy, "--task", "toy-crash", "--method", "none", "--seeds", 1]
    done = augbench(*words, "--out", tmp_path / "out", check=1)
    assert "error in load: toy-crash × none × xgboost × real × seed 0: RuntimeError: a fault" in done.stderr


@pytest.mark.parametrize(
    ("task", "part"),
    [
        ("toy-one-class", "holds one class only ('many')"),
        ("toy-nan-rows", "column 'b' holds 1 NaN values"),
        ("toy-lonely", "class 'few' has 1 row(s)"),
    ],
)
def test_bad_tables_get_one_line_and_spoil_nothing_else(augbench, toy, tmp_path, task, part):
    words = [*RUN, "--plugin", toy, "--task", task, "--task", "toy", "--method", "toy-jitter", "--seeds", 1]
    done = augbench(*words, "--out", tmp_path / "out", check=2)
    assert done.stderr.strip().splitlines()[-1].startswith(f"augbench: {task}: ")
    assert part in done.stderr.strip().splitlines()[-1]
    records = [json.loads(line) for line in (tmp_path / "out" / "records.jsonl").read_text().splitlines()]
    assert {(r["task"], r["status"]) for r in records} == {("toy", "ok")}
    assert selection.read(tmp_path / "out") == {Planned.of(r) for r in read(tmp_path / "out")}  # no cell without rows


def test_a_run_keeps_what_an_earlier_one_said_of_other_tasks(toy_run, tmp_path):
    (tmp_path / "out").mkdir()
    path = tmp_path / "out" / "run.json"
    path.write_text('{"data": {"other": {"note": "a file"}}, "primary": {"other": "f1"}}')
    toy_run("--method", "toy-jitter", "--seeds", "1", "--no-pictures")
    said = json.loads(path.read_text())
    assert said["data"]["other"] == {"note": "a file"}
    assert said["primary"]["other"] == "f1"
    assert {"toy", "other"} == set(said["data"]) == set(said["primary"])
    assert selection.read(tmp_path / "out") == {Planned.of(r) for r in read(tmp_path / "out")}
    path.write_text("{")  # broken: the next run writes it anew
    toy_run("--method", "toy-jitter", "--seeds", "2", "--no-pictures")
    assert set(json.loads(path.read_text())["data"]) == {"toy"}


def test_the_version_is_said(augbench):
    from bench import __version__

    assert augbench("--version").stdout == f"augbench {__version__}\n"
