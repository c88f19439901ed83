"""Release: small, complete, without paths of the machine, verified; and whatever is changed in it afterwards shows."""

import json
import platform
import shutil
from itertools import islice
from pathlib import Path

import pytest
from msgspec.structs import replace

from bench import __version__, publish
from bench.boards import plots
from bench.claims.running import write as write_claims
from bench.errors import BenchError
from bench.records.packed import pack as packed
from bench.records.reading import lines, read
from bench.records.store import Store
from bench.release import pack
from bench.release.verify import verify
from tests import factories

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module", autouse=True)
def _one_plot():
    """A folder's first plot stands for all of them, whose drawing would take most of the time."""
    draw = plots.draw
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plots, "draw", lambda *args: islice(draw(*args), 1))
        yield


@pytest.fixture(scope="module")
def source(tmp_path_factory, toy):
    """A run with a failure (whose traceback names files), findings of other commands, and two pictures."""
    folder = tmp_path_factory.mktemp("run")
    command = ["augbench", "run", "--out", str(folder), "--task", "toy"]
    selection = factories.config("toy-jitter", "toy-error", regimes=("tstr",), seeds=(0, 1))
    factories.run(folder, selection, augbench=__version__, command=command)
    (folder / "selftest.json").write_text('{"passed": true, "code": "", "seeds": 1, "controls": []}')
    (folder / "audit.json").write_text('{"tasks": {}}')
    (folder / "samples").mkdir()
    for kind, size in (("projection", 1000), ("losses", 2_500_000), ("progress", 2_000_000)):
        path = folder / "pictures" / "toy" / f"toy-jitter-tstr-seed0.{kind}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\0" * size)
    write_claims(folder)
    publish.boards(folder, "none")
    return folder


@pytest.fixture(scope="module")
def once(source, tmp_path_factory):
    target = tmp_path_factory.mktemp("results") / "v0.1"
    assert pack.release(source, target) == 0
    return target


@pytest.fixture
def released(once, tmp_path):
    return shutil.copytree(once, tmp_path / "v0.1")


def test_a_release_is_whole_small_and_verifies(once, source, capsys):
    assert {p.name for p in once.iterdir()} == {
        "records.parquet", "run.json", "boards", "plots", "pictures", "claims.json", "claims.md", "selftest.json",
        "audit.json", "report.html", "environment.txt", "selection.json", "SHA256SUMS",
    }  # fmt: skip
    assert verify(once) == 0
    said = capsys.readouterr().out.splitlines()[-2]
    assert said.startswith("verified: 6 records, 2 boards")
    for part in ("claims.json", "claims.md", "report.html", "checksums"):
        assert part in said
    assert [r.id for r in read(once)] == [r.id for r in read(source)]
    assert [r.metrics for r in read(once)] == [r.metrics for r in read(source)]
    assert {p.name.split(".")[1] for p in (once / "pictures").rglob("*.png")} == {"progress", "projection"}
    assert [p.name for p in once.parent.iterdir()] == ["v0.1"]  # nothing is left beside it


def test_no_file_names_a_place_of_the_machine(once, source):
    assert any(str(ROOT) in r.traceback for r in read(source))
    texts = {p: p.read_bytes() for p in once.rglob("*") if p.is_file() and p.suffix != ".png"}
    texts[once / "records.parquet"] = b"".join(text for _, text in lines(once))
    for path, text in texts.items():
        for place in (ROOT, source, source.parent, Path.home()):
            assert f"{place}/".encode() not in text, path
        if len(platform.node()) > 5:
            assert platform.node().encode() not in text, path
    assert json.loads((once / "run.json").read_text())["command"][3] == f".../{source.name}"
    (failed, *_) = [r for r in read(once) if r.status == "error"]
    assert 'File ".../walk.py", line' in failed.traceback


def test_the_environment_names_the_versions(once):
    import numpy

    text = (once / "environment.txt").read_text()
    assert f"\nnumpy=={numpy.__version__}\n" in text
    assert f"#   numpy=={numpy.__version__} (6 records)\n" in text


def test_a_release_of_a_release_is_the_same(once, released):
    sums = (once / "SHA256SUMS").read_text()
    next((released / "plots").glob("*.png")).unlink()
    assert pack.release(once, released) == 0  # over an earlier one that was damaged
    assert (released / "SHA256SUMS").read_text() == sums
    assert [p.name for p in released.parent.iterdir()] == ["v0.1"]


@pytest.mark.parametrize(
    "name", ["report.html", "claims.md", "claims.json", "run.json", "environment.txt", "boards/toy.md", "audit.json"]
)
def test_a_changed_file_is_named(released, capsys, name):
    path = released / name
    text = path.read_text()
    at = next(i for i in range(len(text) // 2, len(text)) if text[i].isalnum())
    path.write_text(text[:at] + ("7" if text[at] != "7" else "8") + text[at + 1 :])
    assert verify(released) == 1
    out = capsys.readouterr().out
    assert f"{name}: not the file that SHA256SUMS lists" in out
    if name in ("report.html", "claims.md", "boards/toy.md"):
        assert f"{name}:{text[:at].count(chr(10)) + 1}: has" in out


def test_a_changed_number_in_the_page_or_claims_shows_without_checksums(released, capsys):
    (released / "SHA256SUMS").unlink()
    claims = json.loads((released / "claims.json").read_text())
    claims[0]["verdict"] = "reproduced"
    (released / "claims.json").write_text(json.dumps(claims, indent=1, ensure_ascii=False) + "\n")
    page = (released / "report.html").read_text()
    roc = next(f"{v:.4f}"[:4] for r in read(released) for k, v in r.metrics.items() if k == "accuracy")
    assert roc in page
    (released / "report.html").write_text(page.replace(roc, "0.99", 1))
    assert verify(released) == 1
    out = capsys.readouterr().out
    for name in ("claims.json:", "claims.md:", "report.html:"):
        assert any(text.startswith(name) for text in out.splitlines()), out


def test_a_changed_packed_record_is_named(released, capsys):
    records = list(read(released))
    records[0].metrics["f1"] = 0.987
    (released / "records.parquet").write_bytes(packed(records))
    assert verify(released) == 1
    out = capsys.readouterr().out
    assert f"record {records[0].id} (" in out
    assert "broken seal" in out
    assert "records.parquet: not the file" in out


def test_boards_can_be_made_of_a_release_and_no_run_writes_into_it(released, capsys):
    before = {p: p.read_bytes() for p in released.rglob("*") if p.is_file()}
    publish.boards(released, "md")
    assert "toy-jitter" in capsys.readouterr().out
    with pytest.raises(BenchError, match="is a released one, which no run writes into"), Store(released):
        pass
    assert {p: p.read_bytes() for p in released.rglob("*") if p.is_file()} == before


def test_claims_on_records_of_another_folder_are_said_and_not_judged(released, capsys):
    claims = json.loads((released / "claims.json").read_text())
    claims[0]["record_ids"] = ["0" * 16]
    (released / "claims.json").write_text(json.dumps(claims))
    (released / "SHA256SUMS").unlink()
    verify(released)
    assert "claims.json rests on 1 records that are not here" in capsys.readouterr().out


def test_older_records_are_sealed_and_a_broken_seal_is_not_mended(source, tmp_path, capsys):
    records = list(read(source))
    assert [pack._publishable(replace(r, seal="")) for r in records] == [pack._publishable(r) for r in records]
    records[0].seal = ""
    records[1].metrics["f1"] = 0.987
    old = tmp_path / "old"
    old.mkdir()
    factories.folder(old, records)
    assert pack.release(old, tmp_path / "new") == 1
    out = capsys.readouterr().out
    assert "1 of 6 records are older than seals" in out
    assert f"record {records[1].id} (toy × " in out
    assert "broken seal" in out
    assert f"record {records[0].id}" not in out
    assert [p.name for p in tmp_path.iterdir()] == ["old"]


def test_a_folder_of_claims_has_no_boards(source, tmp_path, capsys):
    folder, target = tmp_path / "claims", tmp_path / "v0.1-claims"
    folder.mkdir()
    for name in ("records.jsonl", "claims.json", "claims.md"):
        shutil.copyfile(source / name, folder / name)
    assert verify(folder) == 0
    assert pack.release(folder, target) == 0
    assert {p.name for p in target.iterdir()} == {
        "records.parquet", "claims.json", "claims.md", "environment.txt", "selection.json", "SHA256SUMS",
    }  # fmt: skip
    text = (target / "claims.md").read_text()
    (target / "claims.md").write_text(text.replace("not run", "reproduced", 1))
    assert verify(target) == 1
    assert "claims.md" in capsys.readouterr().out


def test_other_folders_are_left_alone(source, released, tmp_path, monkeypatch):
    with pytest.raises(BenchError, match="holds no records"):
        pack.release(tmp_path, tmp_path / "x")
    with pytest.raises(BenchError, match="holds something else than a release"):
        pack.release(source, source)
    (released / "thesis.doc").write_text("precious")
    with pytest.raises(BenchError, match=r"not ours \(thesis.doc\)"):
        pack.release(source, released)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.doc").write_text("precious")
    with pytest.raises(BenchError, match="holds something else than a release"):
        pack.release(source, tmp_path / "mine")
    with pytest.raises(BenchError, match=r"MiB, above 0.01: it was not made; --limit allows more"):
        pack.release(source, tmp_path / "big", limit=0.01)
    assert not (tmp_path / "big").exists()


def test_what_is_damaged_or_contested_is_said_of_the_source(source, tmp_path):
    folder = shutil.copytree(source, tmp_path / "run")
    (folder / "audit.json").write_text('{"tasks": {"toy": {}}}')
    with pytest.raises(BenchError, match=f"^{folder}/audit.json is not what augbench audit writes"):
        pack.release(folder, tmp_path / "new")
    (folder / "audit.json").unlink()
    records = list(read(folder))
    factories.folder(folder, [*records, replace(records[0], started="2020-01-01T00:00:00+00:00")])
    with pytest.raises(BenchError, match=f"record {records[0].id} is there more than once.*holds each record once"):
        pack.release(folder, tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_release_gives_way_to_one_of_the_same_run_alone(source, released, tmp_path):
    before = {path: path.read_bytes() for path in released.rglob("*") if path.is_file()}
    assert pack.release(source, released) == 0  # the same again
    assert {path: path.read_bytes() for path in released.rglob("*") if path.is_file()} == before
    records = list(read(source))
    less = factories.folder(tmp_path / "less", records[1:], augbench=__version__)
    with pytest.raises(BenchError, match=r"v0.1 holds another release: 1 of its 6 records are not those of .*--force"):
        pack.release(less, released)
    assert {path: path.read_bytes() for path in released.rglob("*") if path.is_file()} == before
    assert pack.release(less, released, force=True) == 0
    assert pack.release(factories.folder(tmp_path / "more", records, augbench=__version__), released) == 0
    assert len(list(read(released))) == len(records)
    (released / "records.parquet").write_bytes(b"PAR1")
    with pytest.raises(BenchError, match=r"records.parquet is damaged .*; --force writes over it"):
        pack.release(source, released)


def test_places_inside_texts():
    clean = pack._clean
    assert clean('File "/a/b/c.py", line 3') == 'File ".../c.py", line 3'
    assert clean(["--out=/home/me/run", {"x": "see https://example.org/a/b and results/quick"}]) == [
        "--out=.../run",
        {"x": "see https://example.org/a/b and results/quick"},
    ]
    assert clean("../up/there and F1/F2, 3/4 or n/a") == "../up/there and F1/F2, 3/4 or n/a"
