"""Options are of the types that a constructor's annotations ask for: checked before anything runs.

Annotations are taken as text, so that a file can tell them without being imported. Known are ``int`` (no ``bool``),
``float`` (finite; an ``int`` will do), ``bool``, ``str``, ``dict``, ``None``, ``Literal``, unions of them, and tuples,
lists and sequences of them (a list will do for each, as TOML has no other). Any other annotation, or none, takes every
value.
"""

from __future__ import annotations

import ast
import builtins
import inspect
from collections.abc import Mapping, Sequence
from math import isfinite
from numbers import Integral, Real
from typing import Any

from bench.errors import BenchError


def check_type(where: str, key: str, annotation: str, value: Any) -> None:
    """Raise ``BenchError`` if ``value`` is not what ``annotation`` says: ``where: key must be int, not '24'``."""
    try:
        wanted = ast.parse(annotation, mode="eval").body
    except SyntaxError:
        return
    if not _fits(wanted, value):
        raise BenchError(f"{where}: {key} must be {_words(wanted)}, not {value!r}")


def annotations_of(cls: type) -> Mapping[str, str] | None:
    """What ``bench.sourcecode.constructor_arguments`` reads, of an imported class; None if it takes any argument."""
    known = inspect.signature(cls).parameters
    if any(p.kind is p.VAR_KEYWORD for p in known.values()):
        return None
    given = {key: p.annotation for key, p in known.items()}
    return {
        key: "" if a is inspect.Parameter.empty else a if isinstance(a, str) else inspect.formatannotation(a)
        for key, a in given.items()
    }


def _fits(wanted: ast.expr, value: Any) -> bool:
    match wanted:
        case ast.Constant(value=None):
            return value is None
        case ast.Name(id="int"):
            return isinstance(value, Integral) and not isinstance(value, bool)
        case ast.Name(id="float"):
            return isinstance(value, Real) and not isinstance(value, bool) and isfinite(value)
        case ast.Name(id="bool"):
            return isinstance(value, bool)
        case ast.Name(id="str"):
            return isinstance(value, str)
        case ast.Name(id="dict"):
            return isinstance(value, Mapping)
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
