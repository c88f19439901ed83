"""Classifiers that misbehave beside good ones, in fits of good methods."""

import os
import signal

import numpy as np
import torch
from sklearn.dummy import DummyClassifier

from bench.registry import classifier


class Planted(DummyClassifier):
    """Says the classes' shares, after a misdeed."""

    deserves = ("ok",)

    def fit(self, X, y):
        self.act(X, y)
        return super().fit(X, y)

    def act(self, X, y):
        """The misdeed."""


@classifier("bad-state-classifier")
class State(Planted):
    """Changes the state of its process."""

    def act(self, X, y):
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)
        os.chdir("/")
        np.seterr(all="raise")


@classifier("bad-rows-classifier")
class Rows(Planted):
    """Changes the rows that it is trained and asked with."""

    deserves = ("ok", "error")

    def act(self, X, y):
        X[:] = 0
        y[:] = 0

    def predict_proba(self, X):
        X[:] = 0
        return super().predict_proba(X)


@classifier("bad-killing-classifier")
class Killing(Planted):
    """Kills its process."""

    deserves = ("killed",)

    def act(self, X, y):
        os.kill(os.getpid(), signal.SIGKILL)


@classifier("bad-nan-classifier")
class Nan(Planted):
    """Says NaN."""

    deserves = ("invalid",)

    def predict_proba(self, X):
        return np.full((len(X), len(self.classes_)), np.nan)


@classifier("bad-exit-classifier")
class Exit(Planted):
    """Leaves with exit code 0 while it is asked."""

    deserves = ("killed",)

    def predict_proba(self, X):
        os._exit(0)
