"""The plots of a release, drawn again from its boards and compared with the files that are there.

Pictures are compared by their pixels. Another version of matplotlib draws other ones: they then rest on the checksums
alone, and so do the pictures of synthetic rows, whose samples a release does not hold.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.boards.board import Board

#: by how much a colour of a pixel may differ, of 1: other processors round otherwise
ROUNDING = 2.5 / 255
FOLDER = "plots"


def check(folder: Path, boards: Sequence[Board]) -> tuple[int, list[str], str]:
    """How many plots were drawn again, where the folder's differ from them, and what could not be compared."""
    from bench.boards import plots

    there = {path.name: path for path in (folder / FOLDER).glob("*.png")}
    wrong, others, count = [], 0, 0
    for name, content in plots.files(boards):
        path = there.pop(name, None)
        if path is None:
            wrong.append(f"{FOLDER}/{name}: missing")
        elif software(found := path.read_bytes()) != software(content):
            others += 1
        elif not alike(found, content):
            wrong.append(f"{FOLDER}/{name}: not the plot that the records give")
        else:
            count += 1
    wrong += [f"{FOLDER}/{name}: no board gives this plot" for name in sorted(there)]
    note = f"{others} plots name another software than today's: only their checksums were checked" if others else ""
    return count, wrong, note


def alike(one: bytes, other: bytes) -> bool:
    """Whether two PNG files show the same."""
    if one == other:
        return True
    import numpy as np
    from matplotlib.image import imread

    try:
        a, b = (imread(io.BytesIO(content), format="png") for content in (one, other))
    except (OSError, ValueError, SyntaxError):  # what Pillow raises at a broken file
        return False
    return a.shape == b.shape and bool(np.abs(a - b).max(initial=0.0) <= ROUNDING)


def software(content: bytes) -> str:
    """What a PNG file says that it was made by; "" where it says nothing."""
    for kind, data in _chunks(content):
        if kind == b"tEXt" and data.startswith(b"Software\0"):
            return data.partition(b"\0")[2].decode("latin-1")
    return ""


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at + 8 <= len(content):
        (size,) = struct.unpack(">I", content[at : at + 4])
        yield content[at + 4 : at + 8], content[at + 8 : at + 8 + size]
        at += 12 + size
