"""``SHA256SUMS``: the closed list of a released folder's files, in the form that ``sha256sum -c`` reads."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bench.records.files import SUMS, replace_text


def files(folder: Path) -> list[str]:
    """Every file of a folder by its name in it, but for the list itself and hidden ones."""
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in names if name != SUMS and not name.startswith("."))


def write(folder: Path) -> None:
    """List every file of the folder with its checksum."""
    replace_text(folder / SUMS, "".join(f"{_sha256(folder / name)}  {name}\n" for name in files(folder)))


def read(folder: Path) -> dict[str, str]:
    """Checksums by name. Raises ``ValueError`` for a file that is not such a list."""
    pairs = (text.split(maxsplit=1) for text in (folder / SUMS).read_text(encoding="utf-8").splitlines())
    return {name.lstrip("*"): value for value, name in pairs}


def check(folder: Path) -> list[str]:
    """Files that are not what the list says, are missing, or are not in it, a line each."""
    try:
        sums = read(folder)
    except ValueError:
        return [f"{SUMS} is not a list of checksums"]
    wrong = []
    for name, value in sums.items():
        path = folder / name
        if not path.is_file():
            wrong.append(f"{name}: missing, and listed in {SUMS}")
        elif _sha256(path) != value:
            wrong.append(f"{name}: not the file that {SUMS} lists")
    return wrong + [f"{name}: not listed in {SUMS}" for name in files(folder) if name not in sums]


def digest(folder: Path) -> str:
    """The digest of a whole release: that of its list of checksums, 64 hexadecimal digits, as ``sha256sum SHA256SUMS``
    prints it. Nothing inside the folder can hold it, so it stands outside: there it vouches for every file."""
    return _sha256(folder / SUMS)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
