"""Where a module lies, found without importing it or the packages above it."""

from __future__ import annotations

import importlib.util
import pkgutil
from collections.abc import Iterable
from importlib.machinery import ModuleSpec


def spec_of(module: str) -> ModuleSpec | None:
    """The specification of a module, or None where there is none. ``importlib.util.find_spec`` imports the packages
    that hold a module, and so runs the code of whoever wrote them."""
    top, *rest = module.split(".")
    try:
        spec = importlib.util.find_spec(top) if top else None
    except (ImportError, ValueError):
        return None
    for part in rest:
        if spec is None or spec.submodule_search_locations is None:
            return None
        spec = _within(spec.submodule_search_locations, f"{spec.name}.{part}")
    return spec


def _within(folders: Iterable[str], name: str) -> ModuleSpec | None:
    """A module in one of the folders of its package; a package without ``__init__.py`` may have parts in several."""
    parts: list[str] = []
    for folder in folders:
        finder = pkgutil.get_importer(folder)
        spec = finder.find_spec(name, None) if finder is not None else None
        if spec is not None and spec.loader is not None:
            return spec
        if spec is not None:
            parts += spec.submodule_search_locations or []
    if not parts:
        return None
    found = ModuleSpec(name, None, is_package=True)
    found.submodule_search_locations = parts
    return found
