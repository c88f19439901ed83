"""Real and synthetic rows in one table, in the order, the types and the spelling of the table they came from."""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from bench.errors import BenchError
from bench.tables.files import form_of
from bench.tables.values import continued, decode

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    from bench.tables.schema import Table
    from bench.task import Labels

#: the column that ``--mark`` adds
MARK = "synthetic"
#: rows whose text is put together at once
ROWS_AT_ONCE = 100_000


def synthetic_table(table: Table, rows: NDArray[np.float64], labels: Labels) -> pa.Table:
    """Synthetic rows (n, features) as a table with all of the original columns.

    Ids of whole numbers count on from the largest, other columns that are not learned from are empty, or have their one
    value.
    """
    import pyarrow as pa

    features = {column.name: j for j, column in enumerate(table.features)}
    arrays = []
    for column in table.columns:
        cells = table.cells(column.name)
        kind = cells.values.type
        if column.name == table.options.label:
            names = pa.array(table.classes[0], pa.string()).take(pa.array(labels))
            arrays.append(_cast(names, kind))
        elif column.name in features:
            arrays.append(decode(rows[:, features[column.name]], column, kind))
        else:
            arrays.append(continued(cells, column, len(rows)))
    return pa.table(dict(zip(table.raw.names, arrays, strict=True)))


def _cast(names: pa.Array, kind: pa.DataType) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(kind):
        return pc.cast(names, kind.value_type).dictionary_encode().cast(kind)
    return names.cast(kind)


def joined(table: Table, synthetic: pa.Table, mark: bool = False, only_synthetic: bool = False) -> pa.Table:
    """The real rows as they stood, followed by the synthetic ones. ``mark`` adds a column that tells them apart.

    Raises ``BenchError`` where the table has such a column already.
    """
    import pyarrow as pa

    real = table.raw.table.slice(0, 0) if only_synthetic else table.raw.table
    whole = pa.concat_tables([real, synthetic.cast(real.schema)]).unify_dictionaries()
    if not mark:
        return whole
    if MARK in table.raw.names:
        raise BenchError(f"--mark adds a column {MARK!r}, and the table has one; rename it")
    text = table.raw.form in ("csv", "tsv")
    told = pa.array([0] * real.num_rows + [1] * synthetic.num_rows, pa.int8())
    return whole.append_column(MARK, told.cast(pa.string() if text else pa.bool_()))


def as_frame(whole: pa.Table, frame: pd.DataFrame, real: int) -> pd.DataFrame:
    """A joined table in the dtypes of the frame that it came from; its first ``real`` rows are the frame's own."""
    import pandas as pd

    made = whole.slice(real).to_pandas()
    columns = {}
    for name, key in zip(frame.columns, whole.column_names, strict=False):
        columns[name] = made[key].astype(frame[name].dtype)
    synthetic = pd.DataFrame(columns)
    joined = pd.concat([frame, synthetic], ignore_index=True) if real else synthetic
    if MARK in made:
        joined[MARK] = whole[MARK].to_pandas().astype(bool)
    return joined


def check_target(table: Table, source: Path, target: Path, force: bool) -> None:
    """Raise ``BenchError`` for a file that cannot be written, before any work: the table itself, one that is there, one
    of a form that the table has not."""
    form = form_of(target)
    if target.resolve() == source.resolve():
        raise BenchError(f"{target} is the table itself; name another file with -o")
    if target.exists() and not force:
        raise BenchError(f"{target} is there already; --force writes over it")
    if not target.parent.is_dir():
        raise BenchError(f"{target.parent} is no folder; create it first")
    if form == "excel":
        raise BenchError(f"{target}: Excel is read and not written; write .csv")
    if form == "parquet" and table.raw.form in ("csv", "tsv"):
        raise BenchError(f"{target}: text is written as it stood, so as text; name a .csv file")


def write(whole: pa.Table, target: Path, separator: str = ",") -> None:
    """Write a table, whole or not at all. Raises ``BenchError``."""
    building = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        if form_of(target) == "parquet":
            import pyarrow.parquet as pq

            pq.write_table(whole, building)
        else:
            opened = gzip.open if target.suffix.lower() == ".gz" else open
            with opened(building, "wb") as stream:
                _write_text(whole, cast("IO[bytes]", stream), "\t" if form_of(target) == "tsv" else separator)
        building.replace(target)
    except OSError as error:
        raise BenchError(f"{target} cannot be written: {error.strerror or error}") from error
    finally:
        building.unlink(missing_ok=True)


def _write_text(whole: pa.Table, stream: IO[bytes], separator: str) -> None:
    """Cells as they stand, in quotation marks where they need them. (pyarrow's writer puts them around every text.)"""
    import pyarrow.compute as pc

    header = io.StringIO()
    csv.writer(header, delimiter=separator, lineterminator="\n").writerow(whole.column_names)
    stream.write(header.getvalue().encode())
    for start in range(0, whole.num_rows, ROWS_AT_ONCE):
        part = whole.slice(start, ROWS_AT_ONCE).combine_chunks()
        cells = [_cells(column.combine_chunks(), separator) for column in part.columns]
        cells[-1] = pc.binary_join_element_wise(cells[-1], "\n", "")
        text = pc.binary_join_element_wise(*cells, separator)
        stream.write(memoryview(text.buffers()[2])[: pc.sum(pc.binary_length(text)).as_py()])


def _cells(column: pa.Array, separator: str) -> pa.Array:
    """A column (n,) as text, empty where nothing is."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    text = pc.fill_null(column.cast(pa.string()), "")
    odd = pc.match_substring_regex(text, f'["\n\r{re.escape(separator)}]')
    if not pc.any(odd).as_py():
        return text
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(text, '"', '""'), '"', "")
    return pc.if_else(odd, quoted, text)
