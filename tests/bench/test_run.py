"""The order of one run's story: what cannot work is said before anything that takes long."""

import pytest

from bench import run
from bench.config import Config
from bench.errors import BenchError


@pytest.mark.parametrize("place", ["notes/out", "notes", "theirs"])
def test_an_output_folder_that_cannot_be_is_said_before_planning(tmp_path, monkeypatch, place):
    (tmp_path / "notes").write_text("")
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "a.doc").write_text("")
    monkeypatch.setattr(run, "plan", lambda *_: pytest.fail("planned first"))
    with pytest.raises(BenchError, match="out"):
        run.execute(Config(tasks=("toy",), out=tmp_path / place))


def test_a_folder_that_may_be_made_is_not_made_before_there_is_a_plan(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "plan", lambda *_: (_ for _ in ()).throw(BenchError("no such task")))
    with pytest.raises(BenchError, match="no such task"):
        run.execute(Config(tasks=("toy",), out=tmp_path / "new" / "out"))
    assert not (tmp_path / "new").exists()
