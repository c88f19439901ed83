"""Methods that change what they are handed. Copies do not matter to others; what is no copy cannot be changed."""

import numpy as np
from planted import Planted

from bench.registry import method


@method("bad-rows-in-place")
class Rows(Planted):
    """Its own rows and labels."""

    short = True

    def fit(self, X, y, schema):
        super().fit(X.copy(), y.copy(), schema)
        X[:] = np.nan
        y[:] = 0
        X.resize((0,), refcheck=False)
        return self


@method("bad-monitor-rows")
class MonitorRows(Planted):
    """The rows that its monitor judges by."""

    short = True
    deserves = ("error",)

    def act(self, X, y, schema):
        self.monitor.X[:] = 0


@method("bad-monitor-flags")
class MonitorFlags(Planted):
    """The same, after it has made them writeable."""

    deserves = ("error",)

    def act(self, X, y, schema):
        self.monitor.y.flags.writeable = True
        self.monitor.y[:] = 0


@method("bad-schema")
class SchemaInPlace(Planted):
    """The schema, its own and its monitor's."""

    short = True

    def fit(self, X, y, schema):
        super().fit(X, y, schema)
        for one in (schema, self.monitor.schema):
            object.__setattr__(one, "classes", ("a", "b", "c"))
            object.__setattr__(one, "rare", 0)
            for column in one.columns:
                object.__setattr__(column, "name", "changed")
        return self


@method("bad-labels")
class LabelsInPlace(Planted):
    """The labels that rows are asked for."""

    short = True

    def sample(self, labels):
        rows = super().sample(labels)
        labels[:] = 0
        return rows


@method("bad-judged")
class Judged(Planted):
    """The rows that its monitor draws, while they are judged."""

    def act(self, X, y, schema):
        self.monitor.record(1, {"g": float("nan"), "d": np.float32(np.inf)}, lambda: (X[:3], "no labels"))


@method("bad-test-rows")
class Views(Planted):
    """Rows that are views of what it was fitted with, changed between draws."""

    def fit(self, X, y, schema):
        self.X_, self.y_, self.numeric_ = X, y, list(schema.numeric)
        return self

    def sample(self, labels):
        self.X_[:, self.numeric_] += 1
        return self.X_[[np.flatnonzero(self.y_ == label)[0] for label in labels]]
