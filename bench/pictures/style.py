"""What all pictures share: colours, titles, and limits that a few wild rows do not spoil."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from bench.samples import Sample

# Okabe and Ito's palette, which colour-blind readers tell apart
REAL, SYNTHETIC = "#0072B2", "#D55E00"
CLASSES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999", "#882255", "#332288")
GREY = "#666666"
DPI = 110


def figure(width: float, height: float) -> Figure:
    """A figure without a display, in inches; the layout leaves room for what is drawn outside the axes."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DPI, layout="constrained")


def title(fig: Figure, sample: Sample, what: str, note: str = "") -> None:
    """Two or three lines over the figure: what it shows; where the rows come from; an optional note."""
    rows = f"{len(sample.synthetic):,} of {sample.n_synthetic:,} synthetic rows, {len(sample.real):,} training rows"
    facts = f"{rows} · regime {sample.regime} · seed {sample.seed} · budget {sample.budget}"
    simulated = sample.source == "simulated"
    source = "SIMULATED data" if simulated else f"{sample.source} data"
    fig.suptitle(f"{sample.task} × {sample.method}: {what}", fontsize=12, fontweight="bold")
    text = f"{source} · {facts}" + (f"\n{note}" if note else "")
    # A supxlabel takes part in the layout, so it never covers the axes; it is the figure's caption.
    fig.supxlabel(text, fontsize=8, color="#B00020" if simulated else GREY)


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


def outside(values: NDArray[np.floating], low: float, high: float) -> int:
    return int(((values < low) | (values > high)).sum())


def note_outside(ax: Axes, count: int) -> None:
    """Say how many points the limits leave out, so that nothing vanishes silently."""
    if count:
        text = f"{count:,} synthetic outside"
        ax.text(0.99, 0.99, text, transform=ax.transAxes, ha="right", va="top", fontsize=7, color=SYNTHETIC)


def legend_right(fig: Figure, handles: list[Any], labels: list[str] | None = None) -> None:
    """One legend to the right of all axes."""
    names = labels if labels is not None else [handle.get_label() for handle in handles]
    fig.legend(handles, names, loc="outside right upper", fontsize=9, frameon=False, markerscale=1.5)


def shorten(text: str, length: int = 18) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
