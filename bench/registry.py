"""Names of tasks, methods and classifiers, and the classes behind them.

A class joins by a decorator, in the one file that holds it::

    @method("gan", modalities=("tabular", "image", "series"))
    class GAN(Augmenter): ...

Files are found through entry points (groups ``augbench.tasks``, ``augbench.methods``, ``augbench.classifiers``; the
value names a module, or a package whose modules are all searched) and ``--plugin FILE``. They are *read, not
imported*, as long as the decorator's arguments are literals: listing what there is costs no torch. A class is
imported when it is first used. Decorators with computed arguments cause the import at once.

Several decorators on one class make variants (``params`` presets constructor arguments); several names in one make
a family.
"""

from __future__ import annotations

import ast
import difflib
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from bench.errors import BenchError
from bench.options import annotations_of, check_type
from bench.slugs import fault
from bench.sourcecode import constructor_arguments

Kind = Literal["task", "method", "classifier"]
T = TypeVar("T")
C = TypeVar("C", bound=type)


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
    #: a method: it learns nothing of the rows, so whatever a generator gains must be held against it
    trivial: bool = False
    #: a method: the one that every row of a board is compared with
    reference: bool = False

    @property
    def missing(self) -> str | None:
        """Why it cannot be used here ("wfdb is not installed"), or None."""
        absent = [name for name in self.requires if importlib.util.find_spec(name) is None]
        return f"{', '.join(absent)} {'is' if len(absent) == 1 else 'are'} not installed" if absent else None

    def load(self) -> type[T]:
        """Import the class. Raises ``BenchError`` when a requirement is missing or the import fails."""
        if self.missing:
            raise BenchError(f"{self.kind} {self.name!r} cannot be used: {self.missing}")
        try:
            found: Any = _import(self.module, self.file)
        except ImportError as error:
            raise BenchError(
                f"{self.kind} {self.name!r} ({self.file}:{self.line}) cannot be imported: {error}"
            ) from error
        for part in self.qualname.split("."):
            found = getattr(found, part)
        return found  # type: ignore[no-any-return]

    def create(self, **params: Any) -> T:
        """An instance, from the entry's presets and ``params``. Raises as ``check_options`` does."""
        self.check_options(params)
        return self.load()(**({"name": self.name} if self.kind == "task" else {}), **{**self.params, **params})

    def check_options(self, options: Mapping[str, Any]) -> None:
        """Raise ``BenchError`` for an option the class has not, or one of a wrong type (``bench.options``). Imports
        the class only where its file could not tell."""
        known = (constructor_arguments(self.file, self.qualname) or annotations_of(self.load())) if options else None
        if known is None:
            return
        for key, value in options.items():
            if key not in known or (self.kind == "task" and key == "name"):
                shown = [k for k in known if k not in ("name", "random_state", "device")]
                raise BenchError(f"{self.kind} {self.name!r} has no option {key!r}{did_you_mean(key, shown)}")
            check_type(f"{self.kind}.{self.name}", key, known[key], value)


def is_own(file: Path) -> bool:
    """Whether a file belongs to the suite, and is no plugin: what it defines may share a process with other fits."""
    home = Path(__file__).resolve().parent.parent
    return any(file.resolve().is_relative_to(home / package) for package in ("bench", "methods", "tasks"))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``"; did you mean 'smote'?"``, or a short list of what is known."""
    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]!r}?"
    shown = ", ".join(known[:12]) + (" ..." if len(known) > 12 else "")
    return f"; known: {shown}" if known else ""


class Registry(Generic[T]):
    """The names of one kind. Iterates over them in order."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self._entries: dict[str, Entry[T]] = {}
        #: modules that could not be read, and why: shown by ``augbench list``, never hidden
        self.broken: dict[str, str] = {}

    def add(self, entry: Entry[T]) -> None:
        """Raises ``BenchError`` for a name that is no line of text, and for one that another file has taken."""
        if wrong := fault(entry.name):
            raise BenchError(f"{entry.file}:{entry.line}: the name {entry.name!r} of a {self.kind} {wrong}")
        known = self._entries.get(entry.name)
        if known and known.file != entry.file:
            raise BenchError(
                f"{self.kind} {entry.name!r} is defined twice: {known.file}:{known.line} and {entry.file}:{entry.line}"
            )
        self._entries[entry.name] = entry

    def __getitem__(self, name: str) -> Entry[T]:
        try:
            return self._entries[name]
        except KeyError:
            hint = did_you_mean(name, self._entries)
            raise BenchError(f"unknown {self.kind} {name!r}{hint}") from None

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


def _decorator(kind: Kind) -> Callable[..., Callable[[C], C]]:
    def decorate(
        *names: str,
        modalities: tuple[str, ...] = ("tabular",),
        requires: tuple[str, ...] = (),
        params: Mapping[str, Any] | None = None,
        traits: tuple[str, ...] = (),
        unfit: tuple[str, ...] = (),
        regimes: tuple[str, ...] = (),
        family: str = "",
        leaky: bool = False,
        trivial: bool = False,
        reference: bool = False,
        summary: str = "",
    ) -> Callable[[C], C]:
        def register(cls: C) -> C:
            file = Path(sys.modules[cls.__module__].__file__ or "").resolve()
            for name in names:
                text = summary or (cls.__doc__ or "").strip().split("\n")[0]
                where = (cls.__module__, cls.__qualname__, file, 0)
                about: Entry[Any] = Entry(
                    kind, name, *where, modalities, text, requires, params or {}, traits, unfit, regimes,
                    family, leaky, trivial, reference,
                )  # fmt: skip
                BY_KIND[kind].add(about)
            return cls

        return register

    decorate.__doc__ = f"""Register a {kind} class under one or more names.

    modalities : which of "tabular", "image", "series" it is for (a task: the one it is)
    requires : modules that must be importable
    params : preset constructor arguments; stack decorators for variants
    traits : a task says what is special about its rows, such as "categorical"
    unfit : a method or classifier names the traits it cannot work with
    regimes : a method that is made for some of "balance", "append", "tstr" names them
    family : a task that shares its rows with others says what all of them were cut from; they count as one
    leaky : a task that leaks on purpose, to run a published protocol again
    trivial : a method that learns nothing of the rows, such as copying them
    reference : the method that every row of a board is compared with
    summary : one line for ``augbench list``; by default the docstring's first
    """
    return decorate


task = _decorator("task")
method = _decorator("method")
classifier = _decorator("classifier")


def _import(module: str, file: Path) -> Any:
    if module in sys.modules:
        return sys.modules[module]
    if importlib.util.find_spec(module.partition(".")[0]) is not None:
        return importlib.import_module(module)
    spec = importlib.util.spec_from_file_location(module, file)  # a plugin file, which no package holds
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is not a Python file")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[module] = loaded
    try:
        spec.loader.exec_module(loaded)
    except BaseException:
        del sys.modules[module]
        raise
    return loaded


def scan(file: Path, module: str) -> None:
    """Register what ``file`` defines, without importing it where the decorators' arguments are literals.

    Raises ``BenchError`` if the file is not Python.
    """
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    except (SyntaxError, UnicodeDecodeError) as error:
        line = getattr(error, "lineno", None)
        raise BenchError(f"{file}{f':{line}' if line else ''} is not valid Python: {error}") from error
    found: list[Entry[Any]] = []
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        for call in node.decorator_list:
            kind = _kind_of(call)
            if kind is None or not isinstance(call, ast.Call):
                continue
            try:
                names = [ast.literal_eval(arg) for arg in call.args]
                options = {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}
            except ValueError:
                _import(module, file)  # computed arguments: only running the decorator can tell
                return
            text = options.pop("summary", "") or (ast.get_docstring(node) or "").split("\n")[0]
            options.setdefault("modalities", ("tabular",))
            where = (module, node.name, file, node.lineno)
            found += [Entry(kind, name, *where, summary=text, **options) for name in names]
    for entry in found:
        BY_KIND[entry.kind].add(entry)


def _kind_of(call: ast.expr) -> Kind | None:
    if not isinstance(call, ast.Call):
        return None
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)
    return name if name in BY_KIND else None  # type: ignore[return-value]


def load_plugin(file: Path) -> None:
    """Register what one file defines (``--plugin``). Raises ``BenchError`` if it is absent or defines nothing."""
    file = file.resolve()
    if not file.is_file():
        raise BenchError(f"plugin {file} is not a file")
    before = {(kind, name) for kind, registry in BY_KIND.items() for name in registry.names()}
    scan(file, f"augbench_plugin_{file.stem}")
    after = {(kind, e.name) for kind, registry in BY_KIND.items() for e in registry if e.file == file}
    if not after and not before & after:
        raise BenchError(f'plugin {file} registers nothing; decorate a class with @bench.registry.method("name")')


def discover() -> None:
    """Register everything that installed packages offer through entry points. Repeating it changes nothing."""
    for kind in BY_KIND:
        for point in metadata.entry_points(group=f"augbench.{kind}s"):
            try:
                for module, file in _modules(point.module):
                    scan(file, module)
            except (ImportError, BenchError) as error:
                BY_KIND[kind].broken[point.value] = str(error)


def _modules(name: str) -> Iterator[tuple[str, Path]]:
    """The module, or every module of the package, with its file; private ones (``_x``) left out."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ImportError(f"no module named {name!r}")
    origin = Path(spec.origin)
    if origin.name != "__init__.py":
        yield name, origin.resolve()
        return
    for file in sorted(origin.parent.glob("*.py")):
        if not file.name.startswith("_"):
            yield f"{name}.{file.stem}", file.resolve()
