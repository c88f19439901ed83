"""Trivial baselines on a board: which rows they are, and whether anything beats the best of them."""

from __future__ import annotations

from collections.abc import Sequence

from bench.boards.board import Name, Row
from bench.boards.cells import higher_is_better, label, use
from bench.boards.choice import best
from bench.boards.statistics import side
from bench.boards.training import words

MARK = "†"


def notes(rows: Sequence[Row], pairs: Sequence[Row], primary: str) -> list[str]:
    """The best of the other methods against the best trivial baseline, classifier by classifier, both chosen on
    validation rows; loud where none of them is ahead with any classifier. Rows that train on synthetic rows alone are
    not in it."""
    if not any(row["baseline"] for row in rows):
        return []
    lines = [
        f"{MARK} trivial baseline: nothing is learned from the rows to draw new ones; the best of these, and of the "
        "methods, are those of validation rows"
    ]
    duels = _duels(rows, primary)
    parts = [
        f"{one['classifier']}: {_name(one)}{words(one)} against {_name(base)} {_difference(one, base, pairs)}"
        for one, base in duels
    ]
    sign, mean = 1 if higher_is_better(primary) else -1, f"{primary}_mean"
    if parts and not any(sign * (one[mean] - base[mean]) > 0 for one, base in duels):
        lines.append(f"NO METHOD BEATS THE BEST TRIVIAL BASELINE in {label(primary)}: {'; '.join(parts)}")
    elif parts:
        lines.append(f"best method against best trivial baseline, Δ {label(primary)}: {'; '.join(parts)}")
    return lines


def _duels(rows: Sequence[Row], primary: str) -> list[tuple[Row, Row]]:
    """By classifier the best of the methods and the best of the trivial baselines, wherever there are both."""
    scored = [row for row in rows if row[f"{primary}_mean"] is not None and use(row["regime"]) == "added"]
    found = []
    for classifier in sorted({row["classifier"] for row in scored}):
        mine = [row for row in scored if row["classifier"] == classifier]
        base = best((row for row in mine if row["baseline"]), primary)
        other = best((row for row in mine if not row["baseline"]), primary)
        if base and other:
            found.append((other, base))
    return found


def _name(row: Row) -> str:
    return f"{row['method']}/{row['regime']}"


def _difference(best: Row, base: Row, pairs: Sequence[Row]) -> str:
    """The pair's difference, best minus base, with its interval and verdict."""
    names = Name.of_row(best), Name.of_row(base)
    for pair in pairs:
        sides = side(pair, "a"), side(pair, "b")
        if sides == names:
            return _text(pair["diff_mean"], pair["diff_ci95"], pair["verdict"])
        if sides == names[::-1]:
            turned = {"better": "worse", "worse": "better"}.get(pair["verdict"], pair["verdict"])
            return _text(-pair["diff_mean"], pair["diff_ci95"], turned)
    return "at no matched seed"


def _text(mean: float, half: float | None, word: str | None) -> str:
    more = f" ± {half:.3f}" if half is not None else ""
    return f"{mean:+z.3f}{more}{f', {word}' if word else ''}".replace("-", "−")
