"""The metrics of cells over draws of the test rows, beside the records: ``replicates.parquet``.

They are made from class probabilities (``bench.records.predictions``), which may be large; boards need nothing but
these. One line a cell and metric.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bench.errors import BenchError
from bench.records.files import REPLICATES, replace_bytes

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Replicate(NamedTuple):
    """Metrics of one cell by name, (draws,) float64 each, and how many ``units`` were drawn."""

    units: int
    values: Mapping[str, NDArray[np.float64]]


def read(folder: Path) -> dict[str, Replicate]:
    """The replicates of a folder's cells by record id, none where there is no file. Raises ``BenchError`` for a
    damaged file, or where pyarrow, which reads it, is not installed."""
    path = folder / REPLICATES
    if not path.exists():
        return {}
    try:
        import pyarrow.parquet as pq
    except ImportError:
        raise BenchError(f"{path} needs pyarrow: pip install pyarrow") from None
    import pyarrow as pa

    units: dict[str, int] = {}
    values: dict[str, dict[str, NDArray[np.float64]]] = defaultdict(dict)
    try:
        with path.open("rb") as stream:  # pyarrow itself opens no path that is not UTF-8
            table = pq.read_table(stream, columns=["id", "units", "metric", "values"])
        lists = table.column("values").combine_chunks()
        flat = lists.values.to_numpy(zero_copy_only=False).astype(np.float64)
        numbers = flat.reshape(len(table), -1) if len(table) else ()
        names = zip(*(table.column(name).to_pylist() for name in ("id", "units", "metric")), strict=True)
        for (key, count, metric), line in zip(names, numbers, strict=True):
            units[key], values[key][metric] = int(count), line
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BenchError(
            f"{path} is damaged ({type(error).__name__}); delete it, augbench board makes it again"
        ) from None
    return {key: Replicate(units[key], values[key]) for key in units}


def write(folder: Path, found: Mapping[str, Replicate]) -> None:
    """Write the file, whole or not at all; the same replicates give the same bytes by the same version of pyarrow."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    lines = [
        (key, one.units, metric, one.values[metric])
        for key, one in sorted(found.items())
        for metric in sorted(one.values)
    ]
    columns = list(zip(*lines, strict=True)) if lines else [(), (), (), ()]
    arrays = [pa.array(columns[0], pa.string()), pa.array(columns[1], pa.int64()), pa.array(columns[2], pa.string())]
    width = len(columns[3][0]) if lines else 1
    flat = pa.array(np.concatenate([*columns[3], np.empty(0)]).astype("<f4"))
    arrays.append(pa.FixedSizeListArray.from_arrays(flat, width))
    out = io.BytesIO()
    pq.write_table(pa.table(arrays, names=["id", "units", "metric", "values"]), out, compression="zstd")
    replace_bytes(folder / REPLICATES, out.getvalue())
