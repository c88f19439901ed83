"""Privacy measures under controls whose answer is known: copies, fresh draws, a model that stays in the middle."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import roc_auc_score

from bench.privacy import chance_nearer, closest_record, duplicates, measure, nearest, peeked
from bench.task import Column, Schema

D = 6
TABLE = Schema("tabular", (D,), ("common", "rare"), tuple(Column(f"c{i}") for i in range(D)), rare=1)


def draw(n, seed, spread=1.0):
    rng = np.random.default_rng(seed)
    return (rng.normal(0, spread, (n, D)) + np.arange(D)).astype(np.float32), np.arange(n) % 2


def run(synthetic, y_synthetic, n_train=600, n_holdout=400, schema=TABLE):
    X, y = draw(n_train, 0)
    held, y_held = draw(n_holdout, 1)
    return measure(X, y, held, y_held, synthetic, y_synthetic, schema, 0)


def test_copies_are_found():
    found = run(*draw(600, 0))
    assert found["exact_duplicates"] == 1.0
    assert found["exact_duplicates_holdout"] == 0.0
    assert found["near_duplicates"] == 1.0
    assert found["dcr_ratio"] == 0.0
    assert found["dcr_share"] == 1.0
    assert found["membership_auc"] > 0.99


def test_noisy_copies_are_found_where_exact_duplicates_are_not():
    X, y = draw(600, 0)
    found = run(X + np.random.default_rng(2).normal(0, 0.05, X.shape).astype(np.float32), y)
    assert found["exact_duplicates"] == 0.0
    assert found["near_duplicates"] > 0.9
    assert found["membership_auc"] > 0.9


def test_fresh_draws_leak_nothing():
    found = run(*draw(600, 5))
    assert found["exact_duplicates"] == 0.0
    assert found["near_duplicates"] < 0.1
    assert found["dcr_ratio"] == pytest.approx(1, abs=0.1)
    assert found["dcr_share"] == pytest.approx(0.5, abs=0.06)
    assert found["membership_auc"] == pytest.approx(0.5, abs=0.06)


def test_staying_in_the_middle_is_told_from_copying_by_the_membership_attack_alone():
    found = run(*draw(600, 5, spread=0.3))
    assert found["dcr_share"] > 0.6
    assert found["membership_auc"] == pytest.approx(0.5, abs=0.06)


def test_copies_of_the_rare_class_alone_are_found():
    X, y = draw(600, 0)
    found = run(X[y == 1], y[y == 1])
    assert found["exact_duplicates"] == 1.0
    assert found["membership_auc"] > 0.99


@pytest.mark.parametrize("n", [1, 2, 5, 9, 18])
def test_few_rows_give_defined_figures(n):
    synthetic, y = draw(n, 5)
    text = json.dumps(run(synthetic, y, n_train=18, n_holdout=12), allow_nan=False)
    assert "exact_duplicates" in json.loads(text)


def test_no_rows_give_nothing_and_no_holdout_gives_duplicates_alone():
    empty = np.empty((0, D), np.float32), np.empty(0, np.int64)
    assert run(*empty) == {}
    X, y = draw(50, 0)
    assert measure(X, y, *empty, X, y, TABLE, 0) == {"exact_duplicates": 1.0}


def test_categories_that_repeat_by_themselves_are_told_by_the_holdout_share():
    schema = Schema("tabular", (2,), ("a", "b"), (Column("j", ("x", "y")), Column("k", ("x", "y"))))
    rng = np.random.default_rng(0)
    rows = [rng.integers(0, 2, (100, 2)).astype(np.float32) for _ in range(3)]
    y = np.arange(100) % 2
    found = measure(rows[0], y, rows[1], y, rows[2], y, schema, 0)
    assert found["exact_duplicates"] == found["exact_duplicates_holdout"] == 1.0
    assert found["membership_auc"] == 0.5
    assert "dcr_ratio" not in found


def test_same_seed_same_figures():
    synthetic, y = draw(3000, 5)
    assert run(synthetic, y) == run(synthetic, y)


distances = hnp.arrays(float, st.integers(1, 30), elements=st.integers(0, 9))


@given(distances, distances)
def test_chance_nearer_is_the_roc_auc(a, b):
    target = np.repeat([1, 0], [len(a), len(b)])
    assert chance_nearer(a, b) == pytest.approx(roc_auc_score(target, -np.concatenate([a, b])))


def test_closest_record_by_hand():
    found = closest_record(np.array([0.5, 1.0, 2.0]), np.array([1.0, 2.0, 3.0]))
    assert found["dcr_ratio"] == 0.5
    assert found["dcr_share"] == pytest.approx((3 + 2.5 + 1.5) / 9)
    assert found["near_duplicates"] == pytest.approx(2 / 3)  # the 5 % quantile is 1.1


@given(
    hnp.arrays(np.float32, st.tuples(st.integers(1, 12), st.just(3)), elements=st.sampled_from([-1, -0.0, 0.0, 1, 2])),
    hnp.arrays(np.float32, st.tuples(st.integers(1, 12), st.just(3)), elements=st.sampled_from([-1, -0.0, 0.0, 1, 2])),
)
def test_duplicates_is_row_equality(a, b):
    assert duplicates(a, b).tolist() == (a[:, None] == b[None]).all(axis=2).any(axis=1).tolist()


def test_a_copy_far_from_the_origin_is_at_distance_zero():
    rows = (np.random.default_rng(0).normal(size=(50, 4)) + 1000).astype(np.float32)
    assert (nearest(rows, rows) == 0).all()


def test_test_rows_that_were_handed_over_are_found():
    train, valid, test = (draw(400, seed)[0] for seed in (0, 1, 2))
    handed = peeked(train, valid, test, test + np.float32(0), TABLE, 0)
    assert handed["test_copies"] == 1.0
    assert handed["peek_auc"] > 0.99
    blurred = peeked(train, valid, test, test + np.float32(0.01), TABLE, 0)
    assert blurred["test_copies"] == 0.0
    assert blurred["peek_auc"] > 0.99


def test_methods_that_saw_training_rows_only_peek_at_nothing():
    train, valid, test = (draw(400, seed)[0] for seed in (0, 1, 2))
    for honest in (train, draw(400, 3)[0]):
        found = peeked(train, valid, test, honest, TABLE, 0)
        assert found["test_copies"] == 0.0
        assert 0.42 < found["peek_auc"] < 0.58
    assert peeked(train, valid, test[:4], train, TABLE, 0) == {}
