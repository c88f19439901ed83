"""A file of Python as code hashes read it: its definitions, its imports, and what runs when it is imported.

Of the suite's own files a definition that nothing uses counts for nothing. Of a plugin's those count that do something
as they are defined: a decorator that keeps a function in a table, a base class that keeps its subclasses, a call whose
result gets a name. So do modules that are imported and never named.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.registry.places import PREFIX, SUITE, Place, place_of

#: by name what imports bind to it, the last one last: a module, and an attribute ("" for the module itself)
Imports = dict[str, list[tuple[str, str]]]

#: decorators of the registry: what they declare of a class is planned with, and makes no number
_REGISTERS = ("task", "method", "classifier")
#: names in the test of a block that does not run on import
_NEVER_RUN = {"TYPE_CHECKING", "__name__"}
_IMPORTING = {"import_module", "__import__"}
#: decorators that keep nothing of what they decorate: these, and those of these modules
_HARMLESS = {"property", "setter", "getter", "deleter", "staticmethod", "classmethod"}
_HARMLESS_OF = {"abc", "contextlib", "dataclasses", "enum", "functools", "typing"}


@dataclass
class Source:
    """A file of Python: its top-level definitions by name, its imports, and what runs on import."""

    module: str
    file: Path
    place: Place | None = None
    definitions: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imports: Imports = field(default_factory=dict)
    starred: list[str] = field(default_factory=list)
    effects: list[ast.stmt] = field(default_factory=list)
    #: modules that are imported when this one is
    runs: list[str] = field(default_factory=list)

    @staticmethod
    @functools.cache
    def of(module: str, file: Path) -> Source:
        source = Source(module, file, place_of(module, file) if module.startswith(PREFIX) else None)
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            source._take(node)
        return source

    @property
    def foreign(self) -> bool:
        """Whether the file is none of the suite's."""
        return self.module.partition(".")[0] not in SUITE

    def _take(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Import | ast.ImportFrom):
            self.imports |= self.bound_by([node])
            self.runs += self.imported_by([node])
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
                self.starred.append(self._absolute(node))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self.definitions.setdefault(node.name, []).append(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            for name in _names(node, ast.Store):
                self.definitions.setdefault(name, []).append(node)
            if _changes_something(node):
                self.effects.append(node)
        elif isinstance(node, ast.If) and _names(node.test, ast.Load) & _NEVER_RUN:
            for other in node.orelse:
                self._take(other)
        elif not is_text(node):
            self.effects.append(node)
            self.imports |= self.bound_by(ast.walk(node))
            self.runs += self.imported_by(ast.walk(node))
            for name in _names(node, ast.Store):
                self.definitions.setdefault(name, []).append(node)

    def bound_by(self, nodes: Iterable[ast.AST]) -> Imports:
        """The names that import statements among ``nodes`` bind."""
        found: Imports = {}
        for node in nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    name = alias.asname or alias.name.partition(".")[0]
                    found.setdefault(name, []).append((self._meant(alias.name if alias.asname else name), ""))
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    found.setdefault(alias.asname or alias.name, []).append((self._absolute(node), alias.name))
        return found

    def imported_by(self, nodes: Iterable[ast.AST]) -> list[str]:
        """The modules that import statements among ``nodes`` load, if they are modules."""
        found = []
        for node in nodes:
            if isinstance(node, ast.Import):
                found += [self._meant(alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                module = self._absolute(node)
                found += [module, *(f"{module}.{alias.name}" for alias in node.names)]
        return found

    def named_by(self, nodes: Iterable[ast.AST]) -> list[str]:
        """The modules that calls among ``nodes`` import by a name in quotes."""
        found = []
        for node in nodes:
            if isinstance(node, ast.Call) and node.args and (chain(node.func) or [""])[-1] in _IMPORTING:
                name = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
                if isinstance(name, str):
                    level = len(name) - len(name.lstrip("."))
                    found.append(self._absolute(ast.ImportFrom(name[level:], [], level)) if level else name)
        return found

    def acting(self) -> Iterator[ast.stmt]:
        """Of a plugin's file the definitions that do something when the file is imported, whether used or not."""
        for nodes in self.definitions.values() if self.foreign else ():
            for node in nodes:
                if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
                    if node.value is not None and _calls(node.value):
                        yield node
                elif isinstance(node, ast.ClassDef):
                    if self._keeps(node) or any(self._acts(part) for part in node.body) or self._is_kept(node):
                        yield node
                elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and self._keeps(node):
                    yield node

    def _keeps(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
        """Whether a decorator may keep what it decorates."""
        return any(not self.registers(part) and not self._is_harmless(part) for part in node.decorator_list)

    def _is_harmless(self, decorator: ast.expr) -> bool:
        name = chain(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if not name:
            return False
        if name[0] in self.imports:
            return self.imports[name[0]][-1][0].partition(".")[0] in _HARMLESS_OF
        return name[-1] in _HARMLESS and name[0] not in self.definitions

    def _acts(self, part: ast.stmt) -> bool:
        """Whether a statement in the body of a class does more than to define something of that class."""
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            return self._keeps(part)
        if isinstance(part, ast.Assign | ast.AnnAssign | ast.AugAssign):
            return _changes_something(part)
        return not (is_text(part) or isinstance(part, ast.Pass | ast.ClassDef))

    def _is_kept(self, node: ast.ClassDef, met: tuple[ast.AST, ...] = ()) -> bool:
        """Whether a metaclass or a base of a plugin's may keep the class."""
        if node.keywords:
            return True
        for base in node.bases:
            for source, found in self._classes(chain(base)):
                if found in met:
                    continue
                hook = any(isinstance(p, ast.FunctionDef) and p.name == "__init_subclass__" for p in found.body)
                if hook or source._is_kept(found, (*met, found)):
                    return True
        return False

    def _classes(self, name: list[str]) -> Iterator[tuple[Source, ast.ClassDef]]:
        """The classes of plugins' files that a name means here."""
        if len(name) == 1:
            for node in self.definitions.get(name[0], ()):
                if isinstance(node, ast.ClassDef):
                    yield self, node
        for module, attribute in self.imports.get(name[0], ()) if name else ():
            *modules, last = [module, *filter(None, [attribute]), *name[1:]]
            place = self.locate(".".join(modules))
            if place and modules:
                source = Source.of(".".join(modules), place)
                yield from source._classes([last]) if source.foreign and source is not self else ()

    def registers(self, decorator: ast.expr) -> bool:
        """Whether a decorator is one of the suite's registry."""
        name = chain(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if not name or name[0] not in self.imports:
            return False
        meant = ".".join([*filter(None, self.imports[name[0]][-1]), *name[1:]])
        return meant.startswith("bench.") and name[-1] in _REGISTERS

    def locate(self, module: str) -> Path | None:
        """The file of a module that this one imports, if we answer for its code; its own package always counts."""
        if self.place and module.startswith(PREFIX):
            return self.place.file(module)
        return locate(module, self.module.partition(".")[0])

    def _meant(self, module: str) -> str:
        """A module that an absolute import names: of a plugin's own files, the private name."""
        return (self.place.private(module) if self.place else None) or module

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return self._meant(node.module or "")
        package = self.module.split(".")
        keep = len(package) - node.level + (self.file.name == "__init__.py")
        return ".".join([*package[: max(keep, 0)], *([node.module] if node.module else [])])


def chain(node: ast.expr) -> list[str]:
    """``["a", "b", "c"]`` of ``a.b.c``; nothing of what does not begin with a name."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    return [node.id, *names] if isinstance(node, ast.Name) else []


def is_text(node: object) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _names(node: ast.AST, context: type[ast.expr_context]) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, context)}


def _calls(node: ast.expr) -> bool:
    return any(isinstance(part, ast.Call) for part in ast.walk(node))


def _changes_something(node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> bool:
    """Whether an assignment goes to an attribute or an item of something (``CFG["scale"] = 2``, ``module.k = 1``)."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    parts = [part for target in targets for part in ast.walk(target)]
    return any(isinstance(p, ast.Attribute | ast.Subscript) and isinstance(p.ctx, ast.Store) for p in parts)


@functools.cache
def locate(module: str, own: str = "") -> Path | None:
    """The file of a module whose code we answer for; None for other modules, and for what is no module. ``own`` names
    a package that counts even if it is installed: a plugin's."""
    top, *rest = module.split(".")
    if not top or top in sys.stdlib_module_names:
        return None
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return None
    if spec is None or (top not in (*SUITE, own) and _installed(spec.origin)):
        return None
    if not spec.submodule_search_locations:
        return Path(spec.origin).resolve() if spec.origin and not rest else None
    for folder in spec.submodule_search_locations:
        place = Path(folder, *rest)
        for file in (place / "__init__.py", place.with_suffix(".py") if rest else place / "__init__.py"):
            if file.is_file():
                return file.resolve()
    return None


def _installed(origin: str | None) -> bool:
    """Whether a module's file was brought by an installed distribution, whose version stands for its code."""
    if origin is None or not origin.endswith(".py"):
        return True
    places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    return any(Path(origin).resolve().is_relative_to(Path(place).resolve()) for place in places) or any(
        part in ("site-packages", "dist-packages") for part in Path(origin).parts
    )
