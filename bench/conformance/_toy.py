"""What all checks share: small rows of every modality, and an eye on the global random states."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from bench.task import Column, Modality, Schema

if TYPE_CHECKING:
    from bench.task import Array, Labels

Check = Callable[[], None]
Named = Iterator[tuple[str, Check]]


def toy_rows(modality: Modality = "tabular", mixed: bool = True, seed: int = 0) -> tuple[Array, Labels, Schema]:
    """60 rows of three classes (33, 18, 9) that differ in their mean, in the space methods see.

    Tabular (4 columns, one of them categorical if ``mixed``), images (1, 16, 16) or series (12, 3), with a static
    channel if ``mixed``.
    """
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.repeat([0, 1, 2], [33, 18, 9]).astype(np.int64))
    classes = ("common", "less", "rare")
    if modality == "tabular":
        X = rng.normal(size=(60, 4)) + y[:, None]
        columns = [Column(name) for name in "abcd"]
        if mixed:
            X[:, 2] = (rng.random(60) * 3).astype(int)
            columns[2] = Column("c", ("x", "y", "z"))
        schema = Schema("tabular", (4,), classes, tuple(columns), rare=2)
    elif modality == "image":
        X = np.clip(0.2 + 0.25 * y[:, None, None, None] + 0.1 * rng.normal(size=(60, 1, 16, 16)), 0, 1)
        schema = Schema("image", (1, 16, 16), classes, rare=2)
    else:
        phase, steps = rng.random((60, 1)), np.arange(12)
        waves = [
            0.5 + 0.4 * np.sin(2 * np.pi * (phase + (1 + y[:, None]) * steps / 12 + shift)) for shift in (0, 0.25, 0.5)
        ]
        X = np.stack(waves, axis=2)
        if mixed:
            X[:, :, 2] = rng.random((60, 1))
        columns = [Column("u"), Column("v"), Column("w", static=mixed)]
        schema = Schema("series", (12, 3), classes, tuple(columns), rare=2)
    return X.astype(np.float32), y, schema


@contextmanager
def watched_random_state() -> Iterator[None]:
    """Raise ``AssertionError`` if the block uses the global generators of Python, numpy or torch."""
    import torch

    python, numpy, of_torch = random.getstate(), np.random.get_state(legacy=False), torch.get_rng_state()  # noqa: NPY002
    yield
    assert random.getstate() == python, "the global state of Python's random was used"
    now = np.random.get_state(legacy=False)  # noqa: NPY002
    same = all(np.array_equal(now["state"][key], numpy["state"][key]) for key in ("key", "pos"))  # type: ignore[index, call-overload]
    assert same, "the global state of numpy.random was used"
    assert torch.equal(torch.get_rng_state(), of_torch), "the global state of torch's generator was used"
