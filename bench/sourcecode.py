"""What a Python file says of a class, read without importing it."""

from __future__ import annotations

import ast
import functools
import importlib.util
from pathlib import Path


def constructor_arguments(file: Path, name: str) -> dict[str, str] | None:
    """The arguments of a class's ``__init__``, its own or the one it inherits, with their annotations ("" for none).

    None where reading cannot tell: a class or base that is not found, or ``**kwargs``.
    """
    tree = _parse(file)
    node = next((n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == name), None)
    if node is None:
        return None
    for part in node.body:
        if isinstance(part, ast.FunctionDef) and part.name == "__init__":
            known = {
                arg.arg: ast.unparse(arg.annotation) if arg.annotation else ""
                for arg in (*part.args.args[1:], *part.args.kwonlyargs)
            }
            return known if part.args.kwarg is None else None
    bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
    for base in bases:
        found = _origin(tree, file, base)
        if found is not None:
            return constructor_arguments(found, base)
    return None


def _origin(tree: ast.Module, file: Path, name: str) -> Path | None:
    """The file that defines the class which ``name`` means in ``file``."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            return file
        if (
            isinstance(node, ast.ImportFrom)
            and node.module
            and any(a.name == name and not a.asname for a in node.names)
        ):
            try:
                spec = importlib.util.find_spec(node.module)
            except ImportError:
                return None
            return Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None
    return None


@functools.cache
def _parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))
