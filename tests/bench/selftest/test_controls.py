import functools
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score, roc_auc_score

from bench import registry, seeds
from bench.selftest import clouds, controls, oracles
from bench.selftest.reachable import unseen
from bench.trial.preprocess import Preprocess, flatten


@pytest.fixture(autouse=True)
def _planted(names, monkeypatch):
    """The controls are registered for these tests alone."""
    for kind in registry.BY_KIND.values():
        monkeypatch.setattr(kind, "_entries", dict(kind._entries))
    for file in (controls, clouds, oracles):
        registry.load_plugin(Path(file.__file__))


@pytest.fixture(scope="module")
def parts():
    """Training rows, labels and test rows of seed 4, preprocessed, and the whole table as it is loaded."""
    task = clouds.Clouds("control-clouds")
    dataset = task.read(task.locate(None))
    split = task.split(dataset, seeds.derive(0, "split", "control-clouds", 4))
    scale = Preprocess(dataset.schema).fit(dataset.X[split.train])
    rows = [scale.transform(dataset.X[part]) for part in (split.train, split.test)]
    return rows[0], dataset.y[split.train], rows[1], dataset


def test_the_distribution_is_the_one_that_the_best_auc_is_of():
    rng = np.random.default_rng(1)
    y = np.repeat([0, 1], 20_000)
    X = clouds.draw(y, rng)
    numbers = (X[:, :-1] - clouds.OFFSET) / clouds.UNIT
    for code in (0, 1):
        assert numbers[y == code].mean(0) == pytest.approx(np.full(6, code * clouds.SHIFT), abs=0.03)
        assert numbers[y == code].std(0) == pytest.approx(np.ones(6), abs=0.03)
        shares = np.bincount(X[y == code, -1].astype(int), minlength=3) / 20_000
        assert shares == pytest.approx(clouds.CATEGORIES[code], abs=0.015)
    kinds = np.log(clouds.CATEGORIES[1] / clouds.CATEGORIES[0])
    ratio = clouds.SHIFT * numbers.sum(1) + kinds[X[:, -1].astype(int)]
    assert roc_auc_score(y, ratio) == pytest.approx(clouds.Clouds("control-clouds").best_auc(), abs=0.006)


def test_a_cheat_finds_the_test_rows_from_the_training_rows(parts):
    train, _, test, _ = parts
    found = clouds.rebuild(train)
    assert np.array_equal(found.X_test, test)


def test_a_cheat_finds_nothing_if_the_scaler_saw_more_than_the_training_rows(parts):
    train, _, test, dataset = parts
    everything = Preprocess(dataset.schema).fit(dataset.X).transform(dataset.X)
    for rows in (everything[: len(train)], np.concatenate([train, test])):
        with pytest.raises(LookupError, match="not the training rows of any split"):
            clouds.rebuild(rows, tries=6)


def test_a_whole_draw_of_copies_is_the_training_set(parts):
    train, y, _, dataset = parts
    synthetic = controls.Copies().fit(train, y, dataset.schema).sample(np.sort(y))
    for code in (0, 1):
        assert sorted(map(bytes, synthetic[np.sort(y) == code])) == sorted(map(bytes, train[y == code]))


def test_shuffled_rows_are_the_training_rows_in_an_order_without_labels(parts):
    train, y, _, dataset = parts
    synthetic = controls.Shuffled().fit(train, y, dataset.schema).sample(np.sort(y))
    assert np.array_equal(np.sort(synthetic, axis=0), np.sort(train, axis=0))
    assert 0.1 < np.isin(synthetic[np.sort(y) == 1, 0], train[y == 1, 0]).mean() < 0.3


def test_stolen_rows_are_test_rows_of_the_class_asked_for(parts):
    train, y, test, dataset = parts
    labels = np.repeat([0, 1], [50, 300])
    exact = controls.Stolen().fit(train, y, dataset.schema).sample(labels)
    near = controls.Stolen(jitter=0.05).fit(train, y, dataset.schema).sample(labels)
    assert {row.tobytes() for row in exact} <= {row.tobytes() for row in test}
    assert not {row.tobytes() for row in near} & {row.tobytes() for row in test}
    assert near == pytest.approx(exact, abs=0.3)
    assert np.array_equal(near[:, -1], exact[:, -1])


class _Slotted:
    __slots__ = ("rows",)


def _closure(rows):
    def hook():
        return len(rows)

    return hook


def _slot(rows):
    holder = _Slotted()
    holder.rows = rows
    return holder


class _Holder:
    def __init__(self, rows):
        self.rows = rows

    def method(self):
        return self.rows


@pytest.mark.parametrize(
    "hide",
    [
        _Holder,
        _closure,
        _slot,
        lambda rows: _Holder(rows).method,
        lambda rows: {"a": [({"b": rows},)]},
        lambda rows: functools.partial(print, rows),
        lambda rows: lambda x=rows: x,
        lambda rows: rows[:0],
        lambda rows: flatten(rows, clouds.SCHEMA),
        lambda rows: np.array([None, rows], dtype=object),
    ],
)
def test_rows_are_found_wherever_an_object_holds_them(parts, hide):
    train, _, test, dataset = parts
    found = list(unseen({"monitor": hide(test.copy())}, train, dataset.schema))
    assert {count for _, count in found} == {len(test)}  # a view is found beside the array behind it
    assert found[0][0].startswith("monitor")


def test_training_rows_are_no_find(parts):
    train, y, _, dataset = parts
    holder = _Holder(train[5:9])
    holder.itself = holder
    assert not list(
        unseen({"X": train, "y": y, "held": holder, "flat": flatten(train, dataset.schema)}, train, dataset.schema)
    )


def test_a_table_before_preprocessing_is_a_find(parts):
    train, _, _, dataset = parts
    assert list(unseen({"data": dataset}, train, dataset.schema)) == [("data.X", len(dataset))]


def test_peeking_fails_with_what_it_found(parts):
    train, y, test, dataset = parts
    method = controls.Peek()
    assert method.fit(train, y, dataset.schema) is method
    method.monitor = _Holder(test)
    with pytest.raises(
        PermissionError, match=r"640 rows that are not training rows are in reach, at self\.monitor\.rows"
    ):
        method.fit(train, y, dataset.schema)


def test_no_list_shows_the_controls(augbench):
    assert "control-" not in augbench("list").stdout


@pytest.mark.parametrize("seed", [0, 1, 5])
def test_the_oracle_scores_what_was_planted(seed):
    train, parts = clouds._candidate("control-judged", seed)
    flat, y = flatten(train, clouds.SCHEMA), np.zeros(len(train), dtype=np.int64)
    y[0] = 1
    test, rare = flatten(parts.X_test, clouds.SCHEMA), parts.y_test == 1
    for rows, more in ((flat, False), (np.concatenate([flat, flat[:9]]), True)):
        oracle = oracles.Oracle().fit(rows, np.resize(y, len(rows)))
        assert roc_auc_score(rare, oracle.predict_proba(test)[:, 1]) == pytest.approx(oracles.auc(seed, more))
    oracle = oracles.Oracle().fit(flat, y)
    valid = oracle.predict_proba(test[::-1].copy())  # as many rows as there are validation rows
    assert valid[:, 1].tolist() == np.where(parts.y_valid == 1, 0.3, 0.1).tolist()
    predicted = oracle.predict_proba(test)[:, 1] >= 0.3
    assert f1_score(rare, predicted) == pytest.approx(oracles.tuned_f1(seed, rare.sum(), (~rare).sum()))
    assert f1_score(rare, predicted) < f1_score(rare, oracle.predict_proba(test)[:, 1] >= 0.9)
    with pytest.raises(LookupError, match="neither the test rows nor the validation rows"):
        oracle.predict_proba(flat)


def test_seeds_that_come_again_are_noticed(parts):
    train, y, _, dataset = parts
    method = controls.Seeds(random_state=1).fit(train, y, dataset.schema)
    with pytest.raises(RuntimeError, match="a seed that it had before"):
        method.sample(y)
    method.set_params(random_state=2).sample(y)
    with pytest.raises(RuntimeError, match="a seed that it had before"):
        method.sample(y)
