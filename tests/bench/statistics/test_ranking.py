"""Ranks, Friedman, Nemenyi, win rates and Elo: closed forms and published examples."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.statistics import ranking

# Demsar (2006), table 6: ranks of C4.5, +m, +cf, +m+cf by AUC on 14 data sets
DEMSAR = [
    (4, 3, 2, 1), (1, 2, 3, 4), (4, 1, 2, 3), (4, 1, 3, 2), (4, 2, 3, 1), (1, 2.5, 4, 2.5), (3, 2, 4, 1),
    (2.5, 2.5, 4, 1), (4, 3, 2, 1), (2.5, 2.5, 2.5, 2.5), (4, 2.5, 1, 2.5), (3, 2, 4, 1), (4, 1, 2, 3), (3, 1, 4, 2),
]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 5), min_size=4, max_size=4), min_size=1, max_size=8))
def test_ranks_agree_with_scipy(scores: list[list[int]]) -> None:
    from scipy.stats import rankdata

    found = ranking.ranks(scores)
    assert np.allclose(found, rankdata(-np.array(scores), axis=1))
    assert np.allclose(found.sum(axis=1), 10)


def test_ranking_demsar_example() -> None:
    """Demsar (2006), section 3.2: mean ranks, chi square 9.28 (before scipy's correction for ties), CD 1.25 at 0.05
    and 1.12 at 0.10."""
    scores = -np.array(DEMSAR)
    names = ["C4.5", "m", "cf", "m+cf"]
    found = ranking.ranking(names, scores)
    assert [r.mean for r in found.ranks] == pytest.approx([3.143, 2.000, 2.893, 1.964], abs=5e-4)
    ties = 1 - (3 * 6 + 60) / (14 * (4**3 - 4))
    assert found.chi_square * ties == pytest.approx(9.28, abs=0.01)
    assert found.p_value < 0.05
    assert found.critical_difference == pytest.approx(1.25, abs=0.005)
    assert ranking.ranking(names, scores, level=0.9).critical_difference == pytest.approx(1.12, abs=0.005)
    assert np.allclose(np.diag(found.p_values), 1)
    for i in range(4):
        for j in range(i):
            apart = abs(found.ranks[i].mean - found.ranks[j].mean) >= found.critical_difference
            assert (found.p_values[i, j] <= 0.05) == apart
    for interval in found.ranks:
        assert interval.low is not None
        assert interval.high is not None
        assert interval.low <= interval.mean <= interval.high


def test_ranking_leaves_out_incomplete_tasks() -> None:
    scores = -np.array(DEMSAR)
    holed = np.vstack([scores, [np.nan, 1, 2, 3]])
    names = ["a", "b", "c", "d"]
    assert ranking.ranking(names, holed).n_tasks == 14
    assert ranking.ranking(names, holed).chi_square == ranking.ranking(names, scores).chi_square
    with pytest.raises(ValueError, match="2 names of 3 methods"):
        ranking.ranking(names[:2], scores[:, :3])
    with pytest.raises(ValueError, match="three named methods"):
        ranking.ranking(names[:2], scores[:, :2])


def test_elo_of_two_methods_is_the_logit_of_the_win_rate() -> None:
    """Bradley-Terry with two players: Elo difference = 400 log10(w / (1 - w)); three of four tasks won is 190.8."""
    results = [(m, f"t{t}", "0", s) for t in range(4) for m, s in (("a", 0.8 if t else 0.2), ("b", 0.5))]
    a, b = ranking.ratings(results)
    assert a.elo is not None
    assert b.elo is not None
    assert (a.method, a.win_rate, b.win_rate) == ("a", 0.75, 0.25)
    assert a.elo.mean - b.elo.mean == pytest.approx(400 * math.log10(3), abs=0.1)
    assert a.elo.low is not None
    assert a.elo.high is not None
    assert a.elo.low < a.elo.mean < a.elo.high
    assert a.elo.mean + b.elo.mean == pytest.approx(2000, abs=0.1)


@settings(max_examples=10, deadline=None)
@given(st.sets(st.tuples(st.sampled_from("abc"), st.integers(0, 2), st.integers(0, 1)), max_size=6))
def test_missing_cells_lower_coverage_and_stop_nothing(missing: set[tuple[str, int, int]]) -> None:
    score = {"a": 0.9, "b": 0.6, "c": 0.3}
    missing -= {(m, 0, 0) for m in "abc"}  # one place where all meet
    results = [
        (m, f"t{t}", str(s), score[m]) for m in "abc" for t in range(3) for s in range(2) if (m, t, s) not in missing
    ]
    found = ranking.ratings(results, rounds=5)
    units = {(t, s) for _, t, s, _ in results}
    assert [r.method for r in found] == ["a", "b", "c"]
    for rating in found:
        assert rating.coverage == pytest.approx(sum(r[0] == rating.method for r in results) / len(units))
    assert (found[0].win_rate, found[2].win_rate) == (1.0, 0.0)


def test_a_method_with_one_task_has_an_elo_without_an_interval_and_a_stranger_none() -> None:
    results = [(m, f"t{t}", "0", s) for t in range(4) for m, s in (("a", 0.8 if t else 0.2), ("b", 0.5))]
    found = {r.method: r for r in ranking.ratings([*results, ("c", "t0", "0", 0.9), ("d", "t9", "0", 0.9)], rounds=20)}
    assert set(found) == {"a", "b", "c"}
    elos = {name: rating.elo for name, rating in found.items()}
    assert elos["c"] is not None
    assert elos["b"] is not None
    assert (elos["c"].low, elos["c"].n, found["c"].coverage) == (None, 1, 1 / 5)
    assert elos["c"].mean > elos["b"].mean


def test_an_interval_is_over_the_draws_that_a_method_is_in() -> None:
    """Where its tasks are not drawn, bencheval leaves a method at 1000, far above the loser of every meeting."""
    results = [("good", t, "0", 1.0) for t in "uvwxyz"] + [("other", t, "0", 0.5) for t in "uvwxyz"]
    found = ranking.ratings([*results, ("bad", "u", "0", 0.0), ("bad", "v", "0", 0.0)], rounds=100)
    bad = next(r for r in found if r.method == "bad")
    assert bad.elo is not None
    assert bad.elo.high is not None
    assert bad.elo.high < 900


def test_nobody_met() -> None:
    with pytest.raises(ValueError, match="at least two methods that met"):
        ranking.ratings([("a", "t", "0", 1.0), ("b", "u", "0", 1.0)])


def test_ratings_are_those_of_single_meetings() -> None:
    """bencheval itself, given every meeting: counting equal ones together changes nothing that shows. Win rates by
    their definition, meeting by meeting."""
    from bencheval.elo_utils import EloHelper

    rng = np.random.default_rng(0)
    skill = dict(zip("abcde", rng.normal(size=5), strict=True))
    results = [
        (m, f"t{t}", f"{t}/{s}", round(float(skill[m] + rng.normal()), 1))
        for t in range(4) for s in range(3 + t) for m in skill if rng.random() < 0.9
    ]  # fmt: skip
    frame = pd.DataFrame(results, columns=["method", "task", "split", "score"])
    frame["error"] = -frame["score"]
    helper = EloHelper(error_col="error", split_col="split")
    elo = helper.compute_mle_elo(helper.convert_results_to_battles(frame))
    for rating in ranking.ratings(results, rounds=2):
        assert rating.elo is not None
        assert rating.elo.mean == pytest.approx(elo[rating.method], abs=0.5)
        shares = []
        for task in ("t0", "t1", "t2", "t3"):
            ended = [
                1.0 if mine > other else 0.5 if mine == other else 0.0
                for m, t, s, mine in results if (m, t) == (rating.method, task)
                for n, u, v, other in results if (u, v) == (t, s) and n != m
            ]  # fmt: skip
            shares += [sum(ended) / len(ended)] if ended else []
        assert rating.win_rate == pytest.approx(sum(shares) / len(shares))


def test_elo_is_withheld_where_tasks_are_few() -> None:
    results = [(m, f"t{t}", "0", s) for t in range(4) for m, s in (("a", 0.8), ("b", 0.5))]
    assert [r.elo for r in ranking.ratings(results, fewest=5)] == [None, None]
    assert all(r.elo is not None for r in ranking.ratings(results, fewest=4))
