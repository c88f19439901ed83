"""A user's own file, opened by name, looked at, and said in a few lines before anything runs."""

from __future__ import annotations

import logging
from typing import Any

from bench import registry
from bench.data import DataHome
from bench.errors import BenchError
from bench.trial import reading
from bench.trial.locating import locate_one

_say = logging.getLogger("augbench.data").info


def opened(text: str, **given: str) -> registry.Entry[Any] | None:
    """The task that ``csv:data.csv:label`` means, registered; None for a name of another form.

    Its rows are read and split once, so that what is wrong with them is said before anything is written. What was
    understood of them is said. ``given`` are options of the command line: ``group``, ``time``.

    Raises ``BenchError`` in one line.
    """
    entry = registry.open_task(text, **given)
    if entry is None:
        return None
    task = entry.create()
    origin = locate_one(entry, {}, DataHome(offline=True)).origin
    try:
        dataset = reading.read(task, origin)
        reading.split(task, dataset, 0)
    except BenchError as error:
        raise type(error)(f"{text.partition(':')[0]}:{task.place.name if task.place else ''}: {error}") from None
    for line in task.words(origin):
        _say(f"{entry.name}: {line}")
    return entry
