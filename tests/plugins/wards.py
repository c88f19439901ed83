"""A task of series with gaps, a channel of categories, and one that is both static and categorical."""

import hashlib

import numpy as np

from bench.registry import task
from bench.task import Column, Dataset, Origin, Schema, Task

STEPS = 6
SCHEMA = Schema(
    "series",
    (STEPS, 3),
    ("a", "b"),
    (Column("u", missing=True), Column("event", ("p", "q", "r")), Column("ward", ("x", "y"), static=True)),
    rare=1,
)


def rows():
    """(160, 6, 3) float32 and labels, the rare class's numbers a little higher."""
    rng = np.random.default_rng(0)
    y = (np.arange(160) % 4 == 0).astype(np.int64)
    X = (rng.normal(size=(160, STEPS, 3)) + y[:, None, None]).astype(np.float32)
    X[..., 1] = rng.integers(0, 3, (160, STEPS))
    X[..., 2] = rng.integers(0, 2, (160, 1))
    X[::5, 2, 0] = np.nan
    return X, y


@task("wards", modalities=("series",))
class Wards(Task):
    """Events in wards."""

    modality = "series"

    def locate(self, home):
        return Origin("simulated", "stand-in", hashlib.sha256(b"wards").hexdigest(), "made here")

    def read(self, origin):
        return Dataset(*rows(), SCHEMA, origin)
