"""The commands on one's own rows: schema, and the matrix with a file for a task."""

import json
import re

import numpy as np
import pandas as pd
import pytest

RUN = ("run", "--budget", "smoke", "--classifier", "xgboost", "--engine", "serial", "--no-pictures", "--offline")


@pytest.fixture
def folder(tmp_path):
    """A folder with data.csv."""
    rng = np.random.default_rng(0)
    n = 240
    frame = pd.DataFrame({"id": range(n), "x": rng.normal(size=n).round(2), "who": rng.integers(0, 40, n)})
    frame["city"] = rng.choice(["Rome", "Oslo"], n)
    frame["y"] = np.where(frame.x + rng.normal(size=n) > 1, "ill", "well")
    frame.to_csv(tmp_path / "data.csv", index=False)
    return tmp_path


def test_the_matrix_runs_on_a_file(augbench, folder):
    done = augbench(*RUN, "--task", "csv:data.csv:y", "--group", "who", "--method", "smote", "--out", "out", cwd=folder)
    assert "csv-data-y: 240 rows; label y: well" in done.stderr
    assert "rows kept together who" in done.stderr
    assert "left out: id (an id: every row has another number)" in done.stderr
    text = (folder / "out" / "records.jsonl").read_text()
    records = [json.loads(line) for line in text.splitlines()]
    assert {record["status"] for record in records} == {"ok"}
    assert records[0]["config"]["task"] == {"form": "csv", "file": "data.csv", "label": "y", "group": "who"}
    assert str(folder) not in text
    assert "csv-data-y" in (folder / "out" / "boards" / "csv-data-y.md").read_text()
    assert "all records were made by today's code" in augbench("verify", "out", cwd=folder).stdout
    again = augbench("reproduce", records[0]["id"], "--out", "out", "--data-dir", ".", cwd=folder)
    assert "1 of 1 records match" in again.stdout
    gone = augbench("reproduce", records[0]["id"], "--out", "out", cwd=folder / "out", check=2)
    assert gone.stderr
    audited = augbench("audit", "--out", "out", "--data-dir", ".", cwd=folder).stdout
    assert re.search(r"ok +groups", audited)
    augbench("report", "--out", "out", cwd=folder)
    assert "csv-data-y" in (folder / "out" / "report.html").read_text()


def test_schema_writes_what_was_understood_and_runs_with_it(augbench, folder):
    done = augbench("schema", "data.csv", "--label", "y", cwd=folder)
    assert "written: data.toml" in done.stdout
    toml = folder / "data.toml"
    assert '[columns."city"]' in toml.read_text()
    assert "data.toml is there already; --force" in augbench("schema", "data.csv", cwd=folder, check=2).stderr
    toml.write_text(toml.read_text().replace('kind = "decimal"', 'kind = "category"'))
    (folder / "run.toml").write_text('tasks = ["csv:data.csv"]\nmethods = ["none"]\n')
    done = augbench(*RUN, "--config", "run.toml", cwd=folder)
    assert "3 columns: 2 categories, 1 integer" in done.stderr


def test_what_goes_with_a_table(augbench, folder):
    done = augbench("list", "--task", "csv:data.csv:y", cwd=folder).stdout
    assert re.search(r"method +smote +yes", done)
    assert "dcgan is for image; csv-data-y is tabular" in done
    assert "csv:... : your own table" in augbench("list", "tasks").stdout


@pytest.mark.parametrize(
    ("content", "task", "says"),
    [
        (None, "csv:data.csv:yy", "data.csv has no column 'yy'"),
        (None, "csv:data.csv", "which column is the label"),
        (None, "csv:gone.csv:y", "gone.csv is not there"),
        (None, r"csv:C:\x\data.csv:y", r"C:\x\data.csv is not there"),
        (None, "csv:", "name a file behind the colon"),
        (None, "parquet:data.csv:y", "data.csv is not a Parquet file"),
        (None, "csv:data.csv:x", "that is regression"),
        ("<html></html>", "csv:data.csv:y", "is a web page"),
        ("x,y\n1,a\n2,a\n2,a\n", "csv:data.csv:y", "one class alone"),
        (
            "x,y\n" + "".join(f"{i % 9}.5,a\n{i % 7},a\n" for i in range(40)) + "3,b\n",
            "csv:data.csv:y",
            "class 'b' has 1",
        ),
        ("x,y\n1,a\n2\n", "csv:data.csv:y", "has 1 values, the header has 2"),
        ("x,z,y\n" + "1,=1+1,a\n2,u,b\n" * 9, "csv:data.csv:y", "a formula of a spreadsheet"),
        ("", "csv:data.csv:y", "is empty"),
    ],
)
def test_one_line_and_nothing_written(augbench, folder, content, task, says):
    if content is not None:
        (folder / "data.csv").write_text(content)
    done = augbench(*RUN, "--task", task, "--out", "out", cwd=folder, check=2)
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (folder / "out").exists()


def test_augment_writes_the_table_and_says_whether_it_helps(augbench, folder):
    words = ("augment", "data.csv", "--label", "y", "--method", "smote", "--workers", "1", "-o", "more.csv", "--mark")
    done = augbench(*words, cwd=folder)
    assert re.search(r"smote +[+-]0\.\d{3} \[", done.stdout)
    assert "moved-threshold" in done.stdout
    assert "near copies of real rows" in " ".join(done.stdout.split())
    before, after = pd.read_csv(folder / "data.csv"), pd.read_csv(folder / "more.csv")
    real = after[after.synthetic == 0].drop(columns="synthetic")
    pd.testing.assert_frame_equal(real, before)
    assert after.y.value_counts().nunique() == 1
    assert "csv-data-y" in (folder / "more.report.html").read_text()
    assert "more.csv is there already" in augbench(*words, cwd=folder, check=2).stderr


def test_augment_in_one_go(augbench, folder):
    words = ("augment", "data.csv", "--label", "y", "--method", "smote", "--no-report", "-o", "more.csv")
    more = ("--per-class", "15", "--where", "city == Rome and x > 0", "--only-synthetic", "--seed", "3")
    assert "0 real rows and 30 synthetic ones of smote" in augbench(*words, *more, cwd=folder).stdout
    found = pd.read_csv(folder / "more.csv")
    assert set(found.city) == {"Rome"}
    assert (found.x > 0).all()
    assert not list(folder.glob("*.html"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--method", "auto", "--no-report"], "--method auto is chosen by the report"),
        (["--method", "smoot"], "unknown method 'smoot'"),
        (["--method", "dcgan"], "dcgan is for image"),
        (["--method", "smote", "--rows", "5", "--per-class", "5"], "give one of them"),
        (["--method", "smote", "--balance", "--rows", "5"], "give one of them"),
        (["--method", "smote", "--where", "z > 1"], "no column 'z' is learned from"),
        (["--method", "smote", "-o", "data.csv"], "is the table itself"),
        (["--method", "smote", "-o", "data.parquet"], "text is written as it stood"),
    ],
)
def test_augment_refuses_in_one_line_before_any_work(augbench, folder, words, says):
    before = {path.name for path in folder.iterdir()}
    out = [] if "-o" in words else ["-o", "more.csv"]
    done = augbench("augment", "data.csv", "--label", "y", *words, *out, cwd=folder, check=2)
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert {path.name for path in folder.iterdir()} - {"cache"} == before - {"cache"}
