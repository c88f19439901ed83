"""Numeric columns as normal scores and as modes: there and back, and what networks get to see."""

import numpy as np
import pytest
from scipy.stats import norm, normaltest

from bench.errors import BenchError
from bench.task import Column, Schema
from methods.nn.transforms import transform

SCHEMA = Schema("tabular", (3,), ("a", "b"), (Column("x"), Column("kind", ("p", "q", "r")), Column("y")))


def rows(n=4000, seed=0):
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.1).astype(np.int64)
    X = np.column_stack(
        [
            np.where(y == 1, rng.lognormal(5, 1, n), rng.exponential(1, n)),
            rng.integers(0, 3, n),
            np.where(rng.random(n) < 0.5, rng.normal(-5, 0.2, n), rng.normal(8, 1, n)),
        ]
    )
    return X, y


@pytest.mark.parametrize("name", ["none", "quantile", "modes"])
def test_rows_come_back(name):
    X, y = rows()
    found = transform(name, SCHEMA).fit(X, y)
    seen = found.transform(X, y)
    assert seen.shape == (len(X), *found.schema.shape)
    assert (seen[:, 1] == X[:, 1]).all()  # categories are left alone
    back = found.inverse(seen, y)
    assert back.shape == X.shape
    clipped = 0.002 if name == "modes" else 0  # four standard deviations from a mode is as far as it goes
    assert (~np.isclose(back, X, rtol=1e-3, atol=1e-3)).any(axis=1).mean() <= clipped


def test_quantiles_are_standard_normal_in_each_class():
    X, y = rows()
    seen = transform("quantile", SCHEMA).fit(X, y).transform(X, y)
    for cls in (0, 1):
        for j in (0, 2):
            assert normaltest(seen[y == cls, j]).pvalue > 0.9


def test_a_spike_lies_at_the_middle_of_its_ranks():
    X, y = rows(100)
    X[:, 0] = np.r_[np.zeros(50), np.arange(1, 51)]
    y[:] = 0
    seen = transform("quantile", SCHEMA).fit(X, y).transform(X, y)
    assert seen[0, 0] == pytest.approx(norm.ppf(0.25))


def test_quantiles_stay_inside_the_range_of_their_class():
    X, y = rows()
    found = transform("quantile", SCHEMA).fit(X, y)
    drawn = np.column_stack([np.full(4, 99.0), np.zeros(4), np.full(4, -99.0)])
    labels = np.array([0, 1, 0, 1])
    back = found.inverse(drawn, labels)
    for i, cls in enumerate(labels):
        assert back[i, 0] == X[y == cls, 0].max()
        assert back[i, 2] == X[y == cls, 2].min()


def test_modes_find_the_two_clouds_and_say_which():
    X, y = rows()
    found = transform("modes", SCHEMA).fit(X, y)
    at = [column.name for column in found.schema.columns].index("y mode")
    seen = found.transform(X, y)
    assert np.abs(seen[:, 2]).max() <= 1
    low = set(seen[X[:, 2] < 0, at])
    assert not low & set(seen[X[:, 2] > 2, at])
    assert len(found.schema.columns[at].categories) >= 2


def test_a_constant_column_and_a_class_of_one_row_are_no_trouble():
    X, y = rows(50)
    X[:, 2] = 7.5
    y[:] = 0
    y[0] = 1
    for name in ("quantile", "modes"):
        found = transform(name, SCHEMA).fit(X, y)
        back = found.inverse(found.transform(X, y), y)
        assert (back[:, 2] == 7.5).all()
        assert back[0, 0] == pytest.approx(X[0, 0], abs=0.1)


def test_the_same_seed_gives_the_same_modes():
    X, y = rows(500)
    seen = [transform("modes", SCHEMA, 3).fit(X, y).transform(X, y) for _ in range(2)]
    assert np.array_equal(*seen)


def test_images_and_series_are_left_alone():
    schema = Schema("image", (1, 2, 2), ("a", "b"))
    X = np.zeros((3, 1, 2, 2), np.float32)
    assert transform("quantile", schema).fit(X, np.zeros(3, np.int64)).transform(X, None) is X


def test_an_unknown_transform_is_one_line():
    with pytest.raises(BenchError, match="unknown transform 'log'; known: none, quantile, modes"):
        transform("log", SCHEMA)
