"""A user's table (frame, array or sparse matrix) as the rows that methods learn from, and back with synthetic rows."""

from __future__ import annotations

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
        if sparse.issparse(X):
            size = X.shape[0] * X.shape[1] * np.dtype(precision).itemsize
            if size > DENSE_LIMIT:
                raise UnfitRows(
                    f"the sparse rows take {size / 2**30:.1f} GiB once they are dense, as methods need them; "
                    f"reduce the columns first (limit {DENSE_LIMIT >> 30} GiB)"
                )
            X = X.toarray()
        frame = X if isinstance(X, pd.DataFrame) else pd.DataFrame(X, copy=False)
        named = list(frame.columns) if schema is None or len(schema.columns) != frame.shape[1] else schema.columns
        series = [_dense(frame.iloc[:, j]) for j in range(frame.shape[1])]
        if all(values.dtype in ("float16", "float32") for values in series):
            precision = np.float32
        shift = schema is None or schema.modality == "tabular"
        codecs = []
        for j, values in enumerate(series):
            name = getattr(named[j], "name", named[j])
            coded = schema is not None and j in schema.categorical
            codecs.append(codec(name, values, precision, shift and not coded))
            if schema is not None and codecs[-1].column.categories is not None:
                raise UnfitRows(
                    f"column {name!r} holds text and a schema is given; give codes, or leave the schema out"
                )
        with np.errstate(over="ignore"):
            rows = np.column_stack([c.encode(v) for c, v in zip(codecs, series, strict=True)]).astype(precision)
        made = Schema("tabular", (len(codecs),), classes, tuple(c.column for c in codecs))
        return cls(rows, tuple(codecs), schema or made)

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


def _dense(values: pd.Series) -> pd.Series:
    return values.astype(values.dtype.subtype) if isinstance(values.dtype, pd.SparseDtype) else values


def _bytes(rows: NDArray[np.floating]) -> list[bytes]:
    """Each row as bytes that are equal if the rows are; NaN equals NaN."""
    plain = np.ascontiguousarray(np.where(np.isnan(rows), np.nan, rows + 0), dtype=rows.dtype)
    return [row.tobytes() for row in plain]
