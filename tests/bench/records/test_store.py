import lzma

import pytest

from bench.errors import BenchError, HarnessError
from bench.records.reading import has_records, read
from bench.records.record import MalformedRecord, Options, encode, plain, seal
from bench.records.store import Store
from tests.factories import record as make


def record(key, **more):
    return make(id=key, **more)


def test_appends_are_on_disk_at_once_and_never_doubled(tmp_path):
    with Store(tmp_path / "out") as store:
        assert store.append(record("a"))
        assert not store.append(record("a", status="error"))
        assert [r.id for r in read(store.folder)] == ["a"]
    with Store(tmp_path / "out") as store:
        assert store.repaired is None
        assert store.records["a"].ok


def test_a_half_written_last_line_is_dropped_and_said(tmp_path):
    with Store(tmp_path) as store:
        store.append(record("a"))
    with open(tmp_path / "records.jsonl", "a") as file:
        file.write('{"id": "b", "sta')
    assert [r.id for r in read(tmp_path)] == ["a"]  # a board can be made meanwhile
    with Store(tmp_path) as store:
        assert "half-written" in store.repaired
        assert list(store.records) == ["a"]
        store.append(record("c"))
    assert [r.id for r in read(tmp_path)] == ["a", "c"]


def test_a_whole_last_line_without_newline_is_kept(tmp_path):
    (tmp_path / "records.jsonl").write_bytes(encode(record("a")).rstrip())
    with Store(tmp_path) as store:
        store.append(record("b"))
    assert [r.id for r in read(tmp_path)] == ["a", "b"]


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
    assert {r.id: r.status for r in read(tmp_path)} == {"b": "ok", "a": "ok"}


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_nan_never_reaches_the_file(tmp_path, value):
    broken = record("a")
    broken.metrics["auprc"] = value
    with Store(tmp_path) as store:
        with pytest.raises(MalformedRecord):
            store.append(broken)
        assert store.append(record("b"))
    assert [r.id for r in read(tmp_path)] == ["b"]


def test_a_seal_covers_every_field_as_it_is_read_back(tmp_path):
    with Store(tmp_path) as store:
        config = Options(base_seed=0, method={"sizes": (1, 2)})
        store.append(record("a", metrics={"f1": 0.1 + 0.2, "tiny": 5e-324}, config=config))
        kept = store.records["a"]
    (found,) = read(tmp_path)
    assert found == kept
    fields = plain(found)
    assert found.seal == seal(fields)
    assert len(found.seal) == 16
    for key in fields.keys() - {"seal"}:
        assert seal(fields | {key: "changed"}) != found.seal, key
    assert seal(fields | {"metrics": fields["metrics"] | {"f1": 0.3}}) != found.seal


def test_a_full_disk_loses_no_record_and_leaves_no_half_line(tmp_path, monkeypatch):
    with Store(tmp_path) as store:
        store.append(record("a"))
        monkeypatch.setattr("os.fsync", _full)
        with pytest.raises(HarnessError, match="its 1 records are kept: make room"):
            store.append(record("b"))
        monkeypatch.undo()
        assert [r.id for r in read(tmp_path)] == ["a"]
        assert store.append(record("b"))
    assert [r.id for r in read(tmp_path)] == ["a", "b"]


def _full(_):
    raise OSError(28, "No space left on device")


def test_an_interrupt_leaves_a_record_whole_or_absent(tmp_path, monkeypatch):
    def interrupted(descriptor):
        raise KeyboardInterrupt

    with Store(tmp_path) as store:
        store.append(record("a"))
        with monkeypatch.context() as patched:
            patched.setattr("os.fsync", interrupted)
            with pytest.raises(KeyboardInterrupt):
                store.append(record("b"))
        assert [r.id for r in read(tmp_path)] == ["a"]
        assert store.append(record("b"))  # as the spool has it
    assert [r.id for r in read(tmp_path)] == ["a", "b"]


def test_a_seal_does_not_depend_on_the_order_of_fields():
    assert seal({"a": 1, "b": {"c": 2, "d": 3}}) == seal({"b": {"d": 3, "c": 2}, "a": 1, "seal": "x"})


def pack(folder):
    """Turn the folder into what a release holds."""
    with lzma.open(folder / "records.jsonl.xz", "wb") as file:
        file.write((folder / "records.jsonl").read_bytes())
    (folder / "records.jsonl").unlink()


def test_packed_records_are_read_and_never_written_to(tmp_path):
    assert not has_records(tmp_path)
    with Store(tmp_path) as store:
        store.append(record("a"))
        store.append(record("b"))
    plain = list(read(tmp_path))
    assert has_records(tmp_path)
    pack(tmp_path)
    assert has_records(tmp_path)
    assert list(read(tmp_path)) == plain
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    with (
        pytest.raises(BenchError, match=r"released one, .*name another with --out"),
        Store(tmp_path),
    ):
        pass
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-20], lambda data: data[:40] + b"x" + data[41:], lambda _: b"no"]
)
def test_a_damaged_packed_file_is_said(tmp_path, damage):
    with Store(tmp_path) as store:
        for key in "abc":
            store.append(record(key))
    pack(tmp_path)
    path = tmp_path / "records.jsonl.xz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BenchError, match="is damaged after record"):
        list(read(tmp_path))


def test_what_other_commands_left_in_a_folder_is_ours(tmp_path):
    for name in ("selftest.json", "audit.json", "report.html"):
        (tmp_path / name).write_text("{}")
    with Store(tmp_path) as store:
        assert store.append(record("a"))


def test_a_store_that_did_not_open_leaves_the_folder_to_others(tmp_path):
    path = tmp_path / "records.jsonl"
    path.write_text("{}\n")
    broken = Store(tmp_path)
    with pytest.raises(BenchError, match="not a record"), broken:
        pass
    path.write_bytes(b"")
    with Store(tmp_path) as store:
        assert store.append(record("a"))
