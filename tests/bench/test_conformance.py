"""The conformance checks pass what is registered and fail what is broken, each for its own reason."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import RandomForestClassifier

from bench import registry
from bench.augmenter import Augmenter
from bench.conformance import classifier_checks, method_checks, task_checks, toy_rows
from bench.data import DataHome
from bench.task import Dataset, Origin, Split, Task
from bench.trial.marks import takes_marks

#: whatever a method calls the length of its training, shortened
QUICK = {
    "steps": 3, "pretrain_steps": 3, "pretrain_batch_size": 8, "epochs": 2, "batch_size": 8, "critic_steps": 2,
    "generator": (16,), "critic": (16,), "noise": 16, "code": 16,
}  # fmt: skip

registry.discover()


def registered():
    cases = []
    for entry in registry.methods:
        if entry.missing:
            continue
        if not entry.module.startswith("methods."):
            continue  # planted by other tests
        for modality in entry.modalities:
            cases.append(pytest.param(entry, modality, id=f"{entry.name}-{modality}"))
    return cases


@pytest.mark.parametrize(("entry", "modality"), registered())
def test_registered_methods_conform(entry, modality):
    made = entry.create()
    quick = made.set_params(**{key: value for key, value in QUICK.items() if key in made.get_params()})
    does = {"draws": entry.draws, "resamples": "resample" in entry.regimes}
    mixed = "categorical" not in entry.unfit
    for name, check in method_checks(quick, modality, mixed=mixed, marked=takes_marks(entry), **does):
        try:
            check()
        except AssertionError as error:
            pytest.fail(f"{name}: {error}")


class Good(Augmenter):
    """Draws training rows of the class again."""

    def __init__(self, size=3, random_state=0):
        super().__init__(random_state)
        self.size = size

    def fit(self, X, y, schema):
        self.X_, self.y_, self.schema_ = X, y, schema
        return self

    def sample(self, labels):
        rng = np.random.default_rng(self.random_state)
        picks = [rng.choice(np.flatnonzero(self.y_ == label)) for label in labels]
        return self.X_[np.array(picks, dtype=np.int64)].copy()


class Forgetful(Good):
    def __init__(self, size=3, random_state=0):
        super().__init__(size, random_state)
        self.size = [size]


class Silent(Good):
    def fit(self, X, y, schema):
        super().fit(X, y, schema)


class NotFinite(Good):
    def sample(self, labels):
        return super().sample(labels) * np.float32(np.nan)


class HalfPrecision(Good):
    def sample(self, labels):
        return super().sample(labels).astype(np.float16)


class BadCodes(Good):
    def sample(self, labels):
        rows = super().sample(labels)
        rows[:, 2] += 3
        return rows


class Ordered(Good):
    def sample(self, labels):
        if len(labels) and (np.diff(labels) < 0).all():
            raise IndexError("labels must ascend")
        return super().sample(labels) if list(labels) != sorted(labels, reverse=True) else super().sample(labels[:1])


class AllClasses(Good):
    def sample(self, labels):
        return super().sample(np.concatenate([labels, np.setdiff1d(self.y_, labels)]) if len(labels) else labels)


class NeverEmpty(Good):
    def sample(self, labels):
        return super().sample(labels) if len(labels) else self.X_[:1]


class Unseeded(Good):
    def sample(self, labels):
        return self.X_[np.random.default_rng().integers(0, len(self.X_), len(labels))]


class Accumulating(Good):
    def fit(self, X, y, schema):
        self.fits_ = getattr(self, "fits_", 0) + 1
        return super().fit(X + self.fits_, y, schema)


class Constant(Good):
    def sample(self, labels):
        return self.X_[[np.flatnonzero(self.y_ == label)[0] for label in labels]].reshape(-1, *self.schema_.shape)


class DeclaredConstant(Constant):
    deterministic = True


class PythonRandom(Good):
    def sample(self, labels):
        random.random()
        return super().sample(labels)


class NumpyRandom(Good):
    def sample(self, labels):
        np.random.random()  # noqa: NPY002
        return super().sample(labels)


class TorchRandom(Good):
    def fit(self, X, y, schema):
        import torch

        torch.rand(1)
        return super().fit(X, y, schema)


class InPlace(Good):
    def fit(self, X, y, schema):
        X += 1
        return super().fit(X, y, schema)


class Greedy(Good):
    def fit(self, X, y, schema):
        keep = np.ones(len(y), bool) if self.wanted is None else np.isin(y, self.wanted)
        self.mean_ = X[keep].mean(0)
        return super().fit(X, y, schema)

    def sample(self, labels):
        return super().sample(labels) + self.mean_


class Shy(Good):
    def fit(self, X, y, schema):
        super().fit(X, y, schema)
        if self.monitor and self.monitor.wants(1, 1):
            self.monitor.record(1, {"g": 0.5}, lambda: (X[:4], y[:4]))
            self.X_ = self.X_ + 1
        return self


class BadLoss(Good):
    def fit(self, X, y, schema):
        if self.monitor and self.monitor.wants(1, 1):
            self.monitor.record(1, {"g": np.ones(2)}, lambda: (X[:4], y[:4]))
        return super().fit(X, y, schema)


def failures(checks):
    failed = {}
    for name, check in checks:
        try:
            check()
        except AssertionError as error:
            failed[name] = str(error)
        except Exception as error:
            failed[name] = f"{type(error).__name__}: {error}"
    return failed


@pytest.mark.parametrize("method", [Good(), DeclaredConstant()], ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("modality", ["tabular", "image", "series"])
def test_good_methods_pass_everything(method, modality):
    assert failures(method_checks(method, modality)) == {}


@pytest.mark.parametrize(
    ("method", "check"),
    [
        (Forgetful(), "constructor_only_stores"),
        (Silent(), "fit_returns_self"),
        (NotFinite(), "one_valid_row_per_label"),
        (HalfPrecision(), "one_valid_row_per_label"),
        (BadCodes(), "one_valid_row_per_label"),
        (Ordered(), "labels_in_any_order"),
        (AllClasses(), "one_class_alone"),
        (NeverEmpty(), "no_labels_no_rows"),
        (Unseeded(), "sampling_again_changes_nothing"),
        (Unseeded(), "same_seed_same_rows"),
        (Accumulating(), "fitting_again_starts_afresh"),
        (Constant(), "other_seed_other_rows"),
        (PythonRandom(), "global_random_state_untouched"),
        (NumpyRandom(), "global_random_state_untouched"),
        (TorchRandom(), "global_random_state_untouched"),
        (InPlace(), "training_rows_untouched"),
        (Greedy(), "wanted_changes_nothing"),
        (Shy(), "monitor_changes_nothing"),
        (BadLoss(), "monitor_changes_nothing"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Augmenter) else value,
)
def test_every_check_catches_its_fault(method, check):
    assert check in failures(method_checks(method))


def test_toy_rows_are_what_the_contract_says():
    for modality in ("tabular", "image", "series"):
        X, y, schema = toy_rows(modality)
        assert X.dtype == np.float32
        assert y.dtype == np.int64
        assert X.shape == (60, *schema.shape)


class Coin(ClassifierMixin, BaseEstimator):
    def __init__(self, random_state=0):
        self.random_state = random_state

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return np.full((len(X), len(self.classes_)), 1 / len(self.classes_))

    def predict(self, X):
        return self.classes_[np.zeros(len(X), dtype=int)]


class Lopsided(Coin):
    def predict_proba(self, X):
        return super().predict_proba(X) * 2


class Careless(Coin):
    def fit(self, X, y):
        X *= 2
        np.random.random()  # noqa: NPY002
        return super().fit(X, y)

    def predict_proba(self, X):
        shares = np.random.default_rng().random((len(X), len(self.classes_)))
        return shares / shares.sum(1, keepdims=True)


def test_classifier_checks():
    assert failures(classifier_checks(RandomForestClassifier(10))) == {}
    assert set(failures(classifier_checks(Coin()))) == {"learns"}
    assert "probabilities" in failures(classifier_checks(Lopsided()))
    assert set(failures(classifier_checks(Careless()))) == {
        "same_seed_same_probabilities", "classifier_random_state_untouched", "classifier_rows_untouched", "learns",
    }  # fmt: skip


class Toy(Task):
    """The toy rows as a task; ``fault`` breaks it in one way."""

    def __init__(self, name="toy", fault=""):
        super().__init__(name)
        self.fault = fault

    def locate(self, home):
        return Origin("simulated", "stand-in", "0" * (10 if self.fault == "sha" else 64), "made up")

    def read(self, origin):
        X, y, schema = toy_rows()
        groups = np.arange(len(y))
        if self.fault == "dtype":
            X = X.astype(np.float64)
        if self.fault == "nan":
            X[0, 0] = np.nan
        if self.fault == "code":
            X[0, 2] = 0.5
        if self.fault == "random":
            X[:, 0] += np.random.default_rng().random()
        if self.fault == "groups":
            groups[:] = 1
        if self.fault == "class":
            schema = replace(schema, classes=(*schema.classes, "never"))
        return Dataset(X, y, schema, origin, groups=groups)

    def split(self, dataset, seed):
        order = np.random.default_rng(None if self.fault == "unseeded" else seed).permutation(len(dataset))
        train, valid, test = order[:36], order[36:48], order[48:]
        if self.fault == "overlap":
            valid = order[30:48]
        if self.fault == "dropped":
            test = test[:-1]
        if self.fault == "untrained":
            train = train[dataset.y[train] != 2]
        return Split(train, valid, test)


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        ("", None),
        ("sha", "origin_identifies_the_rows"),
        ("dtype", "dataset_matches_its_schema"),
        ("nan", "dataset_matches_its_schema"),
        ("code", "dataset_matches_its_schema"),
        ("class", "dataset_matches_its_schema"),
        ("random", "reading_is_deterministic"),
        ("overlap", "split_is_disjoint"),
        ("dropped", "split_is_disjoint"),
        ("unseeded", "split_is_deterministic"),
        ("untrained", "every_class_is_trained_on"),
        ("groups", "groups_stay_together"),
    ],
)
def test_task_checks(fault, check, tmp_path: Path):
    failed = failures(task_checks(Toy(fault=fault), DataHome(cache=tmp_path, offline=True)))
    assert (check in failed) if check else not failed
