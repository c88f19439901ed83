"""Methods and classifiers as a trial makes them: with their options, the suite's settings, and warmed up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bench.errors import Unsuitable
from bench.trial.marks import unmarked

if TYPE_CHECKING:
    from bench.registry import Entry
    from bench.task import Schema


def create(entry: Entry[Any], params: Mapping[str, Any], **suite: Any) -> Any:
    """An estimator with its options, and of the suite's settings those it has."""
    estimator = entry.create(**params)
    known = estimator.get_params(deep=False)
    return estimator.set_params(**{key: value for key, value in suite.items() if key in known})


def refuse_unfit(entry: Entry[Any], schema: Schema) -> None:
    """Raise ``Unsuitable`` where the rows have what a method or classifier declares itself unfit for, whether or not
    the task declares it too."""
    schema = unmarked(schema)  # marks are left out for those that cannot take them
    if "categorical" in entry.unfit and schema.categorical:
        name = schema.columns[schema.categorical[0]].name
        raise Unsuitable(f"{entry.name} does not take categorical rows; {name!r} is categorical")


_warm: set[str] = set()


def warm_up(name: str, estimator: Any) -> None:
    """Untimed, once a worker and class: import the libraries, create the device context, compile kernels."""
    if name not in _warm:
        _warm.add(name)
        if hasattr(estimator, "warm_up"):
            estimator.warm_up()
