"""The command where folders, plugins and messages are not UTF-8, and on terminals of other encodings."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.records import predictions, reading

Go = Callable[..., tuple[int, str]]

LATIN = """
from bench.augmenter import Augmenter
from bench.registry import method

@method("latin")
class Latin(Augmenter):
    \"\"\"Fails over a file whose name is Latin-1.\"\"\"
    def fit(self, X, y, schema):
        print("looking for caf\\udce9".encode("utf-8", "surrogateescape"))
        raise ValueError("no such file: caf\\udce9")
"""


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory, toy: Path) -> Path:
    """A folder called ``caf\\xe9`` with the plugins beside it."""
    folder = Path(os.fsdecode(os.fsencode(tmp_path_factory.mktemp("bytes")) + b"/caf\xe9"))
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system holds no such name")
    (folder / os.fsdecode(b"toy\xe9.py")).write_bytes(toy.read_bytes())
    (folder / "latin.py").write_text(LATIN)
    return folder


@pytest.fixture(scope="module")
def go(odd: Path) -> Go:
    def call(*words: str, encoding: str = "utf-8") -> tuple[int, str]:
        env = {k: v for k, v in os.environ.items() if k != "AUGBENCH_DATA"}
        env |= {"PYTHONIOENCODING": encoding, "XDG_CACHE_HOME": str(odd / "cache")}
        command = [sys.executable, "-m", "bench.cli", *words]
        done = subprocess.run(command, capture_output=True, cwd=odd, env=env, timeout=300)
        return done.returncode, (done.stdout + done.stderr).decode(encoding)

    return call


@pytest.fixture(scope="module")
def ran(odd: Path, go: Go) -> str:
    """The name of a run's folder in ``odd``, beside which all commands work."""
    out = os.fsdecode(b"out\xe9")
    plugins = ("--plugin", os.fsdecode(b"toy\xe9.py"), "--plugin", "latin.py")
    picked = ("--task", "toy", "--method", "toy-jitter", "--method", "latin", "--classifier", "xgboost")
    code, said = go("run", *plugins, *picked, "--regime", "balance", "--budget", "smoke", "--out", out)
    assert code == 0, said
    assert r"ValueError: no such file: caf\udce9" in said
    assert r"boards: out\udce9" in said
    return out


@pytest.mark.parametrize(
    "words",
    [("pictures",), ("board",), ("board", "--format", "json"), ("report",), ("cite",), ("verify",), ("release",)],
)
def test_every_command_works_in_such_a_folder(go: Go, ran: str, words: tuple[str, ...]) -> None:
    place = (ran,) if words[0] == "verify" else (ran, f"{ran}2") if words[0] == "release" else ("--out", ran)
    code, said = go(words[0], *place, *words[1:])
    assert code == 0, said


def test_class_probabilities_are_kept_gathered_and_read_in_such_a_folder(odd: Path, ran: str) -> None:
    place = odd / ran / "predictions" / "toy.simulated"
    assert sorted(path.name.partition("-")[0] for path in place.iterdir()) == ["part", "rows"]
    told = {record.id for record in reading.read(odd / ran) if record.ok}
    assert {cell.id for cell in predictions.read(place)} == told
    assert len(list(predictions.read_rows(place))) == 1
    with predictions.Predictions(odd / ran) as kept:  # opening damages nothing
        assert all(key in kept for key in told)


@pytest.mark.parametrize("words", [("check", "xgboost"), ("list", "methods"), ("reproduce",)])
def test_a_plugin_of_such_a_name_is_taken_by_every_command(go: Go, ran: str, odd: Path, words: tuple[str, ...]) -> None:
    more = ()
    if words == ("reproduce",):
        more = (next(r.id for r in reading.read(odd / ran) if r.method == "toy-jitter"), "--out", ran)
    code, said = go(*words, *more, "--plugin", os.fsdecode(b"toy\xe9.py"))
    assert code == 0, said


def test_data_and_cache_lie_in_such_a_folder(go: Go, odd: Path) -> None:
    folder = odd / "data" / "pima"
    folder.mkdir(parents=True)
    code, said = go("data", "status", "pima", "--data-dir", str(odd / "data"))
    assert code == 0
    assert r"caf\udce9/cache" in said


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_what_a_terminal_cannot_show_is_written_out(go: Go, ran: str, encoding: str) -> None:
    code, said = go("board", "--out", ran, encoding=encoding)
    assert code == 0, said
    assert r"\u2020" in said  # the dagger of a trivial baseline


@pytest.mark.parametrize(
    "words", [("board", "--out"), ("run", "--config"), ("run", "--plugin"), ("run", "--method"), ("claims",), ("cite",)]
)
def test_a_name_that_is_not_there_is_said_in_one_line(go: Go, ran: str, words: tuple[str, ...]) -> None:
    code, said = go(*words, os.fsdecode(b"none\xe9"), *(("--out", ran) if words == ("cite",) else ()))
    assert code == 2
    assert r"none\udce9" in said
    assert len(said.splitlines()) == 1
