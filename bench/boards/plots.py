"""Pictures of boards: what augmenting gains with its uncertainty, and what it costs.

Static pictures drawn by matplotlib without a display, one at a time: ``draw`` is for whoever embeds them, ``write``
for files. A picture says the source as loudly as the board does.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.boards.costs import PRICES, cost
from bench.boards.figures import gains, seeds
from bench.boards.formats import stems
from bench.boards.tables import Board
from bench.errors import BenchError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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


_TITLES = {
    "gains": "What augmenting gains",
    "cost": "Gain against wall seconds",
    "cpu": "Gain against CPU seconds",
    "memory": "Gain against peak memory",
    "energy": "Gain against energy",
}


def draw(boards: Sequence[Board]) -> Iterator[Plot]:
    """Every picture that the boards have something for, board by board, each drawn when it is asked for."""
    for board, stem in zip(boards, stems(boards), strict=True):
        for kind in ("gains", *PRICES):
            figure = gains(board) if kind == "gains" else cost(board, kind)
            if figure is not None:
                yield Plot(stem, kind, _TITLES[kind], _caption(board, kind), figure)


def _caption(board: Board, kind: str) -> str:
    what = (
        "Mean paired difference to none/real by the same classifier at the same seeds, with its 95 % interval; an open "
        "mark has a single seed or task and no interval."
        if kind == "gains"
        else f"Horizontal: {PRICES[kind].overall if board.kind == 'overall' else PRICES[kind].label}. Vertical: mean "
        "paired difference to none/real. Grey: the Pareto front; dashed: no augmentation."
    )
    return f"{what} {', '.join(filter(None, (board.heading, seeds(board))))}."


def write(boards: Sequence[Board], folder: Path, formats: Sequence[str] = ("png",)) -> list[Path]:
    """Draw each board that has something to draw: ``pima.png`` (gains), ``pima.cost.png``... Returns the paths.

    Raises ``BenchError`` where the folder cannot be written.
    """
    from matplotlib import rc_context

    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for plot in draw(boards):
            for fmt in formats:
                path, temporary = folder / f"{plot.name}.{fmt}", folder / f".{plot.name}.{os.getpid()}.{fmt}"
                with rc_context({"svg.hashsalt": "augbench"}):  # so that the same board gives the same file
                    plot.figure.savefig(temporary, dpi=130, metadata={"Date": None} if fmt == "svg" else None)
                os.replace(temporary, path)
                paths.append(path)
    except OSError as error:
        raise BenchError(f"pictures cannot be written into {folder}: {error.strerror}") from error
    return paths
