"""Tasks that are opened from a user's own file or folder: ``csv:data.csv:label`` becomes the task ``csv-data-label``.

A class registered with ``opens=True`` says with its names what kinds of files it reads, and takes what stands behind
the colon apart (``bench.task.Opened``). The registry then holds one more task, with options that say which file it
was and how it was read; where the file lies is known to this machine alone, and no record holds it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.errors import BenchError
from bench.registry.entries import Entry, tasks
from bench.slugs import slug


def opener(text: str) -> Entry[Any] | None:
    """The kind of file that ``kind:...`` begins with, or None."""
    kind, colon, _ = text.partition(":")
    return tasks.openers.get(kind.strip().lower()) if colon else None


def open_task(text: str, **given: str) -> Entry[Any] | None:
    """Register the task that ``kind:file:label`` means, and return it; None for a name of another form.

    given : options of the command line (``group``, ``time``); "" is not given.

    Raises ``BenchError`` for a file that is not there or is none of its kind, and where another file's task was opened
    under the same name.
    """
    entry = opener(text)
    if entry is None:
        return None
    if entry.missing:
        raise BenchError(f"{text}: {entry.missing}")
    rest = text.partition(":")[2]
    opened = entry.load().opened(entry.name, rest, **given)
    name = slug("-".join(_ordinary(part) for part in (entry.name, *opened.called)))
    found = replace(
        entry, name=name, params={**entry.params, **opened.options}, place=opened.place, opens=False,
        traits=opened.traits, family=slug("-".join(_ordinary(part) for part in (entry.name, opened.called[0]))),
    )  # fmt: skip
    if name in tasks and _differ(tasks[name], found):
        raise BenchError(f"{text} and another task would both be called {name!r}; rename one file or label")
    tasks.add(found)
    return found


def reopen(name: str, options: Mapping[str, Any]) -> Entry[Any] | None:
    """The task that a record names, also where it was opened from a file: its options say of which kind. None where
    nothing of that name is known; whether its file is here, ``locate`` finds out."""
    if name in tasks:
        return tasks[name]
    entry = tasks.openers.get(str(options.get("form", "")))
    if entry is None:
        return None
    tasks.add(found := replace(entry, name=name, opens=False))
    return found


def _differ(known: Entry[Any], found: Entry[Any]) -> bool:
    """Whether a task of the same name is of another file, which is still there, or of another label."""
    if known.place is None or not known.place.exists():
        return False
    return (known.place, known.params.get("label")) != (found.place, found.params.get("label"))


def place_and_label(rest: str, example: str) -> tuple[Path, str]:
    """What ``file:label`` means: the file, which may have colons in its name, and the label, which may be "".

    Raises ``BenchError`` where there is no such file, or where two files could be meant.
    """
    if not rest.strip():
        raise BenchError(f"name a file behind the colon: {example}")
    cuts = [len(rest), *(match.start() for match in re.finditer(":", rest))]
    found = [(Path(rest[:cut]), rest[cut + 1 :]) for cut in cuts if _there(rest[:cut])]
    if len(found) == 1:
        return found[0][0].absolute(), found[0][1].strip()
    if found:
        raise BenchError(f"{rest!r} could be {' or '.join(repr(str(path)) for path, _ in found)}; rename one")
    drive = re.match(r"[A-Za-z]:[\\/]", rest)
    shown = rest.rpartition(":")[0] if ":" in rest[2 if drive else 0 :] else rest
    raise BenchError(f"{shown} is not there; a table of your own is named {example}")


def _there(text: str) -> bool:
    try:
        return bool(text) and Path(text).exists()
    except (OSError, ValueError):
        return False


def _ordinary(text: str) -> str:
    """Text as lower-case words joined by hyphens."""
    return re.sub("[^a-z0-9_]+", "-", text.lower()).strip("-") or slug(text)
