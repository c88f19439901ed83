"""Hashes of the code behind a result: of what is defined and used, wherever it stands.

A hash begins with a root definition (a task's class, the walk of a trial) and takes in every definition that it uses,
in its own file and in the files it imports: those of the suite, of the root's own package, beside a plugin, and any
other that no installed distribution brings (the versions of those are recorded instead). Of each definition the
syntax tree counts; of each file also the statements that run when it is imported.

What changes no number changes no hash: module names and import lines (so a definition may move to another file),
comments, docstrings, annotations of arguments, and the decorator that registers a class. Trees are written out in a
form that is the same on every Python version.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.util
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.registry.places import PREFIX, SUITE, Place, place_of

#: version of the scheme, in front of every hash; records keep the hashes of the scheme they were made by
SCHEME = 2
#: parts of the suite that carry results about but do not make them
CARRIERS = (
    "bench.registry", "bench.options", "bench.slugs", "bench.trial.samples", "bench.records",
    "bench.cli", "bench.engines", "bench.boards",
)  # fmt: skip
#: decorators of the registry: what they declare of a class is planned with, and makes no number
_REGISTERS = ("task", "method", "classifier")
#: names in the test of a block that does not run on import
_NEVER_RUN = {"TYPE_CHECKING", "__name__"}


@functools.cache
def code_hash(module: str, file: Path, name: str) -> str:
    """Hash of one definition, ``name`` in ``file``, and of all that it uses. Reads sources; imports nothing.

    Raises ``SyntaxError`` or ``OSError`` for a file that is not Python or cannot be read.
    """
    found: set[str] = set()
    _visit(Source.of(module, file), name, found, set())
    return tagged("".join(sorted(found)))


def tagged(text: str) -> str:
    """A hash that carries the version of its scheme: ``2-`` and sixteen hexadecimal digits."""
    return f"{SCHEME}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


@dataclass
class Source:
    """A file of Python: its top-level definitions by name, its imports, and what runs on import."""

    module: str
    file: Path
    place: Place | None = None
    definitions: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    starred: list[str] = field(default_factory=list)
    effects: list[ast.stmt] = field(default_factory=list)

    @staticmethod
    @functools.cache
    def of(module: str, file: Path) -> Source:
        source = Source(module, file, place_of(module, file) if module.startswith(PREFIX) else None)
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            source._take(node)
        return source

    def _take(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Import | ast.ImportFrom):
            self.imports |= self.bound_by([node])
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
        elif not _is_text(node):
            self.effects.append(node)
            self.imports |= self.bound_by(ast.walk(node))
            for name in _names(node, ast.Store):
                self.definitions.setdefault(name, []).append(node)

    def bound_by(self, nodes: Iterator[ast.AST] | list[ast.stmt]) -> dict[str, tuple[str, str]]:
        """The names that import statements among ``nodes`` bind: module and attribute, "" for the module itself."""
        found = {}
        for node in nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    name = alias.asname or alias.name.partition(".")[0]
                    found[name] = (self._meant(alias.name if alias.asname else name), "")
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    found[alias.asname or alias.name] = (self._absolute(node), alias.name)
        return found

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


def _visit(source: Source, name: str, found: set[str], met: set[tuple[Path, str]]) -> None:
    """Take in the definition ``name`` ("*": the whole file) and, once a file, what runs when it is imported."""
    if (source.file, name) in met:
        return
    if (source.file, "") not in met:
        met.add((source.file, ""))
        for effect in source.effects:
            _take_in(source, effect, found, met)
        for module in source.starred:
            _follow(source, module, "*", found, met)
            if place := source.locate(module):  # what it imports itself is handed on, too
                for other in Source.of(module, place).imports:
                    _follow(source, module, other, found, met)
    met.add((source.file, name))
    if name == "*":
        for other in source.definitions:
            _visit(source, other, found, met)
    elif name in source.definitions:
        for node in source.definitions[name]:
            _take_in(source, node, found, met)
    elif name in source.imports:  # handed on, as the face of a package does
        _follow(source, *source.imports[name], found, met)


def _take_in(source: Source, node: ast.stmt, found: set[str], met: set[tuple[Path, str]]) -> None:
    writer = _Writer(source, node)
    found.add(hashlib.sha256(writer.write(node).encode()).hexdigest())
    for module, name in sorted(writer.used):
        if module == source.module:
            _visit(source, name, found, met)
        else:
            _follow(source, module, name, found, met)


def _follow(source: Source, module: str, name: str, found: set[str], met: set[tuple[Path, str]]) -> None:
    """Visit ``name`` of a module that ``source`` imports; the module is the name itself where there is such a file."""
    if name and (place := source.locate(f"{module}.{name}")):
        module, name = f"{module}.{name}", "*"
    else:
        place = source.locate(module)
    if place and not module.startswith(CARRIERS):
        _visit(Source.of(module, place), name or "*", found, met)


class _Writer:
    """Writes a syntax tree out and collects what it uses: (module, name) of definitions, "" for a whole module."""

    def __init__(self, source: Source, node: ast.stmt) -> None:
        self.source = source
        self.imports = source.imports | source.bound_by(ast.walk(node))
        self.used: set[tuple[str, str]] = set()

    def write(self, node: object) -> str:
        if isinstance(node, list):
            return "[" + ",".join(self.write(part) for part in node) + "]"
        if not isinstance(node, ast.AST):
            return f"{type(node).__name__}:{node!r}"
        if isinstance(node, ast.Name | ast.Attribute) and (reference := self._reference(node)):
            return f"<{reference}>"
        parts = [(key, self._part(node, key, value)) for key, value in ast.iter_fields(node)]
        kept = ",".join(f"{key}={self.write(value)}" for key, value in parts if value not in (None, []))
        return f"{type(node).__name__}({kept})"

    def _part(self, node: ast.AST, key: str, value: object) -> object:
        """A field as it counts: no docstring, no import, no annotation, no registration, no syntax-version extras."""
        if key in ("annotation", "returns", "type_comment", "kind", "ctx") or (key == "type_params" and not value):
            return None
        if key == "decorator_list" and isinstance(node, ast.ClassDef):
            return [part for part in node.decorator_list if not self._registers(part)]
        if isinstance(value, list):
            return [part for part in value if not isinstance(part, ast.Import | ast.ImportFrom) and not _is_text(part)]
        return value

    def _registers(self, decorator: ast.expr) -> bool:
        name = _chain(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if not name or name[0] not in self.imports:
            return False
        meant = ".".join([*filter(None, self.imports[name[0]]), *name[1:]])
        return meant.startswith("bench.") and name[-1] in _REGISTERS

    def _reference(self, node: ast.expr) -> str:
        """The bare name of the definition of ours that ``node`` means, noted as used; "" for anything else."""
        names = _chain(node)
        if not names:
            return ""
        if names[0] in self.imports:
            module, attribute = self.imports[names[0]]
            names = [*([attribute] if attribute else []), *names[1:]]
            while names and self.source.locate(f"{module}.{names[0]}"):
                module = f"{module}.{names.pop(0)}"
            if len(names) < 2 and self.source.locate(module):
                self.used.add((module, names[0] if names else ""))
                return names[0] if names else "module"
            return ""  # of Class.method, the class is met further in
        if len(names) == 1 and names[0] in self.source.definitions:
            self.used.add((self.source.module, names[0]))
            return names[0]
        return ""


def _chain(node: ast.expr) -> list[str]:
    """``["a", "b", "c"]`` of ``a.b.c``; nothing of what does not begin with a name."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    return [node.id, *names] if isinstance(node, ast.Name) else []


def _names(node: ast.AST, context: type[ast.expr_context]) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, context)}


def _changes_something(node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> bool:
    """Whether an assignment goes to an attribute or an item of something (``CFG["scale"] = 2``, ``module.k = 1``)."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    parts = [part for target in targets for part in ast.walk(target)]
    return any(isinstance(p, ast.Attribute | ast.Subscript) and isinstance(p.ctx, ast.Store) for p in parts)


def _is_text(node: object) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


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
