"""What a result rests on: hashes of the code behind it, library versions, the machine, the commit."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

#: distributions whose version may change a number
LIBRARIES = ("torch", "torchvision", "numpy", "scipy", "pandas", "scikit-learn", "imbalanced-learn", "xgboost", "numba")


def digest(value: Any) -> str:
    """Sixteen hexadecimal digits of a JSON-able value, the same for equal values whatever their key order."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:16]


def canonical(value: Any) -> str:
    """A JSON-able value as one text, the same for equal values whatever their key order."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)


def versions(requires: Iterable[str] = ()) -> dict[str, str]:
    """Versions of Python, of the libraries that may change a number, and of the distributions that bring the modules
    ``requires`` (what a task, method or classifier declares that it needs)."""
    return {"python": platform.python_version()} | {
        name: _version(name) for name in (*LIBRARIES, *sorted({_distribution(module) for module in requires}))
    }


@functools.cache
def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "absent"


@functools.cache
def _distribution(module: str) -> str:
    """The distribution that brings a module: mostly of the same name."""
    top = module.partition(".")[0]
    if top == "sklearn":
        return "scikit-learn"
    if _version(top) != "absent":
        return top.replace("_", "-").lower()
    return (metadata.packages_distributions().get(top) or [top])[0]


def machine() -> dict[str, Any]:
    """The machine in words; no host or user name."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "memory_gb": _memory_gb(),
    }


@functools.cache
def cpu_name() -> str:
    """The processor's model, as its maker names it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"


def _memory_gb() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (ValueError, OSError, AttributeError):
        return None


def commit(folder: Path) -> str | None:
    """The git commit of the checkout that ``folder``, the parent of ``bench``, stands in, with ``+changes`` if tracked
    files differ; None where git does not track ``bench`` there: outside a checkout, or where an installed package
    merely lies inside somebody's repository, whose commit says nothing about our code."""
    # a git hook or an editor may point git at another repository through the environment
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}

    def git(*words: str) -> str:
        command = ["git", "-C", str(folder), *words]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10, env=clean)
        return done.stdout.strip()

    try:
        git("ls-files", "--error-unmatch", "--", "bench/__init__.py")
        head = git("rev-parse", "HEAD")
        return head + ("+changes" if git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.SubprocessError):
        return None


def changed(new: Mapping[str, str], old: Mapping[str, str]) -> list[str]:
    """Which of the named hashes differ, for ``--why``."""
    keys: Iterable[str] = {**old, **new}
    return [key for key in keys if new.get(key) != old.get(key)]
