"""What a classifier said of each test row, and which rows these were: how they travel and how Parquet files hold them.

Probabilities are float32. Of two classes the second's alone is kept: the first's is the rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from bench.records.codehash import tagged

if TYPE_CHECKING:
    from numpy.typing import NDArray


class ScoredRows(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The test rows of a task at a seed. ``rows`` (row numbers of the data set), ``labels`` and ``units`` are int64 of
    one length, little-endian; rows of one unit are drawn together (``Record.test_units``: a patient, a block of
    time)."""

    task: str
    source: str
    classes: tuple[str, ...]
    rare: int | None = None
    fixed: str = ""
    rows: bytes
    labels: bytes
    units: bytes

    @cached_property
    def key(self) -> str:
        """A hash of all that it holds: seeds with the same test rows share it."""
        texts = repr((self.task, self.source, self.classes, self.rare, self.fixed)).encode()
        digests = [hashlib.sha256(part).hexdigest() for part in (texts, self.rows, self.labels, self.units)]
        return tagged("".join(digests))

    def numbers(self, name: str) -> NDArray[np.int64]:
        """``rows``, ``labels`` or ``units`` as an array (n,)."""
        return np.frombuffer(getattr(self, name), dtype="<i8")


class Predicted(msgspec.Struct, frozen=True, kw_only=True):
    """The class probabilities of one cell's test rows. ``id`` is its record's, ``tested`` the key of the rows;
    ``proba`` float32, little-endian, (n, columns). ``threshold`` is that of the tuned metrics, None where there is
    none; ``rare_classes`` are those that ``recall_rare`` is of; ``shares`` the classes' among training rows, which the
    metrics ``@training`` weigh by, None where there are none of these."""

    id: str
    tested: str
    columns: int
    threshold: float | None = None
    rare_classes: tuple[int, ...] = ()
    shares: tuple[float, ...] | None = None
    proba: bytes

    @classmethod
    def of(cls, proba: NDArray[Any], **known: Any) -> Predicted:
        """``proba`` (n, classes)."""
        kept = proba[:, 1:] if proba.shape[1] == 2 else proba
        return cls(columns=kept.shape[1], proba=np.ascontiguousarray(kept, dtype="<f4").tobytes(), **known)

    def probabilities(self) -> NDArray[np.float64]:
        """(n, classes) float64."""
        found = np.frombuffer(self.proba, dtype="<f4").reshape(-1, self.columns).astype(np.float64)
        return np.concatenate([1 - found, found], axis=1) if self.columns == 1 else found


def pack_rows(tested: ScoredRows) -> bytes:
    """A Parquet file of one table, a line a test row; what the rows have in common stands in its metadata."""
    import pyarrow as pa

    columns = {name: tested.numbers(name) for name in ("rows", "labels", "units")}
    about = {name: getattr(tested, name) for name in ("task", "source", "classes", "rare", "fixed")}
    table = pa.table({"row": columns["rows"], "label": columns["labels"], "unit": columns["units"]})
    return _file(table.replace_schema_metadata({"augbench": msgspec.json.encode(about)}))


def unpack_rows(path: Path) -> ScoredRows:
    """Raises ``ValueError`` for a file that is damaged or not of this form."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with path.open("rb") as stream:  # pyarrow itself opens no path that is not UTF-8
            table = pq.read_table(stream)
        about = msgspec.json.decode((table.schema.metadata or {})[b"augbench"])
        arrays = {
            name: table.column(key).to_numpy().astype("<i8").tobytes()
            for name, key in (("rows", "row"), ("labels", "label"), ("units", "unit"))
        }
        return msgspec.convert(about | arrays, ScoredRows)
    except (pa.ArrowException, OSError, KeyError, TypeError, msgspec.MsgspecError) as error:
        raise ValueError(f"{type(error).__name__}: {error}".split("\n")[0]) from None


def pack(cells: Sequence[Predicted]) -> bytes:
    """A Parquet file, a line a cell: the fields of ``Predicted``, probabilities as a list row by row."""
    import pyarrow as pa

    rows = [{name: getattr(cell, name) for name in Predicted.__struct_fields__ if name != "proba"} for cell in cells]
    table = pa.Table.from_pylist(rows, schema=pa.schema(_fields()))
    arrays = [np.frombuffer(cell.proba, dtype="<f4") for cell in cells]
    ends = np.cumsum([0, *map(len, arrays)])
    values = pa.array(np.concatenate(arrays)) if arrays else pa.array([], pa.float32())
    return _file(table.append_column("proba", pa.LargeListArray.from_arrays(pa.array(ends, pa.int64()), values)))


def unpack(path: Path) -> Iterator[Predicted]:
    """Raises ``ValueError`` for a file that is damaged or not of this form."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with path.open("rb") as stream, pq.ParquetFile(stream) as file:
            for batch in file.iter_batches(64):
                lists = batch.column("proba")
                for i, row in enumerate(batch.drop_columns(["proba"]).to_pylist()):
                    proba = lists[i].values.to_numpy(zero_copy_only=False).astype("<f4").tobytes()
                    yield msgspec.convert(row | {"proba": proba}, Predicted)
    except (pa.ArrowException, OSError, KeyError, TypeError, msgspec.MsgspecError) as error:
        raise ValueError(f"{type(error).__name__}: {error}".split("\n")[0]) from None


def ids(path: Path) -> list[str]:
    """The cells of a file. Raises ``ValueError`` for a damaged one."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with path.open("rb") as stream:
            found: list[str] = pq.read_table(stream, columns=["id"]).column("id").to_pylist()
        return found
    except (pa.ArrowException, OSError, KeyError) as error:
        raise ValueError(f"{type(error).__name__}: {error}".split("\n")[0]) from None


def _fields() -> list[tuple[str, Any]]:
    import pyarrow as pa

    return [
        ("id", pa.string()), ("tested", pa.string()), ("columns", pa.int64()), ("threshold", pa.float64()),
        ("rare_classes", pa.list_(pa.int64())), ("shares", pa.list_(pa.float64())),
    ]  # fmt: skip


def _file(table: Any) -> bytes:
    import io

    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd", compression_level=9)
    return out.getvalue()
