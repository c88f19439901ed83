"""Pooling: the commonest are kept, ages become bands; the study's table, and its sites as classes."""

import numpy as np
import pytest

from tasks.sources.simulacrum_tables import FEWEST, SITE, TumourTable, pool, pooled_sites, stand_in_table, study_table


def test_pooling_keeps_the_commonest_and_bands_ages():
    table = stand_in_table(5_000, 0)
    X, columns = pool(table, ["MORPH_ICD10_O2", "AGE", "SEX"], 10)
    histology, ages, sex = columns
    assert histology.categories[-1] == "other"
    assert {"8090", "8140"} <= set(histology.categories)
    assert len(histology.categories) == 10
    assert ages.categories[:2] == ("0-10", "11-21")
    assert sex.categories == ("1", "2", "9")
    full, _ = pool(table, ["MORPH_ICD10_O2", "AGE"], 0)
    codes = np.array(table.categories["MORPH_ICD10_O2"])
    same = X[:, 0] < 9
    kept = np.array(histology.categories)[X[same, 0].astype(int)]
    assert (codes[full[same, 0].astype(int)] == kept).all()
    assert (X[:, 1] == full[:, 1] // 11).all()


def test_the_study_s_table():
    table = stand_in_table(1_000, 0)
    X, y, schema = study_table(table)
    assert X.shape == (1_000, 28)
    assert schema.n_classes == 116
    assert y.max() < 116
    X, y, schema = study_table(table, conditional=False)
    assert X.shape == (1_000, 29)
    assert set(y) == {0}
    assert schema.classes == ("all",)


def of_sites(*counts):
    """A table of sites A, B, ... with so many rows each."""
    site = np.repeat(np.arange(len(counts), dtype=np.int16), counts)
    codes = np.random.default_rng(0).permutation(site)[:, None]
    return TumourTable(codes, {SITE: tuple("ABCDEFGH"[: len(counts)])}, {SITE: np.array(counts)})


@pytest.mark.parametrize(
    ("counts", "limit", "classes"),
    [
        ((50, 20, 30), 0, ("A", "B", "C")),
        ((50, 20, 30), 3, ("A", "B", "C")),
        ((50, 20, 30), 2, ("A", "other")),
        ((50, 0, 30), 0, ("A", "C")),
        ((50, 6, 30, 7), 0, ("A", "C", "other")),  # 13 rows are enough
        ((50, 6, 30, 7), 3, ("A", "C", "other")),
        ((50, 6, 30), 0, ("A", "other")),  # 6 are too few: the next rarer joins them
        ((50, 40, 30, 6), 4, ("A", "B", "other")),
        ((4, 3), 0, ("other",)),
    ],
)
def test_sites_are_classes_that_can_be_split(counts, limit, classes):
    table = of_sites(*counts)
    y, names = pooled_sites(table, limit)
    assert names == classes
    assert y.dtype == np.int64
    assert np.bincount(y).min() >= min(FEWEST, sum(counts))
    for code, name in enumerate(names):
        if name != "other":
            assert (table.column(SITE)[y == code] == table.categories[SITE].index(name)).all()
