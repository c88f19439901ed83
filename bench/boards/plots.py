"""Pictures of boards: what augmenting gains with its uncertainty, and what it costs.

Static pictures (PNG, and SVG if asked for) drawn by matplotlib without a display. A picture says the source as loudly
as the board does.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.boards.cells import higher_is_better, label
from bench.boards.formats import stems
from bench.boards.tables import REFERENCE, Board, Row
from bench.errors import BenchError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Okabe and Ito's colours, told apart by most colour-blind readers, without the yellow that white paper swallows
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
#: rows that a picture has room for; the best by the board's order are kept and the rest is said
ROOM = 60


def write(boards: Sequence[Board], folder: Path, formats: Sequence[str] = ("png",)) -> list[Path]:
    """Draw each board that has something to draw: ``pima.png`` (gains) and ``pima.cost.png``. Returns the paths.

    Raises ``BenchError`` where the folder cannot be written.
    """
    from matplotlib import rc_context

    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for board, stem in zip(boards, stems(boards), strict=True):
            for name, figure in ((stem, gains(board)), (f"{stem}.cost", cost(board))):
                if figure is None:
                    continue
                for fmt in formats:
                    path, temporary = folder / f"{name}.{fmt}", folder / f".{name}.{os.getpid()}.{fmt}"
                    with rc_context({"svg.hashsalt": "augbench"}):  # so that the same board gives the same file
                        figure.savefig(temporary, dpi=130, metadata={"Date": None} if fmt == "svg" else None)
                    os.replace(temporary, path)
                    paths.append(path)
    except OSError as error:
        raise BenchError(f"pictures cannot be written into {folder}: {error.strerror}") from error
    return paths


def _keys(board: Board) -> tuple[str, str]:
    """Where a row keeps its difference to none, and what the axis says."""
    if board.kind == "overall":
        return "gain", "mean gain over none/real, each task in its own metric"
    arrow = "" if higher_is_better(board.primary) else ", lower is better"
    return f"{board.primary}_diff", f"difference in {label(board.primary)} to none/real at matched seeds{arrow}"


def _figure(height: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(8.5, height), layout="constrained")


def _styles(rows: Sequence[Row]) -> dict[str, tuple[str, str]]:
    """Colour and marker of each classifier, the same in both pictures of a board."""
    names = sorted({row["classifier"] for row in rows})
    return {name: (COLORS[i % len(COLORS)], MARKERS[i % len(MARKERS)]) for i, name in enumerate(names)}


def _title(axes: Axes, board: Board) -> None:
    seeds = board.notes[0].split(";")[0] if board.kind == "task" else ""
    loud = board.source != "real"
    text = board.heading + (f"\n{seeds}" if seeds else "")
    axes.set_title(text, loc="left", fontsize=9, color="#B00020" if loud else "black")


def gains(board: Board) -> Figure | None:
    """Forest plot: one line a method and regime, one mark a classifier, with the board's 95 % intervals.

    None where no row has a difference to none/real.
    """
    key, says = _keys(board)
    rows = [row for row in board.rows if row[f"{key}_mean"] is not None]
    if not rows:
        return None
    sign = 1 if board.kind == "overall" or higher_is_better(board.primary) else -1
    styles = _styles(rows)
    best: dict[tuple[str, str], float] = {}
    for row in rows:
        place = row["method"], row["regime"]
        best[place] = max(best.get(place, -math.inf), sign * row[f"{key}_mean"])
    order = sorted(best, key=lambda place: (-best[place], place))
    shown, left = order[:ROOM], len(order) - ROOM
    figure = _figure(1.8 + 0.3 * len(shown))
    axes = figure.add_subplot()
    step = 0.7 / len(styles)
    for i, (name, (color, marker)) in enumerate(styles.items()):
        offset = step * (i - (len(styles) - 1) / 2)
        for single in (False, True):
            marks = [
                (row[f"{key}_mean"], shown.index((row["method"], row["regime"])) + offset, row[f"{key}_ci95"] or 0.0)
                for row in rows
                if row["classifier"] == name
                and (row["method"], row["regime"]) in shown
                and (row[f"{key}_ci95"] is None) == single
            ]
            if marks:
                x, y, half = zip(*marks, strict=True)
                axes.errorbar(
                    x, y, xerr=None if single else half, fmt=marker, color=color, markersize=4.5, capsize=2,
                    linewidth=1.2, markerfacecolor="white" if single else color,
                    label=f"{name}, no interval" if single else name,
                )  # fmt: skip
    axes.axvline(0, color="black", linewidth=0.8, linestyle="--")
    axes.set_yticks(range(len(shown)), [f"{method} · {regime}" for method, regime in shown], fontsize=8)
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.set_xlabel(f"{says} (95 % interval)" + (f"; {left} more rows in the table" if left > 0 else ""), fontsize=8)
    axes.grid(axis="x", linewidth=0.4, alpha=0.6)
    axes.legend(fontsize=8, loc="best", framealpha=0.9)
    _title(axes, board)
    return figure


def pareto(points: Sequence[tuple[float, float]]) -> list[int]:
    """Indices of the points that no other beats: cheaper (first number) and better (second, more is better)."""
    front = []
    for i, (cost_i, value_i) in enumerate(points):
        beaten = any(
            c <= cost_i and v >= value_i and (c < cost_i or v > value_i) for j, (c, v) in enumerate(points) if j != i
        )
        if not beaten:
            front.append(i)
    return sorted(front, key=lambda i: points[i])


def _named(rows: Sequence[Row], front: Sequence[int], values: Sequence[float]) -> list[int]:
    """The points that get a name: what is on the front, and of every other method its best; no name twice."""
    named: list[int] = []
    for i in [*sorted(front, key=lambda i: -values[i]), *sorted(range(len(rows)), key=lambda i: -values[i])]:
        same = [j for j in named if rows[j]["method"] == rows[i]["method"]]
        if not same or (i in front and all(rows[j]["regime"] != rows[i]["regime"] for j in same)):
            named.append(i)
    return named


def cost(board: Board) -> Figure | None:
    """Seconds to fit and sample, on a logarithmic axis, against the difference to none/real, with the Pareto front.

    Doing nothing costs nothing and gains nothing: it is the dashed line, and the front starts above it.
    """
    key, says = _keys(board)
    rows = [row for row in board.rows if row[f"{key}_mean"] is not None and row["fit_s"] is not None]
    rows = [row for row in rows if (row["method"], row["regime"]) != REFERENCE]
    if not rows:
        return None
    sign = 1 if board.kind == "overall" or higher_is_better(board.primary) else -1
    seconds = [max(row["fit_s"] + (row.get("sample_s") or 0.0), 1e-3) for row in rows]
    values = [row[f"{key}_mean"] for row in rows]
    figure = _figure(5.2)
    axes = figure.add_subplot()
    for name, (color, marker) in _styles(rows).items():
        mine = [i for i, row in enumerate(rows) if row["classifier"] == name]
        axes.scatter(
            [seconds[i] for i in mine], [values[i] for i in mine], color=color, marker=marker, s=28, label=name
        )
    front = pareto([(s, sign * v) for s, v in zip(seconds, values, strict=True)])
    ends = [*front, front[-1]]  # the last step runs on to the dearest point
    across = [*(seconds[i] for i in front), max(seconds)]
    up = [values[i] for i in ends]
    axes.step(across, up, where="post", color="grey", linewidth=1.0, label="Pareto front", zorder=0)
    for i in _named(rows, front, [sign * value for value in values]):
        row, best = rows[i], i in front
        name = f"{row['method']} · {row['regime']}" if best else row["method"]
        right = seconds[i] > 0.5 * max(seconds) and len(set(seconds)) > 1  # there the name would leave the picture
        axes.annotate(
            name, (seconds[i], values[i]), xytext=(-4 if right else 4, 5), textcoords="offset points",
            fontsize=7, color="black" if best else "dimgrey", ha="right" if right else "left",
        )  # fmt: skip
    axes.axhline(0, color="black", linewidth=0.8, linestyle="--")
    axes.set_xscale("log")
    axes.margins(x=0.15)
    what = "fit, median over tasks" if board.kind == "overall" else "fit and sample, mean over seeds"
    axes.set_xlabel(f"seconds ({what})", fontsize=8)
    axes.set_ylabel(says, fontsize=8)
    axes.grid(linewidth=0.4, alpha=0.6)
    axes.legend(fontsize=8, loc="best", framealpha=0.9)
    _title(axes, board)
    return figure
