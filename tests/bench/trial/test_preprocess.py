import numpy as np
import pytest

from bench.task import Column, Schema
from bench.trial.preprocess import Preprocess, flatten

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
    assert scale.inverse(out)[:, 0] == pytest.approx(filled, rel=1e-5)


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
