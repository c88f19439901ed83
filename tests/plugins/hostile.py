"""A task and methods whose names, and whatever else is text, would run script, leave the folder or break a table."""

import hashlib

import numpy as np

from bench.augmenter import Augmenter
from bench.registry import method, task
from bench.task import Column, Dataset, Origin, Schema, Task

SCRIPT = "<img src=x onerror=window.owned=1>&amp;</script><script>window.owned=2</script><!--"
CLASSES = (f"N/A {SCRIPT}", "rare", "a|b [x](javascript:window.owned=3) $y$ \\ `z`")


@task("../<img src=x onerror=window.owned=1>&lt;</script><script>window.owned=2</script>")
class Hostile(Task):
    """<script>window.owned=4</script>"""

    modality = "tabular"
    primary = "f1_macro"

    def locate(self, home):
        return Origin("real", "folder", hashlib.sha256(b"hostile").hexdigest(), f"note {SCRIPT}", licence=SCRIPT)

    def read(self, origin):
        rng = np.random.default_rng(0)
        y = np.repeat(np.arange(3), [120, 40, 30])
        X = rng.normal(size=(len(y), 3)) + y[:, None]
        X[:, 2] = rng.integers(0, 2, len(y))
        columns = (Column(f"u {SCRIPT}"), Column("v $x_{"), Column(f"kind {SCRIPT}", (SCRIPT, "$\\frac{$")))
        return Dataset(X.astype(np.float32), y, Schema("tabular", (3,), CLASSES, columns), origin)

    def measures(self, rows, labels):
        return {f"own {SCRIPT}": 0.5}


class Copies(Augmenter):
    """Training rows again."""

    def fit(self, X, y, schema):
        self.X_, self.y_ = X, y
        return self

    def sample(self, labels):
        rng = np.random.default_rng(self.random_state)
        return np.stack([self.X_[rng.choice(np.flatnonzero(self.y_ == label))] for label in labels])


@method("/elsewhere/<img src=x onerror=window.owned=1>&lt;</script><script>window.owned=2</script>$x$|`y`")
class Elsewhere(Copies):
    """[x](javascript:window.owned=5)"""


@method("lib/copies")
class Slash(Copies):
    """Copies."""


@method("<!-- fails -->")
class Fails(Copies):
    """Fails with a message of its own kind."""

    def fit(self, X, y, schema):
        raise ValueError(f"\x1b[2J\udce9 {SCRIPT}")
