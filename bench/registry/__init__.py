"""Names of tasks, methods and classifiers, and the classes behind them.

A class joins by a decorator, in the one file that holds it::

    @method("gan", modalities=("tabular", "image", "series"))
    class GAN(Augmenter): ...

Files are found through entry points (groups ``augbench.tasks``, ``augbench.methods``, ``augbench.classifiers``; the
value names a module, or a package whose modules are all searched) and ``--plugin FILE``. They are *read, not
imported*, as long as the decorator's arguments are literals: listing what there is costs no torch. A class is
imported when it is first used. Decorators with computed arguments cause the import at once: of a plugin's file in a
process of its own (``bench.registry.apart``), which sends back what it registers.

Several decorators on one class make variants (``params`` presets constructor arguments); several names in one make
a family.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from bench.registry.entries import BY_KIND, Entry, Kind, Registry, classifiers, methods, take, tasks
from bench.registry.loading import is_own
from bench.registry.opening import open_task, reopen
from bench.registry.scanning import discover, load_plugin
from bench.registry.training import Training

__all__ = [
    "BY_KIND", "Entry", "Kind", "Registry", "Training", "classifier", "classifiers", "discover", "is_own",
    "load_plugin", "method", "methods", "open_task", "reopen", "take", "task", "tasks",
]  # fmt: skip

C = TypeVar("C", bound=type)


def _decorator(kind: Kind) -> Callable[..., Callable[[C], C]]:
    def decorate(
        *names: str,
        modalities: tuple[str, ...] = ("tabular",),
        requires: tuple[str, ...] = (),
        params: Mapping[str, Any] | None = None,
        traits: tuple[str, ...] = (),
        unfit: tuple[str, ...] = (),
        regimes: tuple[str, ...] = (),
        family: str = "",
        leaky: bool = False,
        development: bool | str = False,
        trivial: bool = False,
        reference: bool = False,
        published: Training | None = None,
        main: tuple[str, ...] = (),
        opens: bool = False,
        summary: str = "",
    ) -> Callable[[C], C]:
        def register(cls: C) -> C:
            file = Path(sys.modules[cls.__module__].__file__ or "").resolve()
            for name in names:
                text = summary or (cls.__doc__ or "").strip().split("\n")[0]
                where = (cls.__module__, cls.__qualname__, file, 0)
                about: Entry[Any] = Entry(
                    kind, name, *where, modalities, text, requires, params or {}, traits, unfit, regimes,
                    family, leaky, development, trivial, reference, published, main, opens,
                )  # fmt: skip
                BY_KIND[kind].add(about)
            return cls

        return register

    decorate.__doc__ = f"""Register a {kind} class under one or more names.

    modalities : which of "tabular", "image", "series" it is for (a task: the one it is)
    requires : modules that must be importable
    params : preset constructor arguments; stack decorators for variants
    traits : a task says what is special about its rows, such as "categorical"
    unfit : a method or classifier names the traits it cannot work with; one unfit for "missing" gets numbers filled in
        and is not told which (``bench.trial.marks``)
    regimes : a method that is made for some of "balance", "append", "tstr" names them; one that offers ``resample``
        names "resample"
    family : a task that shares its rows with others says what all of them were cut from; they count as one
    leaky : a task that leaks on purpose, to run a published protocol again
    development : a task that defaults of methods are chosen on, which no standing counts; a source ("simulated") where
        that is so of its rows of that source alone
    trivial : a method that learns nothing of the rows, such as copying them
    reference : the method that every row of a board is compared with
    published : how long a method's source trained it: ``Training("steps", 50_000, "where it stands")``
    opens : its names stand for kinds of files, and a task is what is named behind a colon: ``csv:data.csv:label``
    main : a classifier that boards' primary comparisons are made with names the modalities that it is so for
    summary : one line for ``augbench list``; by default the docstring's first
    """
    return decorate


task = _decorator("task")
method = _decorator("method")
classifier = _decorator("classifier")
