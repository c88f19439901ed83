"""What was made from a folder's files (boards, plots), so that it is made again only where they have changed.

A mark ``.boards`` holds a digest of every file that boards are made from, taken before the first was read, and of every
file that was written. Times of files say too little: a copy keeps its own, and a clock may jump.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import __version__
from bench.errors import BenchError
from bench.records.files import AUDIT, RECORDS, RUN, SELECTION, SELFTEST, load_json, replace_json

#: the files of a folder that boards are made from, less what is itself made from them
SOURCES = (RECORDS, RUN, SELECTION, SELFTEST, AUDIT)


@contextmanager
def making(folder: Path, kind: str) -> Iterator[None]:
    """Around making the folder's ``kind`` ("boards", "plots"): it is marked once the block ends well. The files that
    boards are made from must be read inside. What a cut-off block has changed shows against the mark before it."""
    sources = _digests(folder, SOURCES)
    yield
    replace_json(folder / f".{kind}", {"augbench": __version__, "sources": sources, "files": _written(folder / kind)})


def current(folder: Path, kind: str) -> bool:
    """Whether all of the folder's ``kind`` stands as this version made it, from the files that are there now."""
    try:
        mark: Any = load_json(folder / f".{kind}")
    except BenchError:
        return False
    return bool(mark) and mark == {
        "augbench": __version__,
        "sources": _digests(folder, SOURCES),
        "files": _written(folder / kind),
    }


def _digests(folder: Path, names: tuple[str, ...]) -> dict[str, str]:
    return {name: _digest(path) for name in names if (path := folder / name).is_file()}


def _written(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): _digest(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]
