"""Credit-card fraud: 284,807 payments of two days in September 2013, 492 of them fraudulent (0.173 %).

Dal Pozzolo, Caelen, Johnson, Bontempi (2015), "Calibrating probability with undersampling for unbalanced
classification", IEEE SSCI. Features: seconds since the first payment, 28 principal components, the amount in euros.

Three sources, each under its own name on every board:

- ``real``: the whole file, from the data folder, the cache or a download;
- ``real-subset``: the data folder's 43,668 rows, which hold all frauds and 43,176 legitimate rows, or either file cut
  by ``rows``. 11,639 of the legitimate rows were taken in one piece from the first day; ``Time`` is a feature, so with
  them "early" would mean "legitimate". They are left out unless ``random_sample=False``: 32,029 rows, 1.54 % fraud;
- ``simulated``: see :mod:`tasks.sources.credit_fraud_standin`; at the true prevalence and any size.

Payments equal in every feature (19 frauds repeat another one) are kept together in a split.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from bench.errors import BenchError, InvalidData
from bench.registry import task
from bench.seeds import derive
from bench.task import Column, DataFile, Dataset, Origin, Schema, Split, Task
from tasks.sources import file_sha256, find
from tasks.sources.content import opened, reading
from tasks.sources.credit_fraud_standin import COLUMNS, HIDDEN, NUMBERS, draw
from tasks.sources.first_rows import first_rows
from tasks.sources.tables import duplicate_groups

if TYPE_CHECKING:
    import pandas as pd

    from bench.data import DataHome
    from bench.task import Labels

LICENCE = "ODbL 1.0 and DbCL 1.0 (Kaggle mlg-ulb/creditcardfraud)"
WHOLE = DataFile(
    "credit_fraud/creditcard.csv",
    sha256="76274b691b16a6c49d3f159c883398e03ccd6d1ee12d9d8ee38f4b4b98551a89",
    url="https://storage.googleapis.com/download.tensorflow.org/data/creditcard.csv",
    licence=LICENCE,
    note="284,807 rows, 151 MB; also OpenML 1597",
    form="text",
)
SUBSET = DataFile(
    "credit_fraud/creditcard_union_real.csv.gz",
    sha256="00c5f20735af9f5e40a57bcea66ec2eae4c87b6bec05d7665b017acd84348431",
    licence=LICENCE,
    note="43,668 rows with all 492 frauds",
    source="real-subset",
    form="text",
    content="5af3a96c665461033019b350291c1303f0283b3f23fbcff9ac054d279ab8983c",
)
ROWS, FRAUDS = 284_807, 492
FEWEST_ROWS, FEWEST_FRAUDS = 100, 10
SCHEMA = Schema("tabular", (30,), ("legitimate", "fraud"), tuple(Column(name) for name in COLUMNS), rare=1)


@task("credit-fraud", development="simulated")
@task(
    "credit-fraud-leaky",
    params={"leak": True},
    family="credit-fraud",
    leaky=True,
    summary="the same as published: methods also learn from the frauds of the validation and test rows",
)
class CreditFraud(Task):
    """Credit-card fraud: 30 features, 0.17 % positive; real from a file or download, else simulated.

    Parameters
    ----------
    rows : at most so many rows, 100 to 284,807, at the source's prevalence but with at least 10 frauds; None is all
    random_sample : of the subset file, use only the legitimate rows that were drawn near-randomly
    protocol : "random" is the stratified 60/20/20 split, one a seed; "first" is that of Tanaka & Aranha, who train on
        the first 70 % of the file and test on the last 30 % (see :mod:`tasks.sources.first_rows`)
    leak : methods learn from the frauds of the validation and test rows as well, as ZetaGAN's SMOTE (from all 492) and
        GAN (from 344 drawn of all 492) did; scalers and classifiers still see the training rows alone
    """

    modality = "tabular"
    files: ClassVar[tuple[DataFile, ...]] = (WHOLE, SUBSET)

    def __init__(
        self,
        name: str,
        rows: int | None = None,
        random_sample: bool = True,
        protocol: Literal["random", "first"] = "random",
        leak: bool = False,
    ) -> None:
        super().__init__(name)
        if protocol not in ("random", "first"):
            raise BenchError(f'{name}: protocol must be "random" or "first", not {protocol!r}; mend the option')
        if rows is not None and not FEWEST_ROWS <= rows <= ROWS:
            raise BenchError(f"{name}: rows must lie between {FEWEST_ROWS} and {ROWS:,}, not {rows}; mend the option")
        self.rows = rows
        self.random_sample = random_sample
        self.protocol = protocol
        self.leak = leak

    def locate(self, home: DataHome) -> Origin:
        """The whole file if it is here, else the subset if it is here, else a download of the whole, else simulated."""
        local = next((file for file in self.files if home.find(file.path)), WHOLE)
        found = find(home, local)
        if found is None:
            home.say(f"{self.name}: a simulated stand-in is used, as {WHOLE.path} is not here and was not downloaded")
            rows = self.rows or ROWS
            identity = _identity(file_sha256(NUMBERS), f"draw 1, hidden {HIDDEN}, rows {rows}")
            return Origin("simulated", "stand-in", identity, f"simulated, {rows:,} rows", NUMBERS, "Apache-2.0")
        options, source, note = [], local.source, f"{ROWS:,} rows"
        if local is SUBSET:
            note = "all 492 frauds and 43,176 legitimate rows of 284,807"
            if self.random_sample:
                options.append("random_sample")
                note = "all 492 frauds and 31,537 near-randomly drawn legitimate rows of 284,807"
        if self.rows is not None and self.rows < ROWS:
            options.append(f"rows {self.rows}")
            source, note = "real-subset", f"{note}, cut to at most {self.rows:,} at their prevalence"
        return Origin(source, found.kind, _identity(found.sha256, *options), note, found.path, LICENCE)

    def read(self, origin: Origin) -> Dataset:
        """Every row in the order of time; ``order`` is the time in seconds."""
        if origin.kind == "stand-in":
            rows = self.rows or ROWS
            frauds = max(FEWEST_FRAUDS, round(rows * FRAUDS / ROWS))
            X, y = draw(rows - frauds, frauds, derive(0, "credit-fraud", "stand-in"))
        else:
            table = _read(origin)
            if self.random_sample and "random_sample" in table:
                table = table[(table["random_sample"] == 1) | (table["Class"] == 1)]
            y = table["Class"].to_numpy(dtype=np.int64)
            X = table[list(COLUMNS)].to_numpy(dtype=np.float32)
            if self.rows is not None and self.rows < len(y):
                kept = _cut(y, self.rows, derive(0, "credit-fraud", "rows"))
                X, y = X[kept], y[kept]
        X = np.ascontiguousarray(X)
        return Dataset(X, y, SCHEMA, origin, duplicate_groups(X), order=X[:, 0])

    def split(self, dataset: Dataset, seed: int) -> Split:
        """By protocol; with the leak, methods are shown the training rows and every fraud."""
        split = first_rows(dataset) if self.protocol == "first" else super().split(dataset, seed)
        if not self.leak:
            return split
        return replace(split, shown=np.union1d(split.train, np.flatnonzero(dataset.y == SCHEMA.rare)))


def _identity(checksum: str, *options: str) -> str:
    """The file's own checksum, or one that also depends on which of its rows are used."""
    return hashlib.sha256(" | ".join([checksum, *options]).encode()).hexdigest() if options else checksum


def _read(origin: Origin) -> pd.DataFrame:
    import pandas as pd

    assert origin.path is not None
    wanted = {**dict.fromkeys(COLUMNS, np.float32), "Class": np.int8, "random_sample": np.int8}
    with reading(origin.path, "the credit-card csv", f"get it again from {WHOLE.url}"), opened(origin.path) as stream:
        table = pd.read_csv(stream, usecols=lambda name: name in wanted, dtype=wanted)
    absent = [name for name in (*COLUMNS, "Class") if name not in table]
    if absent or int(table["Class"].sum()) != FRAUDS:
        what = f"has no column {absent[0]!r}" if absent else f"does not hold {FRAUDS} frauds"
        raise InvalidData(f"{origin.path} {what}; get it again from {WHOLE.url}")
    return table


def _cut(y: Labels, rows: int, seed: int) -> Labels:
    """Indices, in order, of ``rows`` rows drawn at random with the classes in proportion, but 10 frauds at least."""
    rng = np.random.default_rng(seed)
    frauds = max(FEWEST_FRAUDS, round(rows * float(y.mean())))
    drawn = [rng.choice(np.flatnonzero(y == code), n, replace=False) for code, n in ((0, rows - frauds), (1, frauds))]
    return np.sort(np.concatenate(drawn)).astype(np.int64)
