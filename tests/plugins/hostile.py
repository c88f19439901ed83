"""A task and methods whose names, and whatever else is text, would run script, leave the folder or break a table."""

import hashlib

import numpy as np
from hostile_names import CLASSES, ESCAPES, FORMULA, LONG, SCRIPT, TASK
from sklearn.tree import DecisionTreeClassifier

from bench.augmenter import Augmenter
from bench.registry import classifier, method, task
from bench.task import Column, Dataset, Origin, Schema, Task


@task(TASK)
class Hostile(Task):
    """<script>window.owned=4</script>"""

    modality = "tabular"
    primary = "f1_macro"

    def locate(self, home):
        note = f"note {SCRIPT} {ESCAPES} {LONG}"
        return Origin("real", "folder", hashlib.sha256(b"hostile").hexdigest(), note, licence=SCRIPT)

    def read(self, origin):
        rng = np.random.default_rng(0)
        y = np.repeat(np.arange(3), [120, 40, 30])
        X = rng.normal(size=(len(y), 3)) + y[:, None]
        X[:, 2] = rng.integers(0, 2, len(y))
        columns = (Column(FORMULA), Column(LONG), Column(f"kind {SCRIPT}", (SCRIPT, "$\\frac{$")))
        return Dataset(X.astype(np.float32), y, Schema("tabular", (3,), CLASSES, columns), origin)

    def measures(self, rows, labels):
        return {f"own {SCRIPT}": 0.5, FORMULA: 0.5, f"own {ESCAPES}": 0.5}


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


@method(FORMULA, LONG)
class Formula(Copies):
    """\x1b[2J\x1b]0;owned\x07"""


@classifier("+tree; <img src=x onerror=window.owned=7> \\ %")
class Tree(DecisionTreeClassifier):
    """A tree."""

    def __init__(self, random_state=0):
        super().__init__(max_depth=3, random_state=random_state)


@method("<!-- fails -->")
class Fails(Copies):
    """Fails with a message of its own kind."""

    def fit(self, X, y, schema):
        raise ValueError(f"\x1b[2J\udce9 {SCRIPT} {ESCAPES}")
