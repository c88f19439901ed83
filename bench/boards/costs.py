"""What a gain costs: quality against seconds, CPU seconds, joules or memory, with the front that nothing beats."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.boards.board import Board, Row
from bench.boards.cells import use
from bench.boards.figures import blank, keys, sign, styles, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Price:
    """One way to count a cost: how the axis names it, and what a row paid (None: not known)."""

    label: str
    overall: str
    of: Callable[[Row], float | None]


def _both(phase: str) -> Callable[[Row], float | None]:
    """Fit and sample together, at least a millisecond, so that a logarithmic axis holds it."""

    def paid(row: Row) -> float | None:
        fit = row.get(f"fit{phase}")
        return None if fit is None else max(fit + (row.get(f"sample{phase}") or 0.0), 1e-3)

    return paid


def _memory(row: Row) -> float | None:
    """Of an accelerator's memory where it was used, else resident memory that a phase added; MB."""
    return row.get("peak_device_mb") or row.get("peak_rss_mb")


PRICES: Mapping[str, Price] = {
    "cost": Price("wall seconds (fit and sample, mean over seeds)", "wall seconds (fit and sample, medians over tasks)",
                  _both("_s")),
    "cpu": Price("CPU seconds (fit and sample, mean over seeds)", "CPU seconds (fit and sample, medians over tasks)",
                 _both("_cpu_s")),
    "memory": Price("memory that a phase added at its peak (MB, largest over seeds)",
                    "memory that a phase added at its peak (MB, largest)", _memory),
    "energy": Price("joules of the whole device (all phases, mean over seeds)", "joules (median over tasks)",
                    lambda row: row.get("energy_j")),
}  # fmt: skip


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


def cost(board: Board, kind: str = "cost") -> Figure | None:
    """The difference to the reference against one of ``PRICES``, with the Pareto front; None where no row has both.

    Rows that train on synthetic rows alone have a panel of their own: they lie far below the others. Doing nothing
    costs nothing and gains nothing: it is the dashed line, and the front starts beside it.
    """
    says, price = keys(board)[1], PRICES[kind]
    panels = _panels(board, price)
    if not panels:
        return None
    figure = blank(5.0, 5.6 * len(panels) if len(panels) > 1 else 8.5)
    marks = styles([row for _, found in panels for row in found])
    names = []
    for i, (name, found) in enumerate(panels):
        axes = figure.add_subplot(1, len(panels), i + 1)
        paid = [value for row in found if (value := price.of(row)) is not None]
        names += [(axes, *named) for named in _panel(axes, board, found, paid, marks)]
        if i == 0:
            title(axes, board)
        if len(panels) > 1:
            axes.text(0.01, 0.99, name, transform=axes.transAxes, fontsize=8, va="top", style="italic")
        axes.set_xlabel(price.overall if board.kind == "overall" else price.label, fontsize=8)
        axes.set_ylabel(says if i == 0 else "", fontsize=8)
    _legend(figure)
    figure.draw_without_rendering()  # so that every axes has its place before names are put beside points
    for axes, row, point, bold in names:
        _name(axes, row, point, bold)
    return figure


def _panels(board: Board, price: Price) -> list[tuple[str, list[Row]]]:
    """The rows of each panel that has any: those with a difference and a price, but the reference."""
    mean = f"{keys(board)[0]}_mean"
    rows = [row for row in board.rows if row[mean] is not None and price.of(row) is not None]
    found: dict[str, list[Row]] = {"added": [], "tstr": []}
    for row in rows:
        if not board.is_reference(row):
            found[use(row["regime"])].append(row)
    names = {"added": "real rows and what a method makes of them", "tstr": "trained on synthetic rows alone (tstr)"}
    return [(names[name], some) for name, some in found.items() if some]


def _panel(
    axes: Axes, board: Board, rows: Sequence[Row], paid: Sequence[float], marks: Mapping[str, tuple[str, str]]
) -> list[tuple[Row, tuple[float, float], bool]]:
    """Draw the points and the front; returns the points to name, and whether each is on the front."""
    values = [row[f"{keys(board)[0]}_mean"] for row in rows]
    for name, (color, marker) in marks.items():
        mine = [i for i, row in enumerate(rows) if row["classifier"] == name]
        axes.scatter([paid[i] for i in mine], [values[i] for i in mine], color=color, marker=marker, s=28, label=name)
    front = pareto([(c, sign(board) * v) for c, v in zip(paid, values, strict=True)])
    across = [*(paid[i] for i in front), max(paid)]  # the last step runs on to the dearest point
    up = [values[i] for i in [*front, front[-1]]]
    axes.step(across, up, where="post", color="grey", linewidth=1.0, label="Pareto front", zorder=0)
    axes.axhline(0, color="black", linewidth=0.8, linestyle="--", label=board.baseline)
    if max(paid) > 10 * min(paid):
        axes.set_xscale("log")
    axes.margins(x=0.18, y=0.12)
    axes.grid(linewidth=0.4, alpha=0.6)
    axes.tick_params(labelsize=8)
    named = _named(rows, front, [sign(board) * value for value in values])
    return [(rows[i], (paid[i], values[i]), i in front) for i in named]


def _named(rows: Sequence[Row], front: Sequence[int], values: Sequence[float]) -> list[int]:
    """The points that get a name: those on the front first, and of every other method its best; no name twice."""
    named: list[int] = []
    for i in [*sorted(front, key=lambda i: -values[i]), *sorted(range(len(rows)), key=lambda i: -values[i])]:
        if all(rows[j]["method"] != rows[i]["method"] for j in named):
            named.append(i)
    return named


#: where a name may stand beside its point, in points; the first free place is taken
_PLACES = tuple((x, y) for y in (5, -11, 14, -20, 23, -29) for x in (5, -5))


def _name(axes: Axes, row: Row, point: tuple[float, float], bold: bool) -> None:
    """Write the method beside its point where no other name stands; a name without room is left out."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = axes.get_figure(root=True)
    assert figure is not None
    renderer = FigureCanvasAgg(figure).get_renderer()
    taken = [text.get_window_extent(renderer) for text in axes.texts]
    inside = axes.get_window_extent(renderer)
    for x, y in _PLACES:
        text = axes.annotate(
            row["method"], point, xytext=(x, y), textcoords="offset points", fontsize=7,
            color="black" if bold else "dimgrey", ha="left" if x > 0 else "right",
        )  # fmt: skip
        box = text.get_window_extent(renderer)
        if inside.x0 < box.x0 and box.x1 < inside.x1 and not any(box.overlaps(other) for other in taken):
            return
        text.remove()


def _legend(figure: Figure) -> None:
    """One legend for all panels, each name once."""
    found: dict[str, Any] = {}
    for axes in figure.axes:
        handles, labels = axes.get_legend_handles_labels()
        found |= zip(map(str, labels), handles, strict=True)
    figure.legend(list(found.values()), list(found), fontsize=8, loc="outside lower right", ncols=len(found))
