"""What a result rests on: hashes of the code behind it, library versions, the machine, the commit."""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.util
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

#: distributions whose version may change a number
LIBRARIES = ("torch", "torchvision", "numpy", "scipy", "pandas", "scikit-learn", "imbalanced-learn", "xgboost", "numba")
_ROOTS = ("bench", "methods", "tasks")
#: parts of the suite that carry results about but do not make them
_CARRIERS = (
    "bench.registry",
    "bench.sourcecode",
    "bench.options",
    "bench.samples",
    "bench.store",
    "bench.cli",
    "bench.engines",
    "bench.boards",
    "bench.provenance",
)


def digest(value: Any) -> str:
    """Sixteen hexadecimal digits of a JSON-able value, the same for equal values whatever their key order."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@functools.cache
def code_hash(module: str, file: Path) -> str:
    """Hash of a module and of all it imports from its own package or from ours.

    The syntax trees are hashed without docstrings, so a comment or a docstring changes nothing; a changed line of
    code does.
    """
    seen: dict[str, str] = {}
    _collect(module, file, seen)
    return digest(seen)


def _collect(module: str, file: Path, seen: dict[str, str]) -> None:
    if module in seen:
        return
    seen[module], imports = _tree(file)
    roots = {*_ROOTS, module.partition(".")[0]}
    for name in imports:
        if name.partition(".")[0] not in roots or name.startswith(_CARRIERS):
            continue
        found = _source(name) or _source(name.rpartition(".")[0])
        if found and not found[0].startswith(_CARRIERS):
            _collect(*found, seen)


@functools.cache
def _source(module: str) -> tuple[str, Path] | None:
    """The module's file, or None if the name is no module (``from a import function``). Nothing is imported."""
    top, *rest = module.split(".")
    try:
        spec = importlib.util.find_spec(top) if top else None
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    if not rest and spec.origin and not spec.submodule_search_locations:
        return module, Path(spec.origin)
    for folder in spec.submodule_search_locations or ():
        for file in (Path(folder, *rest).with_suffix(".py"), Path(folder, *rest, "__init__.py")):
            if file.is_file():
                return module, file
    return None


@functools.cache
def _tree(file: Path) -> tuple[str, tuple[str, ...]]:
    """Hash of the file's code, and the names it imports anywhere in it."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    imports: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            imports += [f"{node.module}.{alias.name}" for alias in node.names]
        body = getattr(node, "body", None)
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and body
            and isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
            and isinstance(body[0].value.value, str)
        ):
            node.body = body[1:]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:16], tuple(sorted(set(imports)))


@functools.cache
def _versions() -> Mapping[str, str]:
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "absent"
    return found


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that may change a number."""
    return dict(_versions())


def machine() -> dict[str, Any]:
    """The machine in words; no host or user name."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": _cpu_name(),
        "cores": os.cpu_count(),
        "memory_gb": _memory_gb(),
    }


def _cpu_name() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"


def _memory_gb() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (ValueError, OSError, AttributeError):
        return None


def commit(folder: Path) -> str | None:
    """The git commit that ``folder`` stands at, with ``+changes`` if tracked files differ; None outside a checkout."""

    def git(*words: str) -> str:
        command = ["git", "-C", str(folder), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()

    try:
        head = git("rev-parse", "HEAD")
        return head + ("+changes" if git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.SubprocessError):
        return None


def changed(new: Mapping[str, str], old: Mapping[str, str]) -> list[str]:
    """Which of the named hashes differ, for ``--why``."""
    keys: Iterable[str] = {**old, **new}
    return [key for key in keys if new.get(key) != old.get(key)]
