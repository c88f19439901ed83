"""Methods and a classifier that change what they are handed, or raise what is hard to write down."""

import errno
import os

import numpy as np
from sklearn.dummy import DummyClassifier

from bench.registry import classifier, method
from methods.smote import RandomOver


@method("meddle-labels")
class Labels(RandomOver):
    """Changes the labels that it is asked for, once its rows are drawn."""

    def sample(self, labels):
        rows = super().sample(labels)
        labels[:] = 0
        return rows


@method("meddle-schema")
class Schemas(RandomOver):
    """Changes the schema."""

    def fit(self, X, y, schema):
        super().fit(X, y, schema)
        for one in (schema, self.monitor.schema):
            object.__setattr__(one, "classes", ("changed",))
        return self


@method("meddle-monitor")
class Monitored(RandomOver):
    """Changes the rows that its monitor judges by."""

    def fit(self, X, y, schema):
        self.monitor.X.flags.writeable = True
        self.monitor.X[:] = 0
        return super().fit(X, y, schema)


@method("meddle-later")
class Later(RandomOver):
    """Changes its rows once they were checked."""

    def sample(self, labels):
        self.shown_ = super().sample(labels)
        return self.shown_

    def classifier_options(self):
        self.shown_[:] = np.nan
        return {}


@method("raise-mute")
class Mute(RandomOver):
    """Raises what cannot say why."""

    def fit(self, X, y, schema):
        class Silent(Exception):
            def __str__(self):
                raise RuntimeError

        raise Silent


@method("raise-end")
class End(RandomOver):
    """Raises what ends a generator."""

    def fit(self, X, y, schema):
        raise GeneratorExit


@method("raise-full")
class Full(RandomOver):
    """Finds the disk full."""

    def fit(self, X, y, schema):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@classifier("meddle-rows")
class Rows(DummyClassifier):
    """Changes the rows that it is trained and asked with."""

    def fit(self, X, y):
        super().fit(X, y)
        X[:], y[:] = 0, 0
        return self

    def predict_proba(self, X):
        found = super().predict_proba(X)
        X[:] = 0
        return found
