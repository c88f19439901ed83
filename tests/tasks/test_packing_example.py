"""The packing experiment runs, resumes, and prints a row for each figure and pack size."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "examples" / "packing.py"


def test_runs_and_resumes(tmp_path):
    out = tmp_path / "packing.jsonl"
    command = [
        sys.executable, str(SCRIPT), "--steps", "2", "--seeds", "1", "--per-mode", "5", "--out", str(out),
        "--set", "generator=[4]", "critic=[4]",
    ]  # fmt: skip
    first = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert [line.split("|")[1].strip() for line in first.splitlines()[2:]] == ["grid", "grid", "ring", "ring"]
    written = out.read_text()
    assert len(written.splitlines()) == 4
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == first
    assert out.read_text() == written
