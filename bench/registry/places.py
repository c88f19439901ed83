"""Where a plugin's file lies, and what the names that it imports mean there.

The files beside a plugin, or of the package that it lies in, are modules of its own. They are imported under private
names (``augbench_plugin_<hash of the folder>.helper``), so that two plugins called ``plug.py``, each with a
``helper.py`` beside it, or a ``helper`` that is installed, are never taken for each other. Relative imports find them
by these names; absolute ones (``import helper``) are turned into them as the file is compiled. What is not there is
imported as usual; the standard library and the suite cannot be replaced.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib
import importlib.util
import os
import sys
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

PREFIX = "augbench_plugin_"
SUITE = ("bench", "methods", "tasks")


@dataclass(frozen=True)
class Place:
    """Where the names that a module imports are looked up: in ``root``, the folder that holds a plugin's file or its
    top package, and in ``package``, the one that the module is of ("" for none), as if it were run as a script."""

    root: Path
    package: str = ""

    @property
    def prefix(self) -> str:
        """The private name of ``root`` as a package."""
        return PREFIX + hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]

    def private(self, name: str) -> str | None:
        """The private name of a module that an absolute import names; None for one that is not the plugin's."""
        top = name.partition(".")[0]
        if not top or top in SUITE or top in sys.stdlib_module_names:
            return None
        for package in dict.fromkeys(("", self.package)):
            if _holds(self.root.joinpath(*package.split(".")), top):
                return ".".join(filter(None, (self.prefix, package, name)))
        return None

    def file(self, private: str) -> Path | None:
        """The file of a module with a private name of this place; None where there is none."""
        if not private.startswith(f"{self.prefix}."):
            return None
        at = self.root.joinpath(*private.split(".")[1:])
        return next((path for path in (at / "__init__.py", at.with_name(f"{at.name}.py")) if path.is_file()), None)


def private_name(file: Path) -> str:
    """The private name of a plugin's file. A folder with an ``__init__.py`` is a package."""
    folder, parts = file.parent, [] if file.name == "__init__.py" else [file.stem.replace(".", "_")]
    while (folder / "__init__.py").is_file() and folder.parent != folder and "." not in folder.name:
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join((Place(folder).prefix, *parts))


def place_of(private: str, file: Path) -> Place:
    """The place of a module with a private name."""
    parts, package = private.split(".")[1:], file.name == "__init__.py"
    root = file.parents[len(parts) - (not package)]
    return Place(root, ".".join(parts if package else parts[:-1]))


@functools.cache
def _holds(folder: Path, top: str) -> bool:
    """Whether a folder holds a module or package; one without ``__init__.py`` only where nothing else has its name."""
    at = folder / top
    if at.with_name(f"{top}.py").is_file() or (at / "__init__.py").is_file():
        return True
    return at.is_dir() and any(at.glob("*.py")) and importlib.util.find_spec(top) is None


def load_private(file: Path) -> ModuleType:
    """Import a plugin's file, and the packages that it lies in, under their private names. Raises what they raise."""
    name = private_name(file)
    if name in sys.modules:
        return sys.modules[name]
    _open(place_of(name, file).root)
    if (parent := name.rpartition(".")[0]) not in sys.modules:
        importlib.import_module(parent)
    if file.name == "__init__.py":
        return importlib.import_module(name)
    spec = importlib.util.spec_from_file_location(name, file, loader=_Loader(name, str(file)))
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is not a Python file")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded
    try:
        spec.loader.exec_module(loaded)
    except BaseException:
        del sys.modules[name]
        raise
    return loaded


def _open(root: Path) -> None:
    """Make a folder a package, and let its modules be found."""
    prefix = Place(root).prefix
    if prefix not in sys.modules:
        package = ModuleType(prefix, f"The files in {root}.")
        package.__path__ = [str(root)]
        sys.modules[prefix] = package
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    """Finds the modules of plugins by their private names."""

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        if not fullname.startswith(PREFIX):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(fullname, str(spec.origin))
        return spec


class _Loader(SourceFileLoader):
    """Compiles a file with its absolute imports turned into private ones. No bytecode is kept."""

    def get_code(self, fullname: str) -> CodeType:
        place = place_of(fullname, Path(self.path))
        tree = _Privately(place).visit(ast.parse(self.get_data(self.path), self.path))
        made: CodeType = compile(ast.fix_missing_locations(tree), self.path, "exec", dont_inherit=True)
        return made


class _Privately(ast.NodeTransformer):
    def __init__(self, place: Place) -> None:
        self.place = place

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom:
        if not node.level:
            node.module = self.place.private(node.module or "") or node.module
        return node

    def visit_Import(self, node: ast.Import) -> list[ast.Import]:
        return [ast.copy_location(ast.Import([alias]), node) for name in node.names for alias in self._aliases(name)]

    def _aliases(self, given: ast.alias) -> list[ast.alias]:
        """``import a.b`` binds ``a``: so do the private names, the module first, then the package that is bound."""
        private = self.place.private(given.name)
        if private is None:
            return [given]
        if given.asname:
            return [ast.alias(private, given.asname)]
        top, below = given.name.partition(".")[0], given.name.count(".")
        return [ast.alias(name, top) for name in dict.fromkeys((private, private.rsplit(".", below)[0]))]
