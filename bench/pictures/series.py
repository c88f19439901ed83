"""One real and one synthetic window of every variable, over the band that most windows lie in."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from bench.pictures import style

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

    from bench.trial.samples import Sample

VARIABLES = 12
#: steps above which panels are wider
LONG = 48


def windows(sample: Sample) -> Figure | None:
    """A panel a variable (up to 12, static ones left out): a window of each kind, of the same class, chosen at random
    once for all variables, and the middle 80 % of all windows shaded. None without rows or moving variables."""
    schema = sample.schema
    moving = [i for i in range(schema.shape[1]) if not (schema.columns and schema.columns[i].static)][:VARIABLES]
    if not moving or not len(sample.synthetic):
        return None
    rng = np.random.default_rng(0)
    mine = int(rng.integers(len(sample.real)))
    theirs = int(rng.choice(np.flatnonzero(sample.y_synthetic == sample.y_real[mine])))
    most, width = (2, 5.4) if schema.shape[0] > LONG else (3, 3.6)
    columns = min(most, len(moving))
    rows = math.ceil(len(moving) / columns)
    fig = style.figure(max(7.5, width * columns + 1.6), 2.3 * rows + 1.2)
    axes = fig.subplots(rows, columns, squeeze=False, sharex=True).ravel()
    steps = np.arange(1, schema.shape[0] + 1)
    handles: list[Artist] = []
    for ax, variable in zip(axes, moving, strict=False):
        handles = []
        for kind, index, color, dash in (
            (style.real_name(sample), mine, style.REAL, "-"),
            ("synthetic", theirs, style.SYNTHETIC, "--"),
        ):
            values = (sample.synthetic if kind == "synthetic" else sample.real)[:, :, variable]
            low, high = np.quantile(values, [0.1, 0.9], axis=0)
            band = ax.fill_between(steps, low, high, color=color, alpha=0.13, lw=0, label=f"{kind}: middle 80 %")
            (line,) = ax.plot(steps, values[index], dash, color=color, lw=1.8, label=f"{kind}: one window")
            handles += [line, band]
        column = schema.columns[variable]
        ax.set_title(column.name if column.numeric else f"{column.name} (code of its category)", fontsize=9)
        ax.tick_params(labelsize=8)
        ax.grid(alpha=0.3)
    for ax in axes[len(moving) :]:
        ax.set_visible(False)
    for ax in axes[max(0, len(moving) - columns) : len(moving)]:
        ax.set_xlabel("step", fontsize=9)
        ax.tick_params(labelbottom=True)
    style.legend_right(fig, handles)
    label = schema.classes[sample.y_real[mine]]
    style.title(fig, sample, "real and synthetic windows", f"one random window of class {label}; scaled to [0, 1]")
    return fig
