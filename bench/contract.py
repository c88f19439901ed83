"""The one place where what a task returns is checked: the rows of ``read`` and the indices of ``split``.

Converted is only what can be without a change of value; all else is refused in one line, before a method sees it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from bench.dataset import Array, Column, Dataset, Fixed, Labels, Modality, Schema, Split
from bench.errors import InvalidData
from bench.slugs import fault

#: axes of one row
_AXES: dict[str, tuple[str, ...]] = {
    "tabular": ("features",),
    "image": ("channels", "height", "width"),
    "series": ("steps", "channels"),
}
#: the largest whole number up to which float32 holds every one
_WHOLE = 2**24
_LARGEST = float(np.finfo(np.float32).max)


def checked(dataset: Dataset) -> Dataset:
    """The dataset with its arrays in the types of the contract, whatever a task's ``read`` returned.

    Converted is what can be without a change of value: whole numbers of any type to int64 labels, numbers of any type
    to float32 (float64 stays). Everything else raises ``InvalidData``: other things than numpy arrays (a pandas column
    carries an index of its own), words, booleans and NaN as labels, masked arrays, shapes that are not the schema's,
    NaN or infinity where none may be, codes without a category, a schema that contradicts itself, a table that cannot
    carry a benchmark (one class, or a class of one row).
    """
    if not isinstance(dataset, Dataset):
        raise InvalidData(f"read() must return a bench.task.Dataset, not {type(dataset).__name__}")
    _check_schema(dataset.schema)
    X, y = _numbers(dataset.X), _whole("y", dataset.y)
    n = len(y)
    if X.shape != (n, *dataset.schema.shape):
        raise InvalidData(f"rows have shape {X.shape}, the schema says {(n, *dataset.schema.shape)}")
    _check_labels(y, dataset.schema)
    _check_values(X, dataset.schema)
    groups = None if dataset.groups is None else _whole("groups", dataset.groups, n)
    if dataset.order is not None:
        order = _array("order", dataset.order)
        if order.shape != (n,) or order.dtype.kind not in "iufM" or (order != order).any():
            raise InvalidData(f"order must hold one number or date a row, without gaps; it is {_form(order)}")
    return replace(dataset, X=X, y=y, groups=groups)


def checked_split(split: Split, dataset: Dataset) -> Split:
    """The split with int64 indices. Raises ``InvalidData`` where a part is empty, names rows that are not there, names
    one twice or shares one with another part, and where a class has no training rows."""
    if not isinstance(split, Split):
        raise InvalidData(f"split() must return a bench.task.Split, not {type(split).__name__}")
    parts = {name: getattr(split, name) for name in ("train", "valid", "test", "shown")}
    found = {name: _whole(f"the {name} part", part) for name, part in parts.items() if part is not None}
    used = np.zeros(len(dataset), dtype=np.int8)
    for name, part in found.items():
        _check_part(name, part, used)
    counts = np.bincount(dataset.y[found["train"]], minlength=dataset.schema.n_classes)
    if not counts.all():
        raise InvalidData(f"class {dataset.schema.classes[int(counts.argmin())]!r} has no rows in the training part")
    _check_fixed(split, dataset)
    return Split(**found, fixed=split.fixed, block=split.block)


def _check_fixed(split: Split, dataset: Dataset) -> None:
    """What a split declares of a fixed test set must be there: groups, or an order to cut into blocks."""
    if split.fixed not in get_args(Fixed):
        raise InvalidData(f"Split.fixed must be one of {', '.join(map(repr, get_args(Fixed)))}, not {split.fixed!r}")
    needed = {"groups": dataset.groups, "blocks": dataset.order}
    if split.fixed in needed and needed[split.fixed] is None:
        name = "groups" if split.fixed == "groups" else "order"
        raise InvalidData(f'the split declares fixed="{split.fixed}", which needs Dataset.{name}')
    if type(split.block) is not int or split.block < 1:
        raise InvalidData(f"Split.block must be a number of rows above 0, not {split.block!r}")


def _check_part(name: str, part: Labels, used: NDArray[np.int8]) -> None:
    """``used`` counts how many parts have each row, and is brought up to date."""
    if not len(part):
        raise InvalidData(f"the {name} part of the split is empty")
    if part.min() < 0 or part.max() >= len(used):
        raise InvalidData(f"the {name} part of the split names rows outside 0..{len(used) - 1}")
    if name == "shown":
        return  # what a leaky variant shows its methods may be any rows
    if again := len(part) - len(np.unique(part)):
        raise InvalidData(f"the {name} part of the split names {again} rows twice")
    used[part] += 1
    if twice := int((used > 1).sum()):
        raise InvalidData(f"the {name} part of the split shares {twice} rows with another part")


def _form(value: Any) -> str:
    return f"an array of {value.dtype} of shape {value.shape}"


def _array(name: str, value: Any) -> NDArray[Any]:
    """``value`` if it is a plain numpy array of numbers or dates in this machine's byte order, or a file mapped as
    one."""
    if isinstance(value, np.ma.MaskedArray):
        raise InvalidData(f"{name} is a masked array; fill it (missing numbers as NaN) and declare the column missing")
    if type(value) is not np.ndarray and not isinstance(value, np.memmap):
        kind = f"{type(value).__module__.partition('.')[0]} {type(value).__name__}".removeprefix("builtins ")
        raise InvalidData(f"{name} is a {kind}, not a numpy array; give its values alone (to_numpy(), np.asarray)")
    if value.dtype.kind not in "biufM":
        what = {"O": "objects", "U": "words", "S": "words", "T": "words"}.get(value.dtype.kind, str(value.dtype))
        raise InvalidData(f"{name} holds {what}, not numbers; encode them as numbers first")
    return np.asarray(value, dtype=value.dtype.newbyteorder("="))


def _whole(name: str, value: Any, n: int | None = None) -> Labels:
    """A line of whole numbers, (n,) int64."""
    array = _array(name, value)
    if array.ndim != 1 or (n is not None and len(array) != n):
        raise InvalidData(f"{name} must have shape ({'n' if n is None else n},), not {array.shape}")
    if array.dtype.kind not in "iuf":
        raise InvalidData(f"{name} must hold whole numbers, not {array.dtype}; give np.int64")
    if gaps := int((array != array).sum()):
        raise InvalidData(f"{name} holds {gaps} NaN; every row needs one")
    if array.dtype.kind == "f" and (array != np.round(array)).any():
        raise InvalidData(f"{name} holds {array[array != np.round(array)][0]:g}, which is not a whole number")
    if len(array) and (array.max() > 2**62 or array.min() < -(2**62)):
        raise InvalidData(f"{name} holds {array[np.abs(array.astype(float)).argmax()]:g}, too large for an index")
    return array.astype(np.int64, copy=False)


def _numbers(value: Any) -> Array:
    """Rows as float32, or float64 where they come so or where float32 would round whole numbers."""
    array = _array("X", value)
    if array.dtype.kind == "M" or array.dtype.itemsize > 8:
        raise InvalidData(f"X holds {array.dtype}; give numbers as np.float32 or np.float64")
    if array.dtype.kind == "f":
        return array.astype(np.float32, copy=False) if array.dtype.itemsize < 8 else array
    extent: int = max(abs(int(array.max())), abs(int(array.min()))) if array.size else 0
    if extent > 2**53:
        raise InvalidData(f"X holds the whole number {extent}, which no floating-point number of 64 bits can be")
    return array.astype(np.float32 if extent <= _WHOLE else np.float64)


def _check_schema(schema: Schema) -> None:
    if schema.modality not in get_args(Modality):
        raise InvalidData(f"modality {schema.modality!r} is none of {', '.join(get_args(Modality))}")
    axes = _AXES[schema.modality]
    if len(schema.shape) != len(axes) or not all(isinstance(size, int) and size > 0 for size in schema.shape):
        raise InvalidData(f"the shape of a {schema.modality} row is ({', '.join(axes)}), not {schema.shape}")
    _check_names("class", schema.classes)
    rare = schema.rare
    if rare is not None and (isinstance(rare, bool) or rare not in range(len(schema.classes))):
        raise InvalidData(f"rare must be the index of a class, 0..{len(schema.classes) - 1}, or None, not {rare!r}")
    if schema.gaps not in ("marked", "filled") or schema.marks:
        raise InvalidData(f'gaps must be "marked" or "filled", not {schema.gaps!r}, and marks be left to the trial')
    _check_columns(schema, axes[-1])


def _check_columns(schema: Schema, called: str) -> None:
    if schema.modality == "image":
        if schema.columns:
            raise InvalidData("images have no columns; leave them out of the schema")
        return
    if len(schema.columns) != schema.shape[-1]:
        raise InvalidData(f"the schema has {len(schema.columns)} columns for {schema.shape[-1]} {called}")
    _check_names("column", [column.name for column in schema.columns])
    for column in schema.columns:
        if column.categories is not None:
            _check_names(f"category of column {column.name!r}:", column.categories)
        if column.static and schema.modality != "series":
            raise InvalidData(f"column {column.name!r} is declared static, which is for channels of series")
        _check_declared(column)


def _check_declared(column: Column) -> None:
    """Decimals and bounds make sense, and are of numbers."""
    if not column.numeric and (column.decimals, column.low, column.high) != (None, None, None):
        raise InvalidData(f"column {column.name!r} has categories; decimals and bounds are for numbers")
    if column.decimals is not None and (type(column.decimals) is not int or column.decimals < 0):
        raise InvalidData(f"column {column.name!r}: decimals must be 0 or a number above, not {column.decimals!r}")
    if column.low is not None and column.high is not None and not column.low <= column.high:
        raise InvalidData(f"column {column.name!r}: low ({column.low:g}) lies above high ({column.high:g}); swap them")


def _check_names(kind: str, names: Sequence[str]) -> None:
    if isinstance(names, str) or not len(names):
        raise InvalidData(f"{kind} names must be a tuple of texts, not {names!r}")
    for name in names:
        if wrong := fault(name):
            raise InvalidData(f"{kind} name {name!r} {wrong}")
    if len(set(names)) < len(names):
        raise InvalidData(f"{kind} name {next(name for name in names if list(names).count(name) > 1)!r} is there twice")


def _check_labels(y: Labels, schema: Schema) -> None:
    if len(y) == 0 or y.min() < 0 or y.max() >= schema.n_classes:
        raise InvalidData(f"labels must lie in 0..{schema.n_classes - 1}, one for each of {len(y)} rows")
    counts = np.bincount(y, minlength=schema.n_classes)
    present = np.flatnonzero(counts)
    if len(present) < 2:
        raise InvalidData(f"the table holds one class only ({schema.classes[present[0]]!r}); there is nothing to learn")
    for code in np.flatnonzero(counts < 2):
        raise InvalidData(f"class {schema.classes[code]!r} has {counts[code]} row(s); at least 2 are needed")


def _check_values(X: Array, schema: Schema) -> None:
    finite = np.isfinite(X)
    if not finite.all():
        _check_gaps(X, ~finite, schema)
    largest = float(np.max(np.abs(X), where=finite, initial=0.0))
    if largest > _LARGEST:
        raise InvalidData(f"X holds {largest:g}, which is infinite in single precision; scale the column")
    if schema.modality == "image" and (X.min() < 0 or X.max() > 1):
        raise InvalidData(f"pixels must lie in [0, 1], not {X.min():g} to {X.max():g}; divide by 255")
    for i, column in enumerate(schema.columns):
        _check_column(X[..., i], column)


def _check_gaps(X: Array, gaps: NDArray[np.bool_], schema: Schema) -> None:
    if np.isinf(X).any():
        raise InvalidData(f"{int(np.isinf(X).sum())} values are infinite; mend the file")
    where = gaps.reshape(-1, schema.shape[-1] if schema.columns else schema.width)
    for i in np.flatnonzero(where.any(axis=0)):
        column = schema.columns[i] if schema.columns else None
        if column is None or not column.missing or not column.numeric:
            name = column.name if column else f"pixel {i}"
            raise InvalidData(f"column {name!r} holds {int(where[:, i].sum())} NaN values and is not declared to")


def _check_column(values: Array, column: Column) -> None:
    if column.categories is not None:
        count = len(column.categories)
        wrong = (values != np.round(values)) | (values < 0) | (values >= count)
        if wrong.any():
            raise InvalidData(f"column {column.name!r}: {values[wrong][0]:g} is not one of its {count} codes")
    if (column.decimals, column.low, column.high) != (None, None, None):
        _check_lattice(values[~np.isnan(values)], column)
    if column.static and not np.array_equal(values, np.broadcast_to(values[:, :1], values.shape), equal_nan=True):
        raise InvalidData(f"column {column.name!r} is declared static and changes within a row")


def _check_lattice(known: Array, column: Column) -> None:
    """Numbers (n,) lie within their column's declared bounds and have no more than its decimals."""
    low, high = (known.dtype.type(end if end is not None else np.nan) for end in (column.low, column.high))
    outside = (known < low) | (known > high)  # never of NaN, where no bound is declared
    if outside.any():
        bounds = f"{column.low} to {column.high}"
        raise InvalidData(f"column {column.name!r} holds {known[outside][0]:g}, outside its declared bounds {bounds}")
    if column.decimals is not None:
        finer = np.round(known.astype(np.float64), column.decimals).astype(known.dtype) != known
        if finer.any():
            raise InvalidData(f"column {column.name!r} declares {column.decimals} decimals and holds {known[finer][0]}")
