"""Files of Python as modules: whose they are, and how they are imported."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from bench.modules import spec_of
from bench.registry.places import PREFIX, SUITE, load_private, private_name

_HOME = Path(__file__).resolve().parents[2]


def is_own(file: Path) -> bool:
    """Whether a file belongs to the suite, and is no plugin: what it defines may share a process with other fits."""
    return any(file.resolve().is_relative_to(_HOME / package) for package in SUITE)


def module_of(file: Path) -> str:
    """The name that a file is imported by: of the suite's its own, of a plugin's a private one."""
    if is_own(file):
        return ".".join(file.relative_to(_HOME).with_suffix("").parts).removesuffix(".__init__")
    return private_name(file)


def load_module(module: str, file: Path) -> Any:
    """Import a module by its name, and make sure that it is the one in ``file``. Raises what the import raises, and
    ``ImportError`` where another module has the name."""
    loaded = load_private(file) if module.startswith(PREFIX) else importlib.import_module(module)
    found = getattr(loaded, "__file__", None)
    if found is None or Path(found).resolve() != file:
        raise ImportError(f"a module of the name {module!r} is loaded from {found}; rename one of the two")
    return loaded


def is_there(module: str) -> bool:
    """Whether a module can be found. Nothing is imported."""
    return spec_of(module) is not None
