"""A simulated stand-in for Simulacrum's tumour table, drawn from published one-column counts.

No record-level Simulacrum can be shipped, but the counts of each column of v1.2.0 are public
(``simulacrum_counts.csv.gz``: 29 columns, 2,371,686 tumours). Counts say nothing of what goes with what, so the table
is drawn from a small Bayesian network rooted at the cancer site, whose dependencies :mod:`.simulacrum_rules` and
:mod:`.simulacrum_markers` state. Each of its tables is the joint distribution closest (in Kullback-Leibler divergence)
to the rule's affinities among those that have both published margins, found by iterative proportional fitting (Deming
and Stephan 1940). So one-column frequencies agree with the published ones as far as the rules permit (expected total
variation below 0.001 in every column; a test holds it to that), and everything else is invented: whoever prints a
number from these rows must call it simulated.
"""

from __future__ import annotations

import gzip
import hashlib
import io
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasks.sources import simulacrum_markers as markers
from tasks.sources import simulacrum_profiles as profiles
from tasks.sources import simulacrum_rules as rules

#: the 29 variables of the LSE study, in the order of the v1 data dictionary
VARIABLES = (
    "SITE_ICD10_O2", "SITE_ICD10_O2_3CHAR", "MORPH_ICD10_O2", "BEHAVIOUR_ICD10_O2", "T_BEST", "N_BEST", "M_BEST",
    "STAGE_BEST", "STAGE_BEST_SYSTEM", "GRADE", "AGE", "SEX", "CREG_CODE", "SCREENINGSTATUSFULL_CODE", "ER_STATUS",
    "ER_SCORE", "PR_STATUS", "PR_SCORE", "HER2_STATUS", "CANCERCAREPLANINTENT", "PERFORMANCESTATUS", "CNS", "ACE27",
    "GLEASON_PRIMARY", "GLEASON_SECONDARY", "GLEASON_TERTIARY", "GLEASON_COMBINED", "LATERALITY", "QUINTILE_2015",
)  # fmt: skip
MISSING = "NA"
#: changes whenever the drawn rows do
VERSION = 1
TOTAL = 2_371_686

Matrix = NDArray[np.float64]
Codes = NDArray[np.int16]


@lru_cache(maxsize=1)
def published_counts() -> dict[str, dict[str, int]]:
    """``{column: {value: tumours}}`` of Simulacrum v1.2.0; missing values are "NA"."""
    import pandas as pd

    packed = (resources.files("tasks.sources") / "simulacrum_counts.csv.gz").read_bytes()
    table = pd.read_csv(io.BytesIO(gzip.decompress(packed)), comment="#", dtype={"value": str}, keep_default_na=False)
    return {
        str(column): dict(zip(part["value"], part["count"].astype(int), strict=True))
        for column, part in table.groupby("column", sort=False)
    }


def identity() -> str:
    """SHA-256 of everything the drawn rows depend on besides their number and seed: counts, rules and this version."""
    digest = hashlib.sha256(f"simulacrum stand-in {VERSION}".encode())
    for name in ("counts.csv.gz", "profiles.py", "rules.py", "markers.py"):
        digest.update((resources.files("tasks.sources") / f"simulacrum_{name}").read_bytes())
    return digest.hexdigest()


def fit_joint(parent: Matrix, column: Matrix, affinity: Matrix, rounds: int = 300) -> Matrix:
    """Joint distribution (p, k) with margins ``parent`` (p,) and ``column`` (k,), closest to ``affinity`` (p, k).

    Iterative proportional fitting; zeros of the affinity stay zero, so where they make both margins impossible the
    parent's is kept exactly and the column's as nearly as possible. Every parent with weight needs a positive row.
    """
    parent = parent / parent.sum()
    column = column / column.sum()
    joint = affinity * parent[:, None]
    for _ in range(rounds):
        sums = joint.sum(0)
        joint = joint * np.divide(column, sums, out=np.zeros_like(sums), where=sums > 0)
        sums = joint.sum(1)
        joint = joint * np.divide(parent, sums, out=np.zeros_like(sums), where=sums > 0)[:, None]
        if np.abs(joint.sum(0) - column).sum() < 1e-7:
            break
    return joint


@dataclass(frozen=True)
class Conditional:
    """A fitted table: ``joint`` (p, k) of a parent's states and a column's categories."""

    joint: Matrix

    def draw(self, parents: NDArray[np.int64], rng: np.random.Generator) -> Codes:
        """One category per row, given the state of its parent: (n,) int16."""
        cumulative = np.cumsum(self.joint, axis=1)
        total = cumulative[:, -1:]
        # a parent that has no weight is never asked for; its row only has to keep the flat table increasing
        cumulative = np.divide(cumulative, total, out=np.ones_like(cumulative), where=total > 0)
        flat = (cumulative + np.arange(len(cumulative))[:, None]).ravel()
        # 1 - U lies in (0, 1]: the first entry that is not smaller never is a category of probability zero
        place = np.searchsorted(flat, parents + (1.0 - rng.random(len(parents))), side="left")
        return (place - parents * cumulative.shape[1]).astype(np.int16)


class _Network:
    """All fitted tables, and the categories of every column."""

    def __init__(self) -> None:
        counts = published_counts()
        self.categories = {name: tuple(counts[name]) for name in VARIABLES}
        self.weights: dict[str, Matrix] = {
            name: np.array(list(counts[name].values()), dtype=np.float64) for name in VARIABLES
        }
        self.tables: dict[str, Conditional] = {}
        names, weights = self.categories, self.weights
        self.sites4, self.sites3 = names["SITE_ICD10_O2"], names["SITE_ICD10_O2_3CHAR"]
        self.site3_of = np.array([self.sites3.index(s if s == MISSING else s[:3]) for s in self.sites4])
        site4 = weights["SITE_ICD10_O2"]
        site = np.bincount(self.site3_of, site4, len(self.sites3)).astype(np.float64)
        self.root = site4 / site4.sum()
        self._add_patient_and_stage(site4, site)
        self._add_receptors(site)
        self._add_gleason(site)

    def _add(self, name: str, parent: Matrix, affinity: Matrix) -> Matrix:
        joint = fit_joint(parent, self.weights[name], affinity)
        self.tables[name] = Conditional(joint)
        return joint

    def _add_patient_and_stage(self, site4: Matrix, site: Matrix) -> None:
        add, names = self._add, self.categories
        add("SEX", site4, rules.sex(self.sites4, names["SEX"]))
        for column, rule in (
            ("BEHAVIOUR_ICD10_O2", rules.behaviour),
            ("MORPH_ICD10_O2", rules.morphology),
            ("GRADE", rules.grade),
            ("LATERALITY", rules.laterality),
        ):
            add(column, site, rule(self.sites3, names[column]))
        ages = add("AGE", site, rules.age(self.sites3, names["AGE"]))
        stages = add("STAGE_BEST", site, rules.stage(self.sites3, names["STAGE_BEST"]))
        self.band_of = np.digitize([int(age) for age in names["AGE"]], profiles.BANDS)
        self.group_of = np.array([rules.stage_group(code) for code in names["STAGE_BEST"]])
        bands, groups = _pool(ages, self.band_of, len(profiles.BANDS) + 1), _pool(stages, self.group_of, 6)

        add("STAGE_BEST_SYSTEM", stages.sum(0), rules.stage_system(names["STAGE_BEST"], names["STAGE_BEST_SYSTEM"]))
        for part in "TNM":
            add(f"{part}_BEST", groups.ravel(), rules.tnm(self.sites3, names[f"{part}_BEST"], part))
        screening = "SCREENINGSTATUSFULL_CODE"
        add(screening, bands.ravel(), rules.screening(self.sites3, names[screening]))
        plan = add("CANCERCAREPLANINTENT", groups.sum(0), markers.care_plan(names["CANCERCAREPLANINTENT"])).sum(0)
        add("CNS", plan, markers.nurse(names["CANCERCAREPLANINTENT"], names["CNS"]))
        add("PERFORMANCESTATUS", bands.sum(0), markers.frailty(names["PERFORMANCESTATUS"], 1.35))
        add("ACE27", bands.sum(0), markers.frailty(names["ACE27"], 1.2))
        for column in ("CREG_CODE", "QUINTILE_2015"):
            add(column, np.ones(1), np.ones((1, len(names[column]))))

    def _add_receptors(self, site: Matrix) -> None:
        add, names = self._add, self.categories
        er = add("ER_STATUS", site, markers.receptor(self.sites3, names["ER_STATUS"])).sum(0)
        pr = add("PR_STATUS", er, markers.second_receptor(names["ER_STATUS"], names["PR_STATUS"], 8.0)).sum(0)
        add("HER2_STATUS", er, markers.second_receptor(names["ER_STATUS"], names["HER2_STATUS"], 1.0))
        add("ER_SCORE", er, markers.allred(names["ER_STATUS"], names["ER_SCORE"]))
        add("PR_SCORE", pr, markers.allred(names["PR_STATUS"], names["PR_SCORE"]))

    def _add_gleason(self, site: Matrix) -> None:
        add, names = self._add, self.categories
        combined = published_counts()["GLEASON_COMBINED"]
        first = names["GLEASON_PRIMARY"]
        primary = add("GLEASON_PRIMARY", site, markers.gleason_primary(self.sites3, first)).sum(0)
        second = names["GLEASON_SECONDARY"]
        sums = {code: count / TOTAL for code, count in combined.items()}
        for _ in range(30):  # a third margin, that of the sum, is met by scaling the affinities in turn
            patterns = add("GLEASON_SECONDARY", primary, markers.gleason_secondary(first, second, sums))
            for code, count in combined.items():
                share = _share_of_sum(patterns, first, second, code)
                if share > 0:
                    sums[code] *= count / TOTAL / share
        pairs = [(a, b) for a in first for b in second]
        add("GLEASON_COMBINED", patterns.ravel(), markers.gleason_combined(pairs, names["GLEASON_COMBINED"]))
        add("GLEASON_TERTIARY", primary, markers.gleason_tertiary(first, names["GLEASON_TERTIARY"]))

    def draw(self, n: int, seed: int) -> Codes:
        rng = np.random.default_rng([seed, n])
        column: dict[str, NDArray[np.int64]] = {}
        root = Conditional(self.root[None, :])
        column["SITE_ICD10_O2"] = root.draw(np.zeros(n, dtype=np.int64), rng).astype(np.int64)
        site = column["SITE_ICD10_O2_3CHAR"] = self.site3_of[column["SITE_ICD10_O2"]]

        def draw(name: str, parents: NDArray[np.int64]) -> NDArray[np.int64]:
            column[name] = self.tables[name].draw(parents, rng).astype(np.int64)
            return column[name]

        draw("SEX", column["SITE_ICD10_O2"])
        for name in ("BEHAVIOUR_ICD10_O2", "MORPH_ICD10_O2", "GRADE", "LATERALITY", "AGE", "STAGE_BEST", "ER_STATUS"):
            draw(name, site)
        band, group = self.band_of[column["AGE"]], self.group_of[column["STAGE_BEST"]]
        draw("STAGE_BEST_SYSTEM", column["STAGE_BEST"])
        for part in "TNM":
            draw(f"{part}_BEST", site * 6 + group)
        draw("SCREENINGSTATUSFULL_CODE", site * (len(profiles.BANDS) + 1) + band)
        draw("CNS", draw("CANCERCAREPLANINTENT", group))
        for name in ("PERFORMANCESTATUS", "ACE27"):
            draw(name, band)
        for name in ("CREG_CODE", "QUINTILE_2015"):
            draw(name, np.zeros(n, dtype=np.int64))
        draw("ER_SCORE", column["ER_STATUS"])
        draw("PR_SCORE", draw("PR_STATUS", column["ER_STATUS"]))
        draw("HER2_STATUS", column["ER_STATUS"])
        primary = draw("GLEASON_PRIMARY", site)
        second = draw("GLEASON_SECONDARY", primary)
        draw("GLEASON_COMBINED", primary * len(self.categories["GLEASON_SECONDARY"]) + second)
        draw("GLEASON_TERTIARY", primary)
        return np.stack([column[name].astype(np.int16) for name in VARIABLES], axis=1)


def _share_of_sum(patterns: Matrix, first: tuple[str, ...], second: tuple[str, ...], code: str) -> float:
    """How often two Gleason patterns add up to ``code``; 0 of a missing sum."""
    return sum(
        float(patterns[i, j])
        for i, a in enumerate(first)
        for j, b in enumerate(second)
        if MISSING not in (a, b, code) and int(a) + int(b) == int(code)
    )


def _pool(joint: Matrix, group_of: Any, n_groups: int) -> Matrix:
    """Sum the columns of ``joint`` (p, k) that belong to one group: (p, n_groups)."""
    pooled: Matrix = joint @ np.eye(n_groups)[group_of]
    return pooled


@lru_cache(maxsize=1)
def _network() -> _Network:
    return _Network()


def categories() -> dict[str, tuple[str, ...]]:
    """``{column: its categories}`` of the 29 variables, in the order of the codes that :func:`draw` returns."""
    return dict(_network().categories)


def draw(n: int, seed: int) -> Codes:
    """``n`` simulated tumours, codes of the 29 variables in the order of ``VARIABLES``: (n, 29) int16.

    The same ``n`` and ``seed`` give the same rows. About a second for 280,000 rows.
    """
    if n < 1:
        raise ValueError(f"the stand-in draws 1 row or more, not {n}")
    return _network().draw(n, seed)
