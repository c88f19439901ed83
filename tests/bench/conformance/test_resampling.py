"""The checks of ``resample`` pass what keeps the contract, and each catches its own fault."""

from __future__ import annotations

import numpy as np
import pytest

from bench.augmenter import Resampler
from bench.conformance import method_checks
from bench.errors import Unsuitable


class Halves(Resampler):
    """Half of every class, drawn at random; what a good method does."""

    def resample(self, X, y, schema):
        rng = np.random.default_rng(self.random_state)
        kept = [rng.permutation(np.flatnonzero(y == c))[: (np.sum(y == c) + 1) // 2] for c in np.unique(y)]
        rows = np.sort(np.concatenate(kept))
        return X[rows], y[rows]


class NotFinite(Halves):
    def resample(self, X, y, schema):
        X, y = super().resample(X, y, schema)
        return X * np.float32(np.nan), y


class Double(Halves):
    def resample(self, X, y, schema):
        X, y = super().resample(X, y, schema)
        return X.astype(np.float16), y


class ShortLabels(Halves):
    def resample(self, X, y, schema):
        X, y = super().resample(X, y, schema)
        return X, y.astype(np.int8)


class Unknown(Halves):
    def resample(self, X, y, schema):
        X, y = super().resample(X, y, schema)
        return X, y + 1


class Loses(Halves):
    def resample(self, X, y, schema):
        return X[y < 2], y[y < 2]


class MayLose(Loses):
    loses_classes = True


class Forgets(Halves):
    def resample(self, X, y, schema):
        self.calls_ = getattr(self, "calls_", 0) + 1
        return X[self.calls_ :], y[self.calls_ :]


class Unseeded(Halves):
    def resample(self, X, y, schema):
        kept = np.random.default_rng().permutation(len(y))[: len(y) - 1]
        return X[kept], y[kept]


class Global(Halves):
    def resample(self, X, y, schema):
        np.random.random()  # noqa: NPY002
        return super().resample(X, y, schema)


class InPlace(Halves):
    def resample(self, X, y, schema):
        X *= 2
        return super().resample(X, y, schema)


class View(Halves):
    def resample(self, X, y, schema):
        return X[:], y[:]


class NeedsThree(Halves):
    def resample(self, X, y, schema):
        if np.bincount(y).min() < 3:
            raise ValueError("too few")
        return super().resample(X, y, schema)


class SaysSo(Halves):
    def resample(self, X, y, schema):
        if np.bincount(y).min() < 3:
            raise Unsuitable("needs three rows of a class")
        return super().resample(X, y, schema)


def failures(method, modality="tabular"):
    failed = {}
    for name, check in method_checks(method, modality, draws=False, resamples=True):
        try:
            check()
        except AssertionError as error:
            failed[name] = str(error)
    return failed


@pytest.mark.parametrize("method", [Halves(), MayLose(), SaysSo()], ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("modality", ["tabular", "image", "series"])
def test_good_methods_pass_everything(method, modality):
    assert failures(method, modality) == {}


@pytest.mark.parametrize(
    ("method", "check"),
    [
        (NotFinite(), "resample_returns_a_training_set"),
        (Double(), "resample_returns_a_training_set"),
        (ShortLabels(), "resample_returns_a_training_set"),
        (Unknown(), "resample_returns_a_training_set"),
        (Loses(), "no_class_is_lost"),
        (Forgets(), "resampling_again_changes_nothing"),
        (Unseeded(), "same_seed_same_training_set"),
        (Global(), "global_random_state_untouched_by_resample"),
        (InPlace(), "resampled_rows_untouched"),
        (View(), "resampled_rows_untouched"),
        (NeedsThree(), "resample_a_class_of_two_rows"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Resampler) else value,
)
def test_every_check_catches_its_fault(method, check):
    assert check in failures(method)


def test_a_lost_class_is_named():
    assert failures(Loses())["no_class_is_lost"].startswith("no row of class 'rare' is left")
