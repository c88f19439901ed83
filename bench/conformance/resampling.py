"""Checks of ``resample`` on toy rows, and on rows at the edge (``bench.conformance.edges``).

What comes back must be a training set, the same whenever it is asked for, and leave the one handed in as it was. Rows
may vanish, but no whole class, unless the method says ``loses_classes = True``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import clone

from bench.augmenter import Augmenter, check_resampled
from bench.conformance._toy import Named, toy_rows, watched_random_state
from bench.conformance.edges import EDGES, REMEDY, UNMARKED, Rows
from bench.errors import InvalidRows, Unsuitable
from bench.task import Modality

if TYPE_CHECKING:
    from bench.task import Array, Labels


def resampling_checks(
    method: Augmenter, modality: Modality = "tabular", mixed: bool = True, marked: bool = True
) -> Named:
    """Arguments are those of ``bench.conformance.method_checks``."""
    rows = toy_rows(modality, mixed)
    for check in (
        _resample_returns_a_training_set,
        _no_class_is_lost,
        _resampling_again_changes_nothing,
        _same_seed_same_training_set,
        _global_random_state_untouched_by_resample,
        _resampled_rows_untouched,
    ):
        yield check.__name__.strip("_"), partial(check, method, rows)
    for name, make in EDGES.items():
        if (name != "missing_values" or marked) and (modality == "tabular" or name == "a_class_of_two_rows"):
            yield f"resample_{name}", partial(_resamples, method, name.replace("_", " "), make, modality, mixed)


def _resampled(method: Augmenter, rows: Rows) -> tuple[Array, Labels]:
    X, y, schema = rows
    return clone(method).fit(X.copy(), y.copy(), schema).resample(X.copy(), y.copy(), schema)


def _resample_returns_a_training_set(method: Augmenter, rows: Rows) -> None:
    returned = _resampled(method, rows)
    try:
        check_resampled(returned, rows[1], rows[2])
    except InvalidRows as error:
        raise AssertionError(str(error)) from error
    X, y = returned
    kinds = (np.float32, np.float64) if rows[2].modality == "tabular" else (np.float32,)
    assert X.dtype in kinds, f"rows are {X.dtype}, not {' or '.join(kind.__name__ for kind in kinds)}"
    assert y.dtype == np.int64, f"labels are {y.dtype}, not int64"


def _no_class_is_lost(method: Augmenter, rows: Rows) -> None:
    lost = set(rows[1].tolist()) - set(_resampled(method, rows)[1].tolist())
    names = ", ".join(repr(rows[2].classes[code]) for code in sorted(lost))
    declared = getattr(method, "loses_classes", False)
    assert declared or not lost, f"no row of class {names} is left; say loses_classes = True if that may be"


def _resampling_again_changes_nothing(method: Augmenter, rows: Rows) -> None:
    X, y, schema = rows
    fitted = clone(method).fit(X.copy(), y.copy(), schema)
    _same([fitted.resample(X.copy(), y.copy(), schema) for _ in range(2)], "resample() called again")


def _same_seed_same_training_set(method: Augmenter, rows: Rows) -> None:
    _same([_resampled(method, rows) for _ in range(2)], "the same random_state")


def _same(found: list[tuple[Array, Labels]], what: str) -> None:
    (X, y), (X_again, y_again) = found
    assert np.array_equal(X, X_again), f"{what} gave other rows"
    assert np.array_equal(y, y_again), f"{what} gave other labels"


def _global_random_state_untouched_by_resample(method: Augmenter, rows: Rows) -> None:
    with watched_random_state():
        _resampled(method, rows)


def _resampled_rows_untouched(method: Augmenter, rows: Rows) -> None:
    X, y = rows[0].copy(), rows[1].copy()
    returned, labels = clone(method).fit(X.copy(), y.copy(), rows[2]).resample(X, y, rows[2])
    returned += 1  # what comes back is not a view of what was handed in
    labels += 1
    assert np.array_equal(X, rows[0]), "resample() changed the training rows, or returned a view of them"
    assert np.array_equal(y, rows[1]), "resample() changed the training labels, or returned a view of them"


def _resamples(
    method: Augmenter, what: str, make: Callable[[Modality, bool], Rows], modality: Modality, mixed: bool
) -> None:
    X, y, schema = make(modality, mixed)
    try:
        check_resampled(_resampled(method, (X, y, schema)), y, schema)
    except Unsuitable:
        return  # declared, with the reason
    except InvalidRows as error:
        raise AssertionError(f"{what}: {error}; {UNMARKED if schema.marks else REMEDY}") from error
    except Exception as error:
        raise AssertionError(f"{what}: {type(error).__name__}: {' '.join(str(error).split())}; {REMEDY}") from error
