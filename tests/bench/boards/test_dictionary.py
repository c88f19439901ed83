"""The data dictionary: every column of every board has a meaning, and ``results/schema.md`` says it.

``AUGBENCH_GOLDEN=write pytest tests/bench/boards/test_dictionary.py`` writes the page anew.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

from bench.boards import dictionary
from bench.boards.data import _head
from bench.boards.tables import build
from bench.records.record import Record

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "results" / "schema.md"


def test_the_page_is_current() -> None:
    if os.environ.get("AUGBENCH_GOLDEN") == "write":
        PAGE.write_text(dictionary.text(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == dictionary.text(), "AUGBENCH_GOLDEN=write makes it anew"


def test_every_column_of_todays_boards_has_a_meaning(mixed: list[Record]) -> None:
    for board in build(mixed):
        tables = [board, *([board.synthetic] if board.synthetic else [])]
        columns = {key for table in tables for row in (*table.rows, *table.pairs) for key in row} | set(_head(board))
        assert {c for c in columns if dictionary.meaning(c) is None} == set(), "say it in bench/boards/dictionary.py"


def test_every_column_of_the_published_boards_has_a_meaning() -> None:
    for path in sorted((ROOT / "results").glob("v*/boards/*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        columns = {key for row in (*content.get("rows", ()), *content.get("pairs", ())) for key in row}
        assert {c for c in columns if dictionary.meaning(c) is None} == set(), path.name


def test_what_a_name_is_of_and_its_end_are_both_said() -> None:
    said = dictionary.meaning("f1_weighted@training_diff_ci95") or ""
    assert said.startswith("f1_weighted@training (mean F1 of the classes, weighted by their test rows at the classes'")
    assert "half the width of the 95 % interval" in said
    assert dictionary.meaning("_ci95") is None
    assert dictionary.meaning("nonsense") is None


def test_half_widths_are_called_so() -> None:
    ends = [what for end, what in dictionary.ENDS.items() if end.endswith("ci95")]
    assert ends
    assert all("half the width" in what for what in ends)


def test_the_records_fixture_reaches_every_kind_of_board(mixed: list[Record], record: Callable[..., Record]) -> None:
    assert {board.kind for board in build(mixed)} >= {"task", "overall"}
