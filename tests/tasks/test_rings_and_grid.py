"""The ring and the grid have the published constants, and their measures their closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from bench.conformance import task_checks
from bench.data import DataHome
from bench.errors import BenchError
from bench.trial.preprocess import Preprocess
from tasks.rings_and_grid import DEVIATIONS, GRID, MEANS, RING, SCALES, RingsAndGrid, coverage, modes


def load(**params):
    task = RingsAndGrid(**params)
    return task.read(task.locate(DataHome(offline=True)))


def original(data, figure):
    """The rows of a figure in PacGAN's units."""
    return data.X[data.y == figure] * SCALES[figure]


@pytest.mark.parametrize("name", [name for name, _ in task_checks(RingsAndGrid(), DataHome(offline=True))])
def test_conforms(name):
    dict(task_checks(RingsAndGrid(), DataHome(offline=True)))[name]()


def test_the_rows_have_the_published_centres_and_deviations():
    data = load(per_mode=2000)
    assert data.origin.source == "simulated"
    assert np.bincount(data.y).tolist() == [8 * 2000, 25 * 2000]
    for figure, radius in ((RING, 1.0), (GRID, None)):
        rows, mode = original(data, figure), data.extra["mode"][data.y == figure]
        for k, centre in enumerate(MEANS[figure]):
            of_mode = rows[mode == k]
            np.testing.assert_allclose(of_mode.mean(0), centre, atol=5 * DEVIATIONS[figure] / np.sqrt(2000))
            np.testing.assert_allclose(of_mode.std(0), DEVIATIONS[figure], rtol=0.1)
        if radius:
            np.testing.assert_allclose(np.linalg.norm(MEANS[figure], axis=1), radius)
    assert len(MEANS[RING]) == 8
    assert sorted({tuple(centre) for centre in MEANS[GRID].tolist()}) == [
        (i, j) for i in (-4, -2, 0, 2, 4) for j in (-4, -2, 0, 2, 4)
    ]


@pytest.mark.parametrize("figure", [RING, GRID])
def test_real_rows_cover_every_mode(figure):
    data = load()
    found = coverage(original(data, figure), figure)
    assert found["modes"] == len(MEANS[figure])
    assert found["high_quality"] == pytest.approx(1 - np.exp(-4.5), abs=0.01)  # Rayleigh: P(r < 3 deviations)
    assert found["reverse_kl"] < 0.001
    mode = data.extra["mode"][data.y == figure]
    assigned = modes(original(data, figure), figure)
    assert (assigned[assigned >= 0] == mode[assigned >= 0]).all()


def test_closed_forms_of_collapse():
    two = coverage(MEANS[RING][[0, 1, 1, 0]], RING)
    assert two == {"modes": 2.0, "high_quality": 1.0, "reverse_kl": pytest.approx(np.log(4))}
    uneven = coverage(np.concatenate([MEANS[GRID], MEANS[GRID][:1].repeat(25, 0), [[1.0, 1.0]] * 50]), GRID)
    shares = np.array([26] + [1] * 24) / 50
    assert uneven["modes"] == 25
    assert uneven["high_quality"] == 0.5
    assert uneven["reverse_kl"] == pytest.approx((shares * np.log(25 * shares)).sum())
    nothing = coverage(np.full((5, 2), 9.0), GRID)
    assert nothing == {"modes": 0.0, "high_quality": 0.0, "reverse_kl": pytest.approx(np.log(25))}


def test_the_edge_of_a_mode_is_three_deviations():
    assert modes(MEANS[RING][:1] + np.array([0.0299, 0]), RING).tolist() == [0]
    assert modes(MEANS[RING][:1] + np.array([0.0301, 0]), RING).tolist() == [-1]


def test_each_figure_is_of_unit_variance_and_stays_so_in_a_run():
    data = load()
    for figure in (RING, GRID):
        rows = data.X[data.y == figure]
        np.testing.assert_allclose(rows.mean(0), 0, atol=0.01)
        np.testing.assert_allclose(rows.std(0), 1, atol=0.01)
    np.testing.assert_allclose(Preprocess(data.schema).fit(data.X).transform(data.X), data.X, atol=0.02)


def test_measures_name_each_figure_that_was_drawn():
    data = load()
    both = RingsAndGrid().measures(data.X, data.y)
    assert both["ring_modes"] == 8
    assert both["grid_modes"] == 25
    assert set(RingsAndGrid().measures(data.X[data.y == RING], data.y[data.y == RING])) == {
        "ring_modes", "ring_high_quality", "ring_reverse_kl",
    }  # fmt: skip


def test_rows_and_identity_follow_the_option():
    task, other = RingsAndGrid(), RingsAndGrid(per_mode=10)
    home = DataHome(offline=True)
    assert task.locate(home).sha256 != other.locate(home).sha256
    assert len(other.read(other.locate(home))) == 330
    with pytest.raises(BenchError, match="per_mode"):
        RingsAndGrid(per_mode=0).locate(home)
