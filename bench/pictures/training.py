"""Loss curves of a fit, with the accuracy of the real-versus-generated detector below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.pictures import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from bench.samples import Sample

#: parts (classes, phases) that one figure has room for
PARTS = 4
NAMES = {
    "g": "generator",
    "d": "discriminator",
    "d_real": "D on real",
    "d_fake": "D on generated",
    "gap": "gap (real − generated)",
}
_OTHER = ("step", "part", "detector", "reason")


def losses(sample: Sample) -> Figure | None:
    """A column a part: its losses above, the detector's accuracy below with chance at 0.5. None without history."""
    if not sample.history:
        return None
    parts = list(dict.fromkeys(entry["part"] for entry in sample.history))
    shown = parts[:PARTS]
    fig = style.figure(max(7.5, 3.6 * len(shown) + 1.9), 5.2)
    axes = fig.subplots(2, len(shown), squeeze=False, sharex="col", height_ratios=[3, 2])
    names = _losses(sample.history)
    for column, part in enumerate(shown):
        entries = [entry for entry in sample.history if entry["part"] == part]
        _curves(axes[0][column], entries, names)
        _detector(axes[1][column], entries)
        axes[0][column].set_title(part, fontsize=10)
    axes[0][0].set_ylabel("loss")
    axes[1][0].set_ylabel("detector accuracy")
    handles = {
        line.get_label(): line for ax in axes.flat for line in ax.get_lines() if not line.get_label().startswith("_")
    }
    style.legend_right(fig, list(handles.values()))
    style.title(fig, sample, "training", _note(sample.history, len(parts)))
    return fig


def _losses(history: Any) -> list[str]:
    """The losses' names, those of one common meaning first."""
    found = {key for entry in history for key in entry if key not in _OTHER}
    return [n for n in NAMES if n in found] + sorted(found - set(NAMES))


def _curves(ax: Axes, entries: list[dict[str, Any]], names: list[str]) -> None:
    sizes = []
    for i, name in enumerate(names):
        points = [(e["step"], e[name]) for e in entries if e.get(name) is not None]
        if points:
            dashed = "--" if name == "gap" else "-"
            color = style.CLASSES[i % len(style.CLASSES)]
            ax.plot(
                *zip(*points, strict=True), dashed, marker=".", ms=5, lw=1.3, color=color, label=NAMES.get(name, name)
            )
            sizes += [abs(value) for _, value in points]
    typical = sorted(sizes)[len(sizes) // 2] if sizes else 0
    if sizes and max(sizes) > 100 * max(typical, 1e-3):  # one part blew up: keep the rest readable
        ax.set_yscale("symlog", linthresh=max(10 * typical, 1e-2))
    ax.grid(alpha=0.3)
    ax.tick_params(labelsize=8)
    if not sizes:
        ax.text(0.5, 0.5, "no finite loss", transform=ax.transAxes, ha="center", va="center", color=style.GREY)


def _detector(ax: Axes, entries: list[dict[str, Any]]) -> None:
    points = [(e["step"], e["detector"]) for e in entries if e.get("detector") is not None]
    ax.axhline(0.5, color=style.GREY, ls=":", lw=1.2, label="chance (ideal)")
    if points:
        ax.plot(*zip(*points, strict=True), "-", marker="o", ms=4, lw=1.3, color="#000000", label="XGBoost detector")
    else:
        ax.text(0.5, 0.75, "no detector", transform=ax.transAxes, ha="center", va="center", color=style.GREY)
    failed = [e["step"] for e in entries if e.get("reason")]
    if failed:
        ax.plot(failed, [0.4] * len(failed), "x", color=style.SYNTHETIC, label="see the note", clip_on=False)
    ax.set_ylim(min([0.4, *(value for _, value in points)]) - 0.03, 1.03)
    ax.grid(alpha=0.3)
    ax.tick_params(labelsize=8)
    ax.set_xlabel("step", fontsize=9)


def _note(history: Any, parts: int) -> str:
    notes = [f"the first {PARTS} of {parts} parts are shown"] if parts > PARTS else []
    reasons = [f"step {entry['step']}: {entry['reason']}" for entry in history if entry.get("reason")]
    if reasons:
        more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
        notes.append(style.shorten(reasons[0].replace("\n", " "), 110) + more)
    return " · ".join(notes)
