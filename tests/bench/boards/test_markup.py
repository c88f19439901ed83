"""Names inside Markdown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bench.boards.formats import render
from bench.boards.markup import markdown
from bench.boards.tables import build

HOSTILE = "<img src=x onerror=alert(1)>|`x` [a](javascript:alert(1)) *b* _c_ &lt; ~~d~~ \\ $e$"


@pytest.mark.parametrize(
    "plain",
    ["keel-glass-0-1-6_vs_2", "F1*", "1163 [1071, 1269]", "<0.001", "−0.02 ± 0.1", "[–, 0.3]", "a & b", "R&D 5"],
)
def test_plain_names_and_numbers_stay(plain: str) -> None:
    assert markdown(plain) == plain.replace("&D", r"\&D")


def test_nothing_of_a_name_is_markup() -> None:
    made = markdown(HOSTILE)
    for start in ("<img", "](", "*b", "_c", "&lt", "~~d", "`x"):
        place = made.find(start)
        while place >= 0:
            assert made[place - 1] == "\\" or (start == "](" and made[place + 1 :].startswith("\\(")), (start, made)
            place = made.find(start, place + 1)
    assert markdown("two\nlines\x1b[2J") == r"two lines\\x1b\[2J".replace(r"\[2J", "[2J")


def test_a_board_of_hostile_names_keeps_its_columns(record: Callable[..., Any]) -> None:
    names = {"method": HOSTILE, "classifier": "a|b", "regime": "append:5@x|<b>"}
    boards = build([record("<h1>|x", **names), record("<h1>|x")])
    for board in boards:
        text = render(board, "md")
        lines = [line for line in text.splitlines() if line.startswith("|")]
        assert len({line.replace(r"\|", "").count("|") for line in lines}) == 1
        for tag in ("<img", "<b>", "<h1>"):
            assert f"\\{tag}" in text or tag not in text
            assert text.count(tag) == text.count(f"\\{tag}")
        tex = render(board, "tex")
        assert "$e$" not in tex
        assert "\\label{tab:" in tex
        assert "<" not in tex.partition("\\label{")[2].partition("}")[0]
        assert "\x1b" not in render(board, "text")
