"""Rows survive the way into network space and back, whatever their schema."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.conformance import toy_rows
from bench.task import Column, Schema
from methods.nn.encoding import LabelEncoder, RowEncoder, uniform_batches


@st.composite
def tables(draw):
    kinds = draw(st.lists(st.integers(0, 6), min_size=1, max_size=6))  # 0: numeric, k: k categories
    columns = tuple(Column(str(i), tuple(map(str, range(k))) if k else None) for i, k in enumerate(kinds))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    n = draw(st.integers(1, 8))
    values = [rng.normal(size=n) if k == 0 else rng.integers(0, k, n) for k in kinds]
    return np.stack(values, 1).astype(np.float32), Schema("tabular", (len(kinds),), ("a",), columns)


@given(tables())
@settings(max_examples=60, deadline=None)
def test_tables_come_back_as_they_went(case):
    X, schema = case
    encoder = RowEncoder(schema)
    vectors = encoder.encode(X)
    assert vectors.shape == (len(X), encoder.width)
    assert encoder.width == len(schema.numeric) + sum(encoder.sizes)
    hot = vectors[:, encoder.n_numeric :]
    assert set(hot.unique().tolist()) <= {0.0, 1.0}
    assert torch.equal(hot.sum(1), torch.full((len(X),), float(len(schema.categorical))))
    np.testing.assert_array_equal(encoder.decode(vectors), X)


def test_images_and_series_come_back_as_they_went():
    for modality in ("image", "series"):
        X, _, schema = toy_rows(modality)
        encoder = RowEncoder(schema)
        np.testing.assert_array_equal(encoder.decode(encoder.encode(X)), X)


def test_a_static_channel_is_kept_once_and_drawn_constant():
    schema = toy_rows("series", mixed=True)[2]
    encoder = RowEncoder(schema)
    assert encoder.width == 12 * 2 + 1
    rows = encoder.decode(torch.rand(5, encoder.width))
    assert (rows[:, :, 2] == rows[:, :1, 2]).all()
    assert (rows[:, :, 0].std(1) > 0).all()


def test_categories_of_a_series_have_a_block_at_each_step():
    schema = Schema("series", (3, 2), ("a",), (Column("x"), Column("c", ("p", "q"))))
    X = np.array([[[0.5, 0], [0.1, 1], [0.2, 1]]], dtype=np.float32)
    encoder = RowEncoder(schema)
    assert (encoder.n_numeric, encoder.sizes) == (3, (2, 2, 2))
    np.testing.assert_allclose(encoder.encode(X)[0].numpy(), [0.5, 0.1, 0.2, 1, 0, 0, 1, 0, 1])
    np.testing.assert_array_equal(encoder.decode(encoder.encode(X)), X)


def test_decoding_takes_the_largest_of_soft_values():
    schema = Schema("tabular", (2,), ("a",), (Column("c", ("p", "q", "r")), Column("x")))
    rows = RowEncoder(schema).decode(torch.tensor([[7.0, 0.2, 0.5, 0.3]]))
    np.testing.assert_array_equal(rows, [[1, 7]])


def test_labels_are_one_number_for_two_classes_and_one_hot_for_more():
    labels = torch.tensor([0, 1, 1])
    assert LabelEncoder(2)(labels).tolist() == [[0], [1], [1]]
    assert LabelEncoder(3)(labels).tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 0]]


@given(st.lists(st.integers(0, 4), min_size=1, max_size=40))
def test_uniform_batches_point_at_the_rows_of_each_class(labels):
    y = np.array(labels, dtype=np.int64)
    order, starts, counts = uniform_batches(y)
    assert counts.sum() == len(y)
    for cls, start, count in zip(np.unique(y), starts, counts, strict=True):
        assert sorted(order[start : start + count]) == np.flatnonzero(y == cls).tolist()
