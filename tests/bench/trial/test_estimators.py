"""Methods and classifiers as a trial makes them."""

from types import SimpleNamespace

import pytest
from sklearn.base import BaseEstimator

from bench.errors import Unsuitable
from bench.task import Column, Schema
from bench.trial import estimators


class Estimator(BaseEstimator):
    def __init__(self, depth=1, random_state=0):
        self.depth = depth
        self.random_state = random_state


ENTRY = SimpleNamespace(name="tree", unfit=("categorical",), create=Estimator)
NUMBERS = Schema("tabular", (1,), ("a", "b"), (Column("x"),))
CODES = Schema("tabular", (2,), ("a", "b"), (Column("x"), Column("kind", ("u", "v"))))


def test_an_estimator_gets_its_options_and_of_the_suites_settings_those_it_has():
    made = estimators.create(ENTRY, {"depth": 3}, random_state=7, device="cpu")
    assert made.get_params() == {"depth": 3, "random_state": 7}


def test_undeclared_categories_are_refused_by_name():
    estimators.refuse_unfit(ENTRY, NUMBERS)
    with pytest.raises(Unsuitable, match="tree does not take categorical rows; 'kind' is categorical"):
        estimators.refuse_unfit(ENTRY, CODES)
    estimators.refuse_unfit(SimpleNamespace(name="tree", unfit=()), CODES)


def test_each_name_is_warmed_up_once(monkeypatch):
    monkeypatch.setattr(estimators, "_warm", set())
    calls = []
    for name in ("gru", "gru", "cnn"):
        estimators.warm_up(name, SimpleNamespace(warm_up=lambda name=name: calls.append(name)))
    estimators.warm_up("tree", object())  # has nothing to warm up
    assert calls == ["gru", "cnn"]
