"""Find data files and make sure that they are the ones expected.

A file is judged by its checksum and, where that differs, by its content (:mod:`tasks.sources.content`): the same rows
are the same data, under the checksum that the ``DataFile`` states.

Checksums that were computed once are kept in ``<cache>/checksums.json`` by path, size and times of change, so that a
150 MB file is hashed when it is new or touched and not at each start.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from bench.data import DataHome
from bench.errors import InvalidData
from bench.filetypes import is_web_page
from bench.task import DataFile, Task
from tasks.sources.content import same_content
from tasks.sources.network import download

LEDGER = "checksums.json"
Kind = Literal["folder", "cache", "download"]


@dataclass(frozen=True)
class Found:
    """Verified files, in the order asked for. ``sha256`` is the file's own, of a set the combined one.

    ``kind`` is "download" if any file was fetched just now, else "cache" if any came from there, else "folder".
    """

    paths: tuple[Path, ...]
    kind: Kind
    sha256: str

    @property
    def path(self) -> Path:
        """The first file."""
        return self.paths[0]


@dataclass(frozen=True)
class FileState:
    """One file of a task as ``augbench data`` shows it. ``problem`` says what is wrong with an altered file."""

    file: DataFile
    state: Literal["folder", "cache", "altered", "absent"]
    path: Path | None = None
    problem: str = ""


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, as 64 hexadecimal digits. Raises ``InvalidData`` if it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InvalidData(f"{path} cannot be read: {error.strerror}; mend its permissions or remove it") from error


def combined_sha256(checksums: Mapping[str, str]) -> str:
    """One SHA-256 for a set of files, from ``{relative path: sha256}``; the order of the mapping does not matter.

    It is the checksum of the listing that ``sha256sum`` prints, sorted by path.
    """
    listing = "".join(f"{checksums[path]}  {path}\n" for path in sorted(checksums))
    return hashlib.sha256(listing.encode()).hexdigest()


def find(home: DataHome, file: DataFile) -> Found | None:
    """``file`` from the data folder, the cache or its address; None if none of them has it.

    Raises ``InvalidData`` for a file that neither has ``file.sha256`` nor the content stated (an empty checksum accepts
    anything). What was not reached is said to ``home``; what stands in for it is the caller's to say.
    """
    return find_all(home, [file], file.path)


def find_all(home: DataHome, files: Sequence[DataFile], name: str) -> Found | None:
    """Every one of ``files``, or None; see :func:`find`. ``name`` is what messages call the set.

    A set of which only a part is there, and the rest cannot be downloaded, is said to ``home``: a stand-in must not
    hide that a file is missing.
    """
    ledger = _Ledger(home.cache / LEDGER)
    places = _places(home, files, ledger)
    missing = [file for file in files if file.path not in places]
    if missing and not download(home, missing):
        ledger.save()
        if places:
            home.say(f"{name}: {len(missing)} of {len(files)} files are missing, the first {missing[0].path}")
        return None
    for file in missing:
        path = home.cache / file.path
        places[file.path] = _Place(path, "download", ledger.sha256(path))
    ledger.save()
    kinds = {place.kind for place in places.values()}
    kind: Kind = "download" if missing else "cache" if "cache" in kinds else "folder"
    checksums = {path: place.sha256 for path, place in places.items()}
    combined = checksums[files[0].path] if len(files) == 1 else combined_sha256(checksums)
    return Found(tuple(places[file.path].path for file in files), kind, combined)


class _Place(NamedTuple):
    path: Path
    kind: Kind
    sha256: str


def _places(home: DataHome, files: Sequence[DataFile], ledger: _Ledger) -> dict[str, _Place]:
    """Those of the files that are here, by their path. Raises ``InvalidData`` for an altered one."""
    found = {}
    for file in files:
        path = home.find(file.path)
        if path is not None:
            found[file.path] = _Place(path, _kind(home, file, path), _verify(path, file, ledger))
    return found


def _kind(home: DataHome, file: DataFile, path: Path) -> Literal["folder", "cache"]:
    """Which of the two places a file was found in."""
    return "folder" if home.folder is not None and path == home.folder / file.path else "cache"


def describe(task: Task, home: DataHome) -> list[FileState]:
    """The state of each of the task's files, without using the network and without raising for an altered one."""
    ledger = _Ledger(home.cache / LEDGER)
    states = []
    for file in task.files:
        path = home.find(file.path)
        if path is None:
            states.append(FileState(file, "absent"))
            continue
        try:
            _verify(path, file, ledger)
        except InvalidData as error:
            states.append(FileState(file, "altered", path, str(error)))
        else:
            states.append(FileState(file, _kind(home, file, path), path))
    ledger.save()
    return states


def _verify(path: Path, file: DataFile, ledger: _Ledger) -> str:
    """The checksum that identifies the data in a file. Raises ``InvalidData`` for other data than expected."""
    found = ledger.sha256(path)
    if not file.sha256 or found == file.sha256:
        return found
    if ledger.same_content(path, file):
        return file.sha256
    where = f", or get it again from {file.url}" if file.url else ""
    page = " (it is a web page)" if is_web_page(path) else ""
    raise InvalidData(
        f"{path} ({path.stat().st_size:,} bytes) is altered or truncated{page}: sha256 expected {file.sha256}, "
        f"found {found}; remove it{where}"
    )


class _Ledger:
    """Checksums by (path, size, times of change). One that cannot be read or written only costs hashing again."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.known: dict[str, list[int | str]] = {}
        self.dirty = False
        with suppress(OSError, ValueError, RecursionError):
            known = json.loads(file.read_text(encoding="utf-8"))
            self.known = known if isinstance(known, dict) else {}

    def sha256(self, path: Path) -> str:
        return self._once(str(path.resolve()), path, file_sha256)

    def same_content(self, path: Path, file: DataFile) -> bool:
        key = f"{path.resolve()} as {file.form} {file.content or file.sha256}"
        return self._once(key, path, lambda path: str(same_content(path, file))) == str(True)

    def _once(self, key: str, path: Path, compute: Callable[[Path], str]) -> str:
        try:
            stat = path.stat()
        except OSError as error:
            raise InvalidData(f"{path} cannot be read: {error.strerror}; mend its permissions or remove it") from error
        stamp = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns]
        known = self.known.get(key)
        if isinstance(known, list) and known[:-1] == stamp and isinstance(known[-1], str):
            return known[-1]
        found = compute(path)
        self.known[key] = [*stamp, found]
        self.dirty = True
        return found

    def save(self) -> None:
        if not self.dirty:
            return
        with suppress(OSError):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.file.parent, suffix=".json")
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(self.known, stream)
            os.replace(temporary, self.file)
            self.dirty = False
