"""Files of other commands are what those write, or are said in one line that names the file and the key."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from bench.errors import BenchError
from bench.records import findings

INTERVAL = {"mean": 0.5, "low": 0.4, "high": None, "n": 1}
QUANTITY = {
    "quantity": "AUPRC", "metric": "metrics.auprc", "published": 1, "as_published": INTERVAL, "leak_free": None,
    "tolerance": "0.1", "judged": True,
}  # fmt: skip
TEXTS = ("id", "title", "statement", "where", "url", "protocol", "remark", "leak", "needs", "budget", "verdict", "why")
WHOLE: dict[str, Any] = {
    "selftest": {
        "passed": False, "code": "c", "seeds": 3,
        "controls": [{"control": "a", "expected": "1", "found": None, "low": 0, "high": 0.5, "ok": False}],
    },
    "audit": {
        "tasks": {"pima": {"source": "real", "seeds": 1, "checks": [{"check": "a", "status": "ok", "found": "no"}]}}
    },
    "claims": [
        dict.fromkeys((*TEXTS, "provenance"), "x")
        | {"year": 2020, "source": "", "rows": [QUANTITY], "record_ids": ["a"]}
    ],
}  # fmt: skip


def write(folder: Path, kind: str, content: Any) -> None:
    (folder / f"{kind}.json").write_text(json.dumps(content), encoding="utf-8")


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every key of a JSON value, at every level, as the path to it."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for key, part in inside for path in ((*at, key), *places(part, (*at, key)))]


@pytest.mark.parametrize("kind", WHOLE)
def test_what_the_commands_write_is_read_as_it_is(kind: str, tmp_path: Path) -> None:
    assert not getattr(findings, kind)(tmp_path)
    write(tmp_path, kind, WHOLE[kind])
    assert getattr(findings, kind)(tmp_path) == WHOLE[kind]


@pytest.mark.parametrize("kind", WHOLE)
def test_every_key_is_of_its_type(kind: str, tmp_path: Path) -> None:
    free = {"metric"}  # nothing that shows the file needs it
    for *path, last in places(WHOLE[kind]):
        if last in free:
            continue
        changed = copy.deepcopy(WHOLE[kind])
        place = changed
        for key in path:
            place = place[key]
        place[last] = [[]] if isinstance(place[last], str) else "" if last != "source" else "elsewhere"
        write(tmp_path, kind, changed)
        with pytest.raises(BenchError, match=rf"{kind}.json is not what augbench {kind} writes \(.*; delete it and"):
            getattr(findings, kind)(tmp_path)


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("content", [None, 1, "x", {}, [], [1], {"tasks": None}, {"tasks": {"pima": {}}}, [{}]])
def test_other_json_is_refused(kind: str, content: Any, tmp_path: Path) -> None:
    write(tmp_path, kind, content)
    if kind == "claims" and content == []:
        assert findings.claims(tmp_path) == []
        return
    with pytest.raises(BenchError, match=f"{kind}.json is not what"):
        getattr(findings, kind)(tmp_path)


def test_a_number_of_400_digits_is_no_fault_of_ours(tmp_path: Path) -> None:
    changed = copy.deepcopy(WHOLE["claims"])
    changed[0]["rows"][0]["published"] = 10**400
    write(tmp_path, "claims", changed)
    with pytest.raises(BenchError, match=r"claims\.json is not what"):
        findings.claims(tmp_path)


def test_a_byte_order_mark_of_an_editor_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "audit.json").write_text(json.dumps(WHOLE["audit"]), encoding="utf-8-sig")
    assert findings.audit(tmp_path) == WHOLE["audit"]
