"""``run.json``: what the last run into a folder was asked for, where its rows came from, and what it ran on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec

from bench.dataset import Origin
from bench.errors import BenchError
from bench.records.files import DEEPEST, RUN, replace_bytes, shallow, to_json

#: method, classifier and regime
Compared = Annotated[list[str], msgspec.Meta(min_length=3, max_length=3)]


def data_of(origins: Mapping[str, Origin]) -> dict[str, dict[str, Any]]:
    """What ``RunFacts.data`` says of where rows came from, by task."""
    return {
        name: {"source": o.source, "kind": o.kind, "sha256": o.sha256, "note": o.note, "licence": o.licence}
        for name, o in origins.items()
    }


class RunFacts(msgspec.Struct, kw_only=True):
    """The content of ``run.json``. ``data`` and ``primary`` (by task) also keep what earlier runs of the folder said
    of tasks that the last one has not, ``comparisons`` and ``looks`` all of any run; everything else is of the last
    run."""

    augbench: str = ""
    command: list[str] = []
    started: str = ""
    selection: dict[str, Any] = {}
    engine: dict[str, Any] = {}
    #: by task: ``source``, ``kind``, ``sha256``, ``note``, ``licence``
    data: dict[str, dict[str, Any]] = {}
    #: by task: the metric that its boards are sorted by
    primary: dict[str, str] = {}
    #: by task: the primary comparisons, each [method, classifier, regime] with the reference; written before any is run
    comparisons: dict[str, list[Compared]] = {}
    #: by task: with how many seeds they were looked at, where seeds were added until they were decided
    looks: dict[str, list[int]] = {}
    #: by name: why it was selected and not run
    left_out: dict[str, str] = {}
    versions: dict[str, str] = {}
    machine: dict[str, Any] = {}
    commit: str | None = None


def read(folder: Path) -> RunFacts:
    """The facts of a folder, empty ones where it has no such file. Raises ``BenchError`` for a damaged file."""
    path = folder / RUN
    try:
        facts = msgspec.json.decode(path.read_text(encoding="utf-8-sig"), type=RunFacts)
        if not shallow(msgspec.to_builtins(facts)):
            raise ValueError(f"it is nested in more than {DEEPEST} levels")
        return facts
    except FileNotFoundError:
        return RunFacts()
    except (OSError, ValueError, RecursionError) as error:
        raise BenchError(f"{path} is not what augbench run writes ({error}); restore or delete it") from None


def cleaned(facts: RunFacts, clean: Callable[[Any], Any]) -> RunFacts:
    """The facts with ``clean`` applied to all that they hold."""
    return msgspec.convert(clean(msgspec.to_builtins(facts)), RunFacts)


def declared(
    earlier: RunFacts, now: dict[str, list[list[str]]], tried: Collection[tuple[str, ...]] = ()
) -> dict[str, list[list[str]]]:
    """The primary comparisons of a folder once ``now`` are declared too. None that was is ever taken back, as those
    that are left would seem to have been fewer than were looked at; and none is declared that was ``tried`` before
    (task, method, classifier, regime), as its outcome may be known."""
    found = {task: [*cells] for task, cells in earlier.comparisons.items()}
    for task, cells in now.items():
        mine = found.setdefault(task, [])
        mine += [cell for cell in cells if cell not in mine and (task, *cell) not in tried]
    return found


def write(folder: Path, facts: RunFacts) -> None:
    """Write ``run.json``, whole or not at all."""
    replace_bytes(folder / RUN, msgspec.json.format(to_json(facts), indent=1) + b"\n")
