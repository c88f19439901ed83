"""The table of the LSE study of Simulacrum (L. Frayling, ST449, 2020) as a task: conditional on the cancer site.

The study models all 29 variables conditional on the site. Here the site (3-character code) is the class and the 28
others are columns, so that a conditional method is conditional on the site, and the study's measures
(:mod:`bench.measures.study`; ``measures.study``, regime ``tstr``) are taken within each site: ``mse_cp``. Chance
alone leaves some of it, the more the fewer rows the rare sites have.

The study asks no classifier. Here one predicts the site, which the 4-character code among the columns names: its score
says whether synthetic rows keep the two codes together, and little else. Its unconditional models draw the site
themselves, which no class can express; ``examples/simulacrum_study.py`` runs them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.registry import task
from bench.splits import stratified
from bench.task import Dataset, Split
from tasks.simulacrum import Simulacrum
from tasks.sources.simulacrum_tables import SITE, TumourTable, pooled_sites

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@task("simulacrum-study", traits=("categorical",), family="simulacrum")
class SimulacrumStudy(Simulacrum):
    """Which cancer site, of up to 116: 28 categorical variables, the table of the LSE study.

    ``max_categories`` bounds the sites too. Sites with fewer than 10 rows are "other" in any case, as no split could
    share them out. Files of v2.1 have 25 of the variables.
    """

    primary = "f1_macro"
    rare = None

    def split(self, dataset: Dataset, seed: int) -> Split:
        """80/10/10, stratified by site. The study held out a tenth; the other tenth is the classifiers'."""
        return stratified(dataset, seed, valid=0.1, test=0.1)

    def _target(self, table: TumourTable) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        return pooled_sites(table, self.max_categories)

    def _left_out(self) -> tuple[str, ...]:
        return (SITE,)
