"""What a name stands for (:class:`Entry`), and the names of one kind (:class:`Registry`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar, get_args

from bench.dataset import Modality
from bench.errors import BenchError, said
from bench.modules import spec_of
from bench.options import annotations_of, check_type, constructor_arguments, constructor_default
from bench.registry.apart import IMPORT_S, ask
from bench.registry.loading import is_own, is_there, load_module
from bench.registry.places import PREFIX
from bench.registry.training import LONGEST, Training
from bench.slugs import did_you_mean, fault

Kind = Literal["task", "method", "classifier"]
T = TypeVar("T")


@dataclass(frozen=True)
class Entry(Generic[T]):
    """One registered name. ``requires`` lists importable modules it cannot work without."""

    kind: Kind
    name: str
    module: str
    qualname: str
    file: Path
    line: int
    modalities: tuple[str, ...]
    summary: str = ""
    requires: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    #: a task: what is special about its rows ("categorical": most columns are); else: what it cannot take
    traits: tuple[str, ...] = ()
    unfit: tuple[str, ...] = ()
    #: a method: the regimes it is for; empty means all that draw rows
    regimes: tuple[str, ...] = ()
    #: a task: what its rows were cut from, where other tasks share it; empty means its name
    family: str = ""
    #: a task: it leaks on purpose, to run a published protocol again
    leaky: bool = False
    #: a task: defaults of methods were chosen on it, or on its rows of this source alone, so no standing counts it
    development: bool | str = False
    #: a method: it learns nothing of the rows, so whatever a generator gains must be held against it
    trivial: bool = False
    #: a method: the one that every row of a board is compared with
    reference: bool = False
    #: a method that trains: how long its source trained it
    published: Training | None = None
    #: a classifier: the modalities whose primary comparisons are made with it, wherever it is selected
    main: tuple[str, ...] = ()
    #: a task: its name stands for a kind of file, and tasks are opened from files of it (``bench.registry.opening``)
    opens: bool = False
    #: of a task that was opened: the file on this machine, which no record holds
    place: Path | None = None

    @property
    def draws(self) -> bool:
        """Whether a method draws rows for labels."""
        return not self.regimes or bool(set(self.regimes) - {"real", "resample"})

    @property
    def missing(self) -> str | None:
        """Why it cannot be used here ("wfdb is not installed"), or None."""
        absent = [name for name in self.requires if not is_there(name)]
        return f"{', '.join(absent)} {'is' if len(absent) == 1 else 'are'} not installed" if absent else None

    def load(self) -> type[T]:
        """Import the class. Raises ``BenchError`` when a requirement is missing or the import fails."""
        if self.missing:
            raise BenchError(f"{self.kind} {self.name!r} cannot be used: {self.missing}")
        try:
            found: Any = load_module(self.module, self.file)
        except (Exception, SystemExit) as error:  # whatever the file raises as it is imported
            raise BenchError(
                f"{self.kind} {self.name!r} ({self.file}:{self.line}) cannot be imported: {said(error)}"
            ) from error
        for part in self.qualname.split("."):
            found = getattr(found, part)
        return found  # type: ignore[no-any-return]

    def create(self, **params: Any) -> T:
        """An instance, from the entry's presets and ``params``. Raises as ``check_options`` does."""
        if params:
            self._check(params, constructor_arguments(self.file, self.qualname) or annotations_of(self.load()))
        made = self.load()(**({"name": self.name} if self.kind == "task" else {}), **{**self.params, **params})
        if self.place is not None:
            made.place = self.place  # type: ignore[attr-defined]
        return made

    def trained(self, params: Mapping[str, Any]) -> float | None:
        """How long it trains with these constructor arguments, in the unit that its published training is counted in;
        None where none is published. Reads the file for the default, and imports nothing."""
        if self.published is None:
            return None
        given = {**self.params, **params}
        value = given.get(self.published.unit, constructor_default(self.file, self.qualname, self.published.unit))
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BenchError(
                f"{self.file}:{self.line}: {self.name!r} declares a training of {self.published.published:g} "
                f"{self.published.unit}, but its constructor has no number of that name"
            )
        if not 0 <= value <= LONGEST:
            unit = self.published.unit
            raise BenchError(f"{self.kind}.{self.name}: {unit} must be a length of training, 0 to {LONGEST:g}")
        return float(value)

    def check_options(self, options: Mapping[str, Any]) -> None:
        """Raise ``BenchError`` for an option the class has not, or one of a wrong type (``bench.options``). Where its
        file cannot tell, the class is imported: a plugin's in a process of its own."""
        if options:
            known: Mapping[str, str] | None = constructor_arguments(self.file, self.qualname)
            if not known and is_own(self.file):
                known = annotations_of(self.load())
            elif not known:
                known = ask(f"{self.kind} {self.name!r}", IMPORT_S, _annotations, self)
            self._check(options, known)

    def _check(self, options: Mapping[str, Any], known: Mapping[str, str] | None) -> None:
        if known is None:
            return
        for key, value in options.items():
            if key not in known or (self.kind == "task" and key == "name"):
                shown = [k for k in known if k not in ("name", "random_state", "device")]
                raise BenchError(f"{self.kind} {self.name!r} has no option {key!r}{did_you_mean(key, shown)}")
            check_type(f"{self.kind}.{self.name}", key, known[key], value)

    def here(self) -> Entry[T]:
        """The entry on this machine: a module that is imported by its name may lie elsewhere than where it was read."""
        spec = None if self.module.startswith(PREFIX) else spec_of(self.module)
        return replace(self, file=Path(spec.origin).resolve()) if spec and spec.origin else self


def _annotations(entry: Entry[Any]) -> dict[str, str] | None:
    known = annotations_of(entry.load())
    return None if known is None else dict(known)


def _undeclarable(entry: Entry[Any]) -> str | None:
    """What is wrong with the facts of a decorator, or None."""
    for key in ("modalities", "requires", "traits", "unfit", "regimes"):
        value = getattr(entry, key)
        if not isinstance(value, tuple | list) or not all(isinstance(part, str) and part for part in value):
            return f"{key} must be a tuple of texts, not {value!r}"
    if not entry.modalities or set(entry.modalities) - set(get_args(Modality)):
        return f"modalities are of {', '.join(get_args(Modality))}, not {', '.join(entry.modalities) or 'none'}"
    if not isinstance(entry.params, Mapping) or not all(isinstance(key, str) for key in entry.params):
        return f"params must be a dict of constructor arguments, not {entry.params!r}"
    return None


class Registry(Generic[T]):
    """The names of one kind. Iterates over them in order."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self._entries: dict[str, Entry[T]] = {}
        #: modules that could not be read, and why: shown by ``augbench list``, never hidden
        self.broken: dict[str, str] = {}
        #: names that stand for kinds of files, and for no task by themselves
        self.openers: dict[str, Entry[T]] = {}

    def add(self, entry: Entry[T]) -> None:
        """Raises ``BenchError`` for a name that is no line of text, for one that another class has taken, and for what
        a decorator declares and no class can be."""
        if wrong := fault(entry.name):
            raise BenchError(f"{entry.file}:{entry.line}: the name {entry.name!r} of a {self.kind} {wrong}")
        if wrong := _undeclarable(entry):
            raise BenchError(f"{entry.file}:{entry.line}: @{self.kind}({entry.name!r}): {wrong}")
        entries = self.openers if entry.opens else self._entries
        known = entries.get(entry.name)
        if known and (known.file, known.qualname) != (entry.file, entry.qualname):
            raise BenchError(
                f"{self.kind} {entry.name!r} is defined twice: {known.file}:{known.line} and {entry.file}:{entry.line}"
            )
        entries[entry.name] = entry

    def __getitem__(self, name: str) -> Entry[T]:
        try:
            return self._entries[name]
        except KeyError:
            hint = did_you_mean(name, self._entries)
            raise BenchError(f"unknown {self.kind} {name!r}{hint} (augbench list {self.kind}s)") from None

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[Entry[T]]:
        return iter(self._entries.values())

    def names(self) -> list[str]:
        return list(self._entries)


# The three registries hold bench.task.Task, bench.augmenter.Augmenter and scikit-learn classifiers.
tasks: Registry[Any] = Registry("task")
methods: Registry[Any] = Registry("method")
classifiers: Registry[Any] = Registry("classifier")
BY_KIND: dict[str, Registry[Any]] = {"task": tasks, "method": methods, "classifier": classifiers}


def take(entries: Iterable[Entry[Any]]) -> None:
    """Register what another process has read; what is known here already stays."""
    for entry in entries:
        registry = BY_KIND[entry.kind]
        if entry.name in registry:
            known = registry[entry.name]
            if (known.module, known.qualname) == (entry.module, entry.qualname):
                continue
        registry.add(entry.here())
