"""The columns of a user's table as the numbers that methods learn from, and synthetic numbers as such columns again.

A column of numbers, truth values or times becomes one float; text and pandas categories become codes, with "missing" as
a code of its own where something is missing. What comes back has the column's dtype: integers and times are rounded
and stay within what their dtype holds.

A float has 24 or 53 bits. A column whose spread would suffer (times since 1970 in single precision, numbers of 16
digits) is shifted by its smallest value on the way in and back on the way out.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from bench.errors import BenchError
from bench.task import Column

Floats = NDArray[np.float64]
#: what a method may lose of a column, as a share of its spread, before the column is shifted
LOSS = 1e-6
MISSING = "missing"
#: objects that are numbers, in the words of ``pandas.api.types.infer_dtype``
_NUMBERS = ("integer", "floating", "mixed-integer-float", "boolean")


class UnfitRows(BenchError, ValueError):
    """Rows that cannot be adapted; also a ``ValueError``, as scikit-learn's and imbalanced-learn's callers expect."""


class UnfitTypes(UnfitRows, TypeError):
    """A column of objects that are neither numbers nor text."""


class Codec(Protocol):
    """One column, both ways."""

    @property
    def column(self) -> Column:
        """The column as a schema has it."""

    def encode(self, values: pd.Series) -> Floats:
        """(n,) numbers; NaN where a number is missing."""

    def decode(self, numbers: Floats) -> pd.Series:
        """Numbers of synthetic rows (m,) in the column's own dtype."""


def codec(name: Hashable, values: pd.Series, precision: type[np.floating], shift: bool = True) -> Codec:
    """The codec of one column; ``precision`` is the float that methods are handed. Without ``shift`` numbers stay as
    they are: pixels, and the codes of a given schema.

    Raises ``UnfitTypes`` for a column of anything but numbers, text, categories, truth values and times.
    """
    dtype: Any = values.dtype
    if isinstance(dtype, pd.SparseDtype):
        dtype = dtype.subtype
    kind = types.infer_dtype(values, skipna=True) if types.is_object_dtype(dtype) else ""
    text = kind in ("string", "empty") if types.is_object_dtype(dtype) else types.is_string_dtype(dtype)
    if text or isinstance(dtype, pd.CategoricalDtype):
        return Categories.of(str(name), values)
    if types.is_bool_dtype(dtype) or types.is_integer_dtype(dtype) or kind in ("boolean", "integer"):
        return Integers.of(str(name), values, precision, shift)
    if types.is_datetime64_any_dtype(dtype) or types.is_timedelta64_dtype(dtype):
        return Times.of(str(name), values, precision, shift)
    if types.is_float_dtype(dtype) or kind in _NUMBERS:
        return Floating.of(str(name), values, precision, shift)
    raise UnfitTypes(
        f"column {str(name)!r} holds {kind or dtype} values, and the argument must be made of strings, numbers, "
        "categories or datetime64; convert the column first"
    )


@dataclass(frozen=True)
class Floating:
    """Floating-point numbers, of any width, nullable or as objects."""

    column: Column
    dtype: Any
    origin: float

    @classmethod
    def of(cls, name: str, values: pd.Series, precision: type[np.floating], shift: bool) -> Self:
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        finite = numbers[np.isfinite(numbers)]
        origin = float(finite.min()) if shift and _suffers(finite, precision) else 0.0
        return cls(Column(name, missing=bool(np.isnan(numbers).any())), values.dtype, origin)

    def encode(self, values: pd.Series) -> Floats:
        return values.to_numpy(dtype=np.float64, na_value=np.nan) - self.origin

    def decode(self, numbers: Floats) -> pd.Series:
        with np.errstate(over="ignore"):
            return pd.Series(numbers + self.origin).astype(self.dtype)


@dataclass(frozen=True)
class Integers:
    """Integers and truth values, of any width, nullable or as objects; ``low`` and ``high`` are the dtype's limits."""

    column: Column
    dtype: Any
    origin: int
    low: int
    high: int

    @classmethod
    def of(cls, name: str, values: pd.Series, precision: type[np.floating], shift: bool) -> Self:
        known = values[values.notna().to_numpy()]
        if types.infer_dtype(known) == "boolean" or types.is_bool_dtype(values.dtype):
            low, high = 0, 1
        else:
            subtype = getattr(values.dtype, "subtype", getattr(values.dtype, "numpy_dtype", values.dtype))
            limits = np.iinfo(np.int64 if types.is_object_dtype(subtype) else subtype)
            low, high = int(limits.min), int(limits.max)
        integers = [int(v) for v in (known.min(), known.max())] if len(known) else [0, 0]
        if beyond := [v for v in integers if not low <= v <= high]:
            raise UnfitRows(
                f"column {name!r} holds {beyond[0]}, more than 64 bits can; make text or floats of it first"
            )
        origin = 0
        if shift and len(known):
            ends = _offsets(known, 0)
            exact = max(map(abs, integers)) <= 2**53
            origin = 0 if exact and not _suffers(ends, precision) else integers[0]
        return cls(Column(name, missing=len(known) < len(values)), values.dtype, origin, low, high)

    def encode(self, values: pd.Series) -> Floats:
        known = values.notna().to_numpy()
        numbers = np.full(len(values), np.nan)
        numbers[known] = _offsets(values[known], self.origin)
        return numbers

    def decode(self, numbers: Floats) -> pd.Series:
        known = np.isfinite(numbers)
        rounded = _integers(np.rint(numbers[known]), self.origin, self.low, self.high)
        if self.high == 1:
            rounded = rounded.astype(bool)
        if known.all():
            return pd.Series(rounded).astype(self.dtype)
        values = pd.Series(np.full(len(numbers), None, dtype=object))
        values[known] = rounded
        return values.astype(self.dtype)


@dataclass(frozen=True)
class Times:
    """Points in time (with or without a time zone) and spans of time, counted in the column's own unit."""

    column: Column
    dtype: Any
    origin: int

    @classmethod
    def of(cls, name: str, values: pd.Series, precision: type[np.floating], shift: bool) -> Self:
        known = pd.Index(values.dropna()).asi8
        return cls(Column(name, missing=len(known) < len(values)), values.dtype, int(known.min()) if len(known) else 0)

    def encode(self, values: pd.Series) -> Floats:
        known = values.notna().to_numpy()
        numbers = np.full(len(values), np.nan)
        numbers[known] = _offsets(pd.Series(pd.Index(values[known]).asi8), self.origin)
        return numbers

    def decode(self, numbers: Floats) -> pd.Series:
        known = np.isfinite(numbers)
        limits = np.iinfo(np.int64)
        counts = np.full(len(numbers), limits.min)  # which is "not a time"
        counts[known] = _integers(np.rint(numbers[known]), self.origin, int(limits.min) + 1, int(limits.max))
        unit = np.datetime_data(self.dtype)[0] if isinstance(self.dtype, np.dtype) else self.dtype.unit
        if types.is_timedelta64_dtype(self.dtype):
            return pd.Series(counts.view(f"m8[{unit}]")).astype(self.dtype)
        times = pd.Series(counts.view(f"M8[{unit}]"))
        zone = getattr(self.dtype, "tz", None)
        return times if zone is None else times.dt.tz_localize("UTC").dt.tz_convert(zone)


@dataclass(frozen=True)
class Categories:
    """Text and pandas categories. ``absent`` is what the column has where nothing is known, if that occurs."""

    column: Column
    dtype: Any
    known: pd.Index
    absent: Any

    @classmethod
    def of(cls, name: str, values: pd.Series) -> Self:
        known = values.cat.categories if isinstance(values.dtype, pd.CategoricalDtype) else None
        if known is None:
            known = pd.Index(sorted(values.dropna().unique()), dtype=object)
        gaps = values[values.isna().to_numpy()]
        names = [str(value) for value in known] + [MISSING] * (len(gaps) > 0)
        return cls(Column(name, tuple(names)), values.dtype, known, gaps.iloc[0] if len(gaps) else None)

    def encode(self, values: pd.Series) -> Floats:
        codes = self.known.get_indexer(pd.Index(values.astype(object)))
        return np.where(codes < 0, len(self.known), codes).astype(np.float64)

    def decode(self, numbers: Floats) -> pd.Series:
        codes = numbers.astype(np.int64)
        if isinstance(self.dtype, pd.CategoricalDtype):
            codes = np.where(codes == len(self.known), -1, codes)
            return pd.Series(pd.Categorical.from_codes(codes, dtype=self.dtype))
        every = np.array([*self.known, self.absent], dtype=object)
        return pd.Series(every[codes], dtype=object).astype(self.dtype)


def _suffers(numbers: Floats, precision: type[np.floating]) -> bool:
    """Whether numbers (n,) lose more of their spread than ``LOSS`` in this precision."""
    if not len(numbers):
        return False
    with np.errstate(over="ignore", invalid="ignore"):
        lost = np.abs(numbers.astype(precision).astype(np.float64) - numbers).max()
        return bool(lost > LOSS * (numbers.max() - numbers.min()))


def _offsets(integers: pd.Series, origin: int) -> Floats:
    """Integers less ``origin``, as floats. With an origin no larger than they are, no difference overflows: it is taken
    modulo 2 to the 64."""
    if not origin:
        return integers.to_numpy(dtype=np.float64)
    raw = integers.to_numpy(dtype=np.uint64 if origin >= 0 else np.int64).astype(np.uint64)
    return (raw - np.uint64(origin % 2**64)).astype(np.float64)


def _integers(rounded: Floats, origin: int, low: int, high: int) -> NDArray[Any]:
    """Whole floats plus ``origin`` as integers between ``low`` and ``high``."""
    dtype = np.uint64 if high > np.iinfo(np.int64).max else np.int64
    if abs(origin) + np.abs(rounded).max(initial=0) < 2**62:
        return np.clip(rounded.astype(np.int64) + origin, low, high).astype(dtype)
    return np.array([min(max(origin + int(v), low), high) for v in rounded.tolist()], dtype=dtype)
