"""Loss curves of a fit, with the accuracy of the real-versus-generated detector below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.pictures import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from bench.trial.samples import Sample

#: what a monitor recorded of one fit: a dict a recorded step
History = Sequence[dict[str, Any]]
#: parts (classes, phases) that one figure has room for
PARTS = 4
NAMES = {
    "g": "generator",
    "d": "discriminator",
    "d_real": "D on real",
    "d_synthetic": "D on generated",
    "gap": "gap (real − generated)",
}
_OTHER = ("step", "part", "detector", "reason")


def losses(sample: Sample) -> Figure | None:
    """A column a part: its losses above, the detector's accuracy below with chance at 0.5. None without history.

    The sample's own seed has markers; the other seeds are thin lines of the same colours.
    """
    if not sample.history:
        return None
    parts = list(dict.fromkeys(entry["part"] for entry in sample.history))
    shown = _rarest(sample, parts)
    fig = style.figure(max(7.5, 3.6 * len(shown) + 1.9), 5.2)
    axes = fig.subplots(2, len(shown), squeeze=False, sharex="col", height_ratios=[3, 2])
    names = _losses(sample.history)
    for column, part in enumerate(shown):
        own, *others = (
            [entry for entry in history if entry["part"] == part]
            for history in (sample.history, *sample.other_histories.values())
        )
        _curves(axes[0][column], own, others, names)
        _detector(axes[1][column], own, others)
        axes[0][column].set_title(part, fontsize=10)
    axes[0][0].set_ylabel("loss")
    axes[1][0].set_ylabel("detector accuracy")
    handles = {
        line.get_label(): line for ax in axes.flat for line in ax.get_lines() if not line.get_label().startswith("_")
    }
    style.legend_right(fig, list(handles.values()))
    style.title(fig, sample, "training", _note(sample, len(parts)))
    return fig


def _rarest(sample: Sample, parts: list[str]) -> list[str]:
    """Of more parts than there is room for, the classes with the fewest training rows, in the order of training."""
    counts = dict(
        zip(sample.schema.classes, np.bincount(sample.y_real, minlength=sample.schema.n_classes), strict=True)
    )
    chosen = sorted(parts, key=lambda part: counts.get(part, 0))[:PARTS]
    return [part for part in parts if part in chosen]


def _losses(history: History) -> list[str]:
    """The losses' names, those of one common meaning first."""
    found = {key for entry in history for key in entry if key not in _OTHER}
    return [n for n in NAMES if n in found] + sorted(found - set(NAMES))


def _points(entries: History, name: str) -> tuple[list[int], list[float]]:
    """Steps and values of one curve, where there is a value."""
    found = [(entry["step"], entry[name]) for entry in entries if entry.get(name) is not None]
    return [step for step, _ in found], [value for _, value in found]


def _curves(ax: Axes, own: History, others: Sequence[History], names: list[str]) -> None:
    sizes = []
    for i, name in enumerate(names):
        drawn: dict[str, Any] = {"ls": "--" if name == "gap" else "-", "color": style.CLASSES[i % len(style.CLASSES)]}
        for entries in others:
            ax.plot(*_points(entries, name), lw=0.6, alpha=0.45, **drawn)
        steps, values = _points(own, name)
        if values:
            ax.plot(steps, values, marker=".", ms=5, lw=1.3, label=NAMES.get(name, name), **drawn)
        sizes += [abs(value) for entries in (own, *others) for value in _points(entries, name)[1]]
    typical = sorted(sizes)[len(sizes) // 2] if sizes else 0
    if sizes and max(sizes) > 100 * max(typical, 1e-3):  # one part blew up: keep the rest readable
        ax.set_yscale("symlog", linthresh=max(10 * typical, 1e-2))
    ax.grid(alpha=0.3)
    ax.tick_params(labelsize=8)
    if not sizes:
        ax.text(0.5, 0.5, "no finite loss", transform=ax.transAxes, ha="center", va="center", color=style.GREY)


def _detector(ax: Axes, own: History, others: Sequence[History]) -> None:
    ax.axhline(0.5, color=style.GREY, ls=":", lw=1.2, label="chance (ideal)")
    for entries in others:
        ax.plot(*_points(entries, "detector"), lw=0.6, alpha=0.45, color="#000000")
    steps, values = _points(own, "detector")
    if values:
        ax.plot(steps, values, "-", marker="o", ms=4, lw=1.3, color="#000000", label="XGBoost detector")
    else:
        ax.text(0.5, 0.75, "no detector", transform=ax.transAxes, ha="center", va="center", color=style.GREY)
    failed = [e["step"] for e in own if e.get("reason")]
    if failed:
        ax.plot(failed, [0.4] * len(failed), "x", color=style.SYNTHETIC, label="see the note", clip_on=False)
    lowest = min([0.4, *(value for entries in (own, *others) for value in _points(entries, "detector")[1])])
    ax.set_ylim(lowest - 0.03, 1.03)
    ax.grid(alpha=0.3)
    ax.tick_params(labelsize=8)
    ax.set_xlabel("step", fontsize=9)


def _note(sample: Sample, parts: int) -> str:
    notes = [f"{PARTS} of {parts} parts, those of the rarest classes"] if parts > PARTS else []
    if sample.other_histories:
        notes.append(f"thin lines: seeds {', '.join(map(str, sorted(sample.other_histories)))}")
    reasons = [f"step {entry['step']}: {entry['reason']}" for entry in sample.history if entry.get("reason")]
    if reasons:
        more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
        notes.append(style.shorten(reasons[0].replace("\n", " "), 110) + more)
    return " · ".join(notes)
