"""Standing as pictures: mean ranks, Elo, and the critical-difference diagram."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING

from bench.boards.board import Board, Name, Row
from bench.boards.figures import COLORS, blank, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def ranks(board: Board) -> Figure | None:
    """Mean rank of each method with its bootstrap interval; best on top. None where no test over tasks was possible."""
    return _intervals(board, "rank", "mean rank over tasks, 1 is best (95 % bootstrap interval over tasks)", -1)


def elo(board: Board) -> Figure | None:
    """Elo of each method with its bootstrap interval; best on top."""
    return _intervals(board, "elo", "Elo, mean 1000 (95 % bootstrap interval over tasks)", 1)


def _intervals(board: Board, key: str, says: str, sign: int) -> Figure | None:
    rows = [row for row in board.rows if row.get(f"{key}_mean") is not None]
    if board.kind != "standing" or not rows:
        return None
    rows.sort(key=lambda row: -sign * row[f"{key}_mean"])
    figure = blank(1.4 + 0.28 * len(rows))
    axes = figure.add_subplot()
    _marks(axes, rows, key)
    axes.set_yticks(range(len(rows)), [Name.of_row({"classifier": ""} | row).words for row in rows], fontsize=8)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel(says, fontsize=8)
    axes.tick_params(axis="x", labelsize=8)
    axes.grid(axis="x", linewidth=0.4, alpha=0.6)
    figure.legend(fontsize=8, loc="outside lower right", ncols=2)
    title(axes, board)
    return figure


def _marks(axes: Axes, rows: Sequence[Row], key: str) -> None:
    """A mark a row, on the line of its place; baselines in a colour of their own."""
    for baseline, single in product((False, True), repeat=2):
        places = [i for i, row in enumerate(rows) if _kind(row, key) == (baseline, single)]
        if places:
            color = COLORS[baseline]
            axes.errorbar(
                [rows[i][f"{key}_mean"] for i in places], places, fmt="o", color=color, markersize=5, capsize=2,
                xerr=None if single else _reach([rows[i] for i in places], key), linewidth=1.2,
                label="trivial baseline" if baseline else "method", markerfacecolor="white" if single else color,
            )  # fmt: skip


def _kind(row: Row, key: str) -> tuple[bool, bool]:
    """Whether it is a trivial baseline, and whether it has no interval, so that its mark is open."""
    return row["baseline"], row[f"{key}_low"] is None


def _reach(rows: Sequence[Row], key: str) -> list[list[float]]:
    """How far each interval reaches below and above its mean, at which a percentile interval of equal draws may miss
    by a rounding error."""
    return [
        [max(0.0, row[f"{key}_mean"] - row[f"{key}_low"]) for row in rows],
        [max(0.0, row[f"{key}_high"] - row[f"{key}_mean"]) for row in rows],
    ]


def critical_difference(board: Board) -> Figure | None:
    """Demsar's (2006) diagram, by scikit-posthocs: methods on the axis of mean ranks, a bar over those that Nemenyi's
    test at 0.05 cannot tell apart."""
    facts = board.facts
    if board.kind != "standing" or not facts or any(p is None for line in facts["nemenyi_p"] for p in line):
        return None
    import pandas as pd
    from scikit_posthocs import critical_difference_diagram

    names = facts["methods"]
    figure = blank(1.8 + 0.16 * len(names), 9.0)
    axes = figure.add_subplot()
    made = critical_difference_diagram(
        pd.Series(facts["mean_ranks"], index=names),
        pd.DataFrame(facts["nemenyi_p"], index=names, columns=names),
        ax=axes, label_fmt_left="{label} ({rank:.2f})  ", label_fmt_right="  ({rank:.2f}) {label}",
        label_props={"fontsize": 8}, crossbar_props={"color": "black"}, color_palette=dict.fromkeys(names, "black"),
    )  # fmt: skip
    for line in (line for bar in made["crossbars"] for line in bar):
        line.set_xdata(sorted(line.get_xdata()))  # it comes from a set of names, in another order in each process
    title(axes, board)
    says = (
        f"mean rank, 1 is best; critical difference {facts['critical_difference']:.2f} over {len(facts['tasks'])} tasks"
        f"\nFriedman's test: {facts['verdict']}"
    )
    axes.text(0.5, -0.02, says, transform=axes.transAxes, fontsize=8, ha="center", va="top")
    return figure
