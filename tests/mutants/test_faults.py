"""The planted faults are there to be planted: each text stands once in its file, each test is there."""

import re

import pytest

from tests.mutants.faults import FAULTS
from tests.mutants.planting import ROOT, changed

AREAS = {"splitting", "scaling", "seeds", "regimes", "thresholds", "metrics", "intervals", "rankings", "measures"}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_a_fault_can_be_planted_and_what_catches_it_is_there(fault):
    text = (ROOT / fault.file).read_text(encoding="utf-8")
    assert text.count(fault.old) == 1, f"{fault.file} has changed: say anew what to replace, and run tox -e mutants"
    compile(text.replace(fault.old, fault.new), fault.file, "exec")
    if fault.caught.startswith("selftest: "):
        planted = (ROOT / "bench/selftest/controls.py").read_text(encoding="utf-8")
        assert all(f'"{name}"' in planted for name in fault.caught.split()[1:])
    else:
        file, _, name = fault.caught.partition("::")
        assert f"\ndef {name}(" in (ROOT / file).read_text(encoding="utf-8")


def test_there_are_twenty_at_least_and_every_area_has_some():
    assert len(FAULTS) >= 20
    assert {fault.area for fault in FAULTS} == AREAS


def test_the_table_is_of_these_faults_and_says_that_all_were_caught():
    text = (ROOT / "results" / "mutants.md").read_text(encoding="utf-8")
    assert f"{len(FAULTS)} of {len(FAULTS)} faults" in text
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")][2:]
    assert [(row[0], row[1]) for row in rows] == [(fault.area, fault.what) for fault in FAULTS]
    assert {row[4] for row in rows} == {"yes"}


def test_a_file_is_as_it_was_after_a_fault(tmp_path):
    path = tmp_path / "a.py"
    path.write_text("x = 1\n")
    with changed(path, "x = 1", "x = 2"):
        assert path.read_text() == "x = 2\n"
    assert path.read_text() == "x = 1\n"
    with pytest.raises(ValueError, match=re.escape("a.py holds 'y' 0 times")), changed(path, "y", "z"):
        pass
