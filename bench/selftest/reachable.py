"""What an object leads to: the arrays that it holds, and those it holds through others."""

from __future__ import annotations

import functools
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.measures.privacy import duplicates
from bench.trial.preprocess import flatten

if TYPE_CHECKING:
    from bench.task import Array, Schema


def unseen(roots: Mapping[str, Any], X: Array, schema: Schema) -> Iterator[tuple[str, int]]:
    """Where among all that ``roots`` hold there are rows that ``X`` has not, and how many.

    Rows are recognised by their form, as methods see them (n, *shape) or as classifiers do (n, flattened width).
    """
    known = {schema.shape: X, flatten(X[:1], schema).shape[1:]: flatten(X, schema)}
    for place, array in arrays(roots):
        rows = known.get(array.shape[1:])
        if len(array) and array.dtype.kind == "f" and rows is not None:
            others = int((~duplicates(array, rows)).sum())
            if others:
                yield place, others


def arrays(roots: Mapping[str, Any]) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """Every array that objects hold: attributes, items, closures, defaults, bound objects, the array behind a view.
    Not what modules, classes and global names lead to: that is the whole interpreter."""
    todo, met = list(roots.items()), set[int]()
    while todo:
        place, thing = todo.pop()
        if id(thing) in met or isinstance(thing, type | types.ModuleType | str | bytes | int | float | None):
            continue
        met.add(id(thing))
        if isinstance(thing, np.ndarray):
            yield place, thing
        todo += [(f"{place}{step}", held) for step, held in _held(thing)]


@functools.singledispatch
def _held(thing: Any) -> Iterator[tuple[str, Any]]:
    """What an object holds, a step each: its attributes, in ``__dict__`` and in slots."""
    yield from ((f".{name}", value) for name, value in getattr(thing, "__dict__", {}).items())
    for cls in type(thing).__mro__:
        slots = cls.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            yield f".{name}", getattr(thing, name, None)


@_held.register(np.ndarray)
def _of_array(thing: np.ndarray[Any, Any]) -> Iterator[tuple[str, Any]]:
    yield ".base", thing.base
    if thing.dtype.kind == "O":
        yield ".items", thing.tolist()


@_held.register(Mapping)
def _of_mapping(thing: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    yield from ((f"[{key!r}]", value) for key, value in thing.items())


@_held.register(list)
@_held.register(tuple)
@_held.register(set)
@_held.register(frozenset)
def _of_collection(thing: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    yield from ((f"[{i}]", value) for i, value in enumerate(thing))


@_held.register(types.MethodType)
@_held.register(types.BuiltinMethodType)
def _of_method(thing: Any) -> Iterator[tuple[str, Any]]:
    yield from ((f".{name}", getattr(thing, name, None)) for name in ("__self__", "__func__"))


@_held.register(types.FunctionType)
def _of_function(thing: types.FunctionType) -> Iterator[tuple[str, Any]]:
    yield from ((".closure", cell.cell_contents) for cell in thing.__closure__ or () if _filled(cell))
    yield ".defaults", thing.__defaults__


@_held.register(functools.partial)
def _of_partial(thing: functools.partial[Any]) -> Iterator[tuple[str, Any]]:
    yield from ((".func", thing.func), (".args", thing.args), (".keywords", thing.keywords))


def _filled(cell: types.CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018 - an empty cell raises
    except ValueError:
        return False
    return True
