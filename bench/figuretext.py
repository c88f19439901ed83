"""Text in figures as it stands: matplotlib takes what lies between two dollar signs for a formula, and fails on one
that is none. A name of hundreds of characters is shortened, which would leave no room for the figure."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.ticker import Formatter


#: characters of a line of text, and of a label at a tick
LINE, LABEL = 160, 72


def literal(figure: Figure) -> Figure:
    """The figure, with all its texts taken literally but the numbers that matplotlib itself writes along an axis
    (powers of ten are formulas), and lines that are too long shortened in their middle."""
    from matplotlib.text import Text
    from matplotlib.ticker import FixedFormatter, FuncFormatter, LogFormatter, ScalarFormatter

    for text in figure.findobj(Text):
        text.set_parse_math(False)  # type: ignore[attr-defined]
        if max(map(len, text.get_text().split("\n"))) > LINE:  # type: ignore[attr-defined]
            lines = text.get_text().split("\n")  # type: ignore[attr-defined]
            text.set_text("\n".join(shortened(line, LINE) for line in lines))  # type: ignore[attr-defined]
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            for minor in (False, True):
                formatter = axis.get_minor_formatter() if minor else axis.get_major_formatter()
                if isinstance(formatter, FixedFormatter | FuncFormatter):  # labels that we gave
                    shorter = FuncFormatter(partial(_label, formatter))
                    (axis.set_minor_formatter if minor else axis.set_major_formatter)(shorter)
                if isinstance(formatter, LogFormatter | ScalarFormatter):
                    for label in axis.get_ticklabels(minor=minor):
                        label.set_parse_math(True)
    return figure


def _label(formatter: Formatter, value: float, position: int | None) -> str:
    return shortened(formatter(value, position), LABEL)


def shortened(text: str, most: int) -> str:
    """``text``, or its start and its end."""
    return text if len(text) <= most else f"{text[: most // 2]} … {text[len(text) - most // 3 :]}"
