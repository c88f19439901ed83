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
from pathlib import Path

from bench.records.sources import Source, chain, is_text
from bench.registry.places import SUITE

#: version of the scheme, in front of every hash; records keep the hashes of the scheme they were made by
SCHEME = 2
#: parts of the suite that carry results about but do not make them
CARRIERS = (
    "bench.registry", "bench.options", "bench.slugs", "bench.trial.samples", "bench.records",
    "bench.cli", "bench.engines", "bench.boards",
)  # fmt: skip


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


def _visit(source: Source, name: str, found: set[str], met: set[tuple[Path, str]]) -> None:
    """Take in the definition ``name`` ("*": the whole file) and, once a file, what runs when it is imported."""
    if (source.file, name) in met:
        return
    if (source.file, "") not in met:
        met.add((source.file, ""))
        for effect in (*source.effects, *source.acting()):
            _take_in(source, effect, found, met)
        _load(source, [source.module, *source.runs], found, met)
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
    else:
        for meant in source.imports.get(name, ()):  # handed on, as the face of a package does
            _follow(source, *meant, found, met)


def _take_in(source: Source, node: ast.stmt, found: set[str], met: set[tuple[Path, str]]) -> None:
    writer = _Writer(source, node)
    found.add(hashlib.sha256(writer.write(node).encode()).hexdigest())
    for module, name in sorted(writer.used):
        if module == source.module:
            _visit(source, name, found, met)
        else:
            _follow(source, module, name, found, met)
    _load(source, source.imported_by(ast.walk(node)), found, met)
    for module in source.named_by(ast.walk(node)) if source.foreign else ():
        _follow(source, module, "*", found, met)


def _load(source: Source, modules: list[str], found: set[str], met: set[tuple[Path, str]]) -> None:
    """Take in what runs as a plugin's file loads modules, and the packages that they lie in, used or not."""
    for module in modules if source.foreign else ():
        parts = module.split(".")
        for name in (".".join(parts[: i + 1]) for i in range(len(parts))):
            if parts[0] not in SUITE and (place := source.locate(name)):
                _visit(Source.of(name, place), "", found, met)


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
            return [part for part in node.decorator_list if not self.source.registers(part)]
        if isinstance(value, list):
            return [part for part in value if not isinstance(part, ast.Import | ast.ImportFrom) and not is_text(part)]
        return value

    def _reference(self, node: ast.expr) -> str:
        """The bare name of the definition of ours that ``node`` means, noted as used; "" for anything else."""
        names = chain(node)
        if not names:
            return ""
        if names[0] in self.imports:  # several: "try: import a", "except ImportError: import b"
            return [self._imported(*meant, names[1:]) for meant in self.imports[names[0]]][-1]
        if len(names) == 1 and names[0] in self.source.definitions:
            self.used.add((self.source.module, names[0]))
            return names[0]
        return ""

    def _imported(self, module: str, attribute: str, rest: list[str]) -> str:
        names = [*([attribute] if attribute else []), *rest]
        while names and self.source.locate(f"{module}.{names[0]}"):
            module = f"{module}.{names.pop(0)}"
        if len(names) < 2 and self.source.locate(module):
            self.used.add((module, names[0] if names else ""))
            return names[0] if names else "module"
        return ""  # of Class.method, the class is met further in
