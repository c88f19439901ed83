"""Simulacrum: tumours of England's cancer registry as simulated by Health Data Insight, 29 categorical variables.

Rows come from the official ``sim_av_tumour.csv`` (v1.1, v1.2 or v2.1, a file or its zip) in the data folder's
``simulacrum``; without it from a stand-in that knows published one-column counts and certain dependencies
(:mod:`tasks.sources.simulacrum_standin`) and is labelled simulated everywhere. Missing is a category of its own.
Three targets, each without the columns that would give it away:

``simulacrum-site``
    one rare cancer site (pancreas, C25, 1.5 %) against all others. Left out: both site codes.
``simulacrum-stage``
    stage 4 against 1 to 3, among tumours staged 1 to 4. Left out: the stage, T, N and M, which define it, the staging
    system, the behaviour (its code 6 says metastatic) and the intent of the care plan, which is decided from the
    stage; rows of the sites C77 to C80, which are secondary or unknown by definition.
``simulacrum-sites20``
    which of the 20 commonest sites. Left out: both site codes; what is only recorded for some sites (Gleason,
    receptors, screening), since being recorded names the site; the histology, which names half of the sites alone
    (option ``morphology`` keeps it), and the behaviour, which is a part of the site's code.

The study (reference: L. Frayling, LSE ST449, 2020) models all 29 variables conditional on the site and asks no
classifier about them: :func:`study_table` gives that table, ``examples/simulacrum_study.py`` runs it.
"""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from bench.errors import BenchError
from bench.registry import task
from bench.task import Column, DataFile, Dataset, Origin, Schema, Task
from tasks.sources import find
from tasks.sources import simulacrum_files as files
from tasks.sources import simulacrum_standin as standin
from tasks.sources.simulacrum_files import TumourTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.data import DataHome

OTHER = "other"
SITE, SITE4 = "SITE_ICD10_O2_3CHAR", "SITE_ICD10_O2"
RECORDED_FOR_SOME_SITES = (
    "GLEASON_PRIMARY", "GLEASON_SECONDARY", "GLEASON_TERTIARY", "GLEASON_COMBINED",
    "ER_STATUS", "ER_SCORE", "PR_STATUS", "PR_SCORE", "HER2_STATUS", "SCREENINGSTATUSFULL_CODE",
)  # fmt: skip
ABOUT = "synthetic patients of Health Data Insight CiC; see their terms"
FILES = (
    DataFile("simulacrum/sim_av_tumour.csv", licence=ABOUT, note="the tumour table of v1.1, v1.2 or v2.1"),
    DataFile(
        "simulacrum/simulacrum_release_v1.2.0.2017.zip",
        url="https://simulacrumhdi.s3.eu-west-2.amazonaws.com/simulacrum_release_v1.2.0.2017.zip",
        licence=ABOUT,
        note="2,371,686 tumours, read from within the zip; no published checksum",
    ),
    DataFile(
        "simulacrum/simulacrum_v2.1.0.zip",
        url="https://simulacrumii201619.s3.eu-west-2.amazonaws.com/simulacrum_v2.1.0.zip",
        licence="CC BY 4.0",
        note="1,995,570 tumours, read from within the zip; no published checksum",
    ),
)


class _Simulacrum(Task):
    """What the three targets share.

    Parameters
    ----------
    rows : tumours to keep, drawn at random with ``sample_seed``; 0 keeps all (the stand-in: 280,000). The study used
        280,000.
    max_categories : columns with more categories keep the commonest and pool the rest as "other" (ages are pooled in
        equal bands of years); 0 keeps all.
    release : "v1" or "v2" where both files are there; v1 is preferred.
    """

    modality = "tabular"
    files: ClassVar[tuple[DataFile, ...]] = FILES

    def __init__(
        self, name: str, rows: int = 280_000, max_categories: int = 0, sample_seed: int = 0, release: str = ""
    ) -> None:
        super().__init__(name)
        if rows < 0 or max_categories < 0 or max_categories == 1:
            raise BenchError(f"{name}: rows must be 0 (all) or more, max_categories 0 (all) or 2 and more")
        if release not in ("", "v1", "v2"):
            raise BenchError(f'{name}: release is "v1" or "v2", not {release!r}')
        self.rows = rows
        self.max_categories = max_categories
        self.sample_seed = sample_seed
        self.release = release

    def locate(self, home: DataHome) -> Origin:
        """The official file in the data folder or the cache, else the stand-in. The zips are large and publish no
        checksum, so they are downloaded on demand only (``augbench data fetch``)."""
        found = files.locate(home, self.release)
        if found is None and home.fetch and find(home, FILES[2 if self.release == "v2" else 1]) is not None:
            found = files.locate(home, self.release)
        if found is not None:
            file, release = found
            note = f"Simulacrum {release} tumour table{self._sampled()}"
            return Origin("real", file.kind, self._identity(file.sha256), note, file.path, ABOUT)
        home.say(
            f"{self.name}: no simulacrum/sim_av_tumour.csv (or its zip); simulated rows stand in for it; "
            f"`augbench data fetch {self.name}` downloads the zip"
        )
        note = "drawn from published one-column counts of Simulacrum v1.2.0 and certain dependencies; no real records"
        return Origin("simulated", "stand-in", self._identity(standin.identity()), note, licence="MIT (the counts)")

    def read(self, origin: Origin) -> Dataset:
        """Rows of the target. The stand-in draws until it has the rows asked for."""
        if origin.path is not None:
            table = files.read(origin.path, _state(origin.path))
            table = take(table, self._eligible(table))
            if 0 < self.rows < len(table.codes):
                rng = np.random.default_rng(self.sample_seed)
                table = take(table, np.sort(rng.choice(len(table.codes), self.rows, replace=False)))
        else:
            table = self._stand_in(self.rows or 280_000)
        return self._dataset(table, origin)

    @abstractmethod
    def _eligible(self, table: TumourTable) -> NDArray[np.bool_]:
        """The rows that the target is defined for: (n,) bool."""

    @abstractmethod
    def _target(self, table: TumourTable) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """Labels and the classes' names."""

    @abstractmethod
    def _left_out(self) -> tuple[str, ...]:
        """Columns that give the target away."""

    def _stand_in(self, rows: int) -> TumourTable:
        parts: list[TumourTable] = []
        have, block = 0, rows
        while have < rows:
            table = stand_in_table(block, self.sample_seed + 1_000_003 * len(parts))
            parts.append(take(table, self._eligible(table)))
            have += len(parts[-1].codes)
            block = min(rows, 2 * (rows - have) + 1_000)
        codes = np.concatenate([part.codes for part in parts])[:rows]
        return TumourTable(codes, parts[0].categories, parts[0].counts)

    def _dataset(self, table: TumourTable, origin: Origin) -> Dataset:
        y, classes = self._target(table)
        X, columns = pool(
            table, [name for name in table.categories if name not in self._left_out()], self.max_categories
        )
        schema = Schema("tabular", (len(columns),), classes, columns, rare=1 if len(classes) == 2 else None)
        return Dataset(X, y, schema, origin, groups=table.patients)

    def _identity(self, sha256: str) -> str:
        return hashlib.sha256(f"{sha256} {self.rows} {self.sample_seed}".encode()).hexdigest()

    def _sampled(self) -> str:
        return f", {self.rows:,} rows of it at random" if self.rows else ""


@task("simulacrum-site", traits=("categorical",))
class SimulacrumSite(_Simulacrum):
    """A rare cancer site (pancreas, 1.5 %) against the rest: 27 categorical variables."""

    def __init__(
        self,
        name: str,
        rows: int = 280_000,
        max_categories: int = 0,
        sample_seed: int = 0,
        release: str = "",
        site: str = "C25",
    ) -> None:
        super().__init__(name, rows, max_categories, sample_seed, release)
        self.site = site

    def _eligible(self, table: TumourTable) -> NDArray[np.bool_]:
        return np.ones(len(table.codes), dtype=bool)

    def _target(self, table: TumourTable) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        sites = table.categories[SITE]
        if self.site not in sites:
            raise BenchError(f"{self.name}: no tumour has the site {self.site!r}; use an ICD-10 code such as C25")
        return (_column(table, SITE) == sites.index(self.site)).astype(np.int64), ("other sites", self.site)

    def _left_out(self) -> tuple[str, ...]:
        return (SITE, SITE4)


@task("simulacrum-stage", traits=("categorical",))
class SimulacrumStage(_Simulacrum):
    """Stage 4 against stages 1 to 3: 22 categorical variables, none that defines the stage."""

    def _eligible(self, table: TumourTable) -> NDArray[np.bool_]:
        staged = np.array([code[0] in "1234" for code in table.categories["STAGE_BEST"]])
        primary = np.array([code[:3] not in ("C77", "C78", "C79", "C80") for code in table.categories[SITE]])
        kept: NDArray[np.bool_] = staged[_column(table, "STAGE_BEST")] & primary[_column(table, SITE)]
        return kept

    def _target(self, table: TumourTable) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        fourth = np.array([code[0] == "4" for code in table.categories["STAGE_BEST"]])
        return fourth[_column(table, "STAGE_BEST")].astype(np.int64), ("stage 1-3", "stage 4")

    def _left_out(self) -> tuple[str, ...]:
        return (
            *("STAGE_BEST", "T_BEST", "N_BEST", "M_BEST", "STAGE_BEST_SYSTEM"),
            *("BEHAVIOUR_ICD10_O2", "CANCERCAREPLANINTENT"),
        )


@task("simulacrum-sites20", traits=("categorical",))
class SimulacrumSites20(_Simulacrum):
    """Which of the 20 commonest cancer sites: 15 categorical variables, none recorded for one site only."""

    primary = "f1_macro"

    def __init__(
        self,
        name: str,
        rows: int = 280_000,
        max_categories: int = 0,
        sample_seed: int = 0,
        release: str = "",
        morphology: bool = False,
    ) -> None:
        super().__init__(name, rows, max_categories, sample_seed, release)
        self.morphology = morphology

    def _common(self, table: TumourTable) -> NDArray[np.intp]:
        return np.argsort(-table.counts[SITE], kind="stable")[:20]

    def _eligible(self, table: TumourTable) -> NDArray[np.bool_]:
        return np.isin(_column(table, SITE), self._common(table))

    def _target(self, table: TumourTable) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        common = np.sort(self._common(table))
        return np.searchsorted(common, _column(table, SITE)), tuple(table.categories[SITE][i] for i in common)

    def _left_out(self) -> tuple[str, ...]:
        named = (SITE, SITE4, "BEHAVIOUR_ICD10_O2", *RECORDED_FOR_SOME_SITES)
        return named if self.morphology else (*named, "MORPH_ICD10_O2")


def stand_in_table(rows: int, seed: int) -> TumourTable:
    """``rows`` simulated tumours; the counts are the published ones of the whole table."""
    counts = {name: np.array(list(column.values())) for name, column in standin.published_counts().items()}
    return TumourTable(standin.draw(rows, seed), standin.categories(), counts)


def study_table(table: TumourTable, conditional: bool = True, max_categories: int = 0) -> tuple[Any, Any, Schema]:
    """X, y and schema of the study: y (n,) int64 is the 3-character site and X (n, 28) float32 all else
    (``conditional``), or X (n, 29) is everything and y is 0 throughout. The site itself is never pooled."""
    names = [name for name in table.categories if not (conditional and name == SITE)]
    X, columns = pool(table, names, max_categories, whole=(SITE,))
    if not conditional:
        return X, np.zeros(len(X), dtype=np.int64), Schema("tabular", (len(columns),), ("all",), columns)
    schema = Schema("tabular", (len(columns),), table.categories[SITE], columns)
    return X, _column(table, SITE).astype(np.int64), schema


def take(table: TumourTable, rows: NDArray[Any]) -> TumourTable:
    """The rows of a mask or of indices; categories and counts stay those of the whole table."""
    patients = None if table.patients is None else table.patients[rows]
    return TumourTable(table.codes[rows], table.categories, table.counts, patients)


def pool(
    table: TumourTable, names: list[str], max_categories: int, whole: tuple[str, ...] = ()
) -> tuple[NDArray[np.float32], tuple[Column, ...]]:
    """Codes (n, len(names)) float32 and the columns, with at most ``max_categories`` categories each (0: no limit).

    The commonest of the whole table are kept, so pooling does not depend on the rows; the rest is "other", ages
    become equal bands of years. Columns in ``whole`` are left as they are.
    """
    X = np.empty((len(table.codes), len(names)), dtype=np.float32)
    columns = []
    for j, name in enumerate(names):
        known = table.categories[name]
        if max_categories and len(known) > max_categories and name not in whole:
            new, known = (_bands if name == "AGE" else _commonest)(known, table.counts[name], max_categories)
            X[:, j] = new[_column(table, name)]
        else:
            X[:, j] = _column(table, name)
        columns.append(Column(name, known))
    return X, tuple(columns)


def _commonest(
    known: tuple[str, ...], counts: NDArray[np.int64], limit: int
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    kept = np.sort(np.argsort(-counts, kind="stable")[: limit - 1])
    new = np.full(len(known), limit - 1)
    new[kept] = np.arange(limit - 1)
    return new, (*(known[i] for i in kept), OTHER)


def _bands(known: tuple[str, ...], counts: NDArray[np.int64], limit: int) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    years = np.array([-1 if age == standin.MISSING else int(age) for age in known])
    missing = bool((years < 0).any())
    width = int(np.ceil((years.max() + 1) / (limit - missing)))
    band = years // width
    n_bands = int(band.max()) + 1
    names = [f"{width * b}-{width * (b + 1) - 1}" for b in range(n_bands)] + [standin.MISSING] * missing
    return np.where(years < 0, n_bands, band), tuple(names)


def _column(table: TumourTable, name: str) -> NDArray[np.int16]:
    return table.codes[:, list(table.categories).index(name)]


def _state(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns
