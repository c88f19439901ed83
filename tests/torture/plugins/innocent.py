"""Methods of a plugin that do nothing wrong, and notice what others did."""

import os
import resource
import signal
import sys
import threading

import numpy as np
import psutil
import torch

from bench.registry import method
from methods.smote import RandomOver, Smote


@method("good-smote")
class Good(Smote):
    """SMOTE, as a plugin."""


@method("good-look-around")
class LookAround(RandomOver):
    """Random over-sampling in a process as it should be; what is not makes its rows invalid."""

    def fit(self, X, y, schema):
        self.found_ = [name for name, right in self._expected().items() if not right]
        if self.found_:
            raise RuntimeError(f"not as it should be: {', '.join(self.found_)}")
        return super().fit(X, y, schema)

    def _expected(self):
        return {
            "empty working directory": os.listdir() == [],
            "torch's dtype": torch.get_default_dtype() == torch.float32,
            "gradients": torch.is_grad_enabled(),
            "numpy's errors": np.geterr()["divide"] == "warn",
            "recursion limit": sys.getrecursionlimit() >= 1000,
            "timers": signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0),
            "SIGTERM": signal.getsignal(signal.SIGTERM) == signal.SIG_DFL,
            "streams": os.fstat(1).st_size >= 0 and os.read(0, 1) == b"",
            "no children": not psutil.Process().children(),
            "one thread": threading.active_count() == 1,
            "session of its own": os.getsid(0) == os.getpid(),
            "files": resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 200,
        }
