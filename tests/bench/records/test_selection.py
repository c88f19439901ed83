"""The selection: what is planned is written, read and merged, and what has no record shows."""

from itertools import permutations

import pytest

from bench.errors import BenchError
from bench.records import selection
from bench.records.selection import Planned
from tests.factories import record


def planned(options="a", **axes):
    return Planned.of(record(hashes={"config": options}, **axes))


CELLS = [planned(seed=s, regime=r) for s in (0, 1, 2) for r in ("real", "balance")] + [planned(seed=7, regime="tstr")]


def test_it_comes_back_and_depends_on_no_order(tmp_path):
    selection.write(tmp_path, CELLS)
    text = (tmp_path / "selection.json").read_text()
    assert selection.read(tmp_path) == set(CELLS)
    assert text.count("\n {") == 2  # the product of two regimes and three seeds, and one cell alone
    for order in list(permutations(CELLS))[::1000]:
        selection.write(tmp_path, order)
        assert (tmp_path / "selection.json").read_text() == text
        assert selection.digest(order) == selection.digest(CELLS)
    assert selection.digest(CELLS[1:]) != selection.digest(CELLS)


def test_a_cell_planned_again_with_other_options_replaces_the_earlier_plan(tmp_path):
    selection.add(tmp_path, [], [planned("a", seed=0), planned("a", seed=1)])
    selection.add(tmp_path, [], [planned("b", seed=1), planned("b", seed=2)])
    assert selection.read(tmp_path) == {planned("a", seed=0), planned("b", seed=1), planned("b", seed=2)}


def test_records_stand_for_the_plan_of_a_folder_that_states_none(tmp_path):
    selection.add(tmp_path, [record(seed=5, hashes={"config": "a"})], [planned(seed=6)])
    assert selection.read(tmp_path) == {planned(seed=5), planned(seed=6)}


def test_what_has_no_record_is_missing_and_so_is_what_the_harness_lost():
    ended = [record(seed=0, hashes={"config": "a"}), record(seed=1, hashes={"config": "b"})]
    lost = record(seed=2, hashes={"config": "a"}, status="harness", metrics={})
    cells = [planned(seed=seed) for seed in range(3)]
    assert selection.missing(cells, [*ended, lost]) == [planned(seed=1), planned(seed=2)]


@pytest.mark.parametrize("text", ["", "{}", '[{"task": "pima"}]', '[{"task": 3}]'])
def test_a_damaged_file_is_said_in_a_line(tmp_path, text):
    (tmp_path / "selection.json").write_text(text)
    with pytest.raises(BenchError, match=r"selection.json is not what augbench run writes"):
        selection.read(tmp_path)
