"""Text in figures as it stands: matplotlib takes what lies between two dollar signs for a formula, and fails on one
that is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def literal(figure: Figure) -> Figure:
    """The figure, with all its texts taken literally but the numbers that matplotlib itself writes along an axis
    (powers of ten are formulas)."""
    from matplotlib.text import Text
    from matplotlib.ticker import LogFormatter, ScalarFormatter

    for text in figure.findobj(Text):
        text.set_parse_math(False)  # type: ignore[attr-defined]
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            for minor in (False, True):
                formatter = axis.get_minor_formatter() if minor else axis.get_major_formatter()
                if isinstance(formatter, LogFormatter | ScalarFormatter):
                    for label in axis.get_ticklabels(minor=minor):
                        label.set_parse_math(True)
    return figure
