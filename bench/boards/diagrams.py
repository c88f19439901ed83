"""Standing as pictures: mean ranks, Elo, and the critical-difference diagram."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.boards.figures import COLORS, blank, title
from bench.boards.tables import Board, Row

if TYPE_CHECKING:
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
    for baseline, color, label in ((False, COLORS[0], "method"), (True, COLORS[1], "trivial baseline")):
        for single in (False, True):  # an open mark has no interval
            drawn = [
                (i, row)
                for i, row in enumerate(rows)
                if row["baseline"] == baseline and (row[f"{key}_low"] is None) == single
            ]
            if not drawn:
                continue
            x = [row[f"{key}_mean"] for _, row in drawn]
            # a percentile interval of equal draws may miss its mean by a rounding error
            below = [max(0.0, row[f"{key}_mean"] - row[f"{key}_low"]) for _, row in drawn] if not single else None
            above = [max(0.0, row[f"{key}_high"] - row[f"{key}_mean"]) for _, row in drawn] if not single else None
            axes.errorbar(
                x, [i for i, _ in drawn], xerr=None if below is None or above is None else [below, above], fmt="o",
                color=color, markersize=5, capsize=2, linewidth=1.2, label=label,
                markerfacecolor="white" if single else color,
            )  # fmt: skip
    axes.set_yticks(range(len(rows)), [_named(row) for row in rows], fontsize=8)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel(says, fontsize=8)
    axes.tick_params(axis="x", labelsize=8)
    axes.grid(axis="x", linewidth=0.4, alpha=0.6)
    figure.legend(fontsize=8, loc="outside lower right", ncols=2)
    title(axes, board)
    return figure


def _named(row: Row) -> str:
    return str(row["method"]) if row["regime"] == "real" else f"{row['method']} · {row['regime']}"


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
    )
    axes.text(0.5, -0.02, says, transform=axes.transAxes, fontsize=8, ha="center", va="top")
    return figure
