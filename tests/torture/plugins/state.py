"""Methods that leave the state of their process changed: everything here is their own business, and no other's."""

import builtins
import gc
import locale
import logging
import multiprocessing
import os
import random
import resource
import signal
import sys
import tempfile
import threading
import time
import warnings

import msgspec
import numpy as np
import torch
from planted import Planted

from bench.registry import method


def broken(*_, **__):
    raise RuntimeError("patched")


@method("bad-chdir")
class Chdir(Planted):
    """Changes the working directory, and removes it; a network of its own cells may ask for it."""

    short = True
    deserves = ("ok", "error")

    def act(self, X, y, schema):
        folder = tempfile.mkdtemp()
        os.chdir(folder)
        os.rmdir(folder)


@method("bad-dtype")
class Dtype(Planted):
    """Makes float64 torch's default; a network of its own cells may not take it."""

    short = True
    deserves = ("ok", "error")

    def act(self, X, y, schema):
        torch.set_default_dtype(torch.float64)


@method("bad-threads")
class Threads(Planted):
    """Takes other thread counts."""

    def act(self, X, y, schema):
        torch.set_num_threads(7)
        os.environ["OMP_NUM_THREADS"] = "7"


@method("bad-deterministic")
class Deterministic(Planted):
    """Sets determinism flags and the precision of products."""

    def act(self, X, y, schema):
        torch.use_deterministic_algorithms(True)
        torch.backends.cudnn.deterministic = True
        torch.backends.mkldnn.enabled = False
        torch.set_float32_matmul_precision("medium")


@method("bad-no-grad")
class NoGrad(Planted):
    """Turns gradients off; a network of its own cells cannot be trained."""

    short = True
    deserves = ("ok", "error")

    def act(self, X, y, schema):
        torch.set_grad_enabled(False)


@method("bad-recursion-limit")
class RecursionLimit(Planted):
    """Leaves hardly room for a call."""

    short = True
    deserves = ("error", "killed")

    def act(self, X, y, schema):
        depth, frame = 0, sys._getframe()
        while frame := frame.f_back:
            depth += 1
        sys.setrecursionlimit(depth + 12)


@method("bad-alarm")
class Alarm(Planted):
    """A timer whose handler raises, wherever the process then is."""

    short = True
    deserves = ("error", "killed")

    def act(self, X, y, schema):
        signal.signal(signal.SIGALRM, broken)
        signal.setitimer(signal.ITIMER_REAL, 0.05, 0.001)


@method("bad-alarm-kills")
class AlarmKills(Planted):
    """A timer without a handler, which ends the process."""

    deserves = ("killed",)

    def act(self, X, y, schema):
        signal.setitimer(signal.ITIMER_REAL, 0.01)


@method("bad-numpy-errors")
class NumpyErrors(Planted):
    """Numpy's warnings become errors."""

    deserves = ("ok", "error")

    def act(self, X, y, schema):
        np.seterr(all="raise")


@method("bad-warnings")
class Warnings(Planted):
    """All warnings become errors."""

    deserves = ("ok", "error")

    def act(self, X, y, schema):
        warnings.simplefilter("error")


@method("bad-locale")
class Locale(Planted):
    """Another locale, another time zone."""

    def act(self, X, y, schema):
        locale.setlocale(locale.LC_ALL, "C")
        os.environ["TZ"] = "Pacific/Kiritimati"
        time.tzset()


@method("bad-environment")
class Environment(Planted):
    """Empties the environment."""

    def act(self, X, y, schema):
        os.environ.clear()


@method("bad-umask")
class Umask(Planted):
    """Files that nobody may read, written at the lowest priority."""

    def act(self, X, y, schema):
        os.umask(0o777)
        os.nice(19)


@method("bad-seeds")
class Seeds(Planted):
    """Nobody can seed anything any more."""

    short = True
    deserves = ("ok", "error")

    def act(self, X, y, schema):
        random.seed = np.random.seed = torch.manual_seed = broken


@method("bad-json")
class Json(Planted):
    """Breaks the encoders that records are written with."""

    short = True
    deserves = ("ok", "error", "killed")

    def act(self, X, y, schema):
        msgspec.json.encode = msgspec.to_builtins = broken
        sys.modules["json"].dumps = broken


@method("bad-open")
class Open(Planted):
    """Nobody can open a file any more."""

    short = True
    deserves = ("ok", "error", "killed")

    def act(self, X, y, schema):
        builtins.open = os.open = os.stat = os.fstat = broken


@method("bad-functions")
class Functions(Planted):
    """Patches functions that everybody calls."""

    deserves = ("ok", "error", "killed")

    def act(self, X, y, schema):
        np.unique = np.concatenate = np.random.default_rng = broken


@method("bad-collector")
class Collector(Planted):
    """Turns the garbage collector off."""

    def act(self, X, y, schema):
        gc.disable()
        gc.freeze()


@method("bad-path")
class ImportPath(Planted):
    """Nothing can be imported any more."""

    deserves = ("ok", "error")

    def act(self, X, y, schema):
        sys.path.clear()
        sys.meta_path.clear()


@method("bad-modules")
class Modules(Planted):
    """Takes modules away from those that import them later."""

    short = True
    deserves = ("ok", "error", "killed")

    def act(self, X, y, schema):
        for name in list(sys.modules):
            if name.partition(".")[0] in ("xgboost", "sklearn", "bench"):
                sys.modules[name] = None


@method("bad-files-limit")
class FilesLimit(Planted):
    """No further file can be opened."""

    deserves = ("ok", "error", "killed")

    def act(self, X, y, schema):
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


@method("bad-size-limit")
class SizeLimit(Planted):
    """No file can grow."""

    short = True
    deserves = ("ok", "error", "killed")

    def act(self, X, y, schema):
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


@method("bad-log")
class Log(Planted):
    """Takes over logging, and the way processes start."""

    def act(self, X, y, schema):
        logging.basicConfig(level=logging.DEBUG, force=True)
        logging.disable(logging.CRITICAL)
        multiprocessing.set_start_method("spawn", force=True)


@method("bad-trace")
class Trace(Planted):
    """Every call is traced, by one who raises."""

    deserves = ("error", "killed")

    def act(self, X, y, schema):
        sys.setprofile(broken)
        threading.setprofile(broken)
