"""Whether a disk takes no more. The disk itself is asked, after a fit has ended: what the fit says of it, or leaves
behind to say so, may be of its own making."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from bench.trial.failures import DISK

#: bytes below which a disk counts as full: who failed to write may have removed what there was
ROOM = 2**24


def room(place: Path) -> int:
    """Bytes that are free at a place; 0 where that cannot be told."""
    try:
        return shutil.disk_usage(place).free
    except OSError:
        return 0


def full(place: Path) -> str:
    """Why the disk at a place takes no more; "" where it has room, and where the place is gone."""
    try:
        if (left := shutil.disk_usage(place).free) < ROOM:
            return f"the disk at {place} has {left / 1e6:.1f} MB left"
        with tempfile.TemporaryFile(dir=place) as file:  # a quota shows only when it is met
            file.write(bytes(2**12))
            file.flush()
    except OSError as error:
        if error.errno in DISK:
            return f"the disk at {place} takes no more: {error.strerror}"
    return ""


def trouble(spool: Path, home: Path, before: int) -> str:
    """Why a fit may have failed by no doing of its own: the disk of the spool or of its own folder, ``home``, is full.
    A fit is the cause itself if most of what that disk lost since, when it had ``before`` bytes left, is the fit's."""
    for place in (spool, home):
        if (why := full(place)) and not (_same_disk(place, home) and _filled(home, before)):
            return why
    return ""


def _filled(home: Path, before: int) -> bool:
    own = size(home)
    return before >= ROOM and own >= ROOM and own > (before - room(home)) / 2


def _same_disk(one: Path, other: Path) -> bool:
    try:
        return one.stat().st_dev == other.stat().st_dev
    except OSError:
        return False


def size(folder: Path) -> int:
    """Bytes on the disk of what lies in a folder."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_blocks * 512
    return total
