"""The stand-in: published margins, certain dependencies, seeds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tasks.sources import simulacrum_standin as standin

N = 100_000


@pytest.fixture(scope="module")
def table():
    codes = standin.draw(N, 7)
    names = standin.categories()
    return {
        name: np.array(names[name], dtype=object)[codes[:, j]].astype(str) for j, name in enumerate(standin.VARIABLES)
    }


def test_the_counts_are_the_published_ones():
    counts = standin.published_counts()
    assert tuple(counts) == standin.VARIABLES
    assert all(sum(column.values()) == standin.TOTAL for column in counts.values())
    assert counts["SITE_ICD10_O2_3CHAR"]["C61"] == 201_697
    assert len(counts["SITE_ICD10_O2"]) == 562
    assert counts["M_BEST"][standin.MISSING] == 1_433_888


def test_one_column_frequencies_are_the_published_ones(table):
    for name, counts in standin.published_counts().items():
        values, synthetic = np.unique(table[name], return_counts=True)
        synthetic = dict(zip(values, synthetic, strict=True))
        assert set(synthetic) <= set(counts)
        expected = np.array([count / standin.TOTAL for count in counts.values()])
        got = np.array([synthetic.get(value, 0) / N for value in counts])
        # what chance alone adds to the total variation of N draws, and 0.001 for margins that the rules forbid
        chance = np.sqrt(2 / np.pi * expected * (1 - expected) / N).sum() / 2
        assert np.abs(got - expected).sum() / 2 < 1.5 * chance + 0.001, name


def test_what_is_certain_holds(table):
    site, site4, sex = table["SITE_ICD10_O2_3CHAR"], table["SITE_ICD10_O2"], table["SEX"]
    prostate = site == "C61"
    breast = np.isin(site, ["C50", "D05"])
    for name in ("GLEASON_PRIMARY", "GLEASON_SECONDARY", "GLEASON_TERTIARY", "GLEASON_COMBINED"):
        assert (table[name][~prostate] == "NA").all()
        assert (table[name][prostate] != "NA").any()
    for name in ("ER_STATUS", "ER_SCORE", "PR_STATUS", "PR_SCORE", "HER2_STATUS"):
        assert (table[name][~breast] == "NA").all()
        assert (table[name][breast] != "NA").any()
    assert not (sex[np.isin(site, ["C60", "C61", "C62", "C63"])] == "2").any()
    assert not (sex[np.isin(site, ["C51", "C53", "C54", "C56", "D06"])] == "1").any()
    assert (np.where(site4 == "NA", "NA", [code[:3] for code in site4]) == site).all()
    screened = table["SCREENINGSTATUSFULL_CODE"] != "NA"
    assert np.isin(site[screened], ["C50", "D05", "C18", "C19", "C20", "D01", "C53", "D06"]).all()
    blood = np.isin(site, ["C90", "C91", "C92", "D46"])
    assert all((table[name][blood] == "NA").all() for name in ("T_BEST", "N_BEST", "M_BEST"))
    spread = np.char.startswith(table["M_BEST"], "1") & ~np.isin(site, ["C62", "C73"])
    staged = np.isin(np.array([s[0] for s in table["STAGE_BEST"]]), list("01234"))
    assert np.char.startswith(table["STAGE_BEST"][spread & staged], "4").all()
    scored = (table["ER_SCORE"] != "NA") & np.isin(table["ER_STATUS"], ["N", "P"])
    assert ((table["ER_SCORE"][scored] >= "3") == (table["ER_STATUS"][scored] == "P")).all()


def test_what_is_nearly_certain_holds(table):
    """The published counts themselves make exceptions, so these are rates."""
    site, behaviour = table["SITE_ICD10_O2_3CHAR"], table["BEHAVIOUR_ICD10_O2"]
    in_situ = np.char.startswith(site, "D0")
    assert (behaviour[in_situ] == "2").mean() > 0.99
    assert np.char.startswith(table["STAGE_BEST"][in_situ], "0").mean() > 0.95
    recorded = (table["GLEASON_PRIMARY"] != "NA") & (table["GLEASON_SECONDARY"] != "NA")
    total = table["GLEASON_PRIMARY"][recorded].astype(int) + table["GLEASON_SECONDARY"][recorded].astype(int)
    assert (total.astype(str) == table["GLEASON_COMBINED"][recorded]).mean() > 0.99


def test_stage_grade_age_and_morphology_depend_on_the_site(table):
    site, age = table["SITE_ICD10_O2_3CHAR"], table["AGE"].astype(int)
    late = np.char.startswith(table["STAGE_BEST"], "4")
    early = np.isin(np.array([s[0] for s in table["STAGE_BEST"]]), list("123"))

    def share_late(code):
        return late[site == code].sum() / (late | early)[site == code].sum()

    assert share_late("C25") > 0.4 > 0.15 > share_late("C50")
    assert age[site == "C62"].mean() < 45 < 65 < age[site == "C61"].mean()
    assert (table["GRADE"][site == "C18"] == "G2").mean() > 0.4
    assert (table["GRADE"][site == "C90"] == "GX").mean() > 0.8
    assert (table["MORPH_ICD10_O2"][site == "C90"] == "9732").mean() > 0.8
    assert (table["MORPH_ICD10_O2"][site == "C61"] == "8140").mean() > 0.7


def test_seeds_and_sizes():
    assert (standin.draw(500, 1) == standin.draw(500, 1)).all()
    assert (standin.draw(500, 1) != standin.draw(500, 2)).any()
    assert standin.draw(1, 0).shape == (1, 29)
    assert standin.draw(7, 0).dtype == np.int16
    with pytest.raises(ValueError, match="1 row or more"):
        standin.draw(0, 0)
    assert standin.identity() == standin.identity()
    assert len(standin.identity()) == 64


@settings(max_examples=40, deadline=None)
@given(
    hnp.arrays(np.float64, (4, 6), elements=st.floats(0.1, 10)),
    hnp.arrays(np.float64, 4, elements=st.floats(0.1, 10)),
    hnp.arrays(np.float64, 6, elements=st.floats(0.1, 10)),
)
def test_a_fitted_table_has_both_margins_and_the_odds_of_its_affinities(affinity, parent, column):
    joint = standin.fit_joint(parent, column, affinity)
    np.testing.assert_allclose(joint.sum(1), parent / parent.sum(), atol=1e-9)
    np.testing.assert_allclose(joint.sum(0), column / column.sum(), atol=1e-6)
    odds = joint[0, 0] * joint[1, 1] / joint[0, 1] / joint[1, 0]
    expected = affinity[0, 0] * affinity[1, 1] / affinity[0, 1] / affinity[1, 0]
    assert odds == pytest.approx(expected, rel=1e-6)


def test_zeros_stay_zero_and_impossible_margins_keep_the_parents():
    joint = standin.fit_joint(np.array([0.9, 0.1]), np.array([0.5, 0.5]), np.array([[1.0, 0.0], [1.0, 1.0]]))
    assert joint[0, 1] == 0
    np.testing.assert_allclose(joint.sum(1), [0.9, 0.1])


def test_draws_follow_the_table():
    joint = np.array([[0.2, 0.0, 0.3], [0.0, 0.0, 0.0], [0.1, 0.4, 0.0]])
    parents = np.repeat([0, 2], 20_000)
    synthetic = standin.Conditional(joint).draw(parents, np.random.default_rng(0))
    first = np.bincount(synthetic[:20_000], minlength=3) / 20_000
    second = np.bincount(synthetic[20_000:], minlength=3) / 20_000
    np.testing.assert_allclose(first, [0.4, 0, 0.6], atol=0.02)
    np.testing.assert_allclose(second, [0.2, 0.8, 0], atol=0.02)
    assert first[1] == 0
    assert second[2] == 0
