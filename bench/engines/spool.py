"""Records on their way from workers to the store: files that each worker appends to, and one process reads.

There is no lock that a killed worker could keep. A record is on disk from the moment its cell ends, also if everything
is killed at once; the next run takes up what it finds.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from bench.parents import alone
from bench.records.files import to_json
from bench.records.record import checked
from bench.trial.events import Ended, Entered, Event
from bench.trial.failures import DISK

_decoder = msgspec.json.Decoder(Event)


class SpoolFailed(OSError):
    """The disk did not take an event: no doing of the fit."""


def write(folder: Path, events: Iterable[Event]) -> None:
    """Append events to this process's file as they come. Raises ``SpoolFailed`` if the disk takes no more.

    The file is opened anew for each: a method may close every descriptor of its process, and open its own in their
    place. The line break in front ends what an earlier process of this number was killed in.
    """
    path = folder / f"{os.getpid()}.jsonl"
    _append(path, b"\n")
    for event in alone(events):
        _append(path, to_json(event) + b"\n")


def _append(path: Path, data: bytes) -> None:
    try:
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            while data:
                data = data[os.write(file, data) :]
        finally:
            os.close(file)
    except OSError as error:
        if error.errno in DISK:
            raise SpoolFailed(error.errno, error.strerror, str(path)) from error
        raise


class Spool:
    """The workers' files, read as they grow. ``seen`` holds the ids of records, ``phase`` the latest by
    process and fit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: set[str] = set()
        self.phase: dict[tuple[str, str], str] = {}
        #: lines that hold no event: half of one that its writer was killed in, or a record that no file can hold
        self.broken = 0
        self._read: dict[Path, int] = {}

    def new(self) -> Iterator[Event]:
        """Events written since the last call; a line that is not whole yet waits for its end."""
        for path in sorted(self.folder.glob("*.jsonl")):
            with open(path, "rb") as file:
                file.seek(self._read.get(path, 0))
                data = file.read()
            whole = data[: data.rfind(b"\n") + 1]
            self._read[path] = self._read.get(path, 0) + len(whole)
            for line in whole.split(b"\n"):
                if not line:
                    continue
                try:
                    event = _decoder.decode(line)
                    if isinstance(event, Ended):
                        checked(event.record)
                except ValueError:
                    self.broken += 1
                    continue
                if isinstance(event, Entered):
                    self.phase[path.stem, event.fit] = event.phase
                elif isinstance(event, Ended):
                    self.seen.add(event.record.id)
                yield event

    def clear(self) -> None:
        """Delete the files: everything in them has been taken up."""
        for path in self.folder.glob("*.jsonl"):
            path.unlink()
        self._read.clear()
