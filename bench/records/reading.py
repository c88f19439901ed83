"""The records of a folder, read: from ``records.jsonl``, or packed as a release has them."""

from __future__ import annotations

import codecs
import gc
import lzma
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from bench.errors import BenchError
from bench.records import record, scheme1
from bench.records.files import PARQUET, RECORDS, XZ
from bench.records.record import MalformedRecord, Record

T = TypeVar("T", bound=Hashable)


def has_records(folder: Path) -> bool:
    """Whether the folder holds records, packed or not."""
    return any((folder / name).exists() for name in (RECORDS, PARQUET, XZ))


def path_of(folder: Path) -> Path:
    """The file that the folder's records are read from: ``records.jsonl`` wherever there is one."""
    return next((folder / name for name in (RECORDS, PARQUET, XZ) if (folder / name).exists()), folder / RECORDS)


def decode(line: bytes) -> Record:
    """The record on one line of a file, of whatever scheme. Raises ``MalformedRecord``."""
    if not line.strip():
        raise MalformedRecord("the line is blank")
    if line.startswith(codecs.BOM_UTF8):
        raise MalformedRecord("it begins with a byte order mark, which an editor has put there")
    return (record if line.startswith(b'{"schema":') else scheme1).decode(line)


def read(folder: Path) -> Iterator[Record]:
    """Every record of a folder, in the order written; none where it has no file of them. Raises ``BenchError`` if a
    line is not a record or a packed file is damaged.

    Values that many records share (versions, options, hashes) are kept once, so that records of a large folder fit in
    memory.
    """
    share = _Shared()
    path = path_of(folder)
    for number, text in lines(folder):
        try:
            found = decode(text)
        except MalformedRecord as error:
            if path.name == RECORDS and not text.endswith(b"\n"):
                return  # being written, or cut off: opening the store for a run mends it
            raise BenchError(
                f"{path}:{number} is not a record of augbench: {error}; move the file away or name another --out"
            ) from None
        yield share(found)


def lines(folder: Path) -> Iterator[tuple[int, bytes]]:
    """The records of a folder as lines, numbered from 1, whatever they hold; of a Parquet file, as they were before
    they were packed. Raises ``BenchError`` if a packed file is damaged."""
    path, number = path_of(folder), 0
    if not path.exists():
        return
    try:
        for number, text in enumerate(_open(path), 1):
            yield number, text
    except (lzma.LZMAError, EOFError, OSError) as error:
        raise BenchError(f"{path} is damaged after record {number} ({error}); get the file again") from None


def _open(path: Path) -> Iterator[bytes]:
    if path.name == PARQUET:
        from bench.records.packed import unpack

        yield from unpack(path)
        return
    opened: Callable[..., Any] = lzma.open if path.name == XZ else open
    with opened(path, "rb") as file:
        yield from file


def resolved(records: Iterable[Record]) -> tuple[dict[str, Record], list[str]]:
    """One record an id, in the order of the first of each; and the ids under which others were, too.

    A line that is there twice, letter for letter, is one record: copying and joining files may do that. Of records
    that share an id and differ, the one that ended last counts, as it does among records of one cell.
    """
    found: dict[str, Record] = {}
    others: dict[str, None] = {}
    with _uncollected():
        for one in records:
            known = found.setdefault(one.id, one)
            if known is not one and known != one:
                others[one.id] = None
                if one.ended >= known.ended:
                    found[one.id] = one
    return found, list(others)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector of garbage: records refer to each other in no circle, and it would walk through all that
    are there again and again, which takes longer than reading them."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def said_of(others: Sequence[str], path: Path) -> str:
    """The line to say of ids under which different records are; "" where there are none."""
    if not others:
        return ""
    which = f"record {others[0]} is" if len(others) == 1 else f"{len(others)} records ({others[0]}, ...) are"
    return (
        f"{path}: {which} there more than once, with different content; the one that ended last counts; take the other "
        "lines out"
    )


class _Shared:
    """Keeps one object for equal ones."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._tables: dict[Any, Any] = {}

    def __call__(self, record: Record) -> Record:
        texts = self._texts
        for name in ("task", "method", "classifier", "regime", "budget", "device", "family", "modality", "fit_id"):
            value = getattr(record, name)
            setattr(record, name, texts.setdefault(value, value))
        for key, value in record.hashes.items():  # of keys the decoder keeps most once
            record.hashes[key] = texts.setdefault(value, value)
        record.versions = self._once(tuple(record.versions.items()), record.versions)
        record.machine = self._once(record.machine, record.machine)
        record.config = self._once(repr(record.config), record.config)
        return record

    def _once(self, key: Any, value: Any) -> Any:
        return self._tables.setdefault(key, value)
