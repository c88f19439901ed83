"""Pictures of boards: what augmenting gains with its uncertainty, and what it costs.

Static pictures drawn by matplotlib without a display, one at a time: ``draw`` is for whoever embeds them, ``write``
for files. A picture says the source as loudly as the board does.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.boards import diagrams
from bench.boards.board import Board
from bench.boards.costs import PRICES, cost
from bench.boards.figures import gains, seeds
from bench.boards.formats import stems
from bench.errors import BenchError
from bench.figuretext import literal
from bench.records.files import replace_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: kinds of pictures that a board of methods' standing has; every other board has the others
STANDING = ("ranks", "elo", "critical-difference")


@dataclass(frozen=True)
class Plot:
    """One picture. ``stem`` is its board's file name without end; ``kind`` one of ``gains``, ``cost`` (wall seconds),
    ``cpu``, ``memory``, ``energy``, ``ranks``, ``elo``, ``critical-difference``; ``caption`` says units, seeds,
    intervals and source in a sentence or two."""

    stem: str
    kind: str
    title: str
    caption: str
    figure: Figure

    @property
    def name(self) -> str:
        """File name without end: ``pima`` for gains, ``pima.cost`` and so on for the others."""
        return self.stem if self.kind == "gains" else f"{self.stem}.{self.kind}"


@dataclass(frozen=True)
class _Kind:
    """One kind of picture: how it is drawn (None: there is nothing to draw), called and captioned; ``{baseline}`` in a
    caption is what the board's differences are to."""

    draw: Callable[[Board], Figure | None]
    title: str
    caption: str


_KINDS = {
    "gains": _Kind(
        gains, "What augmenting gains",
        "Mean paired difference to {baseline} by the same classifier at the same seeds, with its 95 % interval; an "
        "open mark has a single seed or task and no interval.",
    ),
    **{
        kind: _Kind(
            partial(cost, kind=kind), f"Gain against {name}",
            f"Horizontal: {price.label}. Vertical: mean paired difference to {{baseline}}. Grey: the Pareto front; "
            "dashed: no augmentation.",
        )
        for (kind, price), name in zip(
            PRICES.items(), ("wall seconds", "CPU seconds", "peak memory", "energy"), strict=True
        )
    },
    "ranks": _Kind(
        diagrams.ranks, "Mean ranks",
        "Mean rank of each method over tasks, 1 is best, with its 95 % bootstrap interval over tasks.",
    ),
    "elo": _Kind(
        diagrams.elo, "Elo",
        "Elo of each method from all meetings at the same task, classifier and seed, mean 1000, with its 95 % "
        "bootstrap interval over tasks.",
    ),
    "critical-difference": _Kind(
        diagrams.critical_difference, "Critical differences",
        "Mean ranks over tasks; methods under one bar cannot be told apart by Nemenyi's test at 0.05 (Demsar 2006).",
    ),
}  # fmt: skip


def draw(boards: Sequence[Board], of_tasks: Collection[str] = tuple(_KINDS)) -> Iterator[Plot]:
    """Every picture that the boards have something for, board by board, each drawn when it is asked for; of a task's
    board only the kinds ``of_tasks``."""
    for board, stem in zip(boards, stems(boards), strict=True):
        for name, kind in _KINDS.items():
            if board.kind == "task" and name not in of_tasks:
                continue
            if (board.kind == "standing") == (name in STANDING) and (figure := kind.draw(board)) is not None:
                about = ", ".join(filter(None, (board.heading, seeds(board))))
                caption = kind.caption.format(baseline=board.baseline)
                yield Plot(stem, name, kind.title, f"{caption} {about}.", literal(figure))


def files(boards: Sequence[Board], formats: Sequence[str] = ("png",)) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file that ``write`` leaves, each drawn when it is asked for. The same boards give the
    same bytes by the same versions of matplotlib and of what encodes its pictures."""
    from matplotlib import rc_context

    for plot in draw(boards):
        for fmt in formats:
            out = io.BytesIO()
            with rc_context({"svg.hashsalt": "augbench"}):
                plot.figure.savefig(out, format=fmt, dpi=130, metadata={"Date": None} if fmt == "svg" else None)
            yield f"{plot.name}.{fmt}", out.getvalue()


def write(boards: Sequence[Board], folder: Path, formats: Sequence[str] = ("png",)) -> list[Path]:
    """Draw each board that has something to draw: ``pima.png`` (gains), ``pima.cost.png``... Returns the paths.

    Pictures in ``folder`` that are not of these boards are removed. Raises ``BenchError`` where the folder cannot be
    written.
    """
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files(boards, formats):
            replace_bytes(folder / name, content)
            paths.append(folder / name)
        for old in set(folder.iterdir()) - set(paths):
            if old.suffix in (".png", ".svg") and old.is_file():
                old.unlink()
    except OSError as error:
        raise BenchError(f"pictures cannot be written into {folder}: {error.strerror}") from error
    return paths
