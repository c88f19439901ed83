"""Sheets of images: real beside generated, a row a class; and generated ones over the steps of training."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from bench.pictures import style
from bench.trial.monitor import CLASSES_SHOWN, IMAGES_PER_CLASS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from bench.task import Array, Labels, Schema
    from bench.trial.samples import Sample

PER_CLASS = 8
STEPS = 6


def sheet(sample: Sample) -> Figure | None:
    """Eight real and eight generated images of each class that was drawn; None where none was."""
    classes = [int(c) for c in np.unique(sample.y_synthetic)[:CLASSES_SHOWN]]
    if not classes:
        return None
    fig = style.figure(9.6, 1.5 + 0.52 * len(classes))
    left, right = fig.subplots(1, 2)
    for ax, rows, labels, name in (
        (left, sample.real, sample.y_real, style.real_name(sample)),
        (right, sample.synthetic, sample.y_synthetic, "synthetic"),
    ):
        _show(ax, mosaic(rows, labels, classes, PER_CLASS), sample.schema, classes, labelled=ax is left)
        ax.set_title(name, fontsize=10)
    style.title(fig, sample, "real and synthetic images")
    return fig


def progress(sample: Sample) -> Figure | None:
    """A sheet a recorded step (up to six, the last always), then real images; None without snapshots.

    Methods that train one model a class report each class by itself; what they report of one step is put together.
    """
    by_step: dict[int, list[tuple[Array, Labels]]] = defaultdict(list)
    for shot in sample.snapshots:
        by_step[shot.step].append((shot.rows, shot.labels))
    if not by_step:
        return None
    steps = sorted(by_step)
    chosen = sorted({steps[round(i)] for i in np.linspace(0, len(steps) - 1, min(STEPS, len(steps)))})
    trained = {int(c) for shots in by_step.values() for _, labels in shots for c in labels}
    drawn = {int(c) for c in sample.y_real}  # a balanced draw has no rows of the largest class to put beside
    classes = sorted(trained & drawn or trained)[:CLASSES_SHOWN]
    panels = len(chosen) + 1
    fig = style.figure(1.9 * panels + 1.2, 1.5 + 0.42 * len(classes))
    axes = fig.subplots(1, panels)
    for i, step in enumerate(chosen):
        rows = np.concatenate([r for r, _ in by_step[step]])
        labels = np.concatenate([y for _, y in by_step[step]])
        _show(axes[i], mosaic(rows, labels, classes, IMAGES_PER_CLASS), sample.schema, classes, labelled=i == 0)
        axes[i].set_title(f"step {step:,}", fontsize=9)
    _show(axes[-1], mosaic(sample.real, sample.y_real, classes, IMAGES_PER_CLASS), sample.schema, classes)
    axes[-1].set_title(style.real_name(sample), fontsize=9, color=style.REAL)
    style.title(fig, sample, "images while it trains")
    return fig


def mosaic(rows: Array, labels: Labels, classes: list[int], per_class: int, gap: int = 1) -> NDArray[np.float32]:
    """One image (height, width, channels) of images side by side, a row a class; NaN where there is none."""
    channels, height, width = rows.shape[1:]
    out = np.full((len(classes) * (height + gap) - gap, per_class * (width + gap) - gap, channels), np.nan, np.float32)
    for i, c in enumerate(classes):
        for j, image in enumerate(rows[labels == c][:per_class]):
            top, left = i * (height + gap), j * (width + gap)
            out[top : top + height, left : left + width] = np.moveaxis(image, 0, -1)
    return out


def _show(ax: Axes, canvas: NDArray[np.float32], schema: Schema, classes: list[int], labelled: bool = False) -> None:
    if canvas.shape[2] == 3:
        ax.imshow(np.nan_to_num(canvas, nan=1.0).clip(0, 1), interpolation="nearest")
    else:  # one channel; of any other number the first
        from matplotlib import colormaps

        grey = colormaps["gray"].with_extremes(bad="white")
        ax.imshow(np.ma.masked_invalid(canvas[:, :, 0]), cmap=grey, vmin=0, vmax=1, interpolation="nearest")
    height = schema.shape[1] + 1
    ax.set_xticks([])
    ax.set_yticks([height * (i + 0.5) for i in range(len(classes))] if labelled else [])
    if labelled:
        ax.set_yticklabels([style.shorten(schema.classes[c], 14) for c in classes], fontsize=8)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
