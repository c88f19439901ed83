"""The official tumour table of Simulacrum (``sim_av_tumour.csv``), from a folder or inside its zip.

Two releases differ in their columns. v1.1 and v1.2 have the 29 variables of the LSE study. v2.1 says ``GENDER`` for
``SEX`` and ``QUINTILE_2019`` for ``QUINTILE_2015``, has no Allred scores and no nurse, and a Charlson score where v1
has ACE-27: 26 variables. Columns are found by name in any order and case. Values are read in chunks straight into
categories, never as text, so 2.4 million rows need well under 1 GB.
"""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
from numpy.typing import NDArray

from bench.data import DataHome
from bench.errors import InvalidData
from bench.task import DataFile
from tasks.sources.files import Found, find
from tasks.sources.simulacrum_standin import MISSING, VARIABLES

FILE = "sim_av_tumour.csv"
FOLDER = "simulacrum"
Release = Literal["v1", "v2"]
_GONE_IN_V2 = ("ER_SCORE", "PR_SCORE", "CNS")
_RENAMED_IN_V2 = {"SEX": "GENDER", "QUINTILE_2015": "QUINTILE_2019", "ACE27": "CHRL_TOT_27_03"}
COLUMNS: dict[Release, tuple[str, ...]] = {
    "v1": VARIABLES,
    "v2": tuple(_RENAMED_IN_V2.get(name, name) for name in VARIABLES if name not in _GONE_IN_V2),
}
PATIENT = "PATIENTID"
CHUNK = 100_000


@dataclass(frozen=True)
class TumourTable:
    """Rows as codes. ``codes`` (n, k) int16 indexes ``categories[name]`` of the k columns; ``counts`` likewise holds
    how many tumours each category has in the whole table. ``patients`` (n,) int64 numbers the patients, if known."""

    codes: NDArray[np.int16]
    categories: dict[str, tuple[str, ...]]
    counts: dict[str, NDArray[np.int64]]
    patients: NDArray[np.int64] | None = None


def locate(home: DataHome, release: str = "") -> tuple[Found, Release] | None:
    """The table's csv or the zip that holds it, in the data folder's ``simulacrum`` or else the cache's; v1 is
    preferred. ``release`` ("v1" or "v2") asks for one. None if there is none. Raises ``InvalidData`` for a file of
    that name which is no such table."""
    known: dict[Release, str] = {}
    for root in (home.folder, home.cache):
        if root is None or not (root / FOLDER).is_dir():
            continue
        inside = sorted(path for path in (root / FOLDER).rglob("*") if path.is_file())
        for path in [p for p in inside if p.name.lower() == FILE] + [p for p in inside if p.suffix.lower() == ".zip"]:
            if path.suffix.lower() == ".zip" and _member(path) is None:
                continue
            known.setdefault(_release(path), path.relative_to(root).as_posix())
    for kind in COLUMNS:
        if kind in known and release in ("", kind):
            found = find(home, DataFile(known[kind]))
            return (found, kind) if found else None
    return None


@lru_cache(maxsize=1)
def read(path: Path, state: object) -> TumourTable:
    """Read the whole table; the last one is kept in memory for as long as ``state`` (size and time of change, say)
    is the same.

    Raises ``InvalidData`` for a missing column, a row with too few or too many fields, an age that is no age, an
    encoding that is not UTF-8 or a damaged zip.
    """
    release = _release(path)
    names = COLUMNS[release]
    seen: dict[str, dict[str, int]] = {name: {} for name in names}
    parts: list[NDArray[np.int16]] = []
    patients: list[NDArray[Any]] = []
    with _opened(path) as (stream, size), _progress(path, size) as advance:
        watched = _Watched(stream, advance)
        text = io.TextIOWrapper(io.BufferedReader(watched, 1 << 20), encoding="utf-8-sig", newline="")
        for chunk in _chunks(path, text, watched, names):
            parts.append(_encode(path, chunk, names, seen))
            if PATIENT in chunk:
                patients.append(chunk[PATIENT].to_numpy())
    total = sum(len(part) for part in parts)
    _check_fields(path, watched, total)
    if total == 0:
        raise InvalidData(f"{path} holds no rows; get it again from simulacrum.healthdatainsight.org.uk")
    codes = np.concatenate(parts)
    del parts
    categories, counts = {}, {}
    for j, name in enumerate(names):
        values = list(seen[name])
        order = sorted(range(len(values)), key=lambda i: _sort_key(name, values[i]))
        rank = np.empty(len(order), dtype=np.int16)
        rank[order] = np.arange(len(order), dtype=np.int16)
        codes[:, j] = rank[codes[:, j]]
        categories[name] = tuple(values[i] for i in order)
        counts[name] = np.bincount(codes[:, j], minlength=len(order))
    people = np.unique(np.concatenate(patients), return_inverse=True)[1].astype(np.int64) if patients else None
    return TumourTable(codes, categories, counts, people)


def _sort_key(name: str, value: str) -> tuple[bool, int, str]:
    return value == MISSING, int(value) if name == "AGE" and value != MISSING else 0, value


def _encode(path: Path, chunk: Any, names: tuple[str, ...], seen: dict[str, dict[str, int]]) -> NDArray[np.int16]:
    """Codes of one chunk, in the numbering of ``seen``, which grows."""
    out = np.empty((len(chunk), len(names)), dtype=np.int16)
    for j, name in enumerate(names):
        column = chunk[name].cat
        known = seen[name]
        codes = [known.setdefault(_clean(str(text)), len(known)) for text in column.categories]
        if name == "AGE":
            for text in known:
                if text != MISSING and not (text.isdigit() and int(text) < 130):
                    raise InvalidData(f"{path}: {text!r} in column AGE is no age in years; the file is altered")
        if len(known) > 5_000:
            raise InvalidData(f"{path}: column {name} has more than 5,000 different values; the file is altered")
        out[:, j] = np.array(codes, dtype=np.int16)[column.codes.to_numpy()]
    return out


def _clean(text: str) -> str:
    """One spelling a value: no blanks around it, ``3.0`` is ``3``, and nothing, ``None`` or ``NULL`` is missing."""
    text = text.strip()
    if text.endswith(".0") and text[:-2].isdigit():
        text = text[:-2]
    return MISSING if text in ("", "None", "NULL", "nan") else text


def _chunks(path: Path, stream: IO[str], watched: _Watched, names: tuple[str, ...]) -> Iterator[Any]:
    """The needed columns, upper case, as pandas categoricals (``PATIENTID`` as text), ``CHUNK`` rows at a time."""
    import pandas as pd

    try:
        labels = _labels(stream.readline())
        wanted = [label for label in labels if label in names or label == PATIENT]
        reader = pd.read_csv(
            stream,
            names=labels,
            usecols=wanted,
            header=None,
            dtype={label: "category" if label != PATIENT else "int64" for label in wanted},
            chunksize=CHUNK,
            keep_default_na=False,
            na_values={},
            index_col=False,
        )
        yield from reader
    except UnicodeDecodeError as error:
        raise InvalidData(f"{path} is not UTF-8 text ({error.reason}); get it again") from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        _check_end(path, watched)
        raise InvalidData(f"{path} is not a table as released: {str(error).strip()}; get it again") from error
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise InvalidData(f"{path} cannot be read to its end: {error}; get it again") from error


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], int]]:
    """The csv's bytes and their number, from the file itself or its zip."""
    try:
        if path.suffix.lower() != ".zip":
            with path.open("rb") as stream:
                yield stream, path.stat().st_size
            return
        with zipfile.ZipFile(path) as archive:
            member = _member(path)
            assert member is not None
            with archive.open(member) as stream:
                yield stream, archive.getinfo(member).file_size
    except (zipfile.BadZipFile, OSError) as error:
        raise InvalidData(f"{path} cannot be read: {error}; get it again") from error


def _member(path: Path) -> str | None:
    """The name of the tumour table within a zip, or None."""
    try:
        with zipfile.ZipFile(path) as archive:
            return next((n for n in archive.namelist() if n.rsplit("/", 1)[-1].lower() == FILE), None)
    except (zipfile.BadZipFile, OSError) as error:
        raise InvalidData(f"{path} is not a zip that can be read ({error}); remove it or get it again") from error


def _release(path: Path) -> Release:
    """Which release the header belongs to. Raises ``InvalidData`` if a needed column is missing."""
    with _opened(path) as (stream, _):
        line = stream.readline(1 << 16).decode("utf-8-sig", errors="replace")
    labels = _labels(line)
    release: Release = "v2" if "GENDER" in labels else "v1"
    missing = [name for name in COLUMNS[release] if name not in labels]
    if missing:
        shown = ", ".join(missing[:4]) + (f" and {len(missing) - 4} more" if len(missing) > 4 else "")
        raise InvalidData(
            f"{path}: the header of Simulacrum {release} lacks {shown}; it starts {line.strip()[:60]!r}. "
            "Use sim_av_tumour.csv as released (v1.2.0 or v2.1.0)"
        )
    return release


def _labels(header: str) -> list[str]:
    return [label.strip().strip('"').upper() for label in header.rstrip("\r\n").split(",")]


def _check_end(path: Path, watched: _Watched) -> None:
    lines = watched.tail.decode("utf-8", errors="replace").rstrip("\r\n").split("\n")
    if len(lines) > 1 and len(next(csv.reader([lines[-1]]))) < watched.fields:
        raise InvalidData(f"{path} ends within a row; the file is truncated, get it again")


def _check_fields(path: Path, watched: _Watched, rows: int) -> None:
    """pandas says nothing of rows with too few or too many fields when only some columns are wanted."""
    _check_end(path, watched)
    if not watched.quotes and watched.commas != (watched.fields - 1) * (rows + 1):
        raise InvalidData(
            f"{path} has rows with more or fewer fields than its header; the file is altered, get it again"
        )


class _Watched(io.RawIOBase):
    """A byte stream that says how far it has been read, counts commas and quotes and keeps its end. ``fields`` counts
    those of the header."""

    def __init__(self, stream: IO[bytes], advance: Any) -> None:
        self.stream, self.advance = stream, advance
        self.tail, self.fields, self.commas, self.quotes = b"", 0, 0, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.stream.read(len(buffer))
        buffer[: len(data)] = data
        if not self.fields:
            self.fields = len(data.split(b"\n", 1)[0].split(b","))
        self.commas += data.count(b",")
        self.quotes += data.count(b'"')
        if data:
            self.tail = (self.tail + data)[-(1 << 16) :]
        self.advance(len(data))
        return len(data)


@contextmanager
def _progress(path: Path, size: int) -> Iterator[Any]:
    """A progress bar on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda n: None
        return
    from rich.console import Console
    from rich.progress import DownloadColumn, Progress, TimeRemainingColumn

    columns = (*Progress.get_default_columns()[:2], DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"reading {path.name}", total=size)
        yield lambda n: bar.update(task, advance=n)
