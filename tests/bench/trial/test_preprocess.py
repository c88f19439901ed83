from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bench.task import Column, Schema
from bench.trial.preprocess import Preprocess, flat_shape, flatten

TABLE = Schema("tabular", (3,), ("a", "b"), (Column("x", missing=True), Column("c", ("p", "q", "r")), Column("z")))


def test_table_is_imputed_and_scaled_by_training_rows_only():
    train = np.array([[1, 0, 5], [3, 1, 5], [np.nan, 2, 5], [100, 0, 5]], np.float32)
    scale = Preprocess(TABLE).fit(train)
    out = scale.transform(train)
    assert scale.n_fitted_ == 4
    assert out[:, 1].tolist() == [0, 1, 2, 0]  # codes are left alone
    filled = np.array([1, 3, 3, 100])  # the median of 1, 3, 100
    assert out[:, 0] == pytest.approx((filled - filled.mean()) / filled.std(), rel=1e-5)
    assert (out[:, 2] == 0).all()
    held_out = scale.transform(np.array([[1e6, 1, 6]], np.float32))
    assert held_out[0, 0] > 1000
    assert scale.inverse(out)[:, 0] == pytest.approx(train[:, 0], nan_ok=True)


LEDGER = Schema("tabular", (4,), ("a", "b"), tuple(map(Column, ("id", "time", "amount", "share"))))


def ledger(n: int = 500) -> np.ndarray:
    rng = np.random.default_rng(0)
    ids, times = rng.permutation(n) + 9_007_199_000_000_000, 1_700_000_000 + rng.integers(0, 10**8, n)
    return np.column_stack([ids, times, rng.integers(1, 10**8, n) / 100, rng.random(n)])


@pytest.mark.parametrize("X", [ledger(), ledger()[:, 1:2], (ledger() % 1000).astype(np.float32)])
def test_copied_rows_come_back_bit_for_bit(X):
    schema = replace(LEDGER, shape=X.shape[1:], columns=LEDGER.columns[: X.shape[1]])
    scale = Preprocess(schema).fit(X)
    copies = scale.transform(X)[::-1]
    back = scale.inverse(copies)
    assert back.dtype == X.dtype
    assert back.tobytes() == np.ascontiguousarray(X[::-1]).tobytes()
    assert copies.dtype == X.dtype
    assert scale.land(copies).tobytes() == np.ascontiguousarray(copies).tobytes()


def test_rows_that_single_precision_cannot_tell_apart_are_scaled_in_double():
    X = np.array([[1e-6], [2e-6], [1e4]], np.float32)
    schema = replace(LEDGER, shape=(1,), columns=LEDGER.columns[3:])
    scale = Preprocess(schema).fit(X)
    assert scale.transform(X).dtype == np.float64
    assert scale.inverse(scale.transform(X)).tobytes() == X.tobytes()


@settings(deadline=None, max_examples=50)
@given(
    hnp.arrays(
        st.sampled_from([np.float32, np.float64]), st.tuples(st.integers(1, 20), st.just(3)),
        elements=st.floats(-(2**20), 2**20, width=32) | st.sampled_from([0.1, 0.25, 7, 1234.5]).map(np.float32),
    )
)  # fmt: skip
def test_what_is_inverted_is_what_was_given(X):
    schema = replace(LEDGER, shape=(3,), columns=LEDGER.columns[:3])
    scale = Preprocess(schema).fit(X)
    if len(np.unique(scale.transform(X) + 0, axis=0)) == len(np.unique(X + 0, axis=0)):  # told apart by 53 bits
        np.testing.assert_array_equal(scale.inverse(scale.transform(X)), X)
    once = scale.land(scale.transform(X) * 1.01)
    np.testing.assert_allclose(scale.land(once), once, rtol=1e-6, atol=1e-7)


def test_synthetic_numbers_land_where_real_ones_are():
    X = np.array([[20, 0, 5], [30, 1, 5], [np.nan, 2, 5], [41, 0, 5], [22, 0, 5]], np.float32)  # filled with 26
    scale = Preprocess(replace(TABLE, gaps="filled")).fit(X)
    drawn = scale.transform(np.array([[20.4, 1, 5.2], [99, 2, 4], [25.9, 0, 5]], np.float32))
    landed = scale.land(drawn)
    assert scale.inverse(landed).tolist() == [[20, 1, 5], [41, 2, 5], [26, 0, 5]]
    assert np.array_equal(landed[1], scale.transform(np.array([[41, 2, 5]], np.float32))[0])


def test_series_are_scaled_per_channel():
    X = np.stack([np.linspace(0, 1, 12).reshape(6, 2), np.linspace(1, 3, 12).reshape(6, 2)]).astype(np.float32)
    out = Preprocess(Schema("series", (6, 2), ("a", "b"))).fit(X).transform(X)
    assert out.reshape(-1, 2).min(0).tolist() == [0, 0]
    assert out.reshape(-1, 2).max(0) == pytest.approx([1, 1])


def test_flatten_one_hot_has_a_column_for_every_known_category():
    X = np.array([[0.5, 2, 7], [0.25, 0, 8]], np.float32)
    assert flatten(X, TABLE).tolist() == [[0.5, 0, 0, 1, 7], [0.25, 1, 0, 0, 8]]
    assert flatten(X[:1], TABLE).shape == (1, 5)


def test_images_pass_through():
    X = np.random.default_rng(0).random((4, 1, 5, 5), np.float32)
    schema = Schema("image", (1, 5, 5), ("a", "b"))
    assert np.array_equal(Preprocess(schema).fit(X).transform(X), X)
    assert flatten(X, schema).shape == (4, 25)


EVENTS = Schema(
    "series", (4, 3), ("a", "b"), (Column("u", missing=True), Column("kind", ("p", "q", "r")), Column("w"))
)  # fmt: skip


def events() -> np.ndarray:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(6, 4, 3)).astype(np.float32)
    X[..., 1] = rng.integers(0, 3, (6, 4))
    X[2, 1, 0] = np.nan
    return X


def test_series_keep_codes_and_fill_gaps_by_the_training_median():
    X = events()
    scale = Preprocess(EVENTS).fit(X)
    out = scale.transform(X)
    assert np.isfinite(out).all()
    assert (out[..., 1] == X[..., 1]).all()
    for channel in (0, 2):
        assert out[..., channel].min() == 0
        assert out[..., channel].max() == pytest.approx(1)
    back = scale.inverse(out)
    known = np.isfinite(X)
    assert back[known] == pytest.approx(X[known], abs=1e-5)
    assert back[2, 1, 0] == pytest.approx(np.nanmedian(X[..., 0]), abs=1e-5)
    held_out = X.copy()
    held_out[..., 0] = np.nan  # no number of its own: still the training rows' median
    assert scale.inverse(scale.transform(held_out))[..., 0] == pytest.approx(np.nanmedian(X[..., 0]), abs=1e-5)


def test_series_without_gaps_and_categories_are_scaled_as_ever():
    X = events()[..., [0, 2]]
    X[2, 1, 0] = 0
    plain = Schema("series", (4, 2), ("a", "b"), (Column("u"), Column("w")))
    low, high = X.reshape(-1, 2).min(0), X.reshape(-1, 2).max(0)
    assert Preprocess(plain).fit(X).transform(X) == pytest.approx((X - low) / (high - low), abs=1e-6)


def test_classifiers_see_a_block_for_each_category_at_every_step():
    X = np.nan_to_num(events())
    flat = flatten(X, EVENTS).reshape(6, *flat_shape(EVENTS))
    assert flat_shape(EVENTS) == (4, 5)
    assert (flat[..., 0] == X[..., 0]).all()
    assert (flat[..., 1:4].argmax(-1) == X[..., 1]).all()
    assert (flat[..., 1:4].sum(-1) == 1).all()
    assert (flat[..., 4] == X[..., 2]).all()
    assert flat_shape(Schema("image", (1, 2, 3), ("a", "b"))) == (1, 2, 3)
