"""Which files there are to be read, and what their decorators say: read, not imported, where arguments are literals."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from bench.errors import BenchError, said
from bench.modules import spec_of
from bench.registry.apart import IMPORT_S, ask
from bench.registry.entries import BY_KIND, Entry, Kind
from bench.registry.loading import is_own, load_module, module_of
from bench.registry.places import SUITE
from bench.registry.training import literal


def load_plugin(place: Path) -> list[Entry[Any]]:
    """Register what a plugin defines: a file, a folder (all its files), or a module or package that can be imported,
    by name. Returns its entries. Raises ``BenchError`` if it is absent or defines nothing."""
    files = dict(plugin_files(place))
    for file, module in files.items():
        scan(file, module)
    found = [entry for registry in BY_KIND.values() for entry in registry if entry.file in files]
    if not found:
        raise BenchError(f'plugin {place} registers nothing; decorate a class with @bench.registry.method("name")')
    return found


def plugin_files(place: Path) -> Iterator[tuple[Path, str]]:
    """The files of a plugin, and the names that they are imported by. Raises ``BenchError`` if it is absent."""
    if place.is_dir():
        files = _of_folder(place.resolve())
        if not files:
            raise BenchError(f"plugin {place} is a folder without Python files")
        yield from ((file, module_of(file)) for file in files)
    elif place.is_file():
        yield place.resolve(), module_of(place.resolve())
    else:
        try:
            yield from ((file, module) for module, file in _modules(str(place)))
        except ImportError as error:
            raise BenchError(f"plugin {place} is not a file, a folder or a module: {said(error)}") from error


def _of_folder(folder: Path) -> list[Path]:
    """The files of a folder that may register something: no private ones (``_x.py``)."""
    files = [path for path in folder.glob("*.py") if path.name == "__init__.py" or not path.name.startswith("_")]
    return sorted(files, key=lambda path: (path.name != "__init__.py", path.name))


def discover(foreign: bool = True) -> None:
    """Register everything that installed packages offer through entry points; not ``foreign``: the suite's own alone.
    Repeating it changes nothing."""
    for kind in BY_KIND:
        for point in metadata.entry_points(group=f"augbench.{kind}s"):
            if not foreign and point.module.partition(".")[0] not in SUITE:
                continue
            try:
                files = dict(_modules(point.module))
                for module, file in files.items():
                    scan(file, module)
            except Exception as error:  # of a package that belongs to somebody else
                BY_KIND[kind].broken[point.value] = said(error)
                continue
            if not any(entry.file in files.values() for registry in BY_KIND.values() for entry in registry):
                BY_KIND[kind].broken[point.value] = "it registers nothing"


def _modules(name: str) -> Iterator[tuple[str, Path]]:
    """The module, or the package and every module in it, with its file; private ones (``_x``) left out."""
    spec = spec_of(name)
    if spec is None or spec.origin is None:
        raise ImportError(f"no module named {name!r}")
    origin = Path(spec.origin).resolve()
    if origin.suffix != ".py":
        raise ImportError(f"module {name!r} is no file of Python")
    for file in _of_folder(origin.parent) if origin.name == "__init__.py" else [origin]:
        yield name if file == origin else f"{name}.{file.stem}", file


def scan(file: Path, module: str) -> None:
    """Register what ``file`` defines, without importing it where the decorators' arguments are literals. Where only
    running the decorators can tell, a plugin's file is imported in a process of its own.

    Raises ``BenchError`` if the file is not Python.
    """
    tree = _parse(file)
    called = _decorators(tree)
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    try:
        found = [entry for node in classes for entry in _declared(node, called, file, module)]
    except ValueError:
        if is_own(file):
            _run(file, module)
            return
        about = file.stat()
        found = _asked(file, module, about.st_mtime_ns, about.st_size)
    for entry in found:
        BY_KIND[entry.kind].add(entry)


@functools.cache
def _asked(file: Path, module: str, *_: int) -> list[Entry[Any]]:
    return ask(f"plugin {file}", IMPORT_S, computed, file, module)


def computed(file: Path, module: str) -> list[Entry[Any]]:
    """What a plugin's file registers as it is imported here, by itself and by what it imports."""
    discover(foreign=False)
    _run(file, module)
    return [entry for registry in BY_KIND.values() for entry in registry if not is_own(entry.file)]


def _run(file: Path, module: str) -> None:
    try:
        load_module(module, file)
    except BenchError:
        raise
    except (Exception, SystemExit) as error:  # whatever the file raises
        raise BenchError(f"{file} cannot be imported: {said(error)}") from error


def _parse(file: Path) -> ast.Module:
    try:
        return ast.parse(file.read_text(encoding="utf-8"), str(file))
    except OSError as error:
        raise BenchError(f"{file} cannot be read: {error.strerror}") from error
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:  # ValueError: zero bytes, no UTF-8
        line = getattr(error, "lineno", None)
        raise BenchError(f"{file}{f':{line}' if line else ''} is not valid Python: {error}") from error


def _decorators(tree: ast.Module) -> dict[str, str]:
    """The decorators by the names that they have in the file: ``from bench.registry import method as m``."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "bench.registry"]
    renamed = {name.asname: name.name for node in imports for name in node.names if name.asname}
    return {kind: kind for kind in BY_KIND} | renamed


def _declared(node: ast.ClassDef, called: dict[str, str], file: Path, module: str) -> Iterator[Entry[Any]]:
    """What a class's decorators register. Raises ``ValueError`` where an argument is no literal, ``BenchError`` for an
    argument that no decorator has."""
    for call in node.decorator_list:
        kind = _kind_of(call, called)
        if kind is None or not isinstance(call, ast.Call):
            continue
        if any(word.arg is None for word in call.keywords):
            raise ValueError("**options: only running it can tell")
        names = [literal(arg) for arg in call.args]
        options = {str(k.arg): literal(k.value) for k in call.keywords}
        text = options.pop("summary", "") or (ast.get_docstring(node) or "").split("\n")[0]
        options.setdefault("modalities", ("tabular",))
        for name in names:
            try:
                yield Entry(kind, name, module, node.name, file, node.lineno, summary=text, **options)
            except TypeError as error:
                raise BenchError(f"{file}:{node.lineno}: @{kind}({name!r}): {str(error).partition(' ')[2]}") from None


def _kind_of(call: ast.expr, called: dict[str, str]) -> Kind | None:
    if not isinstance(call, ast.Call):
        return None
    name = call.func.attr if isinstance(call.func, ast.Attribute) else called.get(getattr(call.func, "id", ""))
    return name if name in BY_KIND else None  # type: ignore[return-value]
