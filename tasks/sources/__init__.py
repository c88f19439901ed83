"""Where rows come from: the data folder, the per-user cache, a checksummed download; and what tables share.

A task states its files as :class:`bench.task.DataFile` and asks, in ``locate``::

    from tasks.sources import find, find_all

    found = find(home, FILE)                 # one file
    found = find_all(home, FILES, "ecg")     # a set: all of them, or None
    if found is None:
        home.say("ecg: a simulated stand-in is used")
        return Origin("simulated", "stand-in", ...)
    return Origin("real", found.kind, found.sha256, note, found.path)

``find`` looks in the data folder, then in the cache, then downloads into the cache unless ``home.offline``. A file
that is there but is not the one expected raises ``InvalidData``; it is never passed over. Having no network costs a
run a few seconds once: see :mod:`tasks.sources.network`.
"""

from tasks.sources.files import FileState, Found, combined_sha256, describe, file_sha256, find, find_all

__all__ = ["FileState", "Found", "combined_sha256", "describe", "file_sha256", "find", "find_all"]
