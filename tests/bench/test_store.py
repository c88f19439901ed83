import json

import pytest

from bench.errors import BenchError
from bench.store import AXES, Store, read


def record(key, **more):
    return {"id": key, "status": "ok", **dict.fromkeys(AXES, "x"), **more}


def test_appends_are_on_disk_at_once_and_never_doubled(tmp_path):
    with Store(tmp_path / "out") as store:
        assert store.append(record("a"))
        assert not store.append(record("a", status="error"))
        assert [r["id"] for r in read(store.folder)] == ["a"]
    with Store(tmp_path / "out") as store:
        assert store.repaired is None
        assert store.records["a"]["status"] == "ok"


def test_a_half_written_last_line_is_dropped_and_said(tmp_path):
    with Store(tmp_path) as store:
        store.append(record("a"))
    with open(tmp_path / "records.jsonl", "a") as file:
        file.write('{"id": "b", "sta')
    assert [r["id"] for r in read(tmp_path)] == ["a"]  # a board can be made meanwhile
    with Store(tmp_path) as store:
        assert "half-written" in store.repaired
        assert list(store.records) == ["a"]
        store.append(record("c"))
    assert [r["id"] for r in read(tmp_path)] == ["a", "c"]


def test_a_whole_last_line_without_newline_is_kept(tmp_path):
    (tmp_path / "records.jsonl").write_text(json.dumps(record("a")))
    with Store(tmp_path) as store:
        store.append(record("b"))
    assert [r["id"] for r in read(tmp_path)] == ["a", "b"]


def test_a_foreign_line_is_refused(tmp_path):
    (tmp_path / "records.jsonl").write_text('{"hello": 1}\n')
    with pytest.raises(BenchError, match=r"records.jsonl:1 is not a record"), Store(tmp_path):
        pass


def test_a_foreign_folder_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis.doc").write_text("precious")
    with pytest.raises(BenchError, match=r"not ours \(thesis.doc\)"), Store(tmp_path):
        pass
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.doc"]


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "x").write_text("")
    with pytest.raises(BenchError, match="is a file"), Store(tmp_path / "x"):
        pass


def test_two_runs_cannot_write_into_one_folder(tmp_path):
    with Store(tmp_path), pytest.raises(BenchError, match="another run is writing"), Store(tmp_path):
        pass


def test_forgotten_records_can_be_written_again(tmp_path):
    with Store(tmp_path) as store:
        store.append(record("a", status="error"))
        store.append(record("b"))
        store.forget(["a", "unknown"])
        assert store.append(record("a"))
    assert {r["id"]: r["status"] for r in read(tmp_path)} == {"b": "ok", "a": "ok"}


def test_nan_never_reaches_the_file(tmp_path):
    with Store(tmp_path) as store, pytest.raises(ValueError, match="JSON"):
        store.append(record("a", metrics={"f1": float("nan")}))
