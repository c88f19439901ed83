"""Files of Python as modules: whose they are, and how they are imported."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any


def is_own(file: Path) -> bool:
    """Whether a file belongs to the suite, and is no plugin: what it defines may share a process with other fits."""
    home = Path(__file__).resolve().parents[2]
    return any(file.resolve().is_relative_to(home / package) for package in ("bench", "methods", "tasks"))


def load_module(module: str, file: Path) -> Any:
    """Import a module by its name, or from its file where no package holds it. Raises what the import raises."""
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
