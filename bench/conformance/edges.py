"""Rows at the edge of what there is to learn from: every method draws valid rows of them, or declares why not.

Real tables have classes of two rows, columns that never change, whole numbers, gaps, one feature, or more columns than
rows. A method that cannot work on one of them by its nature raises ``Unsuitable``, which a run books as ``skipped``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import clone

from bench.augmenter import Augmenter, check_rows
from bench.conformance._toy import Named, toy_rows
from bench.errors import InvalidRows, Unsuitable
from bench.task import Column, Modality, Schema

if TYPE_CHECKING:
    from bench.task import Array, Labels

Rows = tuple["Array", "Labels", Schema]
#: what is asked for: every class, the rarest alone, and one row
ASKED = ([2, 0, 1, 2, 2, 0], [2, 2, 2, 2], [1])
#: what to do about a failure that is the method's to mend
UNMARKED = 'take marks, the categorical columns that say what is missing, or declare unfit=("missing",)'
REMEDY = "mend fit() and sample() for such rows, or raise bench.errors.Unsuitable with the reason"


def edge_checks(method: Augmenter, modality: Modality = "tabular", mixed: bool = True, marked: bool = True) -> Named:
    """A check for each kind of rows in ``EDGES`` (of images and series the first alone). Arguments are those of
    ``bench.conformance.method_checks``."""
    for name, make in EDGES.items():
        if make is missing and not marked:
            continue
        if modality == "tabular" or make is few:
            yield name, partial(_draws_valid_rows, method, name.replace("_", " "), partial(make, modality, mixed))


def few(modality: Modality, mixed: bool) -> Rows:
    """The rarest class has two rows, in the midst of the others."""
    X, y, schema = toy_rows(modality, mixed)
    rare = np.flatnonzero(y == 2)
    kept = np.delete(np.arange(len(y)), rare[2:])
    X[rare[:2]] = X[np.flatnonzero(y != 2)[:2]]
    return X[kept], y[kept], schema


def constant(modality: Modality, mixed: bool) -> Rows:
    """The first column has one value, which is 0 once it is scaled."""
    X, y, schema = toy_rows(modality, mixed)
    X[:, 0] = 0
    return X, y, schema


def constant_in_class(modality: Modality, mixed: bool) -> Rows:
    """The first column has one value in the rarest class."""
    X, y, schema = toy_rows(modality, mixed)
    X[y == 2, 0] = 0.5
    return X, y, schema


def whole(modality: Modality, mixed: bool) -> Rows:
    """Numbers have few values each, scaled as a trial scales them."""
    X, y, schema = toy_rows(modality, mixed)
    numeric = list(schema.numeric)
    whole_numbers = np.round(X[:, numeric])
    X[:, numeric] = (whole_numbers - whole_numbers.mean(axis=0)) / whole_numbers.std(axis=0)
    return X, y, schema


def double(modality: Modality, mixed: bool) -> Rows:
    """Rows in double precision, whose first column single precision cannot tell apart."""
    X, y, schema = toy_rows(modality, mixed)
    X = X.astype(np.float64)
    X[:, 0] = 1 + X[:, 0] * 1e-9
    return X, y, schema


def missing(modality: Modality, mixed: bool) -> Rows:
    """As marks say, a third of the first column is missing, and of the second all of the rarest class."""
    X, y, schema = toy_rows(modality, mixed)
    gaps = np.zeros((len(X), 2), dtype=bool)
    gaps[::3, 0] = gaps[5, 1] = True
    gaps[y == 2, 1] = True
    X[:, :2][gaps] = 0
    marks = tuple(Column(f"{schema.columns[i].name} missing", ("known", "missing")) for i in range(2))
    width = len(schema.columns)
    with_marks = replace(_of(schema, (*schema.columns, *marks)), marks=((0, width), (1, width + 1)))
    return np.concatenate([X, gaps.astype(np.float32)], axis=1), y, with_marks


def one_feature(modality: Modality, mixed: bool) -> Rows:
    X, y, schema = toy_rows(modality, mixed)
    return X[:, :1], y, _of(schema, schema.columns[:1])


def one_category(modality: Modality, mixed: bool) -> Rows:
    """One column, of categories; of numbers where the method takes no categories."""
    X, y, schema = toy_rows(modality, mixed)
    return X[:, 2:3], y, _of(schema, schema.columns[2:3])


def wide(modality: Modality, mixed: bool) -> Rows:
    """More columns than rows."""
    rng = np.random.default_rng(1)
    X, y, schema = toy_rows(modality, mixed)
    more = rng.normal(size=(len(X), 100)).astype(np.float32)
    columns = tuple(Column(f"x{i}") for i in range(more.shape[1]))
    return np.concatenate([X, more], axis=1), y, _of(schema, (*schema.columns, *columns))


def _of(schema: Schema, columns: tuple[Column, ...]) -> Schema:
    return Schema("tabular", (len(columns),), schema.classes, columns, schema.rare)


EDGES: dict[str, Callable[[Modality, bool], Rows]] = {
    "a_class_of_two_rows": few,
    "a_constant_column": constant,
    "a_column_constant_in_one_class": constant_in_class,
    "whole_numbers": whole,
    "double_precision": double,
    "missing_values": missing,
    "one_feature": one_feature,
    "one_column_of_categories": one_category,
    "more_columns_than_rows": wide,
}


def _draws_valid_rows(method: Augmenter, what: str, make: Callable[[], Rows]) -> None:
    X, y, schema = make()
    remedy = REMEDY if not schema.marks else UNMARKED
    labels = [np.array(asked, dtype=np.int64) for asked in ASKED]
    try:
        fitted = clone(method).fit(X, y, schema)
        for wanted in labels:
            check_rows(fitted.sample(wanted.copy()), wanted, schema)
    except Unsuitable:
        return  # declared, with the reason
    except InvalidRows as error:
        raise AssertionError(f"{what}: {error}; {remedy}") from error
    except Exception as error:
        raise AssertionError(f"{what}: {type(error).__name__}: {' '.join(str(error).split())}; {remedy}") from error
