"""Simulacrum: tumours of England's cancer registry as simulated by Health Data Insight, 29 categorical variables.

Rows come from the official ``sim_av_tumour.csv`` (v1.1, v1.2 or v2.1, a file or its zip) in the data folder
(:mod:`tasks.sources.simulacrum_files` says where), else from a stand-in that knows published one-column counts and
certain dependencies (:mod:`tasks.sources.simulacrum_standin`) and is labelled simulated everywhere. Missing is a
category of its own. Three targets, each without the columns that would give it away (``simulacrum-study``:
:mod:`tasks.simulacrum_study`):

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
"""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from bench.errors import BenchError
from bench.registry import task
from bench.task import DataFile, Dataset, Origin, Schema, Task
from tasks.sources import find
from tasks.sources import simulacrum_files as files
from tasks.sources import simulacrum_standin as standin
from tasks.sources.simulacrum_reading import read
from tasks.sources.simulacrum_tables import SITE, SITE4, TumourTable, pool, stand_in_table, take

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.data import DataHome

RECORDED_FOR_SOME_SITES = (
    "GLEASON_PRIMARY", "GLEASON_SECONDARY", "GLEASON_TERTIARY", "GLEASON_COMBINED",
    "ER_STATUS", "ER_SCORE", "PR_STATUS", "PR_SCORE", "HER2_STATUS", "SCREENINGSTATUSFULL_CODE",
)  # fmt: skip
LICENCES: dict[files.Release, str] = {"v1": "see the terms of Health Data Insight CiC", "v2": "CC BY 4.0"}
FILES = (
    DataFile(
        "simulacrum/sim_av_tumour.csv",
        licence="v1: see the terms of Health Data Insight CiC; v2.1: CC BY 4.0",
        note="the tumour table of v1.1, v1.2 or v2.1; also in the extracted release, as the data folder or in it",
    ),
    DataFile(
        "simulacrum/simulacrum_release_v1.2.0.2017.zip",
        url="https://simulacrumhdi.s3.eu-west-2.amazonaws.com/simulacrum_release_v1.2.0.2017.zip",
        licence=LICENCES["v1"],
        note="2,371,686 tumours, read from within the zip; no published checksum",
    ),
    DataFile(
        "simulacrum/simulacrum_v2.1.0.zip",
        url="https://simulacrumii201619.s3.eu-west-2.amazonaws.com/simulacrum_v2.1.0.zip",
        licence=LICENCES["v2"],
        note="1,995,570 tumours, read from within the zip; no published checksum",
    ),
)


class Simulacrum(Task):
    """What its tasks share.

    Parameters
    ----------
    rows : tumours to keep, drawn at random with ``sample_seed``; 0 keeps all (the stand-in: 280,000, as the study).
    max_categories : columns with more categories keep the commonest and pool the rest as "other" (ages are pooled in
        equal bands of years); 0 keeps all.
    release : "v1" or "v2" where both files are there; v1 is preferred. One that is not there is an error, unless there
        is no file at all.
    """

    modality = "tabular"
    files: ClassVar[tuple[DataFile, ...]] = FILES
    rare: ClassVar[int | None] = 1

    def __init__(
        self, name: str, rows: int = 280_000, max_categories: int = 0, sample_seed: int = 0, release: str = ""
    ) -> None:
        super().__init__(name)
        for option, value in {"rows": rows, "max_categories": max_categories, "sample_seed": sample_seed}.items():
            if type(value) is not int or value < 0:
                raise BenchError(f"{name}: {option} must be a whole number, 0 or more, not {value!r}")
        if max_categories == 1:
            raise BenchError(f"{name}: max_categories is 0 (all) or 2 and more, not 1")
        if release not in ("", "v1", "v2"):
            raise BenchError(f'{name}: release is "v1" or "v2", not {release!r}')
        self.rows = rows
        self.max_categories = max_categories
        self.sample_seed = sample_seed
        self.release = release

    def locate(self, home: DataHome) -> Origin:
        """The official file in the data folder or the cache, else the stand-in. The zips are large and publish no
        checksum, so they are downloaded on demand only (``augbench data fetch``)."""
        if home.fetch and not files.there(home, self.release):
            find(home, FILES[2 if self.release == "v2" else 1])
        found = files.locate(home, self.release)
        if found is not None:
            file, release = found
            sampled = f", at most {self.rows:,} rows of it at random" if self.rows else ""
            note = f"Simulacrum {release} tumour table{sampled}"
            return Origin("real", file.kind, self._identity(file.sha256), note, file.path, LICENCES[release])
        home.say(
            f"{self.name}: no simulacrum/sim_av_tumour.csv (or its zip); simulated rows stand in for it; "
            f"`augbench data fetch {self.name}` downloads the zip"
        )
        note = "drawn from published one-column counts of Simulacrum v1.2.0 and certain dependencies; no real records"
        return Origin("simulated", "stand-in", self._identity(standin.identity()), note, licence="MIT (the counts)")

    def read(self, origin: Origin) -> Dataset:
        """Rows of the target. The stand-in draws until it has the rows asked for."""
        if origin.path is not None:
            table = read(origin.path, _state(origin.path))
            table = take(table, self._eligible(table))
            if 0 < self.rows < len(table.codes):
                rng = np.random.default_rng(self.sample_seed)
                table = take(table, np.sort(rng.choice(len(table.codes), self.rows, replace=False)))
        else:
            table = self._stand_in(self.rows or 280_000)
        return self._dataset(table, origin)

    def _eligible(self, table: TumourTable) -> NDArray[np.bool_]:
        """The rows that the target is defined for: (n,) bool."""
        return np.ones(len(table.codes), dtype=bool)

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
        schema = Schema("tabular", (len(columns),), classes, columns, self.rare)
        return Dataset(X, y, schema, origin, groups=table.patients)

    def _identity(self, sha256: str) -> str:
        return hashlib.sha256(f"{sha256} {self.rows} {self.sample_seed}".encode()).hexdigest()


@task("simulacrum-site", traits=("categorical",), family="simulacrum")
class SimulacrumSite(Simulacrum):
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

    def _target(self, table: TumourTable) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        sites = table.categories[SITE]
        if self.site not in sites:
            raise BenchError(f"{self.name}: no tumour has the site {self.site!r}; use an ICD-10 code such as C25")
        return (table.column(SITE) == sites.index(self.site)).astype(np.int64), ("other sites", self.site)

    def _left_out(self) -> tuple[str, ...]:
        return (SITE, SITE4)


@task("simulacrum-stage", traits=("categorical",), family="simulacrum")
class SimulacrumStage(Simulacrum):
    """Stage 4 against stages 1 to 3: 22 categorical variables, none that defines the stage."""

    def _eligible(self, table: TumourTable) -> NDArray[np.bool_]:
        staged = np.array([code[0] in "1234" for code in table.categories["STAGE_BEST"]])
        primary = np.array([code[:3] not in ("C77", "C78", "C79", "C80") for code in table.categories[SITE]])
        kept: NDArray[np.bool_] = staged[table.column("STAGE_BEST")] & primary[table.column(SITE)]
        return kept

    def _target(self, table: TumourTable) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        fourth = np.array([code[0] == "4" for code in table.categories["STAGE_BEST"]])
        return fourth[table.column("STAGE_BEST")].astype(np.int64), ("stage 1-3", "stage 4")

    def _left_out(self) -> tuple[str, ...]:
        return (
            *("STAGE_BEST", "T_BEST", "N_BEST", "M_BEST", "STAGE_BEST_SYSTEM"),
            *("BEHAVIOUR_ICD10_O2", "CANCERCAREPLANINTENT"),
        )


@task("simulacrum-sites20", traits=("categorical",), family="simulacrum")
class SimulacrumSites20(Simulacrum):
    """Which of the 20 commonest cancer sites: 15 categorical variables, none recorded for one site only."""

    primary = "f1_macro"
    rare = None

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
        return np.isin(table.column(SITE), self._common(table))

    def _target(self, table: TumourTable) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        common = np.sort(self._common(table))
        return np.searchsorted(common, table.column(SITE)), tuple(table.categories[SITE][i] for i in common)

    def _left_out(self) -> tuple[str, ...]:
        named = (SITE, SITE4, "BEHAVIOUR_ICD10_O2", *RECORDED_FOR_SOME_SITES)
        return named if self.morphology else (*named, "MORPH_ICD10_O2")


def _state(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns
