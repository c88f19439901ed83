"""Code of a plugin in a process of its own while a run is planned.

What it does as it is imported (another working directory, patched libraries, threads, handlers of signals) ends with
that process. What it answers comes back as data: text, numbers, paths, collections of them, entries of the registry and
origins of rows. Anything else is refused, since reading it would import the plugin here.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from bench import parents
from bench.errors import BenchError, DataUnavailable, InvalidData, said

P = ParamSpec("P")
T = TypeVar("T")

_CODE = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from bench.registry import apart
apart.answer(sys.argv[2])
"""
#: seconds that a plugin has to be imported
IMPORT_S = 60.0
#: seconds that a plugin's task has to find its rows, which it may have to download
LOCATE_S = 3600.0
#: classes that an answer may hold, besides Python's own plain ones
_PLAIN = {
    "bench.registry.entries.Entry", "bench.registry.training.Training", "bench.dataset.Origin", "bench.data.DataHome",
    "bench.trial.locating.Located", "bench.errors.BenchError", "bench.errors.DataUnavailable",
    "bench.errors.InvalidData", "pathlib.Path", "pathlib.PosixPath", "pathlib.WindowsPath", "pathlib._local.Path",
    "pathlib._local.PosixPath", "pathlib._local.WindowsPath", "collections.OrderedDict", "numpy.dtype",
    "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar", "builtins.bytearray", "builtins.complex",
    "builtins.frozenset", "builtins.range", "builtins.set", "builtins.slice",
}  # fmt: skip


class NotPlain(BenchError):
    """An answer that is not data."""


def ask(what: str, limit_s: float, function: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """What a function of the suite answers in a process of its own. ``what`` names the plugin.

    Raises the ``BenchError`` that it raised, and one for a process that ends without an answer or has none after
    ``limit_s`` seconds. What the process prints goes to standard error; what it leaves running in its session is ended.
    """
    with tempfile.TemporaryDirectory(prefix="augbench-") as folder:
        place = Path(folder, "question")
        place.write_bytes(pickle.dumps((what, function, given, named)))
        process = subprocess.Popen(
            [sys.executable, "-c", _CODE, json.dumps(sys.path), str(place)], stdin=subprocess.DEVNULL, stdout=2,
            start_new_session=True,
        )  # fmt: skip
        try:
            code = process.wait(limit_s)
        except subprocess.TimeoutExpired:
            raise BenchError(f"{what} has not answered after {limit_s:g} s, so it was ended") from None
        finally:
            with suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        try:
            answered, value = _Plain(io.BytesIO(place.with_name("answer").read_bytes())).load()
        except NotPlain as error:
            raise BenchError(f"{what}: {error}") from None
        except (OSError, EOFError, pickle.UnpicklingError):
            raise BenchError(f"{what} cannot be imported: it ended its process (exit code {code})") from None
    if not answered:
        raise value
    return value  # type: ignore[no-any-return]


def answer(place: str) -> None:
    """The process that is asked. What a plugin replaced or closed meanwhile keeps no answer from being written."""
    parents.die_with_parent()
    what, dumps, write, leave = place, pickle.dumps, Path(place).with_name("answer").absolute().write_bytes, os._exit
    try:
        what, function, given, named = pickle.loads(Path(place).read_bytes())
        told = dumps((True, function(*given, **named)))
    except BenchError as error:
        kind = next(kind for kind in (DataUnavailable, InvalidData, BenchError) if isinstance(error, kind))
        told = dumps((False, kind(str(error))))
    except BaseException as error:  # whatever the plugin raises, or gives that cannot be sent
        told = dumps((False, BenchError(f"{what}: {said(error)}")))
    write(told)
    with suppress(BaseException):
        sys.stdout.flush()
    leave(0)


class _Plain(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if f"{module}.{name}" not in _PLAIN:
            raise NotPlain(f"{module}.{name} is no plain value; give text, numbers, tuples or dicts of them")
        return super().find_class(module, name)
