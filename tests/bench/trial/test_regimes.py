import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import BenchError
from bench.task import Column, Schema
from bench.trial.regimes import Regime

SCHEMA = Schema("tabular", (1,), ("a", "b", "c"))
Y = np.array([0, 0, 0, 0, 1, 1, 2])


def counts(text, y=Y, schema=SCHEMA):
    return np.bincount(Regime.parse(text).labels(y, schema), minlength=3).tolist()


def test_labels_by_hand():
    assert counts("real") == [0, 0, 0]
    assert counts("balance") == [0, 2, 3]
    assert counts("tstr") == [4, 2, 1]
    assert counts("append:5") == [0, 0, 5]  # no rare class declared: the smallest
    assert counts("append:2x") == [0, 0, 2]
    assert counts("append:1.5x@b") == [0, 3, 0]
    assert counts("append:5", schema=Schema("tabular", (1,), ("a", "b", "c"), rare=1)) == [0, 5, 0]


@given(st.lists(st.integers(0, 2), min_size=1, max_size=60))
def test_balance_makes_all_classes_as_large_as_the_largest(y):
    y = np.array(y)
    labels = Regime.parse("balance").labels(y, SCHEMA)
    total = np.bincount(np.concatenate([y, labels]), minlength=3)
    assert (total == np.bincount(y).max()).all()


@pytest.mark.parametrize("text", ["append", "append:0", "append:1.5", "append:-3", "append:x"])
def test_bad_append_says_how_to_write_it(text):
    with pytest.raises(BenchError, match="write append:N"):
        Regime.parse(text)


def test_unknown_names():
    with pytest.raises(BenchError, match="did you mean 'balance'"):
        Regime.parse("balanced")
    with pytest.raises(BenchError, match="no class 'z'"):
        Regime.parse("append:5@z").labels(Y, SCHEMA)


def test_training_rows_keep_real_rows_first():
    X, synthetic = np.zeros((7, 1), np.float32), np.ones((2, 1), np.float32)
    rows, y = Regime.parse("balance").training_rows(X, Y, synthetic, np.array([1, 1]))
    assert rows[:, 0].tolist() == [0] * 7 + [1, 1]
    assert y.tolist() == [*Y, 1, 1]
    rows, y = Regime.parse("tstr").training_rows(X, Y, synthetic, np.array([1, 1]))
    assert rows.tolist() == [[1], [1]]


def test_a_resampled_training_set_is_what_the_method_gave_and_new_rows_are_those_of_no_training_row():
    regime = Regime.parse("resample")
    assert not regime.draws
    assert counts("resample") == [0, 0, 0]
    X = np.arange(7, dtype=np.float32)[:, None]
    given, given_y = np.array([[6.0], [9.0], [0.0], [-0.0], [5.0]], np.float32), np.array([2, 2, 0, 0, 2])
    rows, y = regime.training_rows(X, Y, given, given_y)
    assert (rows[:, 0].tolist(), y.tolist()) == (given[:, 0].tolist(), given_y.tolist())
    new, new_y = regime.synthetic_rows(X, Y, given, given_y, SCHEMA)
    assert (new[:, 0].tolist(), new_y.tolist()) == ([9, 5], [2, 2])  # 5 is a row, but of another class
    every, _ = Regime.parse("balance").synthetic_rows(X, Y, given, given_y, SCHEMA)
    assert len(every) == 5
    kept, _ = regime.synthetic_rows(X, Y, X[:3], Y[:3], SCHEMA)
    assert kept.shape == (0, 1)


def test_marks_do_not_make_a_row_new():
    columns = (Column("x"), Column("x missing", ("known", "missing")))
    schema = Schema("tabular", (2,), ("a", "b"), columns, marks=((0, 1),))
    X, y = np.array([[1, 1], [2, 0]], np.float32), np.array([0, 1])
    given = np.array([[1, 0], [3, 0]], np.float32)
    assert Regime.parse("resample").synthetic_rows(X, y, given, y, schema)[0].tolist() == [[3, 0]]
