"""Verify: an untouched run passes; whatever is changed by hand is caught, and named."""

import hashlib
import json
import shutil
import subprocess
import sys

import pytest

from bench import __version__, publish
from bench.boards import plots
from bench.errors import BenchError
from bench.records import selection
from bench.records.reading import read
from bench.records.record import seal
from bench.release import environment
from bench.release.verify import verify
from tests import factories


@pytest.fixture(scope="session")
def run_once(tmp_path_factory, toy):
    """A small run with failures in it, its boards written."""
    chosen = factories.config("toy-jitter", "toy-error", regimes=("balance", "tstr"), seeds=(0, 1))
    facts = {"augbench": __version__, "primary": {"toy": "roc_auc"}}
    folder = factories.run(tmp_path_factory.mktemp("run"), chosen, **facts)
    publish.boards(folder, "none")
    return folder


@pytest.fixture
def folder(run_once, tmp_path):
    return shutil.copytree(run_once, tmp_path / "run")


def line(fields):
    return json.dumps(fields, ensure_ascii=False) + "\n"


def edit(folder, change, keep_seal=True):
    """Change the first ok record by ``change(record)``."""
    path = folder / "records.jsonl"
    records = [json.loads(text) for text in path.read_text().splitlines()]
    record = next(r for r in records if r["status"] == "ok")
    change(record)
    if not keep_seal:
        record["seal"] = seal(record)
    path.write_text("".join(map(line, records)))
    return record


def caught(folder, capsys, *parts):
    capsys.readouterr()
    assert verify(folder) == 1
    out = capsys.readouterr().out
    assert out.splitlines()[-1].startswith("not verified")
    for part in parts:
        assert part in out
    return out


def test_an_untouched_run_is_verified(folder, capsys):
    assert verify(folder) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[-1].startswith("verified: 10 records, 2 boards (")
    assert any("made by today's code and library versions" in text for text in out)


def test_a_folder_without_records_is_refused(tmp_path):
    with pytest.raises(BenchError, match="holds no records"):
        verify(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r["metrics"].update(roc_auc=0.999),
        lambda r: r["times"].update(fit=0.0),
        lambda r: r.update(peak_rss_mb=1.0),
        lambda r: r["machine"].update(load_1m=0.0),
        lambda r: r.update(started="2030-01-01T00:00:00+00:00"),
        lambda r: r.pop("energy_j"),
    ],
)
def test_a_changed_field_breaks_the_seal(folder, capsys, change):
    record = edit(folder, change)
    caught(folder, capsys, f"record {record['id']}", "changed after it was written")


def test_a_changed_metric_is_caught_on_the_boards_too(folder, capsys):
    edit(folder, lambda r: r["metrics"].update(roc_auc=0.999), keep_seal=False)
    caught(folder, capsys, "boards/toy.md:", "boards/toy.csv:", "boards/toy.json:", "boards/toy.tex:")


def test_a_changed_measure_is_caught_on_its_board(folder, capsys):
    def change(record):
        name = next(iter(record["fidelity"]))
        record["fidelity"][name] += 0.1

    path = folder / "records.jsonl"
    records = [json.loads(text) for text in path.read_text().splitlines()]
    record = next(r for r in records if r.get("fidelity"))
    change(record)
    record["seal"] = seal(record)
    path.write_text("".join(map(line, records)))
    out = caught(folder, capsys, "boards/toy.measures.csv:", "boards/toy.measures.md:")
    assert "boards/toy.csv" not in out


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda r: r.update(seed=7), "its axes and hashes give the id"),
        (lambda r: r.update(source="real"), "its axes and hashes give the id"),
        (lambda r: r["hashes"].update(code_bench="0" * 16), "its axes and hashes give the id"),
        (lambda r: r["config"]["task"].update(rows=500), "its options give hashes.config"),
        (lambda r: r.update(threads=8), "its options give hashes.config"),
        (lambda r: r["versions"].update(numpy="1.0"), "its library versions give hashes.versions"),
        (lambda r: r["hashes"].update(code="0" * 16), "its parts give hashes.code"),
        (lambda r: r.update(status="error"), "its status is error"),
        (lambda r: r.pop("hashes"), "not a whole record"),
    ],
)
def test_a_new_seal_does_not_hide_a_contradiction(folder, capsys, change, part):
    edit(folder, change, keep_seal=False)
    caught(folder, capsys, part, "records.jsonl:")


def test_a_doubled_and_a_half_line_are_named(folder, capsys):
    path = folder / "records.jsonl"
    first = path.read_text().splitlines(keepends=True)[0]
    with open(path, "a") as file:
        file.write(first + '{"id": "b", "sta')
    out = caught(folder, capsys, "records.jsonl:12: not a whole record")
    assert "is there 2 times" not in out


def test_a_line_that_is_there_twice_is_a_note_and_another_of_its_id_a_finding(folder, capsys):
    path = folder / "records.jsonl"
    first = path.read_text().splitlines(keepends=True)[0]
    with open(path, "a") as file:
        file.write(first)
    assert verify(folder) == 0
    assert "note: 1 lines of records.jsonl are there twice, the same to the letter" in capsys.readouterr().out
    other = json.loads(first) | {"ended": "2020-01-01T00:00:00+00:00"}
    with open(path, "a") as file:
        file.write(line(other | {"seal": seal(other)}))
    caught(folder, capsys, f"record {other['id']} is there 3 times, with different content")


def test_a_lost_seal_is_named_and_old_records_are_only_counted(folder, capsys):
    edit(folder, lambda r: r.pop("seal"))
    assert verify(folder) == 0  # the first record: as if older than seals
    assert "1 of 10 records are older than seals" in capsys.readouterr().out
    path = folder / "records.jsonl"
    texts = [json.loads(text) for text in path.read_text().splitlines()]
    texts[5].pop("seal")
    path.write_text("".join(map(line, texts)))
    caught(folder, capsys, f"record {texts[5]['id']}", "has no seal")


@pytest.mark.parametrize("end", ["md", "csv", "json", "tex"])
def test_a_changed_board_is_named_with_the_place(folder, capsys, end):
    path = folder / "boards" / f"toy.{end}"
    text = path.read_text()
    at = text.index("0.9") if "0.9" in text else text.index("0.")
    path.write_text(text[:at] + "7" + text[at + 1 :])
    number = text[:at].count("\n") + 1
    caught(folder, capsys, f"boards/toy.{end}:{number}: has", "where the records give")


def test_missing_extra_and_longer_boards_are_named(folder, capsys):
    (folder / "boards" / "toy.md").unlink()
    (folder / "boards" / "other.md").write_text("better")
    with open(folder / "boards" / "toy.csv", "a") as file:
        file.write("one more\n")
    caught(folder, capsys, "boards/toy.md: missing", "boards/other.md: no record gives this file", "boards/toy.csv:")


def test_checksums_cover_every_file(folder, capsys, monkeypatch):
    monkeypatch.setattr(plots, "draw", lambda *_: iter(()))
    records = list(read(folder))
    selection.write(folder, map(selection.Planned.of, records))
    publish.boards(folder, "none")
    (folder / "environment.txt").write_text(environment.text(records))
    (folder / "pictures").mkdir()
    (folder / "pictures" / "toy.png").write_bytes(b"\0picture")
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and p.name[0] != ".")
    sums = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    (folder / "SHA256SUMS").write_text("".join(f"{value}  {name}\n" for name, value in sums.items()))
    assert verify(folder) == 0
    assert capsys.readouterr().out.splitlines()[-2].endswith(f", {len(names)} checksums")
    (folder / "pictures" / "toy.png").write_bytes(b"\0retouched")
    (folder / "pictures" / "new.png").write_bytes(b"\0")
    (folder / "run.json").unlink()
    caught(
        folder, capsys, "pictures/toy.png: not the file that SHA256SUMS lists",
        "pictures/new.png: not listed in SHA256SUMS", "run.json: missing, and listed",
    )  # fmt: skip


def test_pages_and_tables_of_other_library_versions_are_compared_by_content(folder, capsys, monkeypatch):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    from bench import report

    path = folder / "boards" / "toy.parquet"
    table = parquet.read_table(path)
    parquet.write_table(table, path, compression="none")
    report.write(folder)
    monkeypatch.setattr(report, "made_with", lambda: "itables 0, matplotlib 0")
    assert verify(folder) == 0
    assert "report.html was drawn with itables" in capsys.readouterr().out
    seeds = table.column("seeds_ok").to_pylist()
    changed = pyarrow.array([n + 1 for n in seeds])
    parquet.write_table(table.set_column(table.column_names.index("seeds_ok"), "seeds_ok", changed), path)
    page = (folder / "report.html").read_text()
    record = next(r for r in map(json.loads, (folder / "records.jsonl").read_text().splitlines()) if r["metrics"])
    (folder / "report.html").write_text(page.replace(record["id"], "0" * 16))
    caught(folder, capsys, "boards/toy.parquet: differs from what the records give", "report.html:")


def test_other_code_is_said_and_is_no_fault(folder, capsys, monkeypatch):
    from bench.release import verify as module

    now = module.code_hashes
    monkeypatch.setattr(module, "code_hashes", lambda *entries: now(*entries) | {"code_method": "0" * 16})
    assert verify(folder) == 0
    said = "10 of 10 records were made by other code than today's: method none, method toy-error, method toy-jitter"
    assert said in capsys.readouterr().out


def test_the_command_needs_no_torch(folder):
    hidden = "import sys; sys.modules['torch'] = None; from bench.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", hidden, "verify", str(folder)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "not known here (a plugin's?)" in done.stdout  # the toys are
    assert done.stdout.splitlines()[-1].startswith("verified")
