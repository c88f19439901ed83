"""Trivial baselines on a board: which rows they are, and whether anything beats the best of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.boards.cells import TRIVIAL, higher_is_better, label, use

Row = dict[str, Any]
MARK = "†"


def notes(rows: Sequence[Row], pairs: Sequence[Row], primary: str) -> list[str]:
    """The best of the other methods against the best trivial baseline, classifier by classifier; loud where none of
    them is ahead with any classifier. Rows that train on synthetic rows alone are not in it."""
    scored = [row for row in rows if row[f"{primary}_mean"] is not None and use(row["regime"]) == "added"]
    parts, ahead = [], False
    for classifier in sorted({row["classifier"] for row in scored}):
        mine = [row for row in scored if row["classifier"] == classifier]
        # rows are in the board's order, so that the first of its kind is the best
        base = next((row for row in mine if row["method"] in TRIVIAL), None)
        best = next((row for row in mine if row["method"] not in TRIVIAL), None)
        if base is None or best is None:
            continue
        sign = 1 if higher_is_better(primary) else -1
        ahead = ahead or sign * (best[f"{primary}_mean"] - base[f"{primary}_mean"]) > 0
        parts.append(f"{classifier}: {_name(best)} against {_name(base)} {_difference(best, base, pairs)}")
    if not any(row["method"] in TRIVIAL for row in rows):
        return []
    lines = [f"{MARK} trivial baseline: nothing is learned from the rows to draw new ones"]
    if parts and not ahead:
        lines.append(f"NO METHOD BEATS THE BEST TRIVIAL BASELINE in {label(primary)}: {'; '.join(parts)}")
    elif parts:
        lines.append(f"best method against best trivial baseline, Δ {label(primary)}: {'; '.join(parts)}")
    return lines


def _name(row: Row) -> str:
    return f"{row['method']}/{row['regime']}"


def _difference(best: Row, base: Row, pairs: Sequence[Row]) -> str:
    """The pair's difference, best minus base, with its interval and verdict."""
    for pair in pairs:
        if pair["classifier"] != best["classifier"]:
            continue
        a, b = (pair["method_a"], pair["regime_a"]), (pair["method_b"], pair["regime_b"])
        ours, theirs = (best["method"], best["regime"]), (base["method"], base["regime"])
        if (a, b) in ((ours, theirs), (theirs, ours)):
            turned = a != ours
            half, word = pair["diff_ci95"], pair["verdict"]
            if turned and word in ("better", "worse"):
                word = "worse" if word == "better" else "better"
            mean = -pair["diff_mean"] if turned else pair["diff_mean"]
            more = f" ± {half:.3f}" if half is not None else ""
            return f"{mean:+z.3f}{more}{f', {word}' if word else ''}".replace("-", "−")
    return "at no matched seed"
