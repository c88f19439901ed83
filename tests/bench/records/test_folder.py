"""A run's folder as its readers see it: each file once, what is missing empty, what is damaged said."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import BenchError
from bench.records import selection
from bench.records.folder import RunFolder
from bench.records.selection import Planned
from tests.factories import folder, record

SEVERAL = [record(id="b", ended="2026-11-25T23:59:59+00:00"), record(id="a", ended="2026-11-24T12:00:00+00:00")]


def test_a_folder_without_records_is_none_of_a_run(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"holds no records \(records.jsonl\); run augbench run first"):
        RunFolder.of_run(tmp_path)


def test_records_and_facts_are_read_once(tmp_path: Path) -> None:
    run = RunFolder.of_run(folder(tmp_path, SEVERAL, augbench="0.2.0", primary={"pima": "auprc"}))
    assert [one.id for one in run.records] == ["b", "a"]
    assert run.facts.primary == {"pima": "auprc"}
    assert run.records_path == tmp_path / "records.jsonl"
    assert run.date == "2026-11-25"
    (tmp_path / "records.jsonl").unlink()
    (tmp_path / "run.json").unlink()
    assert len(run.records) == 2
    assert run.facts.augbench == "0.2.0"


def test_what_a_folder_has_not_is_empty(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    assert (run.records, run.selftest, run.audit, run.claims, run.replicates, run.date) == ([], {}, {}, [], {}, "")
    assert run.selection is None
    assert not run.released
    assert not run.only_claims


def test_other_commands_files(tmp_path: Path) -> None:
    planned = [Planned.of(one) for one in SEVERAL]
    selection.write(folder(tmp_path, SEVERAL), planned)
    (tmp_path / "selftest.json").write_text('{"passed": true, "code": "", "seeds": 1, "controls": []}')
    (tmp_path / "audit.json").write_text('{"tasks": {}}')
    (tmp_path / "claims.json").write_text("[]")
    (tmp_path / "SHA256SUMS").write_text("")
    run = RunFolder(tmp_path)
    assert run.selection == set(planned)
    assert run.selftest == {"passed": True, "code": "", "seeds": 1, "controls": []}
    assert (run.audit, run.claims) == ({"tasks": {}}, [])
    assert run.released
    assert run.only_claims
    (tmp_path / "run.json").write_text("{}")
    assert not run.only_claims


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("selftest.json", "[]"), ("audit.json", "{"), ("claims.json", '{"a": 1}'), ("claims.json", "[1]"),
        ("selftest.json", "{}"), ("audit.json", '{"tasks": {"pima": {}}}'), ("claims.json", '[{"id": "a"}]'),
        ("selection.json", "{}"), ("run.json", "[]"), ("replicates.parquet", "PAR1"), ("records.jsonl", "{}\n"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_said_by_its_name(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BenchError, match=name):
        getattr(RunFolder(tmp_path), {"run": "facts"}.get(name.partition(".")[0], name.partition(".")[0]))


def test_a_record_that_is_there_twice_counts_once_and_the_one_that_ended_last_counts(tmp_path: Path) -> None:
    first, other = record(id="a", ended="2026-10-05T12:00:00+00:00"), record(id="b")
    later = record(id="a", ended="2026-10-05T13:00:00+00:00", metrics={"auprc": 0.9})
    run = RunFolder(folder(tmp_path / "same", [first, other, first]))
    assert (run.records, run.contested) == ([first, other], [])
    for order in ([first, later, other], [later, first, other]):
        run = RunFolder(folder(tmp_path / "other", order))
        assert (run.records, run.contested) == ([later, other], ["a"])
