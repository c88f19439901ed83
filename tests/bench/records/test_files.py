"""Files of a run's folder: whatever a text holds, they are UTF-8 that any program reads."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from bench.errors import BenchError
from bench.records import runfile
from bench.records.files import load_json, replace_json, replace_text, to_json, writable
from bench.records.record import decode, encode, sealed
from tests.factories import record

#: what Python makes of the bytes ``caf\\xe9``, a file name in Latin-1
CAFE = "caf\udce9"
WRITTEN = r"caf\udce9"


def test_half_characters_are_written_out_wherever_they_stand() -> None:
    assert writable({CAFE: [CAFE, (CAFE, 1), None, 0.5, "é日😀"]}) == {
        WRITTEN: [WRITTEN, [WRITTEN, 1], None, 0.5, "é日😀"]
    }
    assert to_json({CAFE: "x"}) == to_json({WRITTEN: "x"})


def test_plain_text_stays_as_it_is() -> None:
    text = "Δ ± 日本 😀 \\ud800 \x1b"
    assert writable(text) == text
    assert json.loads(to_json([text])) == [text]


def test_what_json_has_no_form_of_is_no_text() -> None:
    with pytest.raises(TypeError):
        to_json({"x": 1j})


def test_files_hold_what_was_written_out(tmp_path: Path) -> None:
    replace_text(tmp_path / "a.md", f"in {CAFE}\n")
    assert (tmp_path / "a.md").read_text(encoding="utf-8") == f"in {WRITTEN}\n"
    replace_json(tmp_path / "a.json", {"place": CAFE})
    assert load_json(tmp_path / "a.json") == {"place": WRITTEN}
    assert msgspec.json.decode((tmp_path / "a.json").read_bytes()) == {"place": WRITTEN}


def test_a_half_character_in_a_file_of_json_does_not_come_in(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(r'{"place": "caf\udce9"}')
    assert load_json(tmp_path / "a.json") == {"place": WRITTEN}


def test_run_json_takes_paths_and_notes_of_any_bytes(tmp_path: Path) -> None:
    facts = runfile.RunFacts(command=["augbench", "run", "--out", CAFE], data={"pima": {"note": f"at {CAFE}"}})
    runfile.write(tmp_path, facts)
    found = runfile.read(tmp_path)
    assert found.command[-1] == WRITTEN
    assert found.data["pima"]["note"] == f"at {WRITTEN}"


def test_a_record_is_written_and_sealed_as_it_is_read_back() -> None:
    odd = record(status="error", metrics={}, phase="fit", reason=CAFE, output=CAFE)
    found = sealed(odd)
    assert found.reason == found.output == WRITTEN
    assert decode(encode(found)) == found


def test_a_file_that_is_not_json_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(BenchError, match="is not JSON"):
        load_json(tmp_path / "a.json")
