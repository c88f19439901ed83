"""What all pictures share: colours, titles, and limits that a few wild rows do not spoil."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from bench.trial.samples import Sample

# Okabe and Ito's palette, which colour-blind readers tell apart
REAL, SYNTHETIC = "#0072B2", "#D55E00"
CLASSES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999", "#882255", "#332288")
GREY = "#666666"
DPI = 110


def figure(width: float, height: float) -> Figure:
    """A figure without a display, in inches; the layout leaves room for what is drawn outside the axes."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DPI, layout="constrained")


def title(fig: Figure, sample: Sample, what: str, note: str = "", rows: str | None = None) -> None:
    """A title over the figure, and below it a caption: where the rows come from, how many, which run; then ``note``.

    ``rows`` says how many where a figure shows others than the sample's.
    """
    simulated = sample.source == "simulated"
    color = "#B00020" if simulated else GREY
    source = "SIMULATED" if simulated else sample.source
    if rows is None:
        drawn = f"{len(sample.synthetic):,} of {sample.n_synthetic:,} synthetic rows"
        rows = f"{drawn if sample.n_synthetic else 'training has not ended'}, {len(sample.real):,} training rows"
    facts = f"{source} data · {rows} · regime {sample.regime} · seed {sample.seed} · budget {sample.budget}"
    heading = f"{sample.task} × {sample.method}: {what}" + (" (SIMULATED data)" if simulated else "")
    fig.suptitle(heading, x=0.01, ha="left", fontsize=11, fontweight="bold", color=color if simulated else "black")
    # A supxlabel takes part in the layout, so the caption never covers the axes.
    fig.supxlabel(f"{facts}\n{note}" if note else facts, x=0.01, ha="left", fontsize=8, color=color)


def limits(real: NDArray[np.floating], synthetic: NDArray[np.floating]) -> tuple[float, float]:
    """Axis limits: the real values, and the middle 98 % of the synthetic ones as far as twice the real span away."""
    low, high = (float(v) for v in np.quantile(real, [0.001, 0.999]))
    span = max(high - low, 1e-6 + 1e-3 * abs(high))
    if len(synthetic):
        below, above = np.quantile(synthetic, [0.01, 0.99])
        low = min(low, max(float(below), low - 2 * span))
        high = max(high, min(float(above), high + 2 * span))
    margin = 0.04 * (high - low) or 0.5
    return low - margin, high + margin


def note_outside(ax: Axes, points: NDArray[np.floating]) -> None:
    """Say how many of the points (n, 2) the axes' limits leave out, so that nothing vanishes silently."""
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    x, y = points.T
    count = int(((x < left) | (x > right) | (y < bottom) | (y > top)).sum())
    if count:
        text = f"{count:,} outside"
        ax.text(0.99, 0.99, text, transform=ax.transAxes, ha="right", va="top", fontsize=7, color=GREY)


def legend_right(fig: Figure, handles: list[Any], labels: list[str] | None = None) -> None:
    """One legend to the right of all axes."""
    names = labels if labels is not None else [handle.get_label() for handle in handles]
    fig.legend(handles, names, loc="outside right center", fontsize=9, frameon=False, markerscale=1.5)


def real_name(sample: Sample) -> str:
    """What the training rows are called in legends; those of a stand-in are never called real."""
    return "training (simulated)" if sample.source == "simulated" else "real (training)"


def shorten(text: str, length: int = 18) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
