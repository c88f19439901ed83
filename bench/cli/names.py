"""Names given on the command line, and the registry that knows them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import BenchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bench.config import Config
    from bench.registry import Entry


def expand(key: str, names: list[str] | None, **given: str | None) -> tuple[str, ...] | None:
    """Comma lists, shell patterns and files of the user's own (``csv:data.csv:label``) to names; unknown names are
    refused later, with a suggestion. ``given``: how such files are to be read (``group``, ``time``)."""
    if not names:
        return None
    from bench.registry import BY_KIND
    from bench.registry.opening import opener

    known = BY_KIND[key.removesuffix("s")].names() if key != "regimes" else []
    # a class may have a comma in its name
    comma = r",(?=\s*(?:real|balance|tstr|resample|append:))" if key == "regimes" else ","
    whole = (text in known or (key == "tasks" and opener(text)) for text in names)
    split = (
        part.strip()
        for text, one in zip(names, whole, strict=True)
        for part in ([text] if one else re.split(comma, text))
    )
    return _matched(known, (_own(part, given) for part in split) if key == "tasks" else split)


def _own(name: str, given: Mapping[str, str | None]) -> str:
    """The name of the task that a file of the user's own becomes; any other name as it is."""
    from bench.registry.opening import opener

    if not opener(name):
        return name
    from bench.opening import opened

    entry = opened(name, **{key: value for key, value in given.items() if value})
    assert entry is not None
    return entry.name


def patterns(config: Config) -> Config:
    """The same configuration with shell patterns among its names (from a file) as the names that they fit."""
    from dataclasses import replace

    from bench.registry import BY_KIND

    config = replace(config, tasks=tuple(dict.fromkeys(_own(name, {}) for name in config.tasks)))
    lists = {f"{kind}s": _matched(entries.names(), getattr(config, f"{kind}s")) for kind, entries in BY_KIND.items()}
    return replace(config, **lists)  # type: ignore[arg-type]


def _matched(known: Sequence[str], names: Iterable[str]) -> tuple[str, ...]:
    """Names once each, patterns as what they fit; one that fits nothing stays, to be refused as unknown."""
    import fnmatch

    found: list[str] = []
    for name in names:
        matches = fnmatch.filter(known, name) if name not in known and any(c in name for c in "*?[") else []
        found += matches or [name]
    return tuple(dict.fromkeys(found))


def discover(plugins: list[Path] | None = None) -> list[Entry[Any]]:
    """Fill the registry: what comes with augbench, what is installed, and the plugins named, whose entries it
    returns."""
    from bench import registry

    _refuse_shadows()
    registry.discover()
    return [entry for plugin in plugins or () for entry in registry.load_plugin(plugin)]


def _refuse_shadows() -> None:
    """Our import packages have common names: say so if a foreign module of that name comes first on the path."""
    import importlib.util

    home = Path(__file__).resolve().parents[2]
    for name in ("methods", "tasks"):
        spec = importlib.util.find_spec(name)
        origin = Path(spec.origin).resolve() if spec and spec.origin else None
        if origin is None or origin.parent.parent != home:
            places = spec.submodule_search_locations if spec else None
            where = origin or next(iter(places or ["nowhere"]))
            raise BenchError(
                f"the package {name!r} is found at {where}, not beside {home / 'bench'}: a foreign module of that "
                "name shadows augbench's; run from another folder or take it off PYTHONPATH"
            )
