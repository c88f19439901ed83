"""Tables: histograms, the scatter of two columns (also while training), category frequencies, statistics."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from bench.pictures import style
from bench.points import category_counts

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from bench.samples import Sample
    from bench.task import Array, Labels

COLUMNS = 12
CATEGORIES = 8
STEPS = 5


def histograms(sample: Sample) -> Figure | None:
    """Up to 12 columns: the numeric ones that separate the classes best, then categorical ones. None without rows."""
    if not len(sample.synthetic):
        return None
    schema = sample.schema
    categorical = schema.categorical[: max(COLUMNS - len(sample.ranking), COLUMNS // 3)]
    shown = [*sample.ranking[: COLUMNS - len(categorical)], *categorical]
    columns = min(4, len(shown))
    rows = math.ceil(len(shown) / columns)
    fig = style.figure(max(6.5, 2.9 * columns + 1.3), 2.2 * rows + 1.2)
    axes = fig.subplots(rows, columns, squeeze=False).ravel()
    for ax, i in zip(axes, shown, strict=False):
        real, fake = sample.real[:, i], sample.synthetic[:, i]
        if schema.columns[i].numeric:
            _numbers(ax, real, fake)
        else:
            _categories(ax, real, fake, schema.columns[i].categories or ())
        ax.set_title(style.shorten(schema.columns[i].name, 26), fontsize=9)
        ax.set_yticks([])
        ax.tick_params(labelsize=7)
    for ax in axes[len(shown) :]:
        ax.set_visible(False)
    from matplotlib.patches import Patch

    kinds = (Patch(color=style.REAL, alpha=0.45, label="real (training)"),)
    style.legend_right(fig, [*kinds, Patch(fill=False, ec=style.SYNTHETIC, lw=1.6, label="synthetic")])
    of = f"{len(shown)} of {len(schema.columns)} columns; " if len(shown) < len(schema.columns) else ""
    note = f"{of}numbers standardised on the training rows; values beyond the axis are counted in the last bin"
    style.title(fig, sample, "columns", note)
    return fig


def _numbers(ax: Axes, real: Array, fake: Array) -> None:
    low, high = style.limits(real, fake)
    bins = np.linspace(low, high, 31)
    for values in (real, fake):
        share = np.histogram(values.clip(low, high), bins)[0] / len(values)
        if values is real:
            ax.stairs(share, bins, fill=True, color=style.REAL, alpha=0.45)
        else:
            ax.stairs(share, bins, color=style.SYNTHETIC, lw=1.6)
    ax.set_xlim(low, high)


def _categories(ax: Axes, real: Array, fake: Array, names: tuple[str, ...]) -> None:
    share = [np.bincount(values.astype(np.int64), minlength=len(names)) / len(values) for values in (real, fake)]
    order = np.argsort(-np.maximum(*share), kind="stable")
    top, rest = order[:CATEGORIES], order[CATEGORIES:]
    labels = [style.shorten(names[i], 9) for i in top]
    heights = [s[top] for s in share]
    if len(rest):
        labels.append("other")
        heights = [np.append(h, s[rest].sum()) for h, s in zip(heights, share, strict=True)]
    at = np.arange(len(labels))
    ax.bar(at, heights[0], 0.8, color=style.REAL, alpha=0.45)
    ax.bar(at, heights[1], 0.8, fill=False, edgecolor=style.SYNTHETIC, lw=1.6)
    ax.set_xticks(at, labels, rotation=45, ha="right", fontsize=6.5)


def scatter(sample: Sample) -> Figure | None:
    """Real and synthetic rows side by side in two numeric columns, a colour a class. None with fewer than two."""
    if len(sample.ranking) < 2 or not len(sample.synthetic):
        return None
    x, y = _pair(sample)
    fig = style.figure(9.6, 4.7)
    axes = fig.subplots(1, 2, sharex=True, sharey=True)
    _scatter(axes[0], sample.real[:, [x, y]], sample.y_real, "real (training)")
    _scatter(axes[1], sample.synthetic[:, [x, y]], sample.y_synthetic, "synthetic")
    _frame(axes[0], axes[1], sample, x, y)
    _class_legend(fig, sample)
    style.title(fig, sample, _versus(sample, x, y))
    return fig


def progress(sample: Sample) -> Figure | None:
    """The same two columns over the steps of training (up to five), then the real rows. None without snapshots."""
    if len(sample.ranking) < 2 or not sample.snapshots or not len(sample.real):
        return None
    x, y = _pair(sample)
    steps = sorted({shot.step for shot in sample.snapshots})
    chosen = sorted({steps[round(i)] for i in np.linspace(0, len(steps) - 1, min(STEPS, len(steps)))})
    fig = style.figure(2.3 * (len(chosen) + 1) + 1.6, 3.5)
    axes = fig.subplots(1, len(chosen) + 1, sharex=True, sharey=True)
    for ax, step in zip(axes, chosen, strict=False):
        shots = [shot for shot in sample.snapshots if shot.step == step]
        rows = np.concatenate([shot.rows for shot in shots])
        _scatter(ax, rows[:, [x, y]], np.concatenate([shot.labels for shot in shots]), f"step {step:,}")
    _scatter(axes[-1], sample.real[:, [x, y]], sample.y_real, "real (training)")
    _frame(axes[-1], axes[-2], sample, x, y)
    axes[0].set_ylabel(style.shorten(sample.schema.columns[y].name, 26), fontsize=9)
    _class_legend(fig, sample)
    style.title(fig, sample, f"{_versus(sample, x, y)} while it trains")
    return fig


def frequencies(sample: Sample) -> Figure | None:
    """Each category's frequency in the synthetic rows against the training rows, plain and logarithmic."""
    real, fake = sample.frequencies
    if not len(real):
        return None
    sizes = category_counts(sample.schema)
    names = [sample.schema.columns[i].name for i in sample.schema.categorical]
    few = len(sizes) <= len(style.CLASSES)
    fig = style.figure(10.4, 4.7)
    plain, logarithmic = fig.subplots(1, 2)
    handles = []
    used = (real > 0) | (fake > 0)
    floor = 0.5 * min(real[real > 0].min(initial=1), fake[fake > 0].min(initial=1))
    start = 0
    for k, (size, name) in enumerate(zip(sizes, names, strict=True)):
        part = np.arange(start, start + size)[used[start : start + size]]
        start += size
        color = style.CLASSES[k] if few else style.REAL
        for ax, a, b in (
            (plain, real[part], fake[part]),
            (logarithmic, np.maximum(real[part], floor), np.maximum(fake[part], floor)),
        ):
            dots = ax.scatter(a, b, s=18, alpha=0.6, color=color, linewidths=0, label=style.shorten(name))
        handles.append(dots)
    top = max(real.max(), fake.max()) * 1.05
    plain.plot([0, top], [0, top], color=style.GREY, lw=1)
    logarithmic.plot([floor, top], [floor, top], color=style.GREY, lw=1)
    logarithmic.set(xscale="log", yscale="log", title="logarithmic")
    plain.set(title="plain")
    for ax in (plain, logarithmic):
        ax.set_xlabel("frequency in training rows", fontsize=9)
        ax.set_ylabel("frequency in synthetic rows", fontsize=9)
        ax.title.set_fontsize(10)
        ax.tick_params(labelsize=8)
        ax.grid(alpha=0.3)
    if few:
        style.legend_right(fig, handles)
    mse = float(np.mean((real - fake) ** 2))
    what = f"{int(used.sum()):,} categories of {len(sizes)} columns; MSE {mse:.3g}"
    note = f"{what}; a frequency of zero lies on the edge at {floor:.1g} (logarithmic)"
    style.title(fig, sample, "category frequencies", note)
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


def _pair(sample: Sample) -> tuple[int, int]:
    """The two columns of the scatter; of a plane its own axes, in order."""
    if len(sample.schema.columns) == 2:
        return 0, 1
    return sample.ranking[0], sample.ranking[1]


def _versus(sample: Sample, x: int, y: int) -> str:
    return " × ".join(style.shorten(sample.schema.columns[i].name, 26) for i in (x, y))


def _scatter(ax: Axes, rows: Array, labels: Labels, name: str) -> None:
    size = 14 if len(rows) > 100 else 26
    colors = np.array(style.CLASSES)[labels % len(style.CLASSES)]
    ax.scatter(rows[:, 0], rows[:, 1], s=size, alpha=0.55, c=colors, linewidths=0)
    ax.set_title(name, fontsize=10)
    ax.tick_params(labelsize=8)
    ax.grid(alpha=0.3)


def _frame(first: Axes, noted: Axes, sample: Sample, x: int, y: int) -> None:
    """Common limits from the final draw, and what they leave out of it."""
    bounds = [style.limits(sample.real[:, i], sample.synthetic[:, i]) for i in (x, y)]
    first.set_xlim(*bounds[0])
    first.set_ylim(*bounds[1])
    for ax in (first, noted):
        ax.set_xlabel(style.shorten(sample.schema.columns[x].name, 26), fontsize=9)
    first.set_ylabel(style.shorten(sample.schema.columns[y].name, 26), fontsize=9)
    inside = np.ones(len(sample.synthetic), dtype=bool)
    for i, (low, high) in zip((x, y), bounds, strict=True):
        inside &= (sample.synthetic[:, i] >= low) & (sample.synthetic[:, i] <= high)
    style.note_outside(noted, int((~inside).sum()))


def _class_legend(fig: Figure, sample: Sample) -> None:
    from matplotlib.lines import Line2D

    classes = [int(c) for c in np.unique(sample.y_real)]
    shown = classes[: len(style.CLASSES)]
    handles = [
        Line2D(
            [],
            [],
            ls="",
            marker="o",
            color=style.CLASSES[c % len(style.CLASSES)],
            label=style.shorten(sample.schema.classes[c]),
        )
        for c in shown
    ]
    style.legend_right(fig, handles)
