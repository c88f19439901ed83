"""``augbench data``: where each task's rows come from, and how to get better ones."""

from __future__ import annotations

from pathlib import Path

from bench import registry
from bench.data import DataHome
from bench.errors import BenchError
from bench.messages import answer
from bench.task import Origin, Task


def status(names: tuple[str, ...] | None, folder: Path | None, offline: bool) -> None:
    """Print what each task would run on now, without downloading, and every file it can be fed with."""
    home = DataHome.resolve(folder, offline=True)
    tasks = _tasks(names)
    answer(f"data folder: {home.folder or 'none (--data-dir or $AUGBENCH_DATA)'}\ncache:       {home.cache}\n")
    for task in tasks:
        answer(f"{task.name}\n  now: {_now(task, home)}")
        for file in task.files:
            at = home.find(file.path)
            answer(f"  {'at' if at else 'not here'}: {at or file.path}  [{file.source}]")
            for word, text in (("sha256", file.sha256), ("from", file.url), ("licence", file.licence), ("", file.note)):
                if text:
                    answer(f"      {word} {text}".rstrip())
        answer()


def fetch(names: tuple[str, ...] | None, folder: Path | None) -> None:
    """Download what the tasks can be fed with into the cache. Raises ``BenchError`` if a named one's stay away."""
    home = DataHome.resolve(folder)
    home.fetch = True
    missing = []
    for task in _tasks(names):
        try:
            origin = task.locate(home)
        except BenchError as error:
            answer(f"{task.name}: {error}")
            missing.append(task.name)
            continue
        answer(f"{task.name}: {_words(origin)}")
        if task.files and origin.kind in ("stand-in", "package") and origin.source == "simulated":
            missing.append(task.name)
    for message in home.messages:
        answer(message)
    if names and missing:
        raise BenchError(f"no real rows could be fetched for {', '.join(missing)}")


def _tasks(names: tuple[str, ...] | None) -> list[Task]:
    entries = [registry.tasks[name] for name in names] if names else list(registry.tasks)
    return [entry.create() for entry in entries if names or not entry.missing]


def _now(task: Task, home: DataHome) -> str:
    try:
        return _words(task.locate(home))
    except BenchError as error:
        return f"unavailable: {error}"


def _words(origin: Origin) -> str:
    place = f" at {origin.path}" if origin.path else ""
    licence = f"; licence {origin.licence}" if origin.licence else ""
    return f"{origin.source} ({origin.kind}{place}), sha256 {origin.sha256[:16]}…; {origin.note}{licence}"
