"""Where the official tumour table of Simulacrum (``sim_av_tumour.csv``) lies, in a folder or inside its zip.

Two releases differ in their columns. v1.1 and v1.2 have the 29 variables of the LSE study. v2.1 says ``GENDER`` for
``SEX`` and ``QUINTILE_2019`` for ``QUINTILE_2015``, has no Allred scores and no nurse, and a Charlson score where v1
has ACE-27: 26 variables. Columns are found by name in any order and case.

Looked for in the data folder, then in the cache: anywhere below ``simulacrum/`` or below another folder whose name
starts like that (``simulacrum_v2.1.0/``), and in the folder itself or its ``data/``, so that the extracted release may
be the data folder.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Literal

from bench.data import DataHome
from bench.errors import BenchError, InvalidData
from bench.task import DataFile
from tasks.sources.content import reading
from tasks.sources.files import Found, find
from tasks.sources.simulacrum_standin import VARIABLES

#: what reading on in an opened zip raises
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError)
FILE = "sim_av_tumour.csv"
FOLDER = "simulacrum"
_ZIP, _REMEDY = "a zip that can be read", "remove it or get it again"
Release = Literal["v1", "v2"]
_GONE_IN_V2 = ("ER_SCORE", "PR_SCORE", "CNS")
_RENAMED_IN_V2 = {"SEX": "GENDER", "QUINTILE_2015": "QUINTILE_2019", "ACE27": "CHRL_TOT_27_03"}
COLUMNS: dict[Release, tuple[str, ...]] = {
    "v1": VARIABLES,
    "v2": tuple(_RENAMED_IN_V2.get(name, name) for name in VARIABLES if name not in _GONE_IN_V2),
}


def locate(home: DataHome, release: str = "") -> tuple[Found, Release] | None:
    """The table's csv or the zip that holds it; v1 is preferred. ``release`` ("v1" or "v2") asks for one.

    None if there is no table at all; a zip without one is said to ``home`` then. Raises ``InvalidData`` for a file of
    that name which is no such table, and for a zip that cannot be read unless another file has the table;
    ``BenchError`` if another release than the one asked for is there.
    """
    known, unreadable, without = _tables(home)
    for kind in COLUMNS:
        if kind in known and release in ("", kind):
            for error in unreadable:
                home.say(f"{error}; {known[kind]} is used")
            found = find(home, DataFile(known[kind]))
            return (found, kind) if found else None
    if unreadable:
        raise unreadable[0]
    if known:
        kind, path = next(iter(known.items()))
        raise BenchError(f"{path} is Simulacrum {kind}; release {release!r} was asked for: get it, or ask for {kind!r}")
    for zipped in without:
        home.say(f"{zipped} holds no {FILE}")
    return None


def there(home: DataHome, release: str = "") -> bool:
    """Whether there is such a table, of any release unless one is named."""
    known = _tables(home)[0]
    return release in known if release else bool(known)


def _tables(home: DataHome) -> tuple[dict[Release, str], list[InvalidData], list[Path]]:
    """The first table of each release, relative to its folder; what is wrong with zips that cannot be read; and the
    zips that hold no table."""
    known: dict[Release, str] = {}
    unreadable: list[InvalidData] = []
    without: list[Path] = []
    for root in (home.folder, home.cache):
        if root is None or not root.is_dir():
            continue
        inside = _candidates(root)
        zipped = [path for path in inside if path.suffix.lower() == ".zip"]
        for path in [path for path in inside if path.name.lower() == FILE]:
            known.setdefault(release_of(path), path.relative_to(root).as_posix())
        for path in zipped:
            try:
                if _member(path) is None:
                    without.append(path)
                else:
                    known.setdefault(release_of(path), path.relative_to(root).as_posix())
            except InvalidData as error:
                unreadable.append(error)
    return known, unreadable, without


def _candidates(root: Path) -> list[Path]:
    """Every file that could be the table or hold it; other tasks' folders are left alone."""
    entries = sorted(root.iterdir())
    named = [entry for entry in entries if entry.name.lower().startswith(FOLDER)]
    data = [entry for entry in entries if entry.name.lower() == "data"]
    extracted = [path for path in [*entries, *_inside(data, "*")] if path.name.lower() == FILE]
    return [path for path in [*_inside(named, "**/*"), *named, *extracted] if path.is_file()]


def _inside(entries: Iterable[Path], pattern: str) -> list[Path]:
    """What matches within those entries that are folders, each folder's in order."""
    return [path for entry in entries if entry.is_dir() for path in sorted(entry.glob(pattern))]


@contextmanager
def opened(path: Path) -> Iterator[tuple[IO[bytes], int]]:
    """The csv's bytes and their number, from the file itself or its zip. Raises ``InvalidData``."""
    with ExitStack() as stack:
        if path.suffix.lower() == ".zip":
            member = _member(path)
            if member is None:
                raise InvalidData(f"{path} holds no {FILE}; get it again")
            with reading(path, _ZIP, _REMEDY):
                archive = stack.enter_context(zipfile.ZipFile(path))
                stream, size = stack.enter_context(archive.open(member)), archive.getinfo(member).file_size
        else:
            with reading(path, "a file that can be read"):
                stream, size = stack.enter_context(path.open("rb")), path.stat().st_size
        yield from _to_the_end(path, stream, size)


def _to_the_end(path: Path, stream: IO[bytes], size: int) -> Iterator[tuple[IO[bytes], int]]:
    """The opened stream; what goes wrong while it is read is a fault of the file."""
    try:
        yield stream, size
    except DAMAGED as error:
        raise InvalidData(f"{path} cannot be read: {error}; get it again") from error


def _member(path: Path) -> str | None:
    """The name of the tumour table within a zip, or None."""
    with reading(path, _ZIP, _REMEDY), zipfile.ZipFile(path) as archive:
        return next((n for n in archive.namelist() if n.rsplit("/", 1)[-1].lower() == FILE), None)


def release_of(path: Path) -> Release:
    """Which release the header belongs to. Raises ``InvalidData`` if a needed column is missing or any comes twice."""
    with opened(path) as (stream, _):
        line = header_line(stream)
    names = labels(line)
    release: Release = "v2" if "GENDER" in names else "v1"
    missing = [name for name in COLUMNS[release] if name not in names]
    if missing:
        shown = ", ".join(missing[:4]) + (f" and {len(missing) - 4} more" if len(missing) > 4 else "")
        raise InvalidData(
            f"{path}: the header of Simulacrum {release} lacks {shown}; it starts {line.strip()[:60]!r}. "
            "Use sim_av_tumour.csv as released (v1.2.0 or v2.1.0)"
        )
    if twice := [name for name in names if names.count(name) > 1]:
        raise InvalidData(f"{path}: the header has column {twice[0]!r} twice; the file is altered, get it again")
    return release


def header_line(stream: IO[bytes]) -> str:
    """The first line of a table, without a byte order mark; it is read here alone, so that all see the same one."""
    return stream.readline(1 << 16).decode("utf-8-sig", errors="replace")


def labels(header: str) -> list[str]:
    """The names of a header line, upper case."""
    return [label.strip().strip('"').upper() for label in header.rstrip("\r\n").split(",")]
