"""One column of a user's table: its cells as they stand, and what is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from bench.dataset import Column

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

Kind = Literal["integer", "decimal", "category", "boolean", "date", "leave out"]
KINDS: tuple[str, ...] = get_args(Kind)
#: cells that say that nothing is known
MISSING = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "#N/A", "?")
#: digits that would be lost if they were read as a number: of postcodes, say
_LEADING_ZERO = r"^\s*[+-]?0[0-9]"


@dataclass(frozen=True)
class TableColumn:
    """One column: what it is, and how its cells are written.

    ``why`` says why it is left out; ``missing`` counts the cells without a value, ``blank`` is how they are written;
    ``decimals``, ``low``, ``high`` and ``unit`` are as in ``bench.dataset.Column``; ``digits`` is how many stand behind
    the point of every cell, None where they differ; ``format`` is of dates written as text; ``origin`` and ``step``
    (microseconds) are what dates are counted from and in; ``categories`` are in order.
    """

    name: str
    kind: Kind
    why: str = ""
    missing: int = 0
    blank: str | None = None
    decimals: int | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    digits: int | None = None
    point: str = "."
    format: str = ""
    origin: int = 0
    step: int = 1
    categories: tuple[str, ...] = ()

    @property
    def used(self) -> bool:
        return self.kind != "leave out"

    @property
    def feature(self) -> Column:
        """The column as a schema has it; bounds only where the user gave them."""
        if self.kind in ("category", "boolean"):
            return Column(self.name, (*self.categories, *[self.absent] * (self.missing > 0)))
        unit = self.unit or (_unit(self.step) if self.kind == "date" else "")
        return Column(self.name, None, self.missing > 0, False, self.decimals, self.low, self.high, unit)

    @property
    def absent(self) -> str:
        """The category of cells without a value."""
        name = "missing"
        while name in self.categories:
            name += "'"
        return name


def _unit(step: int) -> str:
    known = {86_400_000_000: "days", 3_600_000_000: "hours", 60_000_000: "minutes", 1_000_000: "seconds"}
    return known.get(step, f"steps of {step} microseconds")


@dataclass(frozen=True)
class Cells:
    """The cells of one column (n,), as text where they are, and which of them say nothing."""

    name: str
    values: pa.Array
    blanks: Sequence[str] = MISSING
    point: str = "."

    @cached_property
    def is_text(self) -> bool:
        import pyarrow as pa

        return bool(pa.types.is_string(self.values.type) or pa.types.is_large_string(self.values.type))

    @cached_property
    def trimmed(self) -> pa.Array:
        import pyarrow.compute as pc

        return pc.utf8_trim_whitespace(self.values)

    @cached_property
    def gaps(self) -> NDArray[np.bool_]:
        """Which cells say nothing, (n,)."""
        import pyarrow as pa
        import pyarrow.compute as pc

        null = pc.is_null(self.values, nan_is_null=pa.types.is_floating(self.values.type))
        if self.is_text:
            null = pc.or_(null, pc.fill_null(pc.is_in(self.trimmed, value_set=pa.array(self.blanks)), True))
        return np.asarray(null.to_numpy(zero_copy_only=False), dtype=bool)

    @cached_property
    def known(self) -> pa.Array:
        """The cells that say something, text without the blanks around it."""
        import pyarrow as pa

        return (self.trimmed if self.is_text else self.values).filter(pa.array(~self.gaps))

    @cached_property
    def words(self) -> pa.Array:
        """Every cell as text, as it stands."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if pa.types.is_dictionary(self.values.type):
            return pc.cast(self.values.dictionary_decode(), pa.string())
        return self.values if self.is_text else pc.cast(self.values, pa.string())

    @cached_property
    def numbers(self) -> NDArray[np.float64] | None:
        """The known cells as numbers; None if they are none."""
        import pyarrow as pa
        import pyarrow.compute as pc

        known = self.known
        if self.is_text:
            if pc.any(pc.match_substring_regex(known, _LEADING_ZERO)).as_py():
                return None
            if self.point != ".":
                known = pc.replace_substring(known, self.point, ".")
        elif not (pa.types.is_integer(known.type) or pa.types.is_floating(known.type) or _is_decimal(known.type)):
            return None
        try:
            found = pc.cast(known, pa.float64(), safe=False)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            return None
        return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.float64)

    def dates(self, format: str) -> NDArray[np.int64] | None:
        """The known cells as microseconds since 1970, by one format; None if one of them is no such date."""
        import pyarrow as pa
        import pyarrow.compute as pc

        kind = self.known.type
        if self.is_text:
            found = pc.strptime(self.known, format=format, unit="us", error_is_null=True)
            if found.null_count:
                return None
        elif pa.types.is_timestamp(kind) or pa.types.is_date(kind):
            found = pc.cast(self.known, pa.timestamp("us", tz=getattr(kind, "tz", None)), safe=False)
        else:
            return None
        return np.asarray(pc.cast(found, pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)


def _is_decimal(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_decimal(kind))
