"""Where the rows of tasks come from: asked while a run is planned.

A task of a plugin is asked in a process of its own (``bench.registry.apart``): its code does not run where a run is
planned, nor where fits share a worker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.data import DataHome
from bench.errors import BenchError, DataUnavailable, InvalidData, said
from bench.registry import Entry, discover, is_own, take
from bench.registry.apart import LOCATE_S, ask
from bench.task import Origin, Task
from bench.trial.reading import check_primary


@dataclass(frozen=True)
class Located:
    """Where a task's rows come from, and the metric that its boards sort by."""

    origin: Origin
    primary: str


#: by task
Answers = dict[str, Located | DataUnavailable | InvalidData]


def locate(entries: Sequence[Entry[Any]], options: Mapping[str, Mapping[str, Any]], home: DataHome) -> Answers:
    """Of each task where its rows come from, or why they cannot be had. ``options`` by the task's name.

    Raises ``BenchError`` for what concerns more than the task's rows, such as a missing requirement.
    """
    found = _located([entry for entry in entries if is_own(entry.file)], options, home)
    plugins: dict[Path, list[Entry[Any]]] = {}
    for entry in entries:
        if not is_own(entry.file):
            plugins.setdefault(entry.file, []).append(entry)
    for file, chosen in plugins.items():
        mine = {entry.name: dict(options.get(entry.name, {})) for entry in chosen}
        answers, told = ask(f"plugin {file}", LOCATE_S, _apart, chosen, mine, home)
        home.offline |= told.offline
        for message in told.messages:
            home.say(message)
        found |= answers
    return {entry.name: found[entry.name] for entry in entries}


def locate_one(entry: Entry[Any], options: Mapping[str, Any], home: DataHome) -> Located:
    """Where a task's rows come from. Raises ``BenchError`` if they cannot be had."""
    answer = locate([entry], {entry.name: options}, home)[entry.name]
    if isinstance(answer, BenchError):
        raise answer
    return answer


def _apart(
    entries: Sequence[Entry[Any]], options: Mapping[str, Mapping[str, Any]], home: DataHome
) -> tuple[Answers, DataHome]:
    """In the process of a plugin: whatever its code raises is said of its task."""
    discover(foreign=False)
    take(entries)
    found: Answers = {}
    for entry in entries:
        try:
            found |= _located([entry], options, home)
        except BenchError:
            raise
        except (Exception, SystemExit) as error:
            found[entry.name] = InvalidData(f"task {entry.name!r} cannot say where its rows are: {said(error)}")
    return found, home


def _located(entries: Sequence[Entry[Any]], options: Mapping[str, Mapping[str, Any]], home: DataHome) -> Answers:
    found: Answers = {}
    for entry in entries:
        try:
            task: Task = entry.create(**options.get(entry.name, {}))
            check_primary(task)
            origin = task.locate(home)
        except DataUnavailable as error:
            found[entry.name] = DataUnavailable(str(error))
        except InvalidData as error:
            found[entry.name] = InvalidData(str(error))
        else:
            path = origin.path and Path(origin.path).absolute()  # a fit may run in a folder of its own
            found[entry.name] = Located(replace(origin, path=path), str(task.primary))
    return found
