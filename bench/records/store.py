"""Records on disk: ``records.jsonl``, one JSON object a cell, appended and flushed as each cell ends.

Only one run writes into a folder at a time. A line cut off by a crash is dropped when the store is opened, and said.
Each record is sealed as it is appended, so that a number changed by hand shows (``bench.release.verify``). A released
folder holds the same records packed; it is read like any other, and no run writes into it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, BinaryIO, Self

import msgspec

from bench.errors import BenchError, HarnessError
from bench.records.files import FOLDERS, OURS, PARQUET, RECORDS, RUN, XZ, replace_bytes
from bench.records.reading import read, resolved, said_of
from bench.records.record import Record, encode, sealed


class Store:
    """The records of one output folder. Use as a context manager; raises ``BenchError`` for a folder that is not
    ours, cannot be written, or is being written by another run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / RECORDS
        #: what opening the store mended or found, for the user
        self.repaired: str | None = None
        self.records: dict[str, Record] = {}
        #: whether a record was added or dropped since it was opened
        self.changed = False

    def __enter__(self) -> Self:
        claim(self.folder)
        with ExitStack() as opened:  # what fails in between leaves the folder to others
            try:
                self._lock = opened.enter_context(open(self.folder / ".lock", "w"))
                _lock(self._lock, self.folder)
                self.repaired = repair(self.path)
                self.records, others = resolved(read(self.folder))
                self.repaired = "; ".join(filter(None, (self.repaired, said_of(others, self.path)))) or None
                self._file = opened.enter_context(open(self.path, "ab", buffering=0))
            except OSError as error:
                raise BenchError(
                    f"{error.filename} cannot be written: {error.strerror}; move it away or name another --out"
                ) from None
            opened.pop_all()
        return self

    def __exit__(self, *exc: object) -> None:
        self._file.close()
        self._lock.close()

    def append(self, record: Record) -> bool:
        """Write one record to disk; False if a record of this id is there already (nothing is doubled).

        Raises ``HarnessError`` if the disk does not take it; the file then ends with the record before.
        """
        if record.id in self.records:
            return False
        record = sealed(record)
        self.changed = True
        end = os.fstat(self._file.fileno()).st_size
        try:
            self.records[record.id] = record
            line = memoryview(encode(record))
            while line:
                line = line[self._file.write(line) :]
            os.fsync(self._file.fileno())
        except BaseException as error:  # an interrupt too: it is there whole or not at all, and the spool still has it
            self.records.pop(record.id, None)
            with suppress(OSError):
                os.ftruncate(self._file.fileno(), end)
            if not isinstance(error, OSError):
                raise
            raise HarnessError(
                f"{self.path} cannot be written: {error.strerror}; its {len(self.records)} records are kept: make room "
                "and run the same command again"
            ) from error
        return True

    def forget(self, ids: Iterable[str]) -> None:
        """Drop records so that they are run again (``--retry``)."""
        gone = set(ids) & set(self.records)
        if not gone:
            return
        self.changed = True
        self._file.close()
        keep = [r for key, r in self.records.items() if key not in gone]
        with open(self.path, "rb") as file:  # lines stay as they were written: those of an older scheme, too
            kept = [text for text in file if _id(text) not in gone]
        replace_bytes(self.path, b"".join(kept))
        self.records = {r.id: r for r in keep}
        self._file = open(self.path, "ab", buffering=0)  # noqa: SIM115 - held until __exit__


def claim(folder: Path) -> None:
    """Make the folder ours, or raise ``BenchError`` if it holds what we did not write, is a released one, or cannot be
    written."""
    check(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


def check(folder: Path) -> None:
    """Raise what ``claim`` raises, and write nothing: a folder that is not there yet may be made."""
    _refuse_no_folder(folder)
    try:
        if not folder.exists():
            _refuse_no_place(folder)
            return
        names = {p.name for p in folder.iterdir()}
    except OSError as error:
        raise _unwritable(folder, error) from error
    if names & {PARQUET, XZ} and RECORDS not in names:
        raise BenchError(f"output folder {folder} is a released one, which no run writes into; name another with --out")
    if names and not names & {RECORDS, RUN}:
        foreign = sorted(names - OURS)
        if foreign:
            raise BenchError(
                f"output folder {folder} holds files that are not ours ({foreign[0]}); name an empty one with --out"
            )
    for name in sorted(names & OURS):
        if (folder / name).is_dir() != (name in FOLDERS):
            kind, other = ("folder", "file") if name in FOLDERS else ("file", "folder")
            raise BenchError(f"{folder / name} is a {other}, not a {kind}; move it away or name another --out")
    if not os.access(folder, os.W_OK):
        raise BenchError(f"output folder {folder} cannot be written; name another with --out")


def _refuse_no_place(folder: Path) -> None:
    around = next(place for place in folder.absolute().parents if place.exists())
    if not around.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if not os.access(around, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _unwritable(folder: Path, error: OSError) -> BenchError:
    return BenchError(f"output folder {folder} cannot be written: {error.strerror}; name another with --out")


def _refuse_no_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise BenchError(f"output folder {folder} is a file; name a folder with --out")
    if folder.is_symlink() and not folder.exists():
        raise BenchError(f"output folder {folder} is a link that leads nowhere; remove it or name another with --out")


def _lock(file: Any, folder: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows has no flock; two runs in one folder are then the user's to avoid
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise BenchError(
            f"another run is writing into {folder}; wait for it or name another folder with --out"
        ) from error


def repair(path: Path) -> str | None:
    """Cut off a half-written last line; returns what was done, or None. Whole lines are never touched."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    with open(path, "rb+") as file:
        last = _last_line(file)
        if last.endswith(b"\n"):
            return None
        try:
            msgspec.json.decode(last)
        except (ValueError, RecursionError):
            file.truncate(os.fstat(file.fileno()).st_size - len(last))
            return f"{path}: dropped a half-written last line ({len(last)} bytes); its cell runs again"
        file.seek(0, os.SEEK_END)
        file.write(b"\n")  # the record is whole, only its newline was lost
        return f"{path}: completed the last line's missing newline"


def _last_line(file: BinaryIO) -> bytes:
    """The last line of a file, however long the file is."""
    size = os.fstat(file.fileno()).st_size
    step = 1 << 16
    while True:
        start = max(0, size - step)
        file.seek(start)
        data = file.read()
        cut = data.rfind(b"\n", 0, len(data) - 1)
        if cut >= 0 or start == 0:
            return data[cut + 1 :]
        step *= 4


def _id(line: bytes) -> str:
    return msgspec.json.decode(line, type=_Named).id


class _Named(msgspec.Struct):
    id: str
