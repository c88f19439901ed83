"""What every worker does before its first fit: cap its threads, import the libraries once, learn the names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bench.trial.fit import FitJob

#: read by the numerical libraries when they are first imported
THREAD_VARIABLES = (
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)  # fmt: skip


def cap_threads(threads: int) -> None:
    """Before numerical libraries are imported here or in children: one worker, that many threads."""
    for name in THREAD_VARIABLES:
        os.environ[name] = str(threads)


def prepare(threads: int, plugins: Iterable[Path] = ()) -> None:
    """Set this process up as a worker. Repeating it costs nothing."""
    import torch

    from bench import registry

    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)
    registry.discover()
    for plugin in plugins:
        registry.load_plugin(plugin)
    # imported here so that no phase of the first fit pays for them
    import xgboost  # noqa: F401

    import bench.trial.walk  # noqa: F401


def walk(fit: FitJob) -> Iterator[dict[str, Any]]:
    """The events of one fit, in this process."""
    from bench.trial import walk

    return walk.run(fit)
