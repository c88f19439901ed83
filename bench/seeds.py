"""Random seeds derived from one base seed by named axes.

Each consumer names the axes it depends on (``split``, a task, a seed number ...). Leaving an axis out is what
makes runs *matched*: a split depends on the task and the seed number but not on the method, so at one seed every
method sees the same rows; a classifier's seed leaves the method out as well, so every classifier starts the same.
"""

from __future__ import annotations

import hashlib


def derive(base: int, *axes: str | int) -> int:
    """Return a seed in ``[0, 2**31)`` that depends on ``base`` and on every axis, in order.

    >>> derive(0, "split", "pima", 3) == derive(0, "split", "pima", 3)
    True
    >>> derive(0, "split", "pima", 3) == derive(0, "split", "pima", 4)
    False
    """
    text = "\x1f".join([str(base), *map(str, axes)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1


def everything(seed: int) -> None:
    """Seed the generators that a process shares (``random``, numpy's, torch's), so that code which draws from them
    gives the same numbers whatever ran before it in the process."""
    import random

    import numpy as np
    import torch

    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the very generator that must not differ
    torch.manual_seed(seed)
