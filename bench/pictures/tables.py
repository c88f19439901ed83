"""Tables: histograms, the scatter of two columns (also while training), statistics."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from bench.pictures import style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from bench.task import Array, Labels
    from bench.trial.samples import Sample

COLUMNS = 30
CATEGORIES = 8
STEPS = 5


def histograms(sample: Sample) -> Figure | None:
    """Up to 30 columns: the numeric ones that separate the classes best, then categorical ones. None without rows."""
    if not len(sample.synthetic):
        return None
    schema = sample.schema
    categorical = schema.categorical[: max(COLUMNS - len(sample.ranking), COLUMNS // 3)]
    shown = [*sample.ranking[: COLUMNS - len(categorical)], *categorical]
    columns = min(4 if len(shown) <= 12 else 6, len(shown))
    rows = math.ceil(len(shown) / columns)
    fig = style.figure(max(6.5, (2.9 if columns < 5 else 2.3) * columns + 1.3), 2.2 * rows + 1.2)
    axes = fig.subplots(rows, columns, squeeze=False).ravel()
    for ax, i in zip(axes, shown, strict=False):
        real, synthetic = sample.real[:, i], sample.synthetic[:, i]
        if schema.columns[i].numeric:
            _numbers(ax, real, synthetic)
        else:
            _categories(ax, real.astype(np.int64), synthetic.astype(np.int64), schema.columns[i].categories or ())
        ax.set_title(style.shorten(schema.columns[i].name, 26), fontsize=9)
        ax.set_yticks([])
        ax.tick_params(labelsize=7)
    for ax in axes[len(shown) :]:
        ax.set_visible(False)
    from matplotlib.patches import Patch

    real_patch = Patch(color=style.REAL, alpha=0.45, label=style.real_name(sample))
    style.legend_right(fig, [real_patch, Patch(fill=False, ec=style.SYNTHETIC, lw=1.6, label="synthetic")])
    notes = [f"{len(shown)} of {len(schema.columns)} columns"] if len(shown) < len(schema.columns) else []
    if sample.ranking:
        notes.append("numbers standardised on the training rows; values beyond the axis are counted in the last bin")
    note = "; ".join(notes)
    style.title(fig, sample, "columns", note)
    return fig


def _numbers(ax: Axes, real: NDArray[np.floating], synthetic: NDArray[np.floating]) -> None:
    low, high = style.limits(real, synthetic)
    bins = np.linspace(low, high, 31)
    for values in (real, synthetic):
        share = np.histogram(values.clip(low, high), bins)[0] / len(values)
        if values is real:
            ax.stairs(share, bins, fill=True, color=style.REAL, alpha=0.45)
        else:
            ax.stairs(share, bins, color=style.SYNTHETIC, lw=1.6)
    ax.set_xlim(low, high)


def _categories(ax: Axes, real: Labels, synthetic: Labels, names: tuple[str, ...]) -> None:
    values = np.array([float(name) if name.isdigit() else np.nan for name in names])
    numbers = values[~np.isnan(values)]
    years = len(numbers) > 2 * CATEGORIES and np.ptp(numbers) == len(numbers) - 1  # all from one to another: ages
    if years and not np.isnan(values[np.concatenate([real, synthetic])]).any():
        _numbers(ax, values[real], values[synthetic])
        return
    share = [np.bincount(codes, minlength=len(names)) / len(codes) for codes in (real, synthetic)]
    order = np.argsort(-np.maximum(*share), kind="stable")
    top, rest = np.sort(order[:CATEGORIES]), order[CATEGORIES:]  # in the order of the categories: bands of age keep it
    labels = [style.shorten(names[i], 9) for i in top]
    heights = [s[top] for s in share]
    if len(rest):
        labels.append(f"{len(rest)} more")
        heights = [np.append(h, s[rest].sum()) for h, s in zip(heights, share, strict=True)]
    at = np.arange(len(labels))
    ax.bar(at, heights[0], 0.8, color=style.REAL, alpha=0.45)
    ax.bar(at, heights[1], 0.8, fill=False, edgecolor=style.SYNTHETIC, lw=1.6)
    ax.set_xticks(at, labels, rotation=45, ha="right", fontsize=6.5)


def scatter(sample: Sample) -> Figure | None:
    """Real and synthetic rows side by side in two numeric columns, a colour a class. None with fewer than two."""
    if len(sample.ranking) < 2 or not len(sample.synthetic):
        return None
    panels = [
        (style.real_name(sample), sample.real, sample.y_real),
        ("synthetic", sample.synthetic, sample.y_synthetic),
    ]
    return _scatter(sample, panels, 4.3, "")


def progress(sample: Sample) -> Figure | None:
    """The same two columns over the steps of training (up to five), then the real rows. None without snapshots."""
    if len(sample.ranking) < 2 or not sample.snapshots or not len(sample.real):
        return None
    steps = sorted({shot.step for shot in sample.snapshots})
    chosen = sorted({steps[round(i)] for i in np.linspace(0, len(steps) - 1, min(STEPS, len(steps)))})
    panels = []
    for step in chosen:
        shots = [shot for shot in sample.snapshots if shot.step == step]
        rows, labels = (np.concatenate([getattr(shot, what) for shot in shots]) for what in ("rows", "labels"))
        panels.append((f"step {step:,}", rows, labels))
    panels.append((style.real_name(sample), sample.real, sample.y_real))
    return _scatter(sample, panels, 2.3, " while it trains")


def _scatter(sample: Sample, panels: list[tuple[str, Array, Labels]], width: float, what: str) -> Figure:
    """One panel each of (name, rows, labels), on common axes whose limits suit the real rows and the final draw."""
    from matplotlib.lines import Line2D

    pair = (0, 1) if len(sample.schema.columns) == 2 else sample.ranking[:2]  # of a plane its own axes, in order
    names = [style.shorten(sample.schema.columns[i].name, 26) for i in pair]
    fig = style.figure(width * len(panels) + 1.6, width + 0.9)
    axes = fig.subplots(1, len(panels), sharex=True, sharey=True)
    axes[0].set_xlim(*style.limits(sample.real[:, pair[0]], sample.synthetic[:, pair[0]]))
    axes[0].set_ylim(*style.limits(sample.real[:, pair[1]], sample.synthetic[:, pair[1]]))
    for ax, (name, rows, labels) in zip(axes, panels, strict=True):
        points = rows[:, list(pair)]
        size = 14 if len(rows) > 100 and width > 3 else 22 if width > 3 else 9
        colors = np.array(style.CLASSES)[labels % len(style.CLASSES)]
        ax.scatter(points[:, 0], points[:, 1], s=size, alpha=0.55, c=colors, linewidths=0)
        ax.set_title(name, fontsize=10, color=style.REAL if rows is sample.real else "black")
        ax.set_xlabel(names[0], fontsize=9)
        ax.tick_params(labelsize=8)
        ax.grid(alpha=0.3)
        style.note_outside(ax, points)
    axes[0].set_ylabel(names[1], fontsize=9)
    classes = np.unique(np.concatenate([labels for _, _, labels in panels]))[: len(style.CLASSES)]
    handles = []
    for c in classes:
        label = style.shorten(sample.schema.classes[c])
        handles.append(Line2D([], [], ls="", marker="o", color=style.CLASSES[c % len(style.CLASSES)], label=label))
    style.legend_right(fig, handles)
    style.title(fig, sample, " × ".join(names) + what)
    return fig


def statistics(sample: Sample) -> pd.DataFrame:
    """One line a column and kind: mean, sd and quantiles of a number; the commonest category and its share."""
    import pandas as pd

    lines = []
    for i, column in enumerate(sample.schema.columns):
        for kind, rows in (("real", sample.real), ("synthetic", sample.synthetic)):
            if column.numeric:
                low, middle, high = np.quantile(rows[:, i].astype(np.float64), [0.05, 0.5, 0.95])
                facts = {"mean": rows[:, i].mean(dtype=np.float64), "sd": rows[:, i].std(dtype=np.float64)}
                lines.append({"column": column.name, "rows": kind, **facts, "q05": low, "median": middle, "q95": high})
            else:
                codes, counts = np.unique(rows[:, i].astype(np.int64), return_counts=True)
                top = (column.categories or ())[codes[counts.argmax()]]
                facts = {"commonest": top, "share": counts.max() / len(rows), "categories": len(codes)}
                lines.append({"column": column.name, "rows": kind, **facts})
    return pd.DataFrame(lines)
