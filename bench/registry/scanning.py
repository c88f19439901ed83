"""Which files there are to be read, and what their decorators say: read, not imported, where arguments are literals."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from bench.errors import BenchError
from bench.registry.entries import BY_KIND, Entry, Kind
from bench.registry.loading import load_module
from bench.registry.training import literal


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


def scan(file: Path, module: str) -> None:
    """Register what ``file`` defines, without importing it where the decorators' arguments are literals.

    Raises ``BenchError`` if the file is not Python.
    """
    classes = [node for node in _parse(file).body if isinstance(node, ast.ClassDef)]
    try:
        found = [entry for node in classes for entry in _declared(node, file, module)]
    except ValueError:
        load_module(module, file)  # computed arguments: only running the decorator can tell
        return
    for entry in found:
        BY_KIND[entry.kind].add(entry)


def _parse(file: Path) -> ast.Module:
    try:
        return ast.parse(file.read_text(encoding="utf-8"), str(file))
    except (SyntaxError, UnicodeDecodeError) as error:
        line = getattr(error, "lineno", None)
        raise BenchError(f"{file}{f':{line}' if line else ''} is not valid Python: {error}") from error


def _declared(node: ast.ClassDef, file: Path, module: str) -> Iterator[Entry[Any]]:
    """What a class's decorators register. Raises ``ValueError`` where an argument is no literal."""
    for call in node.decorator_list:
        kind = _kind_of(call)
        if kind is None or not isinstance(call, ast.Call):
            continue
        names = [literal(arg) for arg in call.args]
        options = {str(k.arg): literal(k.value) for k in call.keywords}
        text = options.pop("summary", "") or (ast.get_docstring(node) or "").split("\n")[0]
        options.setdefault("modalities", ("tabular",))
        for name in names:
            yield Entry(kind, name, module, node.name, file, node.lineno, summary=text, **options)


def _kind_of(call: ast.expr) -> Kind | None:
    if not isinstance(call, ast.Call):
        return None
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)
    return name if name in BY_KIND else None  # type: ignore[return-value]
