"""How an engine runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """How an engine runs: ``workers`` at once, ``threads`` each, ``spool`` a folder for records on their way to the
    store, ``address`` of a Ray cluster (None: start one here), ``device`` and the share of it a fit takes, ``debug``
    to run in this process."""

    workers: int
    threads: int
    spool: Path
    device: str = "cpu"
    address: str | None = None
    device_share: float = 1.0
    debug: bool = False
