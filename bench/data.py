"""Where data may be looked for: the folder the user named, the per-user cache, and whether the network may be used."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from bench.errors import BenchError

ENVIRONMENT = "AUGBENCH_DATA"


def default_cache() -> Path:
    """The per-user folder that downloads fill, laid out like the data folder."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "augbench"


@dataclass
class DataHome:
    """What ``Task.locate`` is given.

    ``folder``  the user's data folder (``--data-dir`` or ``$AUGBENCH_DATA``), or None
    ``cache``   the per-user folder that downloads fill, laid out the same way
    ``offline`` no network: set by the user, or once a download found none, so that a missing network costs a run a
                few seconds once and not once a file
    ``fetch``   the user asked for the download (``augbench data fetch``): also of sets too large to fetch unasked
    ``messages`` lines for the user, in order; each is said once
    """

    folder: Path | None = None
    cache: Path = field(default_factory=default_cache)
    offline: bool = False
    fetch: bool = False
    messages: list[str] = field(default_factory=list)

    @classmethod
    def resolve(cls, folder: Path | None = None, offline: bool = False) -> DataHome:
        """Take ``folder``, else the environment's. Raises ``BenchError`` if it is named and is not a folder."""
        named = folder or (Path(os.environ[ENVIRONMENT]) if os.environ.get(ENVIRONMENT) else None)
        if named is not None and not named.is_dir():
            where = "--data-dir" if folder else f"${ENVIRONMENT}"
            raise BenchError(f"data folder {named} ({where}) is not a folder; create it or leave it out")
        return cls(folder=named.resolve() if named else None, offline=offline)

    def say(self, message: str) -> None:
        if message not in self.messages:
            self.messages.append(message)

    def find(self, relative: str) -> Path | None:
        """The file at ``relative`` in the data folder, else in the cache; None if neither has it."""
        for root in (self.folder, self.cache):
            if root is not None and (root / relative).is_file():
                return root / relative
        return None
