"""Records on disk: ``records.jsonl``, one JSON object a cell, appended and flushed as each cell ends.

Only one run writes into a folder at a time. A line cut off by a crash is dropped when the store is opened, and said.
Each record is sealed as it is appended, so that a number changed by hand shows (``bench.release.verify``). A released
folder holds the same lines as ``records.jsonl.xz``; it is read like any other, and no run writes into it.
"""

from __future__ import annotations

import json
import lzma
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self, TextIO

from bench.errors import BenchError
from bench.records.provenance import digest

Record = dict[str, Any]

RECORDS = "records.jsonl"
#: the same, as a released folder has it
PACKED = "records.jsonl.xz"
RUN = "run.json"
#: the checksums of a released folder
SUMS = "SHA256SUMS"
#: what our commands write into a folder
OURS = frozenset({
    RECORDS, PACKED, RUN, SUMS, ".lock", "spool", "samples", "pictures", "boards", "plots",
    "selftest.json", "audit.json", "claims.json", "claims.md", "report.html", "environment.txt",
})  # fmt: skip


class Store:
    """The records of one output folder. Use as a context manager; raises ``BenchError`` for a folder that is not
    ours, cannot be written, or is being written by another run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / RECORDS
        #: what opening the store mended, for the user
        self.repaired: str | None = None
        self.records: dict[str, Record] = {}

    def __enter__(self) -> Self:
        claim(self.folder)
        self._lock = open(self.folder / ".lock", "w")
        _lock(self._lock, self.folder)
        self.repaired = repair(self.path)
        self.records = {record["id"]: record for record in read(self.folder)}
        self._file = open(self.path, "a", encoding="utf-8")
        return self

    def __exit__(self, *exc: object) -> None:
        self._file.close()
        self._lock.close()

    def append(self, record: Record) -> bool:
        """Write one record to disk; False if a record of this id is there already (nothing is doubled)."""
        if record["id"] in self.records:
            return False
        record = sealed(record)
        self._file.write(line(record))
        self._file.flush()
        os.fsync(self._file.fileno())
        self.records[record["id"]] = record
        return True

    def forget(self, ids: Iterable[str]) -> None:
        """Drop records so that they are run again (``--retry``)."""
        gone = set(ids) & set(self.records)
        if not gone:
            return
        self._file.close()
        keep = [r for key, r in self.records.items() if key not in gone]
        replace_text(self.path, "".join(map(line, keep)))
        self.records = {r["id"]: r for r in keep}
        self._file = open(self.path, "a", encoding="utf-8")  # noqa: SIM115 - held until __exit__


def line(record: Record) -> str:
    """A record as its line of the file."""
    return json.dumps(record, allow_nan=False, separators=(",", ":")) + "\n"


def seal(record: Mapping[str, Any]) -> str:
    """Sixteen hexadecimal digits over every field but the seal itself, as a record has them once it is read back."""
    return digest({key: value for key, value in record.items() if key != "seal"})


def sealed(record: Record) -> Record:
    """The record as it will be read back from its line (lists for tuples, texts for keys), with its seal."""
    plain: Record = json.loads(line(record))
    return plain | {"seal": seal(plain)}


def claim(folder: Path) -> None:
    """Make the folder ours, or raise ``BenchError`` if it holds what we did not write, is a released one, or cannot be
    written."""
    if folder.exists() and not folder.is_dir():
        raise BenchError(f"output folder {folder} is a file; name a folder with --out")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = {p.name for p in folder.iterdir()}
    except OSError as error:
        raise BenchError(
            f"output folder {folder} cannot be written: {error.strerror}; name another with --out"
        ) from error
    if PACKED in names and RECORDS not in names:
        raise BenchError(
            f"output folder {folder} is a released one ({PACKED}), which no run writes into; name another with --out, "
            f"or unpack it first (xz -dk {folder / PACKED})"
        )
    if names and not names & {RECORDS, RUN}:
        foreign = sorted(names - OURS)
        if foreign:
            raise BenchError(
                f"output folder {folder} holds files that are not ours ({foreign[0]}); name an empty one with --out"
            )
    if not os.access(folder, os.W_OK):
        raise BenchError(f"output folder {folder} cannot be written; name another with --out")


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
        data = file.read()
        if data.endswith(b"\n"):
            return None
        keep = data.rfind(b"\n") + 1
        try:
            json.loads(data[keep:])
        except ValueError:
            file.truncate(keep)
            return f"{path}: dropped a half-written last line ({len(data) - keep} bytes); its cell runs again"
        file.write(b"\n")  # the record is whole, only its newline was lost
        return f"{path}: completed the last line's missing newline"


def load_json(path: Path) -> Any:
    """What a JSON file of a run's folder holds, None where there is none. Raises ``BenchError`` for a damaged one,
    which must not pass for a missing one."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise BenchError(f"{path} is not JSON ({error}); make it again or delete it") from None


def has_records(folder: Path) -> bool:
    """Whether the folder holds records, packed or not."""
    return (folder / RECORDS).exists() or (folder / PACKED).exists()


def path_of(folder: Path) -> Path:
    """The file that the folder's records are read from: ``records.jsonl`` wherever there is one."""
    return folder / (PACKED if (folder / PACKED).exists() and not (folder / RECORDS).exists() else RECORDS)


def read(folder: Path) -> Iterator[Record]:
    """Every record of a folder, in the order written; none where it has no file of them. Raises ``BenchError`` if a
    line is not a record or the packed file is damaged."""
    for number, text in lines(folder):
        try:
            record = json.loads(text)
            record["id"], record["status"]
        except (ValueError, KeyError, TypeError):
            if not text.endswith("\n"):
                return  # being written, or cut off: opening the store for a run mends it
            raise BenchError(
                f"{path_of(folder)}:{number} is not a record of augbench; move the file away or name another --out"
            ) from None
        yield record


def lines(folder: Path) -> Iterator[tuple[int, str]]:
    """The file of records line by line, numbered from 1, whatever they hold. Raises ``BenchError`` if the packed file
    is damaged."""
    path, number = path_of(folder), 0
    if not path.exists():
        return
    with _open(path) as file:
        try:
            for number, text in enumerate(file, 1):
                yield number, text
        except (lzma.LZMAError, EOFError, UnicodeDecodeError) as error:
            raise BenchError(f"{path} is damaged after record {number} ({error}); get the file again") from None


def _open(path: Path) -> TextIO:
    if path.name == PACKED:
        return lzma.open(path, "rt", encoding="utf-8")
    return open(path, encoding="utf-8")


def replace_text(path: Path, text: str) -> None:
    """Write a whole file or nothing of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
