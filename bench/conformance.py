"""Named checks that the author of a plugin can run on a method, a classifier or a task.

Each function yields ``(name, check)``; ``check()`` raises ``AssertionError`` saying what is wrong::

    @pytest.mark.parametrize(("name", "check"), list(method_checks(MyMethod(steps=5))))
    def test_my_method(name, check):
        check()

The rows they use are small and made here, so no data is needed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone

from bench.augmenter import Augmenter, check_rows
from bench.errors import InvalidRows
from bench.task import Column, Dataset, Modality, Schema, Split, Task

if TYPE_CHECKING:
    from bench.data import DataHome
    from bench.task import Array, Labels

Check = Callable[[], None]
Named = Iterator[tuple[str, Check]]


def toy_rows(modality: Modality = "tabular", mixed: bool = True, seed: int = 0) -> tuple[Array, Labels, Schema]:
    """60 rows of three classes (33, 18, 9) that differ in their mean, in the space methods see.

    Tabular (4 columns, one of them categorical if ``mixed``), images (1, 16, 16) or series (12, 3), with a static
    channel if ``mixed``.
    """
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.repeat([0, 1, 2], [33, 18, 9]).astype(np.int64))
    classes = ("common", "less", "rare")
    if modality == "tabular":
        X = rng.normal(size=(60, 4)) + y[:, None]
        columns = [Column(name) for name in "abcd"]
        if mixed:
            X[:, 2] = (rng.random(60) * 3).astype(int)
            columns[2] = Column("c", ("x", "y", "z"))
        schema = Schema("tabular", (4,), classes, tuple(columns), rare=2)
    elif modality == "image":
        X = np.clip(0.2 + 0.25 * y[:, None, None, None] + 0.1 * rng.normal(size=(60, 1, 16, 16)), 0, 1)
        schema = Schema("image", (1, 16, 16), classes, rare=2)
    else:
        phase, steps = rng.random((60, 1)), np.arange(12)
        waves = [
            0.5 + 0.4 * np.sin(2 * np.pi * (phase + (1 + y[:, None]) * steps / 12 + shift)) for shift in (0, 0.25, 0.5)
        ]
        X = np.stack(waves, axis=2)
        if mixed:
            X[:, :, 2] = rng.random((60, 1))
        columns = [Column("u"), Column("v"), Column("w", static=mixed)]
        schema = Schema("series", (12, 3), classes, tuple(columns), rare=2)
    return X.astype(np.float32), y, schema


# --- methods


def method_checks(method: Augmenter, modality: Modality = "tabular", mixed: bool = True) -> Named:
    """Checks of a method on toy rows.

    method : an instance with parameters that make it quick; it is cloned for each check.
    mixed : with a categorical column, or a static channel. A method that draws the same rows whatever its
        ``random_state`` says so with an attribute ``deterministic = True``.
    """
    case = _Case(method, modality, mixed)
    for check in (
        _constructor_only_stores,
        _fit_returns_self,
        _one_valid_row_per_label,
        _labels_in_any_order,
        _one_class_alone,
        _no_labels_no_rows,
        _sampling_again_changes_nothing,
        _same_seed_same_rows,
        _fitting_again_starts_afresh,
        _other_seed_other_rows,
        _global_random_state_untouched,
        _training_rows_untouched,
        _wanted_changes_nothing,
        _monitor_changes_nothing,
    ):
        yield check.__name__.strip("_"), partial(check, case)


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
    assert rows.dtype == np.float32, f"rows are {rows.dtype}, not float32"


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
    with _watched_random_state():
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
        self, step: int, losses: Mapping[str, float], draw: Callable[[], tuple[Array, Labels]], part: str = ""
    ) -> None:
        for name, value in losses.items():
            assert isinstance(value, float), f"loss {name!r} is a {type(value).__name__}, not a float"
        rows, labels = draw()
        self.case.valid(rows, labels, "draw(): ")


# --- classifiers


def classifier_checks(classifier: Any) -> Named:
    """Checks of a scikit-learn classifier beyond ``sklearn.utils.estimator_checks``: what the trial relies on."""
    for check in (
        _probabilities,
        _same_seed_same_probabilities,
        _classifier_random_state_untouched,
        _classifier_rows_untouched,
        _learns,
    ):
        yield check.__name__.strip("_"), partial(check, classifier)


def _flat(n_classes: int) -> tuple[Array, Labels]:
    X, y, _ = toy_rows("tabular", mixed=False)
    X = np.tile(X, (3, 1)) + 2 * np.tile(y, 3)[:, None]
    y = np.tile(y, 3)
    keep = y < n_classes
    return X[keep].astype(np.float32), y[keep]


def _seeded_clone(classifier: Any, seed: int = 0) -> Any:
    fresh = clone(classifier)
    assert "random_state" in fresh.get_params(), "the constructor takes no random_state"
    return fresh.set_params(random_state=seed)


def _probabilities(classifier: Any) -> None:
    for n_classes in (2, 3):
        X, y = _flat(n_classes)
        fitted = _seeded_clone(classifier).fit(X.copy(), y.copy())
        for rows in (X, X[:1]):
            shares = fitted.predict_proba(rows)
            assert shares.shape == (len(rows), n_classes), f"predict_proba gave {shares.shape} for {n_classes} classes"
            assert np.isfinite(shares).all(), "probabilities are not finite"
            assert (shares >= 0).all(), "probabilities below zero"
            assert np.allclose(shares.sum(1), 1, atol=1e-5), "probabilities do not sum to one"
        assert np.array_equal(fitted.classes_, np.arange(n_classes)), "classes_ are not the sorted labels"


def _same_seed_same_probabilities(classifier: Any) -> None:
    X, y = _flat(3)
    first, second = (_seeded_clone(classifier, 5).fit(X.copy(), y.copy()).predict_proba(X) for _ in range(2))
    assert np.array_equal(first, second), "the same random_state gave other probabilities"


def _classifier_random_state_untouched(classifier: Any) -> None:
    X, y = _flat(2)
    with _watched_random_state():
        _seeded_clone(classifier).fit(X, y).predict_proba(X)


def _classifier_rows_untouched(classifier: Any) -> None:
    X, y = _flat(2)
    rows, labels = X.copy(), y.copy()
    _seeded_clone(classifier).fit(rows, labels).predict_proba(rows)
    assert np.array_equal(rows, X), "the training rows were changed"
    assert np.array_equal(labels, y), "the training labels were changed"


def _learns(classifier: Any) -> None:
    X, y = _flat(2)
    accuracy = (_seeded_clone(classifier).fit(X, y).predict(X) == y).mean()
    assert accuracy > 0.8, f"accuracy {accuracy:.2f} on training rows of two classes that are six deviations apart"


# --- tasks


def task_checks(task: Task, home: DataHome, covers: bool = True) -> Named:
    """Checks of a task whose rows can be had from ``home``; they are read once.

    covers : whether every row must be in some part of a split. Not so where windows that straddle a boundary are
        dropped, or a training set is cut down.
    """
    dataset: list[Dataset] = []

    def rows() -> Dataset:
        if not dataset:
            dataset.append(task.read(task.locate(home)))
        return dataset[0]

    checks: dict[str, Check] = {
        "origin_identifies_the_rows": lambda: _origin(task, home),
        "dataset_matches_its_schema": lambda: _dataset(rows()),
        "reading_is_deterministic": lambda: _same_dataset(rows(), task.read(task.locate(home))),
        "split_is_disjoint": lambda: _disjoint(task, rows(), covers),
        "split_is_deterministic": lambda: _same_split(task.split(rows(), 1), task.split(rows(), 1)),
        "every_class_is_trained_on": lambda: _classes_in_train(task, rows()),
        "groups_stay_together": lambda: _groups(task, rows()),
    }
    yield from checks.items()


def _origin(task: Task, home: DataHome) -> None:
    origin = task.locate(home)
    assert len(origin.sha256) == 64, "Origin.sha256 is no SHA-256 in hexadecimal"
    assert origin == task.locate(home), "locate() called again gave another origin"
    assert origin.note, "Origin.note says nothing of where the rows come from"


def _dataset(data: Dataset) -> None:
    schema = data.schema
    assert data.X.dtype == np.float32, f"X is {data.X.dtype}, not float32"
    assert data.y.dtype == np.int64, f"y is {data.y.dtype}, not int64"
    assert data.X.shape == (len(data.y), *schema.shape), f"X is {data.X.shape}, rows should be {schema.shape}"
    assert set(np.unique(data.y)) == set(range(schema.n_classes)), "y does not hold each of the schema's classes"
    assert not np.isinf(data.X).any(), "X holds infinity"
    if schema.modality == "image":
        assert data.X.min() >= 0, "pixels below 0"
        assert data.X.max() <= 1, "pixels above 1"
        return
    assert len(schema.columns) == schema.shape[-1], "the schema has not one column for each feature"
    for i, column in enumerate(schema.columns):
        values = data.X[..., i]
        if not column.missing:
            assert not np.isnan(values).any(), f"column {column.name!r} holds NaN and is not declared missing"
        if column.categories is not None:
            codes = values[~np.isnan(values)]
            valid = (codes == np.round(codes)) & (codes >= 0) & (codes < len(column.categories))
            assert valid.all(), f"column {column.name!r} holds codes it has no category for"
        if column.static:
            assert (values == values[:, :1]).all(), f"column {column.name!r} is declared static and changes"


def _same_dataset(first: Dataset, second: Dataset) -> None:
    assert np.array_equal(first.X, second.X, equal_nan=True), "read() called again gave other rows"
    assert np.array_equal(first.y, second.y), "read() called again gave other labels"


def _disjoint(task: Task, data: Dataset, covers: bool) -> None:
    split = task.split(data, 0)
    parts = {"train": split.train, "valid": split.valid, "test": split.test}
    for name, part in parts.items():
        assert part.dtype == np.int64, f"{name} is {part.dtype}, not int64"
        assert len(part), f"{name} is empty"
    joined = np.concatenate(list(parts.values()))
    assert len(np.unique(joined)) == len(joined), "a row is in two parts of the split, or twice in one"
    assert joined.min() >= 0, "the split names rows that are not there"
    assert joined.max() < len(data), "the split names rows that are not there"
    assert not covers or len(joined) == len(data), f"{len(data) - len(joined)} rows are in no part of the split"


def _same_split(first: Split, second: Split) -> None:
    for name in ("train", "valid", "test"):
        assert np.array_equal(getattr(first, name), getattr(second, name)), f"{name} differs at the same seed"


def _classes_in_train(task: Task, data: Dataset) -> None:
    for seed in range(3):
        found = set(np.unique(data.y[task.split(data, seed).train]))
        assert found == set(range(data.schema.n_classes)), f"at seed {seed} only classes {sorted(found)} are trained on"


def _groups(task: Task, data: Dataset) -> None:
    if data.groups is None:
        return
    split = task.split(data, 0)
    train, valid, test = (set(data.groups[part]) for part in (split.train, split.valid, split.test))
    assert not train & valid | train & test | valid & test, "a group has rows in two parts of the split"


# --- shared


@contextmanager
def _watched_random_state() -> Iterator[None]:
    import torch

    python, numpy, of_torch = random.getstate(), np.random.get_state(legacy=False), torch.get_rng_state()  # noqa: NPY002
    yield
    assert random.getstate() == python, "the global state of Python's random was used"
    now = np.random.get_state(legacy=False)  # noqa: NPY002
    same = all(np.array_equal(now["state"][key], numpy["state"][key]) for key in ("key", "pos"))  # type: ignore[index, call-overload]
    assert same, "the global state of numpy.random was used"
    assert torch.equal(torch.get_rng_state(), of_torch), "the global state of torch's generator was used"
