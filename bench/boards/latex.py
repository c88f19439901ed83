"""Boards as LaTeX tables that compile as pasted, with booktabs and nothing else."""

from __future__ import annotations

import unicodedata

from bench.boards.baselines import MARK
from bench.boards.board import Board
from bench.boards.layout import align, cells, fitting, shown
from bench.boards.provenance import line
from bench.slugs import printable

#: characters of small print that the text width of a plain article holds
WIDTH = 92

_TEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': "''", "±": r"$\pm$", "–": "--", "−": "$-$", "Δ": r"$\Delta$", "·": r"$\cdot$",
    "†": r"$\dagger$", "²": r"$^2$", "↓": r"$\downarrow$", "↑": r"$\uparrow$", "→": r"$\rightarrow$",
    "√": r"$\surd$", "×": r"$\times$", "≥": r"$\geq$", "≤": r"$\leq$", "α": r"$\alpha$", "β": r"$\beta$",
}  # fmt: skip


def tex(text: str) -> str:
    """Text that LaTeX prints as it is, with no package; an unknown sign becomes its ASCII likeness or ``?``."""
    plain = []
    for sign in " ".join(printable(text).split()):
        if sign in _TEX:
            plain.append(_TEX[sign])
        elif sign.isascii():
            plain.append(sign)
        else:
            plain.append(unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode() or "?")
    return "".join(plain)


def latex(board: Board, label: str) -> str:
    """A ``table`` with its caption; the preamble needs ``\\usepackage{booktabs}`` and nothing else.

    It holds the columns that fit the text width of a plain article; ``label`` is what ``\\ref{tab:...}`` finds.
    """
    columns = fitting(board, WIDTH)
    body = "".join(" & ".join(map(tex, line)) + " \\\\\n" for line in cells(shown(board, columns), columns))
    head = " & ".join(tex(column.label) for column in columns)
    form = "".join(side[0] for side in align(columns))
    marks = [note for note in board.notes[2:] if note.startswith(MARK)]
    said = f"% {tex(line(board.provenance))}\n" if board.provenance else ""
    caption = ". ".join((board.heading, *board.notes[:2], *marks))
    return (
        f"{said}% needs \\usepackage{{booktabs}}\n"
        "\\begin{table}\n\\centering\\scriptsize\\setlength{\\tabcolsep}{3pt}\n"
        f"\\caption{{{tex(caption)}.}}\n\\label{{tab:{label}}}\n"
        f"\\begin{{tabular}}{{{form}}}\n\\toprule\n{head} \\\\\n\\midrule\n"
        f"{body}\\bottomrule\n\\end{{tabular}}\n\\end{{table}}\n"
    )
