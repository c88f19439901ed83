"""Checks of a method on toy rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import clone

from bench.augmenter import Augmenter, check_rows
from bench.conformance._toy import Named, toy_rows, watched_random_state
from bench.conformance.edges import edge_checks
from bench.conformance.resampling import resampling_checks
from bench.errors import InvalidRows
from bench.task import Modality

if TYPE_CHECKING:
    from bench.task import Array, Labels


def method_checks(
    method: Augmenter,
    modality: Modality = "tabular",
    mixed: bool = True,
    draws: bool = True,
    marked: bool = True,
    resamples: bool = False,
) -> Named:
    """Checks of a method on toy rows, also on rows at the edge (``bench.conformance.edges``).

    method : an instance with parameters that make it quick; it is cloned for each check.
    mixed : with a categorical column, or a static channel. A method that draws the same rows whatever its
        ``random_state`` says so with an attribute ``deterministic = True``.
    marked : False for a method that is unfit for "missing" or "categorical" rows.
    draws : False for a method of the regimes ``real`` and ``resample`` alone, which draws no rows.
    resamples : True for a method of the regime ``resample`` (``bench.conformance.resampling``).
    """
    case = _Case(method, modality, mixed)
    always = (_constructor_only_stores, _fit_returns_self, _no_labels_no_rows, _batches_are_mixed_fairly)
    for check in (
        always
        if not draws
        else (
            *always,
            _one_valid_row_per_label,
            _labels_in_any_order,
            _one_class_alone,
            _sampling_again_changes_nothing,
            _same_seed_same_rows,
            _fitting_again_starts_afresh,
            _other_seed_other_rows,
            _global_random_state_untouched,
            _training_rows_untouched,
            _wanted_changes_nothing,
            _monitor_changes_nothing,
        )
    ):
        yield check.__name__.strip("_"), partial(check, case)
    if draws:
        yield from edge_checks(method, modality, mixed, marked)
    if resamples:
        yield from resampling_checks(method, modality, mixed, marked)


LABELS = np.array([2, 0, 1, 2, 2, 0, 1, 0, 2, 1], dtype=np.int64)


class _Case:
    """A method and the rows it is checked on; most checks share one fit."""

    def __init__(self, method: Augmenter, modality: Modality, mixed: bool) -> None:
        self.method = method
        self.X, self.y, self.schema = toy_rows(modality, mixed)

    def fit(self, method: Augmenter | None = None) -> Augmenter:
        fresh: Augmenter = clone(self.method) if method is None else method
        return fresh.fit(self.X.copy(), self.y.copy(), self.schema)

    @cached_property
    def fitted(self) -> Augmenter:
        return self.fit()

    def rows(self) -> Array:
        return self.fitted.sample(LABELS.copy())

    def valid(self, rows: object, labels: Labels, what: str = "") -> None:
        try:
            check_rows(rows, labels, self.schema)
        except InvalidRows as error:
            raise AssertionError(f"{what}{error}") from error


def _constructor_only_stores(case: _Case) -> None:
    copy = clone(case.method)
    assert "random_state" in copy.get_params(), "the constructor takes no random_state"
    for name, value in case.method.get_params(deep=False).items():
        assert repr(getattr(copy, name)) == repr(value), f"clone() changed {name}"
    assert copy.set_params(random_state=7).random_state == 7, "set_params(random_state=7) has no effect"


def _fit_returns_self(case: _Case) -> None:
    fresh = clone(case.method)
    assert case.fit(fresh) is fresh, "fit() must return self"


def _one_valid_row_per_label(case: _Case) -> None:
    rows = case.rows()
    case.valid(rows, LABELS)
    kinds = (np.float32, np.float64) if case.schema.modality == "tabular" else (np.float32,)
    assert rows.dtype in kinds, f"rows are {rows.dtype}, not {' or '.join(kind.__name__ for kind in kinds)}"


def _labels_in_any_order(case: _Case) -> None:
    """Ascending, descending and mixed labels are taken. That rows belong to their labels, few steps cannot show."""
    for order in (np.sort(LABELS), np.sort(LABELS)[::-1].copy()):
        try:
            case.valid(case.fitted.sample(order), order, "labels in another order: ")
        except (IndexError, KeyError, ValueError) as error:
            raise AssertionError(f"labels in another order: {type(error).__name__}: {error}") from error


def _one_class_alone(case: _Case) -> None:
    for label in range(case.schema.n_classes):
        labels = np.full(3, label, dtype=np.int64)
        case.valid(case.fitted.sample(labels), labels, f"class {label} alone: ")


def _no_labels_no_rows(case: _Case) -> None:
    shape = case.fitted.sample(np.zeros(0, dtype=np.int64)).shape
    assert shape == (0, *case.schema.shape), f"no labels gave rows of shape {shape}, not {(0, *case.schema.shape)}"


def _batches_are_mixed_fairly(case: _Case) -> None:
    """``batch_transform``, where there is one, keeps shapes, gives shares of classes, and is seeded by its ``rng``."""
    import torch

    change = case.fitted.batch_transform
    if change is None:
        return
    X = torch.from_numpy(case.X.reshape(len(case.X), -1))
    y = torch.nn.functional.one_hot(torch.from_numpy(case.y), case.schema.n_classes).float()
    before = X.clone()
    (rows, labels), again = (change(X, y, np.random.default_rng(3)) for _ in range(2))
    assert rows.shape == X.shape, f"batch_transform made rows {tuple(rows.shape)} of {tuple(X.shape)}"
    assert labels.shape == y.shape, f"batch_transform made labels {tuple(labels.shape)} of {tuple(y.shape)}"
    assert bool(torch.isfinite(rows).all()), "batch_transform made rows that are not finite"
    assert torch.allclose(labels.sum(1), torch.ones(len(y)), atol=1e-5), "mixed labels do not sum to one"
    assert float(labels.min()) >= 0, "mixed labels are below zero"
    assert torch.equal(X, before), "batch_transform changed the training rows"
    assert torch.equal(rows, again[0]), "the same rng gave another mixture"


def _sampling_again_changes_nothing(case: _Case) -> None:
    assert np.array_equal(case.rows(), case.rows()), "sample() called again gave other rows"


def _same_seed_same_rows(case: _Case) -> None:
    assert np.array_equal(case.rows(), case.fit().sample(LABELS)), "the same random_state gave other rows"


def _fitting_again_starts_afresh(case: _Case) -> None:
    once = case.fit()
    rows = once.sample(LABELS)
    assert np.array_equal(rows, case.fit(once).sample(LABELS)), "a second fit gave other rows"


def _other_seed_other_rows(case: _Case) -> None:
    if getattr(case.method, "deterministic", False):
        return
    fitted = case.fit()
    rows = fitted.sample(LABELS)
    other = fitted.set_params(random_state=fitted.random_state + 1).sample(LABELS)
    assert not np.array_equal(rows, other), "another random_state before sample() gave the same rows"


def _global_random_state_untouched(case: _Case) -> None:
    with watched_random_state():
        case.fit().sample(LABELS)


def _training_rows_untouched(case: _Case) -> None:
    X, y, wanted = case.X.copy(), case.y.copy(), LABELS.copy()
    clone(case.method).fit(X, y, case.schema).sample(wanted)
    assert np.array_equal(X, case.X), "the training rows were changed"
    assert np.array_equal(y, case.y), "the training labels were changed"
    assert np.array_equal(wanted, LABELS), "the labels asked for were changed"


def _wanted_changes_nothing(case: _Case) -> None:
    labels = np.full(4, 2, dtype=np.int64)
    picky = clone(case.method)
    picky.wanted = (2,)
    same = np.array_equal(case.fitted.sample(labels), case.fit(picky).sample(labels))
    assert same, "rows of a class depend on which other classes are wanted"


def _monitor_changes_nothing(case: _Case) -> None:
    watched = clone(case.method)
    watched.monitor = _Probe(case)
    assert np.array_equal(case.rows(), case.fit(watched).sample(LABELS)), "being watched by a monitor changes the rows"


class _Probe:
    """A monitor that wants every step and looks at what it is told."""

    def __init__(self, case: _Case) -> None:
        self.case = case

    def wants(self, step: int, total: int) -> bool:
        assert 1 <= step <= total, f"step {step} of {total} reported; steps count from 1"
        return True

    def record(
        self, step: int, losses: Mapping[str, float], draw: Callable[[], tuple[Array, Labels]] | None, part: str = ""
    ) -> None:
        for name, value in losses.items():
            assert isinstance(value, float), f"loss {name!r} is a {type(value).__name__}, not a float"
        if draw is not None:
            rows, labels = draw()
            self.case.valid(rows, labels, "draw(): ")
