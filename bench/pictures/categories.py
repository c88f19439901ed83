"""Tables of categories: pictures whose points lie on y = x where synthetic rows keep what real ones hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.measures.points import category_counts
from bench.pictures import style
from bench.trial.samples import MAX_COUNTED

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from bench.trial.samples import Sample

MODELS = {"lr": "logistic regression", "rf": "random forest of 10 trees"}
#: points farthest from y = x that are named
NAMED = 3


def frequencies(sample: Sample) -> Figure | None:
    """Each category's frequency in the synthetic rows against the training rows, plain and logarithmic."""
    real, synthetic = sample.frequencies
    if not len(real):
        return None
    sizes = category_counts(sample.schema)
    names = [sample.schema.columns[i].name for i in sample.schema.categorical]
    few = len(sizes) <= len(style.CLASSES)
    fig = style.figure(10.4, 4.7)
    plain, logarithmic = fig.subplots(1, 2)
    handles = []
    used = (real > 0) | (synthetic > 0)
    floor = 0.5 * min(real[real > 0].min(initial=1), synthetic[synthetic > 0].min(initial=1))
    start = 0
    for k, (size, name) in enumerate(zip(sizes, names, strict=True)):
        part = np.arange(start, start + size)[used[start : start + size]]
        start += size
        color = style.CLASSES[k] if few else style.REAL
        for ax, a, b in (
            (plain, real[part], synthetic[part]),
            (logarithmic, np.maximum(real[part], floor), np.maximum(synthetic[part], floor)),
        ):
            dots = ax.scatter(a, b, s=18, alpha=0.6, color=color, linewidths=0, label=style.shorten(name))
        handles.append(dots)
    top = max(real.max(), synthetic.max()) * 1.05
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
    mse = float(np.mean((real - synthetic) ** 2))
    what = f"{int(used.sum()):,} categories of {len(sizes)} columns; mean squared gap {mse:.3g}"
    note = f"{what}; a frequency of zero lies on the edge at {floor:.1g} (logarithmic)"
    rows = (
        f"as many of {sample.n_synthetic:,} synthetic as of {sample.n_train:,} training rows, at most {MAX_COUNTED:,}"
    )
    style.title(fig, sample, "category frequencies", note, rows)
    return fig


def predictability(sample: Sample) -> Figure | None:
    """Each variable's accuracy when predicted from all others, learnt from synthetic against learnt from real rows.

    One panel a model that was measured (the study's ``mse_lr`` and ``mse_rf``). None if none was.
    """
    if not sample.predictability:
        return None
    fig = style.figure(5.0 * len(sample.predictability) + 0.4, 5.2)
    axes = fig.subplots(1, len(sample.predictability), squeeze=False)[0]
    for ax, (model, pairs) in zip(axes, sample.predictability.items(), strict=True):
        low = min(pairs.real.min(), pairs.synthetic.min()) - 0.03
        ax.plot([low, 1.02], [low, 1.02], color=style.GREY, lw=1)
        ax.scatter(pairs.real, pairs.synthetic, s=22, alpha=0.7, color=style.SYNTHETIC, linewidths=0)
        gap = pairs.synthetic - pairs.real
        for i in np.argsort(-np.abs(gap), kind="stable")[:NAMED]:
            right = pairs.real[i] > (low + 1) / 2
            ax.annotate(
                style.shorten(pairs.names[i], 26), (pairs.real[i], pairs.synthetic[i]), fontsize=7,
                xytext=(-4 if right else 4, -9 if gap[i] < 0 else 5), textcoords="offset points",
                ha="right" if right else "left",
            )  # fmt: skip
        ax.set(xlim=(low, 1.02), ylim=(low, 1.02), aspect="equal")
        ax.set_title(f"{MODELS[model]}: MSE {pairs.mse:.2g}", fontsize=10)
        ax.set_xlabel(f"accuracy, learnt from {style.real_name(sample)} rows", fontsize=9)
        ax.set_ylabel("accuracy, learnt from synthetic rows", fontsize=9)
        ax.tick_params(labelsize=8)
        ax.grid(alpha=0.3)
    count = len(next(iter(sample.predictability.values())).names)
    note = f"a point is one of {count} variables, predicted from all others; both tested on the same validation rows"
    rows = f"at most 5,000 of {sample.n_synthetic:,} synthetic rows, as many training rows"
    style.title(fig, sample, "predictability of each variable", note, rows)
    return fig
