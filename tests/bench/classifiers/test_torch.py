"""What all neural classifiers share: steps, seeds, labels, weights."""

import pickle

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.metrics import recall_score, roc_auc_score

from bench.classifiers._torch import row_shape, seeded
from bench.classifiers.cnn import CNN
from bench.classifiers.gru import GRU
from bench.classifiers.mlp import MLP
from bench.errors import BenchError

SHORT = [MLP(max_steps=30), CNN(max_steps=10), GRU(max_steps=10)]


@pytest.fixture
def table():
    """130 rows of 6 numbers, two classes that the first number separates nearly."""
    rng = np.random.default_rng(0)
    y = (rng.random(130) < 0.4).astype(np.int64)
    X = rng.normal(size=(130, 6)).astype(np.float32)
    X[:, 0] += 3 * y
    return X, y


@pytest.mark.parametrize("model", SHORT, ids=str)
def test_same_seed_same_probabilities(model, table):
    first, again = (clone(model).fit(*table).predict_proba(table[0]) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    other = clone(model).set_params(random_state=1).fit(*table).predict_proba(table[0])
    assert not np.allclose(first, other)


@pytest.mark.parametrize("model", SHORT, ids=str)
def test_global_random_states_neither_matter_nor_change(model, table):
    torch.manual_seed(5)
    expected = clone(model).fit(*table).predict_proba(table[0])
    before, numpys = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    torch.manual_seed(6)
    kept = torch.get_rng_state()
    np.testing.assert_array_equal(clone(model).fit(*table).predict_proba(table[0]), expected)
    assert torch.equal(torch.get_rng_state(), kept)
    assert not torch.equal(before, kept)
    np.testing.assert_array_equal(np.random.get_state()[1], numpys)  # noqa: NPY002


def test_seeded_restores_after_an_error():
    before = torch.get_rng_state()
    with pytest.raises(KeyError), seeded(3, torch.device("cpu")):
        {}[float(torch.rand(1))]
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("options", "steps"),
    [
        ({"epochs": 5, "min_steps": 0}, 15),  # 130 rows in batches of up to 64 are 3 batches
        ({"epochs": 5, "min_steps": 16}, 18),  # whole epochs
        ({"epochs": 5, "min_steps": 0, "max_steps": 7}, 7),
        ({"epochs": 1, "min_steps": 20, "max_steps": 20}, 20),
        ({"epochs": 0, "min_steps": 1}, 3),
        ({"epochs": 2, "min_steps": 0, "batch_size": 500}, 2),
    ],
)
def test_steps(options, steps, table):
    assert MLP(**{"batch_size": 64} | options).fit(*table).n_steps_ == steps


@pytest.mark.parametrize("options", [{"batch_size": 1}, {"max_steps": 0}, {"epochs": 0, "min_steps": 0}])
def test_options_that_leave_nothing_to_train(options, table):
    with pytest.raises(BenchError, match="MLP"):
        MLP(**options).fit(*table)


@pytest.mark.parametrize("model", SHORT, ids=str)
@pytest.mark.parametrize("n", [2, 64, 65, 129])
def test_no_batch_of_one_row_is_left_over(model, n, table):
    X, y = np.resize(table[0], (n, 6)), np.arange(n) % 2
    assert np.isfinite(clone(model).fit(X, y).predict_proba(X)).all()


@pytest.mark.parametrize("model", SHORT, ids=str)
def test_one_class_is_refused(model, table):
    with pytest.raises(ValueError, match="1 class"):
        clone(model).fit(table[0], np.zeros(len(table[0])))


@pytest.mark.parametrize("labels", [[0, 2, 5], ["no", "perhaps", "yes"]])
def test_labels_may_have_gaps_or_be_words(labels, table):
    X, _ = table
    y = np.array(labels)[np.arange(len(X)) % 3]
    X = X + 4 * np.eye(6, dtype=np.float32)[np.arange(len(X)) % 3]
    model = MLP(min_steps=300).fit(X, y)
    assert list(model.classes_) == labels
    assert model.predict_proba(X).shape == (len(X), 3)
    assert np.mean(model.predict(X) == y) > 0.9


def test_balanced_weights_raise_the_rare_class_recall():
    rng = np.random.default_rng(1)
    y = (rng.random(1000) < 0.05).astype(np.int64)
    X = rng.normal(size=(1000, 4)) + 1.2 * y[:, None]
    plain, balanced = (MLP(min_steps=400, class_weight=w).fit(X, y).predict(X) for w in (None, "balanced"))
    assert recall_score(y, balanced) > recall_score(y, plain) + 0.2


def test_weights_of_three_classes():
    rng = np.random.default_rng(2)
    y = rng.integers(0, 3, 300)
    X = rng.normal(size=(300, 4))
    assert np.mean(MLP(min_steps=200, class_weight={0: 1, 1: 1, 2: 100}).fit(X, y).predict(X) == 2) > 0.9


def test_labels_at_random_teach_nothing(table):
    """The known-bad control beside the known-good one."""
    rng = np.random.default_rng(3)
    X, y = table
    held_out = rng.normal(size=(2000, 6)).astype(np.float32)
    truth = (rng.random(2000) < 0.4).astype(np.int64)
    held_out[:, 0] += 3 * truth
    good = MLP(min_steps=300).fit(X, y).predict_proba(held_out)[:, 1]
    bad = [MLP(min_steps=150).fit(X, rng.permutation(y)).predict_proba(held_out)[:, 1] for _ in range(5)]
    assert roc_auc_score(truth, good) > 0.95
    assert abs(np.mean([roc_auc_score(truth, p) for p in bad]) - 0.5) < 0.25


@pytest.mark.parametrize("model", SHORT, ids=str)
def test_a_row_is_predicted_alike_in_any_company(model, table, monkeypatch):
    X, y = table
    fitted = clone(model).fit(X, y)
    whole = fitted.predict_proba(X)
    np.testing.assert_allclose(whole.sum(1), 1)
    np.testing.assert_array_equal(fitted.predict_proba(X[7:8]), whole[7:8])
    np.testing.assert_array_equal(fitted.predict_proba(X[::-1]), whole[::-1])
    assert fitted.predict_proba(np.repeat(X, 10, axis=0)).shape == (1300, 2)
    monkeypatch.setattr(type(model), "_chunk", 50)
    np.testing.assert_allclose(fitted.predict_proba(X), whole, atol=1e-6)


@pytest.mark.parametrize(
    "model", [*SHORT, CNN(shape=(1, 6, 6)), GRU(shape=(5, 2)), MLP(class_weight={"a": 2})], ids=str
)
def test_warm_up_leaves_no_trace(model):
    model = clone(model)
    state = torch.get_rng_state()
    model.warm_up()
    assert not hasattr(model, "classes_")
    assert torch.equal(torch.get_rng_state(), state)


def test_pickles(table):
    model = MLP(max_steps=20).fit(*table)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict(table[0]), model.predict(table[0]))


def test_rows_must_fit_the_shape():
    assert row_shape(None, 7) == (7, 1)
    assert row_shape((1, 2, 3), 6) == (1, 2, 3)
    with pytest.raises(ValueError, match="have 6 numbers, not 7"):
        row_shape((1, 2, 3), 7)
