"""What users get wrong, at the command: one line that says what, where and what to do; exit code 2; nothing written."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench import registry
from bench.cli import app
from bench.records.reading import read
from bench.records.store import Store

Call = Callable[..., tuple[int, str, str]]
TOY = Path(__file__).parents[2] / "plugins" / "toy.py"
RUN = f"run --plugin {TOY} --classifier xgboost --engine serial --no-pictures --offline --budget smoke --out new"
TABLE = f"{RUN} --task pima --method none --data-dir data"


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Call]:
    """Runs the command in this process, within ``tmp_path``; gives its exit code and what it printed."""
    for one in registry.BY_KIND.values():
        monkeypatch.setattr(one, "_entries", dict(one._entries))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path.parent / "cache"))
    monkeypatch.delenv("AUGBENCH_DATA", raising=False)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["augbench", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            app.main()
        return int(ended.value.code or 0), *capsys.readouterr()

    yield call
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory, toy: Path) -> Path:
    """A run's folder."""
    from bench.config import Config
    from bench.run import execute

    out = tmp_path_factory.mktemp("ran") / "good"
    config = Config("smoke", ("toy",), ("toy-jitter",), ("xgboost",), ("balance",), pictures=False, out=out)
    assert execute(config) == 0
    return out


def text(name: str, content: str | bytes) -> Callable[[Path], None]:
    """Writes a file."""

    def make(here: Path) -> None:
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    return make


def changed(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Changes a file of the run's folder."""
    return lambda here: text(f"good/{name}", change((here / "good" / name).read_bytes()))(here)


def swapped(name: str) -> Callable[[Path], None]:
    """Puts a file in the place of a folder of the run's, or a folder in the place of a file."""

    def make(here: Path) -> None:
        path = here / "good" / name
        if path.is_dir():
            shutil.rmtree(path)
            path.touch()
        else:
            path.unlink(missing_ok=True)
            path.mkdir()

    return make


def cut_in_the_middle(data: bytes) -> bytes:
    first, *rest = data.split(b"\n")
    return b"\n".join([first[:200], *rest])


DATA = "data/pima/pima-indians-diabetes.data.csv"
HERE = RUN.replace("--out new", "--out good") + " --task toy --method toy-jitter"
NEEDY = 'import no_such_package\nfrom bench.registry import method\n@method("needy")\nclass Needy: "One."\n'
SITUATIONS: dict[str, tuple[str, str, Callable[[Path], None] | None]] = {
    "a task misspelt": (f"{RUN} --task pimma", "unknown task 'pimma'; did you mean 'pima'?", None),
    "a blank name": (f"{RUN} --task=", "unknown task ''; known: ", None),
    "a regime misspelt": (f"{RUN} --task toy --regime balanced", "did you mean 'balance'?", None),
    "a regime of no rows": (f"{RUN} --task toy --regime append:0", "append:N@class with N above 0", None),
    "a regime of too many": (f"{RUN} --task toy --regime append:99999999999", "at most 10,000,000", None),
    "a budget that is none": (f"{RUN} --budget huge", "unknown budget 'huge'; known: full, quick", None),
    "no seeds": (f"{RUN} --task toy --seeds 0", "seeds must be a number above 0", None),
    "negative seeds": (f"{RUN} --task toy --seeds -1", "not -1", None),
    "a digit too many": (f"{RUN} --task toy --seeds 10000000", "at most 10,000", None),
    "seeds in words": (f"{RUN} --task toy --seeds ten", "'--seeds': Input should be a valid integer", None),
    "no workers": (f"{RUN} --task toy --workers 0", "workers must be a number above 0", None),
    "negative memory": (f"{RUN} --task toy --memory -1", "memory must be a number above 0", None),
    "a limit that is no number": (f"{RUN} --task toy --timeout nan", "timeout must be a number above 0", None),
    "a device that is not here": (f"{RUN} --task toy --device tpu", "'tpu' is not here; there is 'cpu'", None),
    "an option that is none": (f"{RUN} --tasks toy", "No such option: --tasks", None),
    "an option without its value": (f"{RUN} --task", "'--task' requires an argument", None),
    "a command misspelt": ("borad", "No such command 'borad'", None),
    "no configuration": (f"{RUN} --config my.toml", "configuration my.toml is not there", None),
    "a configuration that is no TOML": (f"{RUN} --config my.toml", "my.toml cannot be read", text("my.toml", "a = [1")),
    "a configuration in another encoding": (f"{RUN} --config my.toml", "cannot be read", text("my.toml", b"\xff\xfe")),
    "a folder as configuration": (f"{RUN} --config data", "data cannot be read", text("data/a", "")),
    "a key misspelt": (f"{RUN} --config my.toml", "unknown key 'taks'", text("my.toml", "taks = ['toy']")),
    "a limit of a method misspelt": (
        f"{RUN} --task toy --config my.toml", "unknown method 'smot'; did you mean 'smote'?",
        text("my.toml", "[limits.smot]\ntimeout = 5"),
    ),
    "an override of no task": (
        f"{RUN} --task toy --config my.toml", "[[override]] tasks: no task fits 'pimma-*'; did you mean 'pima'?",
        text("my.toml", "[[override]]\ntasks = ['toy', 'pimma-*']\nseeds = 2"),
    ),
    "a pattern in a file that fits nothing": (
        f"{RUN} --config my.toml", "unknown task 'nope-*'", text("my.toml", "tasks = ['nope-*']"),
    ),
    "tasks chosen by the key of options": (
        f"{RUN} --config my.toml", "'task' holds options ([task.NAME]); to choose, write tasks = ['toy']",
        text("my.toml", "task = ['toy']"),
    ),
    "options by the key of a choice": (
        f"{RUN} --config my.toml", "'methods' chooses and must be a list of names; options stand in [method.NAME]",
        text("my.toml", "[methods.gan]\nsteps = 3"),
    ),
    "an option that no file has": (
        f"{RUN} --config my.toml", "an option of the command alone: --plugin", text("my.toml", "plugin = 'a'"),
    ),
    "a number of 5,000 digits": (f"{RUN} --config my.toml", "cannot be read", text("my.toml", "seeds = " + "9" * 5000)),
    "limits without end": (f"{RUN} --task toy --timeout inf", "at most 1e+12, not inf", None),
    "threads without end": (f"{RUN} --task toy --threads 1000000", "above 0, at most 10,000, not 1000000", None),
    "a training without end": (
        f"{RUN} --task toy --method gan --config my.toml", "steps must be a length of training",
        text("my.toml", "[method.gan]\nsteps = 9" + "0" * 16),
    ),
    "a cluster that is not there": (
        f"{RUN} --task toy --engine ray --address a.invalid:1", "no Ray cluster answers at a.invalid:1", None,
    ),
    "an address that is none": (f"{RUN} --task toy --engine ray --address nowhere", "is not HOST:PORT", None),
    "an address without its engine": (f"{RUN} --task toy --address a:1", "add --engine ray, or leave it out", None),
    "a plugin that is not there": (f"{RUN} --plugin my.py", "my.py is not a file, a folder or a module", None),
    "a plugin with a syntax error": (f"{RUN} --plugin my.py", "my.py:1 is not valid Python", text("my.py", "def f(:")),
    "a plugin that registers nothing": (f"{RUN} --plugin my.py", "my.py registers nothing", text("my.py", "x = 1")),
    "a plugin that fails": (
        f"{RUN} --plugin my.py", "my.py cannot be imported: ZeroDivisionError",
        text("my.py", "from bench.registry import method\n@method(str(1 / 0))\nclass M: ...\n"),
    ),
    "an option that reads a plugin in vain": (
        f"{RUN} --task toy --method needy --plugin my.py --config my.toml", "cannot be imported: No module",
        lambda here: (text("my.py", NEEDY.replace("class Needy", "class Needy(no_such_package.Base)"))(here),
                      text("my.toml", "[method.needy]\nsteps = 1")(here))[0],
    ),
    "a requirement that is missing": (
        f"{RUN} --task toy --method needy --plugin my.py", "cannot be used: no_such_package is not installed",
        text("my.py", NEEDY.replace('"needy"', '"needy", requires=("no_such_package",)')),
    ),
    "no data folder": (f"{RUN} --data-dir nowhere", "nowhere (--data-dir) is not a folder; create it", None),
    "data that is a web page": (TABLE, "it is a web page", text(DATA, "<!DOCTYPE html><html>Sign in</html>")),
    "data cut short": (TABLE, "altered or truncated", text(DATA, "6,148,72,35,0,33.6,0.627,50,1\n")),
    "data that is not here": (f"{RUN} --task ecg --method none", "augbench data fetch ecg", None),
    "a file as --out": (f"{RUN} --task toy --out mine", "mine is a file; name a folder", text("mine", "")),
    "a path through a file": (f"{RUN} --task toy --out mine/out", "cannot be written: Not a dir", text("mine", "")),
    "a folder of somebody's": (f"{RUN} --task toy --out mine", "not ours (a.doc)", text("mine/a.doc", "")),
    "a folder in place of records": (HERE, "records.jsonl is a folder, not a file", swapped("records.jsonl")),
    "a file in place of a folder": (HERE, "good/predictions is a file, not a folder", swapped("predictions")),
    "records cut in the middle": (HERE, "records.jsonl:1 is not a record", changed("records.jsonl", cut_in_the_middle)),
    "records of a newer augbench": (
        HERE, "schema 99 is newer than this augbench",
        changed("records.jsonl", lambda data: data.replace(b'"schema":2', b'"schema":99')),
    ),
    "a board of other JSON": ("board --out good", "not a record", text("good/records.jsonl", '{"id": 1}\n')),
    "a board with a damaged run.json": ("board --out good", "run.json is not what", text("good/run.json", "[]")),
    "a citation with a damaged run.json": ("cite --out good", "run.json is not what", text("good/run.json", "{")),
    "a page with damaged claims": ("report --out good", "claims.json is not JSON", text("good/claims.json", "{")),
    "a board of an empty folder": ("board --out empty", "empty holds no records (records.jsonl); run augbench", None),
    "boards of no records": ("board --out good", "records.jsonl is empty; run", text("good/records.jsonl", "")),
    "a citation of no board": ("cite toy --out good", "holds no records, so no board", text("good/records.jsonl", "")),
    "a link that leads nowhere": (
        f"{RUN} --task toy --out link", "link is a link that leads nowhere",
        lambda here: (here / "link").symlink_to(here / "nowhere"),
    ),
    "a link to itself": (
        f"{RUN} --task toy --out link", "link is a link that leads nowhere",
        lambda here: (here / "link").symlink_to(here / "link"),
    ),
    "a page of a file": ("report --out mine", "mine holds no records", text("mine", "")),
    "pictures of nothing": ("pictures --out nowhere", "nowhere holds no records", None),
    "a page where a folder is": ("report --out good", "report.html cannot be written", swapped("report.html")),
    "boards where a file is": ("board --out good", "good/boards: File exists; free that place", swapped("boards")),
    "a format that is none": ("board --out good --format xls", "unknown format 'xls'; known: csv", None),
    "a board that is none": ("cite pimma --out good", "no board 'pimma' in good; known: overall, toy", None),
    "to verify what is no run": ("verify empty", "empty holds no records", None),
    "to release what is no run": ("release empty new", "empty holds no records", None),
    "to release into the run": ("release good good", "good holds something else than a release", None),
    "to release into a file": ("release good mine", "mine is a file; name a folder", text("mine", "")),
    "a record that is none": ("reproduce abc --out good", "no record in good has the id 'abc'", None),
    "a claim that is none": ("claims pimma --out new", "unknown claim 'pimma'; known: ", None),
    "an audit of nothing": ("audit pimma --out new", "unknown task 'pimma'; did you mean 'pima'?", None),
    "an audit of no seeds": ("audit pima --seeds 0", "at least 1 seed, not 0", None),
    "a self-test of no seeds": ("selftest --seeds 0 --out new", "takes 1 to 50 seeds, not 0", None),
    "to check what is none": ("check smoet", "nothing is registered as 'smoet'; did you mean 'smote'?", None),
    "to list what is none": ("list boards", "augbench list has no 'boards'; known: ", None),
    "to do with data what is none": ("data get pima", "no action 'get'; use status or fetch", None),
}  # fmt: skip


def files(here: Path) -> dict[Path, bytes]:
    """Every file with its content, but the lock of a run's folder, which means nothing where no run holds it."""
    return {path: path.read_bytes() for path in here.rglob("*") if path.is_file() and path.name != ".lock"}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_one_line_says_what_where_and_what_to_do(situation: str, command: Call, ran: Path, tmp_path: Path) -> None:
    words, part, make = SITUATIONS[situation]
    (tmp_path / "empty").mkdir()
    if "good" in words:
        shutil.copytree(ran, tmp_path / "good")
    if make is not None:
        make(tmp_path)
    before = files(tmp_path)
    code, printed, said = command(*(word for word in words.split(" ")))
    assert part in said
    assert (code, printed, said.count("\n"), said[:10]) == (2, "", 1, "augbench: "), said
    assert said.rstrip("\n").isprintable()
    assert files(tmp_path) == before


def test_a_run_whose_own_cells_all_fail_exits_1(command: Call, tmp_path: Path) -> None:
    """The reference, which is always in, does not hide it."""
    text(
        "my.py",
        'from bench.registry import method\n@method("needy")\nclass Needy:\n import_me = "no_such"\n'
        ' def __init__(self): __import__("no_such_package")\n',
    )(tmp_path)
    words = [*RUN.split(" "), "--task", "toy", "--method", "needy", "--plugin", "my.py", "--regime", "balance"]
    code, printed, said = command(*words)
    assert code == 1
    assert "error in prepare: toy × needy × xgboost × balance × seed 0: " in said
    assert "No module named 'no_such_package'" in said
    assert "Traceback" not in printed + said
    assert command(*words, "--method", "none", "--regime", "real")[0] == 0


def test_what_cannot_be_imported_is_said_first_and_the_rest_runs(command: Call, tmp_path: Path) -> None:
    text("my.py", NEEDY)(tmp_path)
    text("tree.py", NEEDY.replace("method", "classifier").replace('"needy"', '"needy-tree"'))(tmp_path)
    text("task.py", NEEDY.replace("method", "task").replace('"needy"', '"needy-task"'))(tmp_path)
    plugins = [word for name in ("my.py", "tree.py", "task.py") for word in ("--plugin", name)]
    named = ["--task", "toy,needy-task", "--method", "toy-jitter,needy", "--classifier", "needy-tree"]
    code, _, said = command(*RUN.split(" "), *named, *plugins, "--regime", "balance")
    lines = said.splitlines()
    assert code == 2
    first = next(i for i, line in enumerate(lines) if "cells to run" in line)
    for name in ("method 'needy'", "classifier 'needy-tree'", "task 'needy-task'"):
        (told,) = [i for i, line in enumerate(lines[:-1]) if f"{name} (" in line]
        assert told < first
        assert "cannot be imported: No module named 'no_such_package'" in lines[told]
        assert name in lines[-1]
    found = {(record.task, record.method, record.classifier, record.status) for record in read(tmp_path / "new")}
    assert found == {("toy", name, "xgboost", "ok") for name in ("none", "toy-jitter")}


LABELS = """
import numpy as np
from twin import Toy
from bench.registry import task

class Other(Toy):
    def read(self, origin):
        found = super().read(origin)
        object.__setattr__(found, "y", self.change(found.y))
        return found

@task("words")
class Words(Other):
    "Words."
    def change(self, y): return np.where(y == 1, "few", "many")

@task("gaps")
class Gaps(Other):
    "A gap."
    def change(self, y): return np.where(np.arange(len(y)) == 3, np.nan, y)

@task("column")
class Column(Other):
    "A column of two axes."
    def change(self, y): return y[:, None]

@task("frame")
class Frame(Other):
    "A column of pandas with another index."
    def change(self, y):
        import pandas as pd
        return pd.Series(y, index=np.arange(len(y))[::-1])

@task("masked")
class Masked(Other):
    "Masked."
    def change(self, y): return np.ma.array(y, mask=y == 1)

@task("split", params={"rows": 150})
class Split(Other):
    "No rare rows in training."
    def change(self, y): return y
    def split(self, dataset, seed):
        from bench.task import Split
        rare, rest = np.flatnonzero(dataset.y == 1), np.flatnonzero(dataset.y == 0)
        return Split(rest[40:], np.r_[rare[:9], rest[:20]], np.r_[rare[9:], rest[20:40]])
"""
REFUSED = {
    "words": "y holds words, not numbers", "gaps": "y holds 1 NaN", "column": "y must have shape (n,)",
    "frame": "y is a pandas Series, not a numpy array", "masked": "y is a masked array",
    "split": "class 'few' has no rows in the training part",
}  # fmt: skip


def test_tables_that_are_none_are_refused_by_name_and_the_others_run(command: Call, tmp_path: Path) -> None:
    text("twin.py", TOY.read_text().replace('"toy', '"twin'))(tmp_path)
    text("bad.py", LABELS)(tmp_path)
    text(DATA, "6,148,72\r\n")(tmp_path)
    tasks = [word for name in (*REFUSED, "pima", "toy") for word in ("--task", name)]
    code, _, said = command(*RUN.split(" "), *tasks, "--plugin", "bad.py", "--method", "none", "--data-dir", "data")
    assert code == 2
    last = said.splitlines()[-1]
    for name, why in REFUSED.items():
        assert f"{name}: {why}" in last
    assert "pima-indians-diabetes.data.csv (10 bytes) is altered or truncated" in last
    assert {(record.task, record.status) for record in read(tmp_path / "new")} == {("toy", "ok")}


def test_a_folder_that_another_run_writes_into(command: Call, tmp_path: Path) -> None:
    with Store(tmp_path / "new"):
        code, printed, said = command(*RUN.split(" "), "--task", "toy", "--method", "toy-jitter")
    assert (code, printed) == (2, "")
    assert said == "augbench: another run is writing into new; wait for it or name another folder with --out\n"


def test_a_fault_of_ours_is_one_line_and_a_traceback_with_debug(command: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("what\never")

    monkeypatch.setattr("bench.cli.listing.show", broken)
    code, printed, said = command("list")
    assert (code, printed, said.count("\n")) == (3, "", 1)
    assert "a fault of augbench, KeyError: 'what" in said
    assert "(test_bad_input.py:" in said
    assert "--debug" in said
    monkeypatch.setattr(app, "DEBUG", False)  # and so it is again afterwards
    monkeypatch.setattr("sys.argv", ["augbench", "--debug", "list"])
    with pytest.raises(KeyError):
        app.main()


@pytest.mark.parametrize(("error", "code"), [(OSError(28, "No space left on device", "a.csv"), 3),
                                             (PermissionError(13, "Permission denied", b"caf\xe9"), 2)])  # fmt: skip
def test_what_the_system_refuses_is_said_with_its_place(
    command: Call, monkeypatch: pytest.MonkeyPatch, error: OSError, code: int
) -> None:
    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr("bench.cli.listing.show", broken)
    ended, _, said = command("list")
    assert ended == code
    assert said in (
        "augbench: a.csv: No space left on device; make room and run the same command again\n",
        "augbench: caf\\udce9: Permission denied\n",
    )


def test_without_words_the_help_is_shown_and_nothing_said(command: Call) -> None:
    code, printed, said = command()
    assert (code, said) == (2, "")
    assert "Usage" in printed
