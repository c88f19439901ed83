"""augbench's engine: tasks, methods and classifiers in, records and boards out. It knows no particular one of them.

From Python: ``bench.augment``, ``bench.benchmark``, ``bench.load_results`` and ``bench.list_methods`` (``bench.api``).
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.api import augment as augment
    from bench.api import benchmark as benchmark
    from bench.api import list_methods as list_methods
    from bench.api import load_results as load_results

#: the one place of the version: pyproject.toml reads it from here, and tests hold CITATION.cff and CHANGELOG.md to it
__version__ = "0.2.0.dev0"
#: of the code and of the numbers on boards; tests hold pyproject.toml and CITATION.cff to it
LICENCE = "Apache-2.0"
_API = ("augment", "benchmark", "list_methods", "load_results")


def __getattr__(name: str) -> Any:
    """The functions of ``bench.api``, imported when one is first asked for, as the engine itself needs none of them."""
    if name in _API:
        import importlib

        return getattr(importlib.import_module("bench.api"), name)
    raise AttributeError(f"module 'bench' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_API})
