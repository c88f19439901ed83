"""A small task, and methods that behave and misbehave, for the tests of the engine."""

import os
import signal
import time

import numpy as np

from bench.augmenter import Augmenter, Resampler
from bench.registry import method, task
from bench.task import Column, Dataset, Origin, Schema, Split, Task


@task("toy", modalities=("tabular",))
class Toy(Task):
    """Two overlapping clouds, one of them rare."""

    modality = "tabular"

    def __init__(self, name: str, rows: int = 200) -> None:
        super().__init__(name)
        self.rows = rows

    def locate(self, home):
        return Origin("simulated", "stand-in", f"toy{self.rows:013d}", "two clouds")

    def read(self, origin):
        rng = np.random.default_rng(0)
        y = (np.arange(self.rows) % 5 == 0).astype(np.int64)
        X = rng.normal(size=(self.rows, 3)).astype(np.float32) + 1.5 * y[:, None].astype(np.float32)
        schema = Schema("tabular", (3,), ("many", "few"), tuple(Column(c) for c in "abc"), rare=1)
        return Dataset(X, y, schema, origin)


@task("toy-fixed", modalities=("tabular",))
class Fixed(Toy):
    """The same, with the same test rows at every seed."""

    def split(self, dataset, seed):
        rest = np.random.default_rng(seed).permutation(np.arange(60, self.rows))
        return Split(rest[:100], rest[100:], np.arange(60), fixed="rows")


class Jitter(Augmenter):
    """Rows of the class asked for, with a little noise."""

    def fit(self, X, y, schema):
        self.rows_ = {int(c): X[y == c] for c in np.unique(y)}
        return self

    def sample(self, labels):
        rng = np.random.default_rng(self.random_state)
        picked = np.stack([self.rows_[int(c)][rng.integers(len(self.rows_[int(c)]))] for c in labels])
        return (picked + rng.normal(scale=0.05, size=picked.shape)).astype(np.float32)


@method("toy-jitter")
class Good(Jitter):
    """Behaves."""


@method("toy-slow", params={"seconds": 0.3})
@method("toy-sleep", params={"seconds": 60.0})
class Sleep(Jitter):
    """Takes its time to fit."""

    def __init__(self, seconds=1.0, random_state=0):
        super().__init__(random_state)
        self.seconds = seconds

    def fit(self, X, y, schema):
        time.sleep(self.seconds)
        return super().fit(X, y, schema)


@method("toy-error")
class Error(Jitter):
    """Fails to fit."""

    def fit(self, X, y, schema):
        raise ValueError("no luck\nat all")


@method("toy-oom")
class Oom(Jitter):
    """Runs out of memory."""

    def fit(self, X, y, schema):
        raise MemoryError("too much")


@method("toy-nan")
class Nan(Jitter):
    """Draws NaN in the tstr regime only."""

    def sample(self, labels):
        rows = super().sample(labels)
        if len(np.unique(labels)) > 1:
            rows[0, 0] = np.nan
        return rows


@method("toy-short")
class Short(Jitter):
    """Draws one row too few."""

    def sample(self, labels):
        return super().sample(labels)[:-1]


@method("toy-die")
class Die(Jitter):
    """Kills its worker while it draws."""

    def sample(self, labels):
        if len(np.unique(labels)) > 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().sample(labels)


@task("toy-crash", params={"flaw": "crash"})
@task("toy-one-class", params={"flaw": "one class"})
@task("toy-nan-rows", params={"flaw": "nan"})
@task("toy-lonely", params={"flaw": "lonely"})
class Flawed(Toy):
    """A table that cannot carry a benchmark."""

    def __init__(self, name: str, flaw: str) -> None:
        super().__init__(name)
        self.flaw = flaw

    def read(self, origin):
        rows = super().read(origin)
        if self.flaw == "crash":
            raise RuntimeError("a fault of the task's own")
        if self.flaw == "one class":
            rows.y[:] = 0
        elif self.flaw == "lonely":
            rows.y[:] = 0
            rows.y[0] = 1
        else:
            rows.X[3, 1] = np.nan
        return rows


@method("toy-halved", regimes=("resample",))
class Halved(Resampler):
    """Every second row away, the first of them moved."""

    def resample(self, X, y, schema):
        X, y = X[::2].copy(), y[::2].copy()
        X[0] += 0.5
        return X, y


@method("toy-one-class", regimes=("resample",))
class OneClass(Resampler):
    """Leaves one class."""

    def resample(self, X, y, schema):
        return X[y == 0], y[y == 0]


@method("toy-spoils", regimes=("resample",))
class Spoils(Resampler):
    """Returns the training rows, and writes into those that it was handed."""

    def resample(self, X, y, schema):
        kept = X.copy(), y.copy()
        X[:], y[:] = 0, 0
        return kept


@method("toy-undecided", regimes=("resample",))
class Undecided(Jitter):
    """Declares a regime that it does not offer."""
