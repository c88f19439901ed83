"""Privacy measures under controls whose answer is known: copies, fresh draws, a model that stays in the middle."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import roc_auc_score

from bench.measures import privacy
from bench.measures.privacy import chance_nearer, closest, closest_record, duplicates, flagged, measure, nearest, peeked
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
    # the edge is 1.0, where the test flags 0.05 of the held-out rows by flagging 0.15 of those at the edge
    assert found["near_duplicates"] == pytest.approx(1 / 3 + 0.15 / 3)


@given(distances)
def test_rows_like_held_out_rows_are_flagged_at_the_level_whatever_the_ties(d):
    assert flagged(d, d) == pytest.approx(0.05)


def test_copies_are_flagged_where_some_held_out_rows_are_copies_too():
    holdout = np.repeat([0.0, 1.0], [10, 90])  # one in ten equals a training row: the 5 % quantile is 0
    assert flagged(np.zeros(50), holdout) == pytest.approx(0.5)
    assert flagged(np.ones(50), holdout) == 0


@given(
    hnp.arrays(np.float32, st.tuples(st.integers(1, 12), st.just(3)), elements=st.sampled_from([-1, -0.0, 0.0, 1, 2])),
    hnp.arrays(np.float32, st.tuples(st.integers(1, 12), st.just(3)), elements=st.sampled_from([-1, -0.0, 0.0, 1, 2])),
)
def test_duplicates_is_row_equality(a, b):
    assert duplicates(a, b).tolist() == (a[:, None] == b[None]).all(axis=2).any(axis=1).tolist()


MANY = 50_000


def jittered(rows, seed=2):
    return rows + np.random.default_rng(seed).normal(0, 1e-3, rows.shape).astype(np.float32)


def test_jittered_copies_of_many_training_rows_are_found():
    X, y = draw(MANY, 0)
    found = run(jittered(X), y, n_train=MANY, n_holdout=3000)
    assert found["exact_duplicates"] == 0.0
    assert min(found["near_duplicates"], found["dcr_share"], found["membership_auc"]) > 0.99


def test_fresh_draws_beside_many_training_rows_leak_nothing():
    found = run(*draw(MANY, 5), n_train=MANY, n_holdout=3000)
    assert found["near_duplicates"] == pytest.approx(0.05, abs=0.03)
    assert found["dcr_ratio"] == pytest.approx(1, abs=0.05)
    assert found["dcr_share"] == pytest.approx(0.5, abs=0.04)
    assert found["membership_auc"] == pytest.approx(0.5, abs=0.04)


@pytest.mark.parametrize("blur", [np.array, jittered])
def test_a_tenth_of_copies_is_found_as_a_tenth(blur):
    X, y = draw(20_000, 0)
    rows = draw(20_000, 5)[0]
    rows[:2000] = blur(X[:2000])
    found = run(rows, y, n_train=20_000, n_holdout=3000)
    assert found["exact_duplicates"] == pytest.approx(0.1 if blur is np.array else 0, abs=0.03)
    assert found["near_duplicates"] == pytest.approx(0.1 + 0.9 * 0.05, abs=0.03)
    assert found["membership_auc"] == pytest.approx(0.1 + 0.9 * 0.5, abs=0.04)


def test_copied_images_are_found_behind_a_sigmoid():
    schema = Schema("image", (1, 4, 4), ("a", "b"))
    rng = np.random.default_rng(0)
    X, held = (rng.integers(0, 4, (100, 1, 4, 4)).astype(np.float32) / 3 for _ in range(2))
    y = np.arange(100) % 2
    found = measure(X, y, held, y, np.clip(X, 0.01, 0.99), y, schema, 0)
    assert found["exact_duplicates"] == 1
    assert found["exact_duplicates_holdout"] == 0
    assert found["membership_auc"] > 0.99
    assert peeked(X, held, held[::-1], np.clip(X, 0.01, 0.99), schema, 0)["test_copies"] == 0


def test_the_nearest_of_many_rows_is_the_nearest_of_all_blocks(monkeypatch):
    schema = Schema("tabular", (3,), ("a", "b"), (Column("x"), Column("j", ("p", "q", "r")), Column("k", ("p", "q"))))
    rng = np.random.default_rng(0)
    a, b = (np.column_stack([rng.normal(size=n), rng.integers(0, 3, n), rng.integers(0, 2, n)]) for n in (40, 300))
    # a different category is one unit away
    by_hand = np.sqrt((a[:, None, 0] - b[None, :, 0]) ** 2 + (a[:, None, 1:] != b[None, :, 1:]).sum(axis=2)).min(axis=1)
    whole = closest(b, schema, a[:15], a[15:])
    monkeypatch.setattr(privacy, "BLOCK", 300)  # 7 rows a block
    for found in (whole, closest(b, schema, a[:15], a[15:])):
        assert [len(part) for part in found] == [15, 25]
        np.testing.assert_allclose(np.concatenate(found), by_hand, rtol=1e-5, atol=1e-6)


def test_a_wild_row_does_not_hide_the_copies_beside_it():
    X = draw(200, 0)[0]
    for wild in (1e8, 1e25):
        rows = jittered(X)
        rows[-1] = wild
        assert nearest(X[:-1], rows).max() < 0.01


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


def test_test_rows_are_found_among_many_others():
    train, valid, test = (draw(400, seed)[0] for seed in (0, 1, 2))
    many = np.concatenate([draw(20_000, 3)[0], test + np.float32(0.01)])
    assert peeked(train, valid, test, many, TABLE, 0)["peek_auc"] > 0.99


def test_methods_that_saw_training_rows_only_peek_at_nothing():
    train, valid, test = (draw(400, seed)[0] for seed in (0, 1, 2))
    for honest in (train, draw(400, 3)[0]):
        found = peeked(train, valid, test, honest, TABLE, 0)
        assert found["test_copies"] == 0.0
        assert 0.42 < found["peek_auc"] < 0.58
    assert peeked(train, valid, test[:4], train, TABLE, 0) == {}
