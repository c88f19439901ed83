"""A method of a plugin that changes its process as it is imported, and must be: its name is computed."""

import gc
import os
import signal
import sys

import numpy as np
import torch
from planted import Planted

from bench.registry import method


def broken(*_, **__):
    raise RuntimeError("patched")


if "AUGBENCH_TORTURE" in os.environ:  # in the process of a run: the torture itself reads this file, too
    os.chdir("/")
    os.umask(0o777)
    os.environ["OMP_NUM_THREADS"] = "7"
    gc.disable()
    sys.setrecursionlimit(150)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, 3600)
    np.seterr(all="raise")
    np.random.default_rng = broken
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)


@method(*[f"bad-{part}" for part in ("import",)])
class Import(Planted):
    """Whatever its import did is its own business."""

    short = True
    deserves = ("error", "ok")
