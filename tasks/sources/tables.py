"""What tabular tasks share: files of an installed package, ARFF, and groups of duplicated rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tasks.sources.content import reading

if TYPE_CHECKING:
    import pandas as pd

    from bench.task import Array, Labels


def package_file(package: str, relative: str) -> Path | None:
    """A data file that an installed package ships, found without importing the package; None if it is not there."""
    import importlib.util

    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(folder) / relative).is_file():
            return Path(folder) / relative
    return None


def read_arff(path: Path) -> pd.DataFrame:
    """An ARFF file as a table: numbers as float64 ("?" is NaN), nominal columns as ordered-as-declared categories.

    Raises ``InvalidData`` if it is not ARFF or holds a value that its header does not declare.
    """
    import pandas as pd
    from scipy.io import arff

    with reading(path, "a readable ARFF file", "install its package again"):
        records, header = arff.loadarff(str(path))
        table = pd.DataFrame(records)
        for name in header.names():
            kind, declared = header[name]
            if kind == "nominal":
                table[name] = pd.Categorical(table[name].str.decode("utf-8"), categories=list(declared))
    return table


def duplicate_groups(X: Array) -> Labels | None:
    """Group numbers (n,) int64 in which exactly equal rows share one, for ``Dataset.groups``; None if all differ.

    X : (n, columns) float32, compared by value: 0.0 equals -0.0, and NaN equals NaN.
    """
    canonical = np.ascontiguousarray(np.where(np.isnan(X), np.float32(np.nan), X + np.float32(0)), dtype=np.float32)
    rows = canonical.view(np.dtype((np.void, canonical.itemsize * canonical.shape[1]))).ravel()
    distinct, group = np.unique(rows, return_inverse=True)
    return None if len(distinct) == len(X) else group.astype(np.int64)
