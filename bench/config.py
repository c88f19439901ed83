"""What to run: the command line over a TOML file over a budget. Budgets are such files themselves (``bench/budgets``).

::

    budget = "quick"                  # the file this one builds on
    seeds = 5                         # how many, or a list of seed numbers
    tasks = ["pima"]
    methods = ["none", "smote"]
    [task.credit-fraud]               # options of a task, a method or a classifier
    rows = 20000
    [method.gan]
    steps = 500
    [[override]]                      # for the tasks that match a pattern
    tasks = ["fashion-*"]
    seeds = 1
    method.gan.steps = 200
"""

from __future__ import annotations

import fnmatch
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from bench.errors import BenchError
from bench.options import check_type
from bench.slugs import did_you_mean

ENGINES = ("serial", "processes", "ray")
BUDGETS = ("smoke", "quick", "standard", "full")
#: a number with a digit too many should be said, and not fill the memory
MOST_SEEDS = 10_000
#: the same of seconds and MB
_MOST = 1e12
_FOLDER = Path(__file__).parent / "budgets"
_LISTS = ("tasks", "methods", "classifiers", "regimes")
#: options that no file has, as they say nothing of what is run
_OF_THE_COMMAND = ("config", "plugin", "why", "retry", "fail_on_error")
_TABLES = ("task", "method", "classifier", "measures")
_TABLES_OF_TABLES = ("task", "method", "classifier", "limits")


@dataclass(frozen=True)
class Config:
    """Everything a run depends on. Lists name what is selected; tables hold options by name."""

    budget: str = "quick"
    tasks: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    classifiers: tuple[str, ...] = ()
    regimes: tuple[str, ...] = ()
    seeds: tuple[int, ...] = (0,)
    base_seed: int = 0
    task: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    method: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    classifier: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    measures: Mapping[str, Any] = field(default_factory=dict)
    override: tuple[Mapping[str, Any], ...] = ()
    engine: str = "processes"
    workers: int | None = None
    threads: int = 1
    device: str = "auto"
    exclusive: bool = False
    #: seconds, and resident memory in MB of 10^6 bytes, that a fit and its cells may take
    timeout: float | None = None
    memory: float | None = None
    #: the same by method, where one needs other limits: ``[limits.gan] timeout = 60``, ``memory = 4000``
    limits: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    debug: bool = False
    out: Path = Path("results/local")
    data_dir: Path | None = None
    offline: bool = False
    pictures: bool = True
    #: whether class probabilities of the test rows are kept beside the records
    predictions: bool = True
    #: whether seeds are added where a primary comparison is undecided, and up to how many
    until_decided: bool = False
    max_seeds: int = 20
    address: str | None = None
    device_share: float = 1.0
    #: which of the lists the user named; a name that fits nothing is then an error, not left out
    named: frozenset[str] = frozenset()

    def options(self, kind: str, name: str, task: str) -> dict[str, Any]:
        """The options of a task, method or classifier on one task; later overrides win."""
        merged = dict(getattr(self, kind).get(name, {}))
        for table in self.matching(task):
            merged |= table.get(kind, {}).get(name, {})
        return merged

    def limit(self, key: str, method: str) -> float | None:
        """``timeout`` or ``memory`` of a method's fits."""
        found: float | None = self.limits.get(method, {}).get(key, getattr(self, key))
        return found

    def matching(self, task: str) -> list[Mapping[str, Any]]:
        return [t for t in self.override if any(fnmatch.fnmatchcase(task, p) for p in t["tasks"])]

    def for_task(self, key: str, task: str) -> Any:
        """``seeds`` or one of the lists, as the last override for the task has it, unless the user named it."""
        value = getattr(self, key)
        if key in self.named:
            return value
        for table in self.matching(task):
            value = table.get(key, value)
        return value


def load(budget: str | None, file: Path | None, given: Mapping[str, Any]) -> Config:
    """Lay ``given`` (the command line; None means not given) over ``file`` over the budget's file.

    Raises ``BenchError`` for an unknown budget or key, a wrong type, or a file that is not TOML.
    """
    on_top = _read(file) if file else {}
    from_file = on_top.pop("budget", None)
    name = budget or from_file or "quick"
    if name not in BUDGETS:
        raise BenchError(f"unknown budget {name!r}{did_you_mean(name, BUDGETS)}")
    given = {key: value for key, value in given.items() if value is not None and value != ()}
    merged = _laid_over(_read(_FOLDER / f"{name}.toml"), on_top) | given
    named = frozenset({*(key for key in (*_LISTS, "seeds") if key in on_top), *given})
    config = replace(Config(), budget=name, named=named, **_typed(merged))
    return _checked(config)


def _laid_over(below: Mapping[str, Any], on_top: Mapping[str, Any]) -> dict[str, Any]:
    """One file over another: tables of options are joined key by key, overrides follow each other, the rest wins."""
    merged = dict(below)
    for key, value in on_top.items():
        if key in ("task", "method", "classifier"):
            table = dict(merged.get(key, {}))
            merged[key] = table | {part: table.get(part, {}) | options for part, options in value.items()}
        elif key in ("measures", "limits"):
            merged[key] = merged.get(key, {}) | value
        elif key == "override":
            merged[key] = [*merged.get(key, []), *value]
        else:
            merged[key] = value
    return merged


def _typed(merged: Mapping[str, Any]) -> dict[str, Any]:
    """The same, as ``Config`` has it: names once each, seeds by number, paths."""

    def override(table: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**table, "seeds": seeds(table["seeds"])} if "seeds" in table else table

    return {
        **merged,
        **{key: tuple(dict.fromkeys(merged.get(key, ()))) for key in _LISTS},
        **{key: Path(merged[key]) for key in ("out", "data_dir") if merged.get(key) is not None},
        "seeds": seeds(merged.get("seeds", 1)),
        "override": tuple(map(override, merged.get("override", ()))),
    }


def _checked(config: Config) -> Config:
    """The configuration, with one worker where fits are timed alone. Raises ``BenchError`` for what it cannot hold."""
    if config.engine not in ENGINES:
        raise BenchError(f"unknown engine {config.engine!r}{did_you_mean(config.engine, ENGINES)}")
    if config.exclusive:
        if config.engine == "ray" or (config.workers or 1) > 1:
            raise BenchError(
                "--exclusive times one fit at a time on this machine: leave --workers and --engine ray out"
            )
        config = replace(config, workers=1)
    for key, least in (("workers", 1), ("threads", 1), ("device_share", 0), ("max_seeds", 2)):
        _within(key, getattr(config, key), least)
    for key in ("timeout", "memory"):
        _above_zero(key, getattr(config, key))
    for method, limits in config.limits.items():
        _check_limits(method, limits)
    for regime in (*config.regimes, *(name for table in config.override for name in table.get("regimes", ()))):
        if not regime.partition("@")[0].isascii():  # other digits would give one regime several names
            raise BenchError(f"unknown regime {regime!r}: before its class it is written in ASCII letters and digits")
    return config


def _check_limits(method: str, limits: Mapping[str, Any]) -> None:
    for key, value in limits.items():
        if key not in ("timeout", "memory"):
            raise BenchError(f"limits.{method} has no key {key!r}{did_you_mean(key, ('timeout', 'memory'))}")
        _above_zero(f"limits.{method}.{key}", value)


def _within(key: str, value: Any, least: int) -> None:
    if value is not None and (not isinstance(value, int | float) or not least <= value <= MOST_SEEDS):
        raise BenchError(f"{key} must be a number above {least - 1}, at most {MOST_SEEDS:,}, not {value!r}")


def _above_zero(key: str, value: Any) -> None:
    if value is not None and (not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= _MOST):
        raise BenchError(f"{key} must be a number above 0, at most {_MOST:g}, not {value!r}")


def seeds(value: Any) -> tuple[int, ...]:
    """How many seeds (0, 1, ...), or which. Raises ``BenchError``."""
    if type(value) is int and 0 < value <= MOST_SEEDS:
        return tuple(range(value))
    if isinstance(value, list | tuple) and value and all(type(v) is int and 0 <= v < 2**32 for v in value):
        return tuple(dict.fromkeys(value))
    raise BenchError(
        f"seeds must be a number above 0, at most {MOST_SEEDS:,}, or a list of seed numbers, not {value!r}"
    )


def _read(file: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise BenchError(f"configuration {file} is not there") from None
    except (ValueError, OSError, RecursionError) as error:  # ValueError: no TOML, no UTF-8, a number of 5,000 digits
        raise BenchError(f"configuration {file} cannot be read: {error}") from error
    known = {f.name: str(f.type) for f in fields(Config) if f.name != "named"} | {"out": "str", "data_dir": "str"}
    for key, value in table.items():
        if key not in known:
            raise BenchError(f"{file}: {_unknown(key, known)}")
        if key != "seeds":  # ``seeds`` below takes a number, too
            _check(file, key, value, known[key])
    for part in table.get("override", ()):
        _check_override(file, part, known)
    return table


def _check_override(file: Path, part: Any, known: Mapping[str, str]) -> None:
    """Raise ``BenchError`` for an override of no tasks, with a key that none has, or a value of another type."""
    allowed = ("seeds", *_LISTS, *_TABLES)
    if not isinstance(part, dict) or not _strings(part.get("tasks")) or not part["tasks"]:
        raise BenchError(f"{file}: an override needs tasks = [names or patterns]")
    for key, value in part.items():
        if key not in allowed:
            raise BenchError(f"{file}: an override has no key {key!r}{did_you_mean(key, allowed)}")
        if key != "seeds":
            _check(file, key, value, known[key])


def _unknown(key: str, known: Iterable[str]) -> str:
    """What to say of a key that no file has."""
    if key in _OF_THE_COMMAND:
        return f"{key} is an option of the command alone: --{key.replace('_', '-')}"
    return f"unknown key {key!r}{did_you_mean(key, known)}"


def _check(file: Path, key: str, value: Any, annotation: str) -> None:
    """Raise ``BenchError`` if a key of the file, or of one of its overrides, is not of its type."""
    _check_number_of_name(file, key, value)
    if key in _LISTS and not _strings(value):
        raise BenchError(f"{file}: {key!r} must be a list of names")
    if key == "override" and not isinstance(value, list):
        raise BenchError(f"{file}: an override is written [[override]]")
    if key in (*_TABLES, "limits") and not isinstance(value, dict):
        raise BenchError(f"{file}: {key!r} must be a table")
    if key in _TABLES_OF_TABLES:
        for name, options in value.items():
            if not isinstance(options, dict):
                raise BenchError(f"{file}: {key}.{name} must be a table of options, not {options!r}")
    check_type(str(file), key, annotation, value)


def _check_number_of_name(file: Path, key: str, value: Any) -> None:
    """``tasks`` chooses tasks and ``task`` holds their options: raise ``BenchError`` where one stands for the other."""
    if key in _LISTS and isinstance(value, dict):
        raise BenchError(f"{file}: {key!r} chooses and must be a list of names; options stand in [{key[:-1]}.NAME]")
    if f"{key}s" in _LISTS and isinstance(value, str | list):
        names = [value] if isinstance(value, str) else value
        raise BenchError(f"{file}: {key!r} holds options ([{key}.NAME]); to choose, write {key}s = {names!r}")


def _strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) for v in value)
