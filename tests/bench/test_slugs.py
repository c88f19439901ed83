"""Names as file names and as printed lines."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import registry
from bench.slugs import LONGEST, RESERVED, cell, draw_stem, fault, printable, regime_slug, rows_folder, slug

HOSTILE = (
    "lib/copies", "/elsewhere/x", "../up", "..", ".", "N/A", "and/or", "T-shirt/top", "<img src=x onerror=alert(1)>",
    "con", "NUL", "a\\b", "c:d", "a b", " a", "-rf", "a--b", "a.b", "a" * 300, "é", "日本", "*?[x]", "a|b", "$x$",
)  # fmt: skip


def test_what_boards_are_called_is_nobodys_slug() -> None:
    for name in RESERVED:
        assert slug(name).startswith(f"{name}--")
    assert slug("task-overall") == "task-overall"


def test_ordinary_names_are_their_own_slugs() -> None:
    registry.discover()
    names = [entry.name for kind in registry.BY_KIND.values() for entry in kind]
    assert len(names) > 140
    assert [name for name in names if slug(name) != name] == ["keel-flare-F"]  # a capital letter
    assert rows_folder("keel-glass-0-1-6_vs_2", "real-subset") == "keel-glass-0-1-6_vs_2.real-subset"
    assert draw_stem("wgan-gp", "balance", 0) == "wgan-gp-balance-seed0"
    assert draw_stem("smote", "append:500", 1) == "smote-append-500-seed1"
    assert draw_stem("smote", "append:0.5x", 1) == "smote-append-0.5x-seed1"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_slug_is_a_safe_part_of_a_file_name(name: str) -> None:
    for made in (slug(name), regime_slug(f"append:5@{name}")):
        assert re.fullmatch(r"[A-Za-z0-9_@-]+", made)
        assert len(made) <= LONGEST + len("append-5@")
        assert not made.startswith("-")
    assert slug(name) != name


def test_different_names_never_share_a_file() -> None:
    names = [*HOSTILE, "lib-copies", "elsewhere-x", "x", "a-b", "A-b", "Pima", "pima", "PIMA", slug("Pima"), slug("..")]
    made = [slug(name).lower() for name in names]  # as a file system that knows one case has them
    assert len(set(made)) == len(names)
    methods = ("gan", "gan-append-5", "gan-append-5@x", "gan-balance", "GAN", "gan-append:5")
    regimes = ("real", "balance", "append:5", "append:5x", "append:5@x", "append:5@x-balance", "append:5@X")
    stems = [draw_stem(method, regime, 0).lower() for method, regime in itertools.product(methods, regimes)]
    assert len(set(stems)) == len(stems)


@given(st.text(max_size=90), st.text(max_size=90))
def test_slugs_of_any_two_names(one: str, other: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", slug(one))
    assert (slug(one).lower() == slug(other).lower()) == (one == other)


def test_any_single_line_is_a_name() -> None:
    for name in HOSTILE:
        assert fault(name) is None
    assert fault("") == "is blank"
    assert fault("two\nlines") == r"holds the control character \n"
    assert fault("\x1b[2J") == r"holds the control character \x1b"
    assert fault("a\u202eb") == r"holds the control character \u202e"
    assert fault(None) == "is NoneType, not text"


def test_what_would_act_on_a_terminal_is_written_out() -> None:
    assert (
        printable("red \x1b[31m, bell \x07, caf\udce9, \u202egnp") == r"red \x1b[31m, bell \x07, caf\udce9, \u202egnp"
    )
    assert printable("Δ ± 日本\n\tnext") == "Δ ± 日本\n\tnext"


def test_no_cell_of_a_table_is_a_formula() -> None:
    for text in ("=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1"):
        assert cell(text).startswith("'")
        assert cell(text).isprintable()
    for plain in ("pima", "Δ F1", "a=1", "", 1.5, -1.5, None, True):
        assert cell(plain) is plain or cell(plain) == plain
    assert cell("red \x1b[31m") == r"red \x1b[31m"
