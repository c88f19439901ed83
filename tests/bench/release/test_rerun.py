"""Results that somebody else sends: a share of them is run again, and a folder is taken in, or it is said why not."""

import json
import shutil
from itertools import islice

import pytest
from msgspec.structs import replace

from bench import __version__, publish, registry, report
from bench.boards import formats, plots
from bench.errors import BenchError
from bench.records import selection
from bench.records.identity import identity_of
from bench.records.packed import pack as packed
from bench.records.reading import read
from bench.records.record import sealed
from bench.records.selection import Planned
from bench.records.store import Store
from bench.release import checksums, environment, pack
from bench.release import submit as submitting
from bench.release.rerun import asked, draw, rerun
from bench.release.submit import submit
from bench.release.verify import verify
from bench.trial.events import Ended


@pytest.fixture(scope="module", autouse=True)
def _no_plots():
    """Drawing would take most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plots, "draw", lambda *args: islice((), 0))
        yield


def make(source, target, *, task="pima", methods=("none", "random-over"), change=None):
    from bench.config import Config
    from bench.data import DataHome
    from bench.matrix import plan
    from bench.trial import walk

    config = Config(
        tasks=(task,), methods=methods, classifiers=("tree",), regimes=("real", "balance"), seeds=(0, 1),
        budget="smoke", measures={"fidelity": False},
    )  # fmt: skip
    with Store(source) as store:
        for fit in plan(config, DataHome(offline=True), "cpu").fits:
            for event in walk.run(fit):
                if isinstance(event, Ended):
                    store.append(change(event.record) if change else event.record)
        selection.write(source, map(Planned.of, store.records.values()))
    (source / "run.json").write_text(json.dumps({"augbench": __version__, "primary": {task: "auprc"}}))
    assert pack.release(source, target) == 0
    return target


@pytest.fixture(scope="module")
def sent(tmp_path_factory, names):
    return make(tmp_path_factory.mktemp("run"), tmp_path_factory.mktemp("mail") / "v1")


@pytest.fixture
def folder(sent, tmp_path, monkeypatch):
    monkeypatch.delenv("AUGBENCH_DATA", raising=False)
    return shutil.copytree(sent, tmp_path / "v1")


def forge(folder, change):
    """Change records, and make everything else again from them: nothing inside contradicts anything else."""
    (folder / "records.parquet").write_bytes(packed([sealed(change(record)) for record in read(folder)]))
    run = pack.RunFolder(folder)
    formats.write(publish.build(run), folder / "boards")
    (folder / environment.NAME).write_text(environment.text(run.records))
    report.write(folder)
    checksums.write(folder)


def raised(record):
    return replace(record, metrics={name: min(1.0, value + 0.05) for name, value in record.metrics.items()})


@pytest.mark.parametrize(("share", "count", "found"), [("5%", 100, 5), ("5%", 3, 1), ("0.5%", 300, 2), ("12", 9, 9)])
def test_a_share_is_one_record_at_least_and_all_at_most(share, count, found):
    assert asked(share, count) == found


@pytest.mark.parametrize("share", ["", "0%", "101%", "-5%", "1.5", "some", "5 percent"])
def test_what_is_no_share_is_refused(share):
    with pytest.raises(BenchError, match="--rerun takes a share of the records"):
        asked(share, 10)


def test_every_record_that_can_be_run_again_may_be_drawn(sent):
    records = [*read(sent)]
    lost = replace(records[0], id="x", status="timeout", metrics={})
    seen = {record.id for state in range(60) for record in draw([*records, lost], "1", state)}
    assert seen == {record.id for record in records}
    assert [r.id for r in draw(records, "50%", 7)] == [r.id for r in draw(records[::-1], "50%", 7)]


def test_an_honest_folder_is_accepted(folder, capsys):
    assert rerun(folder, "100%", offline=True) == 0
    out = capsys.readouterr().out
    assert out.count("numbers equal to the last bit") == 4
    assert "accepted: 4 of 4 records came out the same" in out.splitlines()[-1]


def test_a_forgery_without_a_contradiction_is_refused(folder, capsys):
    forge(folder, raised)
    assert verify(folder) == 0
    assert rerun(folder, "100%", offline=True) == 1
    out = capsys.readouterr().out
    assert "NO MATCH" in out
    assert out.splitlines()[-1].startswith("refused: 4 of 4 records did not come out the same")


def test_a_folder_that_does_not_verify_is_not_run(folder, capsys):
    (folder / "report.html").write_text("better")
    assert rerun(folder, "1", offline=True) == 1
    assert "nothing of it was run again" in capsys.readouterr().out.splitlines()[-1]


def test_options_that_no_class_has_are_not_tried(folder, capsys):
    def other(record):
        options = replace(record.config, classifier={"max_depth": "__import__('os').abort()"})
        changed = replace(record, config=options)
        from bench.records.identity import config_hash, joint_code

        parts = (options.task, options.method, options.classifier, options.measures, record.threads)
        changed.hashes = record.hashes | {"config": config_hash(options.base_seed, *parts)}
        changed.hashes["code"] = joint_code(changed.hashes)
        return replace(changed, id=identity_of(changed))

    forge(folder, other)
    selection.write(folder, map(Planned.of, read(folder)))
    checksums.write(folder)
    forge(folder, lambda record: record)
    assert rerun(folder, "1", offline=True) == 1
    assert "  not run: classifier.tree: max_depth" in capsys.readouterr().out


def test_a_folder_is_taken_in_under_its_origin(folder, tmp_path, capsys):
    into = tmp_path / "submitted"
    assert submit(folder, into, "somebody", "1", offline=True) == 0
    digest = checksums.digest(folder)
    assert capsys.readouterr().out.splitlines()[-1] == f"taken in: {into / 'somebody'}, digest {digest}"
    assert verify(into / "somebody", digest) == 0
    told = json.loads((into / "submissions.json").read_text())["somebody"]
    assert (told["digest"], told["records"], told["rerun"]) == (digest, 4, "1")
    assert sorted(path.name for path in into.iterdir()) == ["somebody", "submissions.json"]
    with pytest.raises(BenchError, match="is there already and is this release"):
        submit(folder, into, "somebody", "1", offline=True)
    (into / "submissions.json").write_text('{"somebody": "x"}')
    with pytest.raises(BenchError, match=r"submissions.json is not what augbench submit writes"):
        submit(folder, into, "somebody", "1", offline=True)
    for origin in ("", "../up", "A", "a/b", ".hidden"):
        with pytest.raises(BenchError, match="--origin names a folder"):
            submit(folder, into, origin, "1", offline=True)


def refused(folder, tmp_path, capsys, *parts):
    capsys.readouterr()
    assert submit(folder, tmp_path / "submitted", "somebody", "100%", offline=True) == 1
    out = capsys.readouterr().out
    assert out.splitlines()[-1] == f"not taken in: {folder}"
    for part in parts:
        assert part in out
    assert not (tmp_path / "submitted").exists()


def test_it_is_said_why_a_folder_is_not_taken_in(folder, tmp_path, capsys, monkeypatch):
    (folder / "thesis.doc").write_text("precious")
    (folder / "pictures").mkdir()
    (folder / "pictures" / "home.png").symlink_to("/etc/hostname")
    refused(folder, tmp_path, capsys, "thesis.doc: not a file of augbench's", "pictures/home.png: a link")
    shutil.rmtree(folder / "pictures")
    (folder / "thesis.doc").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(submitting, "code_today", lambda _: (["method smote"], [], 3))
        refused(folder, tmp_path, capsys, "records.parquet: 3 records were made by other code than today's: method s")
    forge(folder, raised)
    refused(folder, tmp_path, capsys, "refused: 4 of 4 records")
    (folder / "run.json").write_text(json.dumps({"augbench": "9.9"}))
    refused(folder, tmp_path, capsys, "run.json: made by augbench 9.9")
    (folder / "SHA256SUMS").unlink()
    refused(folder, tmp_path, capsys, "is no release; augbench release makes one")


def test_no_code_of_a_folder_is_run(folder, toy, tmp_path, capsys, monkeypatch):
    """Neither beside the records, nor named by them: a plugin is not taken in with the results that it made."""
    trap = f"open({str(tmp_path / 'sprung')!r}, 'w').close()\n"
    (folder / "pictures").mkdir()
    for name in ("numpy.py", "sitecustomize.py", "conftest.py", "smote.py", "usercustomize.py"):
        (folder / "pictures" / name).write_text(trap)
    checksums.write(folder)
    monkeypatch.chdir(folder / "pictures")
    assert submit(folder, tmp_path / "in", "a", "1", offline=True) == 0
    assert not (tmp_path / "sprung").exists()
    toys = make(tmp_path / "toys", tmp_path / "toys-v1", task="toy", methods=("none", "toy-jitter"))
    for kind, name in (("method", "toy-jitter"), ("task", "toy")):
        monkeypatch.delitem(registry.BY_KIND[kind]._entries, name)
    capsys.readouterr()
    assert submit(toys, tmp_path / "in", "b", offline=True) == 1
    said = "records.parquet: not known here, so it cannot be run again: method toy-jitter, task toy"
    assert said in capsys.readouterr().out
