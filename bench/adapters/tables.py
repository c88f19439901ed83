"""A user's table (frame, array or sparse matrix) as the rows that methods learn from, and back with synthetic rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from bench.adapters.columns import Codec, UnfitRows, codec
from bench.task import Schema

#: bytes that a sparse table may take once it is dense; methods learn from dense rows
DENSE_LIMIT = 4 << 30


@dataclass(frozen=True)
class Table:
    """A user's rows as methods see them, (n, width) float32 or float64, and the codec of every column."""

    rows: NDArray[np.floating]
    codecs: tuple[Codec, ...]
    schema: Schema

    @classmethod
    def of(cls, X: Any, schema: Schema | None, classes: tuple[str, ...], precision: type[np.floating]) -> Table:
        """Encode a frame, an array or a sparse matrix. Raises ``UnfitRows`` for a column that is no such thing.

        ``precision`` is the most that the method works in; single precision stays single.
        """
        frame = _frame(X, precision)
        columns = [frame.iloc[:, j] for j in range(frame.shape[1])]
        columns = [c.astype(c.dtype.subtype) if isinstance(c.dtype, pd.SparseDtype) else c for c in columns]
        if all(column.dtype in ("float16", "float32") for column in columns):
            precision = np.float32
        codecs = tuple(_codecs(frame, columns, schema, precision))
        with np.errstate(over="ignore"):
            rows = np.column_stack([c.encode(v) for c, v in zip(codecs, columns, strict=True)]).astype(precision)
        return cls(rows, codecs, schema or Schema("tabular", (len(codecs),), classes, tuple(c.column for c in codecs)))

    def check_finite(self, method: str) -> None:
        """Raise ``UnfitRows`` if there is a NaN or an infinity in the rows."""
        bad = ~np.isfinite(self.rows)
        if bad.any():
            j = int(np.flatnonzero(bad.any(0))[0])
            what = "NaN" if np.isnan(self.rows[:, j]).any() else "infinity"
            raise UnfitRows(
                f"Input X contains {what} (column {self.codecs[j].column.name!r}), which {method} does not take; "
                "put an imputer before it"
            )

    def followed_by(self, X: Any, synthetic: NDArray[np.floating]) -> Any:
        """``X`` and the synthetic rows in one table of its own kind and dtypes. A synthetic row that repeats a
        training row is that row, value for value."""
        columns = [c.decode(synthetic[:, j].astype(np.float64)) for j, c in enumerate(self.codecs)]
        known = {row: i for i, row in reversed(list(enumerate(_bytes(self.rows))))}
        n = X.shape[0]
        take = np.array(
            [*range(n), *(known.get(row, n + i) for i, row in enumerate(_bytes(synthetic)))], dtype=np.int64
        )
        if isinstance(X, pd.DataFrame):
            frame = pd.concat(columns, axis=1, ignore_index=True)
            frame.columns = X.columns
            whole = pd.concat([X, frame], ignore_index=True).iloc[take].reset_index(drop=True)
            return whole.astype(X.dtypes.to_dict())
        made = np.column_stack([values.to_numpy() for values in columns]).astype(X.dtype)
        if sparse.issparse(X):
            return sparse.vstack([X, type(X)(made)], format="csr")[take].asformat(X.format)
        return np.concatenate([X, made])[take]


def _frame(X: Any, precision: type[np.floating]) -> pd.DataFrame:
    """The table as a frame, sparse matrices made dense. Raises ``UnfitRows`` where that fills the memory."""
    if sparse.issparse(X):
        size = X.shape[0] * X.shape[1] * np.dtype(precision).itemsize
        if size > DENSE_LIMIT:
            raise UnfitRows(
                f"the sparse rows take {size / 2**30:.1f} GiB once they are dense, as methods need them; "
                f"reduce the columns first (limit {DENSE_LIMIT >> 30} GiB)"
            )
        X = X.toarray()
    return X if isinstance(X, pd.DataFrame) else pd.DataFrame(X, copy=False)


def _codecs(
    frame: pd.DataFrame, columns: list[pd.Series], schema: Schema | None, precision: type[np.floating]
) -> Iterator[Codec]:
    """One a column. With a schema categories are given as codes, and pixels and codes are never shifted."""
    if schema is None:
        for name, column in zip(frame.columns, columns, strict=True):
            yield codec(name, column, precision)
        return
    named = len(schema.columns) == len(columns)  # images have no columns, series one a channel
    for j, column in enumerate(columns):
        name = schema.columns[j].name if named else frame.columns[j]
        found = codec(name, column, precision, schema.modality == "tabular" and j not in schema.categorical)
        if found.column.categories is not None:
            raise UnfitRows(f"column {name!r} holds text and a schema is given; give codes, or leave the schema out")
        yield found


def _bytes(rows: NDArray[np.floating]) -> list[bytes]:
    """Each row as bytes that are equal if the rows are; NaN equals NaN."""
    plain = np.ascontiguousarray(np.where(np.isnan(rows), np.nan, rows + 0), dtype=rows.dtype)
    return [row.tobytes() for row in plain]
