"""``environment.txt`` of a release: what its records were made with, which they tell, and what was installed then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from bench.records.record import Record

NAME = "environment.txt"
_THEN, _NOW = "# what the records were made with:\n", "# installed when they were released:\n"


def text(records: Iterable[Record]) -> str:
    """The versions that records were made with, and everything installed now, in the form of ``pip freeze``."""
    installed = {(d.metadata["Name"].lower(), d.version) for d in metadata.distributions() if d.metadata["Name"]}
    return _told(records) + _NOW + "".join(f"{name}=={version}\n" for name, version in sorted(installed))


def check(folder: Path, records: Iterable[Record]) -> list[str]:
    """Whether the part of the file that records tell is what they tell, in a line; of the rest only its form."""
    path = folder / NAME
    if not path.exists():
        return [f"{NAME}: missing; a release says what it was made with"]
    then, found, now = path.read_text(encoding="utf-8", errors="replace").partition(_NOW)
    if then != _told(records):
        return [f"{NAME}: other versions than the records name"]
    if not found or any("==" not in line for line in now.splitlines()):
        return [f"{NAME}: not a list of what was installed"]
    return []


def _told(records: Iterable[Record]) -> str:
    made: Counter[str] = Counter()
    for record in records:
        made.update(f"{name}=={version}" for name, version in record.versions.items())
    return _THEN + "".join(f"#   {text} ({count} records)\n" for text, count in sorted(made.items()))
