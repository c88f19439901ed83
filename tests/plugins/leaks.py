"""Tasks with a planted leak each, for the tests of the audit."""

import numpy as np

from bench.registry import task
from bench.task import Column, Dataset, Origin, Schema, Split, Task

COLUMNS = tuple(Column(name, missing=True) for name in "abc")


@task("planted-nothing")
@task("planted-duplicates", params={"flaw": "duplicates"})
@task("planted-filled", params={"flaw": "filled"})
@task("planted-ties", params={"flaw": "ties"})
@task("planted-groups", params={"flaw": "groups"})
@task("planted-owners-slides", leaky=True, params={"flaw": "owners"})
@task("planted-twice", params={"flaw": "twice"})
@task("planted-no-test", params={"flaw": "no test"})
@task("planted-time", params={"flaw": "time"})
@task("planted-later", params={"flaw": "later"})
@task("planted-random-time", params={"flaw": "random time"})
@task("planted-shown", params={"flaw": "shown"})
@task("planted-duplicates-leaky", leaky=True, params={"flaw": "duplicates"})
class Planted(Task):
    """Two clouds, split at random unless the flaw says otherwise."""

    modality = "tabular"

    def __init__(self, name: str, flaw: str = "", rows: int = 300) -> None:
        super().__init__(name)
        self.flaw = flaw
        self.rows = rows

    def locate(self, home):
        return Origin("simulated", "stand-in", f"planted {self.rows}", "two clouds")

    def read(self, origin):
        rng = np.random.default_rng(0)
        n = self.rows
        y = (np.arange(n) % 4 == 0).astype(np.int64)
        X = rng.normal(size=(n, 3)).astype(np.float32) + y[:, None].astype(np.float32)
        groups, order, extra = None, None, {}
        if self.flaw == "duplicates":
            X[1::2] = X[::2]
        elif self.flaw == "filled":
            X[1::2] = X[::2]
            X[:, 0] = np.where(np.arange(n) % 2, np.nan, 5)
        elif self.flaw == "ties":
            X = rng.integers(0, 3, (n, 3)).astype(np.float32)
        elif self.flaw == "groups":
            groups = np.arange(n) // 10
        elif self.flaw == "owners":
            extra = {"patient": np.arange(n) // 10}
        elif "time" in self.flaw or self.flaw == "later":
            order = np.arange(n) * 0.5
        schema = Schema("tabular", (3,), ("many", "few"), COLUMNS, rare=1)
        return Dataset(X, y, schema, origin, groups, order, extra)

    def split(self, dataset, seed):
        n = len(dataset)
        index = np.arange(n)
        if self.flaw not in ("time", "later"):
            index = np.random.default_rng(seed).permutation(n)
        train, valid, test = np.split(index, [n * 3 // 5, n * 4 // 5])
        if self.flaw == "time":
            train[-1], test[-1] = test[-1], train[-1]  # one training row comes last, one test row too early
        if self.flaw == "twice":
            test[:3] = train[:3]
        if self.flaw == "no test":
            test = test[:0]
        return Split(train, valid, test, np.concatenate([train, test]) if self.flaw == "shown" else None)


@task("planted-sequence", modalities=("series",))
@task("planted-windows", modalities=("series",), params={"stride": 5})
class Windows(Task):
    """Windows of 10 steps of one sequence: side by side, or overlapping and then shuffled."""

    modality = "series"

    def __init__(self, name: str, stride: int = 10) -> None:
        super().__init__(name)
        self.stride = stride

    def locate(self, home):
        return Origin("simulated", "stand-in", f"windows {self.stride}", "one sequence")

    def read(self, origin):
        sequence = np.random.default_rng(0).normal(size=(2000, 2)).astype(np.float32)
        starts = np.arange(0, 1991, self.stride)
        y = (np.arange(len(starts)) % 4 == 0).astype(np.int64)
        schema = Schema("series", (10, 2), ("many", "few"), (Column("u"), Column("v")), rare=1)
        return Dataset(sequence[starts[:, None] + np.arange(10)], y, schema, origin, order=starts)
