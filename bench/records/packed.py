"""Records as a released folder has them: one Parquet file, a row a record, a column a field.

Numbers keep every bit, and a record comes back equal, so that its seal still fits. Dictionaries of numbers or texts
are map columns; options, whose form is free, are JSON text.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from bench.errors import BenchError
from bench.records.record import Record, convert, encode, plain

#: rows written at once
BATCH = 20_000
_NUMBERS = ("metrics", "valid", "fidelity", "privacy", "times", "cpu_s", "device_ms")
_COUNTS = ("train_classes", "test_classes")
_TEXTS = ("hashes", "versions")
_MAPS = (*_NUMBERS, *_COUNTS, *_TEXTS)
_OBJECTS = ("config", "machine", "trained", "references")
_INTEGERS = ("schema", "seed", "threads", "train_rows", "n_train", "n_synthetic", "n_test")
_FLOATS = ("label_noise", "epsilon", "limit_s", "limit_mb", "peak_rss_mb", "peak_device_mb", "energy_j")
_FLAGS = ("leaky", "development", "trivial", "reference")


def pack(records: Sequence[Record]) -> bytes:
    """The records as a Parquet file (zstd); the same records give the same bytes by the same version of pyarrow.

    Raises ``BenchError`` for records of an older scheme, which keep the form they were written in, and for whole
    numbers of more than 64 bits.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if any(record.schema == 1 for record in records):
        raise BenchError("records of augbench 0.1 cannot be packed anew: run their cells again, or keep that release")
    schema = _schema()
    out = io.BytesIO()
    with pq.ParquetWriter(out, schema, compression="zstd", compression_level=19) as writer:
        for start in range(0, len(records), BATCH):
            rows = [_row(plain(record)) for record in records[start : start + BATCH]]
            try:
                table = pa.Table.from_pylist(rows, schema=schema)
            except (pa.ArrowException, OverflowError) as error:
                last = f"{start + 1} to {start + len(rows)}"
                raise BenchError(f"one of the records {last} holds a number that no column takes ({error})") from None
            writer.write_table(table)
    return out.getvalue()


def unpack(path: Path) -> Iterator[bytes]:
    """The records of a Parquet file as lines. Raises ``BenchError`` for a file that is damaged or not of this form."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        # pyarrow itself opens no path that is not UTF-8
        with path.open("rb") as stream, pq.ParquetFile(stream) as file:
            for batch in file.iter_batches(BATCH):
                for row in batch.to_pylist():
                    yield encode(convert(_back(row)))
                    number += 1
    # ValueError: what is no pair, no text or no JSON; OverflowError: times that Python's do not reach
    except (pa.ArrowException, OSError, LookupError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
        what = f"{type(error).__name__}: {error}".split("\n")[0]
        raise BenchError(f"{path} is damaged at record {number + 1} ({what}); get the file again") from None


def _schema() -> Any:
    import pyarrow as pa

    kinds: dict[str, Any] = (
        dict.fromkeys(_NUMBERS, pa.map_(pa.string(), pa.float64()))
        | dict.fromkeys(_COUNTS, pa.map_(pa.string(), pa.int64()))
        | dict.fromkeys(_TEXTS, pa.map_(pa.string(), pa.string()))
        | dict.fromkeys(_INTEGERS, pa.int64())
        | dict.fromkeys(_FLOATS, pa.float64())
        | dict.fromkeys(_FLAGS, pa.bool_())
    )
    return pa.schema([(name, kinds.get(name, pa.string())) for name in Record.__struct_fields__])


def _row(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: list(value.items())
        if name in _MAPS
        else msgspec.json.encode(value).decode()
        if name in _OBJECTS
        else value
        for name, value in fields.items()
    }


def _back(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: dict(value) if name in _MAPS else msgspec.json.decode(value) if name in _OBJECTS else value
        for name, value in row.items()
    }
