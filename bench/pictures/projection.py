"""Real and synthetic rows in the plane: PCA fitted on the real rows, t-SNE fitted on both.

TimeGAN's way with series (Yoon et al. 2019): each window is first averaged over its variables. Its published code
fits the PCA on the real windows; a copy that went around fits it on the synthetic ones and swaps the labels.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from bench.measures.points import embed
from bench.pictures import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from bench.task import Array
    from bench.trial.samples import Sample

MAX_ROWS = 150
MIN_ROWS = 5


def points(sample: Sample) -> tuple[Array, Array]:
    """Real and synthetic rows (n, d) float32 as they are projected; at most 150 each, a seeded choice."""
    rng = np.random.default_rng(0)
    out = []
    for rows in (sample.real, sample.synthetic):
        rows = rows[np.sort(rng.permutation(len(rows))[:MAX_ROWS])]
        if sample.schema.modality == "series" and sample.schema.numeric:
            out.append(rows[..., list(sample.schema.numeric)].mean(axis=2))
        else:
            out.append(embed(rows, sample.schema))
    return out[0], out[1]


def figure(sample: Sample) -> Figure | None:
    """Two panels; None for rows of fewer than three numbers or fewer than 5 rows."""
    if min(len(sample.real), len(sample.synthetic)) < MIN_ROWS:
        return None
    real, synthetic = points(sample)
    if real.shape[1] < 3:
        return None
    fig = style.figure(10.4, 4.9)
    left, right = fig.subplots(1, 2)
    handles = _pca(left, real, synthetic, style.real_name(sample))
    _tsne(right, real, synthetic)
    style.legend_right(fig, handles)
    how = "windows averaged over their variables; " if sample.schema.modality == "series" else ""
    rows = f"{len(synthetic)} of {sample.n_synthetic:,} synthetic rows, {len(real)} of {sample.n_train:,} training rows"
    style.title(fig, sample, "PCA and t-SNE", f"{how}PCA fitted on training rows, t-SNE on both", rows)
    return fig


def _pca(ax: Axes, real: Array, synthetic: Array, name: str) -> list[object]:
    from sklearn.decomposition import PCA

    centre = real.mean(axis=0)
    with np.errstate(invalid="ignore"):  # real rows that are all equal have no variance to share out
        model = PCA(2, svd_solver="full").fit(real - centre)
    a, b = model.transform(real - centre), model.transform(synthetic - centre)
    handles = _plot(ax, a, b, name)
    ax.set_xlim(*style.limits(a[:, 0], b[:, 0]))
    ax.set_ylim(*style.limits(a[:, 1], b[:, 1]))
    style.note_outside(ax, np.concatenate([a, b]))
    share = np.nan_to_num(model.explained_variance_ratio_)
    ax.set_xlabel(f"PC 1 ({share[0]:.0%} of the training rows' variance)", fontsize=9)
    ax.set_ylabel(f"PC 2 ({share[1]:.0%})", fontsize=9)
    ax.set_title("PCA", fontsize=10)
    return handles


def _tsne(ax: Axes, real: Array, synthetic: Array) -> None:
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    both = np.concatenate([real, synthetic])
    if both.shape[1] > 50:  # van der Maaten & Hinton's own first step
        both = PCA(min(50, len(both)), svd_solver="full").fit_transform(both)
    perplexity = min(40.0, math.floor((len(both) - 1) / 3))  # 40 as TimeGAN's
    # The start by PCA divides by its spread, which rows that are all equal do not have. Exact gradients are as fast
    # as the tree's for so few rows, and the tree crashes the process on points that coincide.
    start = "pca" if np.ptp(both, axis=0).any() else "random"
    model = TSNE(2, perplexity=perplexity, max_iter=300, init=start, method="exact", random_state=0)
    placed = model.fit_transform(both)
    _plot(ax, placed[: len(real)], placed[len(real) :])
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_title(f"t-SNE (perplexity {perplexity:g})", fontsize=10)


def _plot(ax: Axes, real: Array, synthetic: Array, name: str = "") -> list[object]:
    ax.tick_params(labelsize=8)
    size = 16 if len(real) > 60 else 28
    return [
        ax.scatter(xy[:, 0], xy[:, 1], s=size, alpha=0.55, marker=marker, color=color, linewidths=0, label=label)
        for xy, color, marker, label in (
            (real, style.REAL, "o", name),
            (synthetic, style.SYNTHETIC, "^", "synthetic"),
        )
    ]
