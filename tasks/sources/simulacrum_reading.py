"""Simulacrum's tumour table read in chunks, straight into categories, never as text: 2.4 million rows need well under
1 GB. What pandas would pass over in silence is counted: rows with too few or too many fields, a file that ends early.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from bench.errors import BenchError, InvalidData
from tasks.sources.simulacrum_files import COLUMNS, DAMAGED, header_line, labels, opened, release_of
from tasks.sources.simulacrum_standin import MISSING
from tasks.sources.simulacrum_tables import TumourTable

PATIENT = "PATIENTID"
CHUNK = 100_000


@lru_cache(maxsize=1)
def read(path: Path, state: object) -> TumourTable:
    """Read the whole table; the last one is kept in memory for as long as ``state`` (size and time of change, say)
    is the same.

    Raises ``InvalidData`` for a missing column, a row with too few or too many fields, an age that is no age, an
    encoding that is not UTF-8 or a damaged zip.
    """
    names = COLUMNS[release_of(path)]
    seen: dict[str, dict[str, int]] = {name: {} for name in names}
    parts: list[NDArray[np.int16]] = []
    patients: list[NDArray[Any]] = []
    with opened(path) as (stream, size), _progress(path, size) as advance:
        watched = _Watched(stream, advance)
        buffered = io.BufferedReader(watched, 1 << 20)
        header = labels(header_line(buffered))
        watched.fields = len(header)
        text = io.TextIOWrapper(buffered, encoding="utf-8", newline="")
        for chunk in _chunks(path, text, watched, header, names):
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


def _chunks(path: Path, stream: IO[str], watched: _Watched, header: list[str], names: tuple[str, ...]) -> Iterator[Any]:
    """The needed columns, upper case, as pandas categoricals (``PATIENTID`` as text), ``CHUNK`` rows at a time."""
    import pandas as pd

    try:
        wanted = [label for label in header if label in names or label == PATIENT]
        reader = pd.read_csv(
            stream,
            names=header,
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
    except ValueError as error:  # pandas' own errors among them
        if watched.ended:  # before that its tail is only where the reading has come to
            _check_end(path, watched)
        if not isinstance(error, pd.errors.ParserError):
            _check_rows(path, watched.fields)  # a value in the wrong column, perhaps
        said = " ".join(str(error).split())
        raise InvalidData(f"{path} is not a table as released: {said}; get it again") from error
    except DAMAGED as error:
        raise InvalidData(f"{path} cannot be read to its end: {error}; get it again") from error
    except BenchError:
        raise
    except Exception as error:  # what pandas raises for a damaged file is nowhere stated
        raise InvalidData(
            f"{path} is not a table as released: {error or type(error).__name__}; get it again"
        ) from error


def _check_end(path: Path, watched: _Watched) -> None:
    if watched.quotes:
        return  # the last line may be the end of a field that holds line breaks
    lines = watched.tail.decode("utf-8", errors="replace").rstrip("\r\n").split("\n")
    if len(lines) > 1 and lines[-1].count(",") < watched.fields - 1:  # there are no quotes in it
        raise InvalidData(f"{path} ends within a row; the file is truncated, get it again")


def _check_fields(path: Path, watched: _Watched, rows: int) -> None:
    """pandas says nothing of rows with too few or too many fields when only some columns are wanted. Without quotes
    the number of commas tells; with them the file is read once more."""
    _check_end(path, watched)
    if watched.quotes or watched.commas != (watched.fields - 1) * (rows + 1):
        _check_rows(path, watched.fields)


def _check_rows(path: Path, fields: int) -> None:
    with opened(path) as (stream, _):
        reader = csv.reader(io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline=""))
        try:
            for row in reader:
                if len(row) != fields and row:
                    raise InvalidData(
                        f"{path}, line {reader.line_num:,}: {len(row)} fields, and the header has {fields}; "
                        "the file is altered, get it again"
                    )
        except csv.Error as error:
            raise InvalidData(
                f"{path}, line {reader.line_num:,}: {error}; the file is altered, get it again"
            ) from error


class _Watched(io.RawIOBase):
    """A byte stream that says how far it has been read, counts commas and quotes and keeps its end. ``fields`` is how
    many the header has, set by who reads it."""

    def __init__(self, stream: IO[bytes], advance: Any) -> None:
        self.stream, self.advance = stream, advance
        self.tail, self.fields, self.commas, self.quotes, self.ended = b"", 0, 0, 0, False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.stream.read(len(buffer))
        buffer[: len(data)] = data
        self.commas += data.count(b",")
        self.quotes += data.count(b'"')
        if data:
            self.tail = (self.tail + data)[-(1 << 16) :]
        self.ended = not data
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
