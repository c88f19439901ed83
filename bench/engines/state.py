"""What a fit could leave behind in its process to change the next one's numbers.

A worker that fits share takes this fingerprint before and after each; at the first difference it is replaced.
"""

from __future__ import annotations

import gc
import locale
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch


def fingerprint() -> Mapping[str, Any]:
    """Everything by name, each comparable with ``==``."""
    backends = torch.backends
    return {
        "working directory": _folder(),
        "environment": tuple(os.environ.get(name) for name in _VARIABLES),
        "import path": tuple(sys.path),
        "open files": _descriptors(),
        "signal handlers": tuple(signal.getsignal(number) for number in sorted(signal.valid_signals())),
        "timers": tuple(signal.getitimer(which)[1] for which in _TIMERS) if _TIMERS else (),
        "file mode": _umask(),
        "limits": tuple(resource.getrlimit(which) for which in _LIMITS),
        "priority": os.getpriority(os.PRIO_PROCESS, 0) if hasattr(os, "getpriority") else 0,
        "locale": locale.setlocale(locale.LC_ALL),
        "collector": gc.isenabled(),
        "recursion limit": sys.getrecursionlimit(),
        "standard streams": (id(sys.stdout), id(sys.stderr)),
        "numpy errors": tuple(sorted(np.geterr().items())),
        "dtype": torch.get_default_dtype(),
        "threads": (torch.get_num_threads(), torch.get_num_interop_threads()),
        "deterministic": (torch.are_deterministic_algorithms_enabled(), backends.cudnn.deterministic),
        "matrix products": (torch.get_float32_matmul_precision(), backends.cudnn.benchmark, backends.mkldnn.enabled),
        "gradients": (torch.is_grad_enabled(), torch.is_anomaly_enabled(), torch.is_inference_mode_enabled()),
    }


#: variables that were set when this process began; libraries add some of their own when they are first imported
_VARIABLES = tuple(sorted(os.environ))


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The names of what is not as it was."""
    return [name for name in before if before[name] != after[name]]


_TIMERS = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF) if hasattr(signal, "getitimer") else ()


try:
    import resource
except ImportError:  # Windows
    _LIMITS: tuple[int, ...] = ()
else:
    _LIMITS = (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_AS, resource.RLIMIT_CPU)


def _folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # somebody removed it
        return ""


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _descriptors() -> tuple[tuple[str, str], ...]:
    try:
        names = os.listdir("/proc/self/fd")
    except OSError:
        return ()
    found = []
    for name in names:
        try:
            found.append((name, os.readlink(f"/proc/self/fd/{name}")))
        except OSError:
            continue  # the one that lists them
    return tuple(sorted(found))
