from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.contract import checked as check
from bench.errors import InvalidData
from bench.splits import in_time, stratified, whole_groups
from bench.task import Column, Dataset, Origin, Schema

ORIGIN = Origin("simulated", "stand-in", "0", "")


def dataset(y, X=None, groups=None, missing=False, classes=("a", "b")):
    y = np.asarray(y, dtype=np.int64)
    X = np.zeros((len(y), 1), np.float32) if X is None else np.asarray(X, np.float32)
    columns = tuple(Column(f"x{i}", missing=missing) for i in range(X.shape[1]))
    return Dataset(X, y, Schema("tabular", X.shape[1:], classes, columns, rare=1), ORIGIN, groups)


@settings(max_examples=30, deadline=None)
@given(n=st.integers(30, 300), rare=st.integers(10, 25), seed=st.integers(0, 2**31 - 1))
def test_parts_are_disjoint_cover_all_and_keep_proportions(n, rare, seed):
    y = np.r_[np.ones(rare), np.zeros(n)]
    split = stratified(dataset(y), seed)
    parts = [split.train, split.valid, split.test]
    assert sorted(np.concatenate(parts)) == list(range(len(y)))
    for part, share in zip(parts, (0.6, 0.2, 0.2), strict=True):
        assert abs(y[part].sum() - share * rare) < 2  # two cuts, each rounded
        assert abs(len(part) - share * len(y)) < 2


def test_same_seed_same_split_other_seed_other_split():
    y = np.arange(200) % 4 == 0
    a, b, c = (stratified(dataset(y), seed) for seed in (1, 1, 2))
    for part in ("train", "valid", "test"):
        assert np.array_equal(getattr(a, part), getattr(b, part))
        assert not np.array_equal(getattr(a, part), getattr(c, part))


def test_groups_never_straddle():
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 60, 300)
    y = (groups % 4 == 0).astype(int)
    split = stratified(dataset(y, groups=groups), 0)
    sets = [set(groups[part]) for part in (split.train, split.valid, split.test)]
    assert sum(map(len, sets)) == len(set.union(*sets))


def test_single_row_groups_split_as_no_groups_do():
    y = np.arange(200) % 4 == 0
    a, b = stratified(dataset(y), 3), stratified(dataset(y, groups=np.arange(200)), 3)
    assert all(np.array_equal(getattr(a, part), getattr(b, part)) for part in ("train", "valid", "test"))


def test_too_few_rows_of_a_class_is_said():
    with pytest.raises(InvalidData, match="class 'b' has 3 distinct rows"):
        stratified(dataset([0] * 50 + [1] * 3), 0)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (dataset([0] * 10), "one class only"),
        (dataset([0] * 10 + [1]), "class 'b' has 1 row"),
        (dataset([0, 0, 1, 1], X=[[1], [np.nan], [1], [1]]), "column 'x0' holds 1 NaN"),
        (dataset([0, 0, 1, 1], X=[[1], [np.inf], [1], [1]], missing=True), "1 values are infinite"),
        (dataset([0, 0, 2, 2]), r"labels must lie in 0\.\.1"),
    ],
)
def test_bad_tables_are_refused(data, message):
    with pytest.raises(InvalidData, match=message):
        check(data)


def test_declared_missing_values_pass():
    check(dataset([0, 0, 1, 1], X=[[1], [np.nan], [1], [1]], missing=True))


def test_whole_groups_stay_together_and_classes_keep_their_shares():
    rng = np.random.default_rng(0)
    groups, y = rng.integers(0, 80, 800), rng.random(800) < 0.3
    made = dataset(y, groups=groups)
    split, again, other = (whole_groups(made, seed) for seed in (1, 1, 2))
    held = [set(groups[part]) for part in (split.train, split.valid, split.test)]
    assert sum(map(len, held)) == len(set(groups))
    for part, share in ((split.train, 0.6), (split.valid, 0.2), (split.test, 0.2)):
        assert abs(len(part) / 800 - share) < 0.05
        assert abs(y[part].mean() - y.mean()) < 0.05
    assert np.array_equal(split.test, again.test)
    assert not np.array_equal(split.test, other.test)


@pytest.mark.parametrize(
    ("groups", "says"), [(np.arange(100) % 4, "there are 4 groups"), (np.arange(100) // 20, "has no row of class")]
)
def test_groups_that_cannot_be_split(groups, says):
    with pytest.raises(InvalidData, match=says):
        whole_groups(dataset(np.arange(100) < 20, groups=groups), 0)


def timed(order, y=None, groups=None):
    n = len(order)
    made = dataset(np.arange(n) % 2 if y is None else y, groups=groups)
    return replace(made, order=np.asarray(order, dtype=float))


def test_time_is_cut_and_no_moment_is_parted():
    order = np.random.default_rng(0).permutation(np.repeat(np.arange(40), 5))
    split = in_time(timed(order))
    train, valid, test = (order[part] for part in (split.train, split.valid, split.test))
    assert train.max() < valid.min()
    assert valid.max() < test.min()
    assert (len(train), len(valid), len(test)) == (120, 40, 40)
    assert (split.fixed, split.block) == ("blocks", 4)


def test_in_time_a_group_stays_where_it_is_last():
    groups = np.arange(100) % 30  # every group goes on for most of the time
    groups[:40] += 100  # but those that end early
    split = in_time(timed(np.arange(100), groups=groups))
    held = [set(groups[part]) for part in (split.train, split.valid, split.test)]
    assert not held[0] & held[1]
    assert not (held[0] | held[1]) & held[2]
    assert list(split.test) == list(range(80, 100))
    assert split.fixed == "groups"


def test_a_part_that_time_leaves_without_a_class_is_refused():
    with pytest.raises(InvalidData, match="the validation part has no row of class 'b'"):
        in_time(timed(np.arange(100), y=np.arange(100) < 50))
