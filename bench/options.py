"""Options are of the types that a constructor's annotations ask for: checked before anything runs.

Annotations are taken as text, so that a file can tell them without being imported. Known are ``int`` (no ``bool``),
``float`` (finite; an ``int`` will do), ``bool``, ``str``, ``dict``, ``None``, ``Literal``, unions of them, and tuples,
lists and sequences of them (a list will do for each, as TOML has no other). Any other annotation, or none, takes every
value.
"""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from bench.errors import BenchError
from bench.modules import spec_of


def constructor_arguments(file: Path, name: str) -> dict[str, str] | None:
    """The arguments of a class's ``__init__``, its own or the one it inherits, with their annotations ("" for none).
    Reads the file that defines it, and imports nothing.

    None where reading cannot tell: a class or base that is not found, or ``**kwargs``.
    """
    found = _constructor(file, name)
    return None if found is None else _annotated(found)


def constructor_default(file: Path, name: str, argument: str) -> Any:
    """The default of an argument that ``constructor_arguments`` knows, where it is a literal; else None."""
    found = _constructor(file, name)
    if found is None:
        return None
    positional = [*found.posonlyargs, *found.args]
    pairs = [
        *zip(positional[::-1], found.defaults[::-1], strict=False),
        *zip(found.kwonlyargs, found.kw_defaults, strict=True),
    ]
    for given, default in pairs:
        if given.arg == argument and default is not None:
            try:
                return ast.literal_eval(default)
            except ValueError:
                return None
    return None


def _constructor(file: Path, name: str) -> ast.arguments | None:
    """The arguments of a class's ``__init__``, its own or inherited; None where reading cannot find it."""
    tree = _parse(file)
    node = next((n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == name), None)
    if node is None:
        return None
    own = [part for part in node.body if isinstance(part, ast.FunctionDef) and part.name == "__init__"]
    if own:
        return own[0].args
    for base in node.bases:
        if isinstance(base, ast.Name) and (found := _origin(tree, file, base.id)) is not None:
            return _constructor(found, base.id)
    return None


def _annotated(given: ast.arguments) -> dict[str, str] | None:
    """Arguments after ``self``, with their annotations; None for ``**kwargs``."""
    if given.kwarg is not None:
        return None
    return {
        arg.arg: ast.unparse(arg.annotation) if arg.annotation else "" for arg in (*given.args[1:], *given.kwonlyargs)
    }


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
            return None if node.level else _file_of(node.module, file.parent)
    return None


def _file_of(module: str, folder: Path) -> Path | None:
    """The file of a module that a file in ``folder`` imports; None for a plugin's own: which one, its import tells."""
    beside = folder / module.partition(".")[0]
    spec = None if beside.exists() or beside.with_suffix(".py").exists() else spec_of(module)
    return Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None


@functools.cache
def _parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def annotations_of(cls: type) -> Mapping[str, str] | None:
    """What ``constructor_arguments`` reads, of an imported class; None if it takes any argument."""
    known = inspect.signature(cls).parameters
    if any(p.kind is p.VAR_KEYWORD for p in known.values()):
        return None
    given = {key: p.annotation for key, p in known.items()}
    return {
        key: "" if a is inspect.Parameter.empty else a if isinstance(a, str) else inspect.formatannotation(a)
        for key, a in given.items()
    }


def check_type(where: str, key: str, annotation: str, value: Any) -> None:
    """Raise ``BenchError`` if ``value`` is not what ``annotation`` says: ``where: key must be int, not '24'``."""
    try:
        wanted = ast.parse(annotation, mode="eval").body
    except SyntaxError:
        return
    if not _fits(wanted, value):
        raise BenchError(f"{where}: {key} must be {_words(wanted)}, not {value!r}")


#: what a plain annotation asks of a value
_PLAIN: Mapping[str, Callable[[Any], bool]] = {
    "int": lambda value: isinstance(value, Integral) and not isinstance(value, bool),
    "float": lambda value: isinstance(value, Real) and not isinstance(value, bool) and isfinite(value),
    "bool": lambda value: isinstance(value, bool),
    "str": lambda value: isinstance(value, str),
    "dict": lambda value: isinstance(value, Mapping),
}


def _fits(wanted: ast.expr, value: Any) -> bool:
    match wanted:
        case ast.Constant(value=None):
            return value is None
        case ast.Name(id=name) if name in _PLAIN:
            return _PLAIN[name](value)
        case ast.BinOp(op=ast.BitOr()):
            return _fits(wanted.left, value) or _fits(wanted.right, value)
        case ast.Subscript(value=ast.Name(id="Literal")):
            return any(value == choice and type(value) is type(choice) for choice in _choices(wanted))
        case (
            ast.Subscript(value=ast.Name(id="list" | "Sequence"), slice=item)
            | ast.Subscript(slice=ast.Tuple(elts=[item, ast.Constant(value=builtins.Ellipsis)]))
        ):
            return _is_list(value) and all(_fits(item, v) for v in value)
        case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=items)):
            return _is_list(value) and len(value) == len(items) and all(map(_fits, items, value))
    return True


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _choices(literal: ast.Subscript) -> tuple[Any, ...]:
    found = ast.literal_eval(literal.slice)
    return found if isinstance(found, tuple) else (found,)


def _words(wanted: ast.expr) -> str:
    match wanted:
        case ast.Name(id="dict"):
            return "a table"
        case ast.BinOp(op=ast.BitOr()):
            return f"{_words(wanted.left)} or {_words(wanted.right)}"
        case ast.Subscript(value=ast.Name(id="Literal")):
            return " or ".join(map(repr, _choices(wanted)))
        case (
            ast.Subscript(value=ast.Name(id="list" | "Sequence"), slice=item)
            | ast.Subscript(slice=ast.Tuple(elts=[item, ast.Constant(value=builtins.Ellipsis)]))
        ):
            return f"a list of {_words(item)}"
        case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=items)):
            return f"[{', '.join(map(_words, items))}]"
    return ast.unparse(wanted)
