"""``run.json``: what was written is read, and no comparison is taken back or declared of what was tried."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import BenchError
from bench.records import runfile
from bench.records.runfile import RunFacts, cleaned, declared

OLD, NEW, OTHER = ["smote", "xgboost", "balance"], ["gan", "xgboost", "balance"], ["gan", "mlp", "tstr"]


def test_facts_come_back(tmp_path: Path) -> None:
    facts = RunFacts(augbench="0.2.0", command=["augbench"], comparisons={"pima": [OLD]}, looks={"pima": [5, 10]})
    runfile.write(tmp_path, facts)
    assert runfile.read(tmp_path) == facts
    assert (tmp_path / "run.json").read_text().startswith('{\n "augbench": "0.2.0"')


def test_a_folder_without_the_file_states_nothing(tmp_path: Path) -> None:
    assert runfile.read(tmp_path) == RunFacts()


def test_what_a_later_version_adds_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"augbench": "9.0", "unheard_of": [1]}')
    assert runfile.read(tmp_path) == RunFacts(augbench="9.0")


@pytest.mark.parametrize(
    "text",
    [
        b"", b"[]", b'{"augbench": 1}', b'{"looks": {"pima": [0.5]}}', b'{"data": {"pima": "real"}}', b'{"\xff": 1}',
        b'{"comparisons": {"pima": [["smote", "xgboost"]]}}', b'{"machine": {"a": ' + b"[" * 150 + b"]" * 150 + b"}}",
    ],
)  # fmt: skip
def test_a_damaged_file_is_said(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "run.json").write_bytes(text)
    with pytest.raises(BenchError, match=r"run.json is not what augbench run writes .*; restore or delete it"):
        runfile.read(tmp_path)


def test_cleaning_reaches_everything() -> None:
    facts = RunFacts(command=["/home/me/x"], data={"pima": {"note": "/home/me/y"}})

    def clean(value: object) -> object:
        if isinstance(value, dict):
            return {key: clean(part) for key, part in value.items()}
        if isinstance(value, list):
            return [clean(part) for part in value]
        return value.replace("/home/me", "~") if isinstance(value, str) else value

    assert cleaned(facts, clean) == RunFacts(command=["~/x"], data={"pima": {"note": "~/y"}})
    assert facts.command == ["/home/me/x"]


def test_what_was_declared_stays_and_what_was_tried_is_not_declared() -> None:
    earlier = RunFacts(comparisons={"pima": [OLD], "digits": [OLD]})
    found = declared(earlier, {"pima": [OLD, NEW, OTHER], "ecg": [NEW]}, tried={("pima", *OTHER), ("ecg", *OTHER)})
    assert found == {"pima": [OLD, NEW], "digits": [OLD], "ecg": [NEW]}
    assert earlier.comparisons["pima"] == [OLD]
