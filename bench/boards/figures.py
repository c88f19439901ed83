"""What every picture of a board shares, and the forest plot of paired gains."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bench.boards.board import NO_AUGMENTATION, Board, Name, Row, half
from bench.boards.cells import higher_is_better, label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Okabe and Ito's colours, told apart by most colour-blind readers, without the yellow that white paper swallows
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
#: rows that a picture has room for; the best by the board's order are kept and the rest is said
ROOM = 60
#: intervals are cut at this many times the span of the means, so that one of two tasks does not hide the others
REACH = 1.0


def keys(board: Board) -> tuple[str, str]:
    """Where a row keeps its difference to the reference, and what the axis says."""
    if board.kind == "overall":
        return "gain", f"mean gain over {board.baseline}, each task in its own metric"
    arrow = "" if higher_is_better(board.primary) else ", lower is better"
    return f"{board.primary}_diff", f"difference in {label(board.primary)} to {board.baseline} at matched seeds{arrow}"


def sign(board: Board) -> int:
    """1 where more of the board's difference is better, else -1."""
    return 1 if board.kind == "overall" or higher_is_better(board.primary) else -1


def blank(height: float, width: float = 8.5) -> Figure:
    """A figure that needs no display; sizes in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def styles(rows: Sequence[Row]) -> dict[str, tuple[str, str]]:
    """Colour and marker of each classifier, the same in all pictures of a board."""
    names = sorted({row["classifier"] for row in rows})
    return {name: (COLORS[i % len(COLORS)], MARKERS[i % len(MARKERS)]) for i, name in enumerate(names)}


def seeds(board: Board) -> str:
    """``"5 seeds"``, ``"4 to 5 seeds"``: how many ended well, over the rows that have any."""
    counts = [row["seeds_ok"] for row in board.rows if row.get("seeds_ok")]
    if not counts:
        return ""
    low, high = min(counts), max(counts)
    return f"{low} to {high} seeds" if low < high else f"{low} seed{'s' if low > 1 else ''}"


def title(axes: Axes, board: Board) -> None:
    """The board's heading, in red where the rows are not real ones."""
    loud = board.source != "real"
    lines = [*textwrap.wrap(board.heading, 95), seeds(board)]  # 95 characters of this size are a picture's width
    axes.set_title("\n".join(filter(None, lines)), loc="left", fontsize=9, color="#B00020" if loud else "black")


def gains(board: Board) -> Figure | None:
    """Forest plot: one line a method and regime, one mark a classifier, with the board's 95 % intervals.

    None where no row has a difference to the reference.
    """
    key, says = keys(board)
    found = [row for row in board.rows if row[f"{key}_mean"] is not None]
    if not found:
        return None
    lines = _lines(found, f"{key}_mean", sign(board))
    shown = lines[:ROOM]
    rows = [row for row in found if Name.of_row(row).unit in shown]
    figure = blank(1.8 + 0.3 * len(shown))
    axes = figure.add_subplot()
    _marks(axes, rows, key, {unit: i for i, unit in enumerate(shown)})
    axes.axvline(0, color="black", linewidth=0.8, linestyle="--")
    axes.set_yticks(range(len(shown)), [_line(unit) for unit in shown], fontsize=8)
    axes.set_ylim(len(shown) - 0.5, -0.5)
    more = [f"{len(lines) - ROOM} more rows in the table"] if len(lines) > ROOM else []
    if _cut(axes, [row[f"{key}_mean"] for row in rows]):
        more.append("long intervals run out of the picture")
    axes.set_xlabel("; ".join((f"{says} (95 % interval)", *more)), fontsize=8)
    axes.tick_params(axis="x", labelsize=8)
    axes.grid(axis="x", linewidth=0.4, alpha=0.6)
    figure.legend(fontsize=8, loc="outside lower right", ncols=4)
    title(axes, board)
    return figure


def _lines(rows: Sequence[Row], mean: str, sign: int) -> list[Name]:
    """Every method in its regime, by the best that any classifier makes of it."""
    best: dict[Name, float] = {}
    for row in rows:
        unit = Name.of_row(row).unit
        best[unit] = max(best.get(unit, -math.inf), sign * row[mean])
    return sorted(best, key=lambda unit: (-best[unit], unit.order))


def _line(unit: Name) -> str:
    """The name in full, ``none · real`` where others say ``none``."""
    if unit.regime == NO_AUGMENTATION:
        unit = unit._replace(method=f"{unit.method} · {NO_AUGMENTATION}")
    return unit.words


def _marks(axes: Axes, rows: Sequence[Row], key: str, lines: Mapping[Name, int]) -> None:
    """Draw a classifier's marks beside the others' on each line; an open mark has no interval."""
    marks = styles(rows)
    step = 0.7 / len(marks)
    for i, (name, (color, marker)) in enumerate(marks.items()):
        offset = step * (i - (len(marks) - 1) / 2)
        mine = [row for row in rows if row["classifier"] == name]
        for single in (False, True):
            found = [row for row in mine if (half(row, key) is None) == single]
            if found:
                axes.errorbar(
                    [row[f"{key}_mean"] for row in found], [lines[Name.of_row(row).unit] + offset for row in found],
                    xerr=None if single else _reach(found, key), fmt=marker, color=color,
                    markersize=4.5, capsize=2, linewidth=1.2, markerfacecolor="white" if single else color,
                    label=f"{name}, no interval" if single else name,
                )  # fmt: skip


def _reach(rows: Sequence[Row], key: str) -> list[float]:
    return [half(row, key) or 0.0 for row in rows]


def _cut(axes: Axes, means: Sequence[float]) -> bool:
    """Keep every mean and zero in sight, and of the intervals what lies near them; True if some are cut."""
    low, high = min(0.0, *means), max(0.0, *means)
    span = (high - low) or 1.0
    left, right = axes.get_xlim()
    axes.set_xlim(max(left, low - REACH * span), min(right, high + REACH * span))
    return left < low - REACH * span or right > high + REACH * span
