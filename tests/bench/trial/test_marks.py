"""Missing numbers travel with the rows as marks; a method may learn and draw them, classifiers see filled numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import registry
from bench.task import Column, Schema
from bench.trial.marks import marked, missing, takes_marks, unmarked, without
from bench.trial.preprocess import Preprocess, flat_shape, flatten

COLUMNS = (Column("age", missing=True), Column("kind", ("p", "q")), Column("dose", missing=True), Column("full"))
TABLE = Schema("tabular", (4,), ("a", "b"), COLUMNS, rare=1)


def rows(n: int = 400, share: float = 0.3, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.integers(18, 90, n), rng.integers(0, 2, n), rng.random(n), rng.normal(size=n)])
    X[rng.random(n) < share, 0] = np.nan
    return X.astype(np.float32)


def test_a_mark_for_each_column_that_lacks_numbers_in_training() -> None:
    X = rows()
    schema = marked(TABLE, X)
    assert schema.marks == ((0, 4),)  # no dose is missing among these rows
    assert schema.columns[4] == Column("age missing", ("known", "missing"))
    assert schema.categorical == (1, 4)
    assert unmarked(schema) == TABLE
    X[:, 0] = np.nan  # no number at all: nothing to learn
    assert marked(TABLE, X).marks == ()
    assert marked(replace(TABLE, gaps="filled"), rows()).marks == ()


def test_names_of_marks_are_their_own() -> None:
    columns = (Column("age", missing=True), Column("age missing", ("p", "q")), *COLUMNS[2:])
    assert marked(replace(TABLE, columns=columns), rows()).columns[4].name == "age missing'"


def test_rows_with_gaps_come_back_bit_for_bit() -> None:
    X = rows()
    scale = Preprocess(TABLE).fit(X)
    seen = scale.transform(X)
    assert seen.shape == (400, 5)
    assert np.isfinite(seen).all()
    assert np.array_equal(seen[:, 4] == 1, np.isnan(X[:, 0]))
    assert np.array_equal(missing(seen, scale.schema_), np.isnan(X))
    assert scale.inverse(seen).tobytes() == X.tobytes()
    assert scale.land(seen).tobytes() == seen.tobytes()


def test_classifiers_see_filled_numbers_and_no_marks() -> None:
    X = rows()
    scale = Preprocess(TABLE).fit(X)
    plain = Preprocess(replace(TABLE, gaps="filled")).fit(X)
    assert np.array_equal(flatten(scale.transform(X), scale.schema_), flatten(plain.transform(X), TABLE))
    assert flat_shape(scale.schema_) == flat_shape(TABLE)


def test_what_a_method_draws_is_completed() -> None:
    X = rows()
    scale = Preprocess(TABLE).fit(X)
    seen = scale.transform(X)
    drawn = seen[:2].copy()
    drawn[:, 0], drawn[:, 4] = 7.5, [1, 0]
    gap = seen[seen[:, 4] == 1][0, 0]
    assert scale.complete(drawn)[:, 0].tolist() == [gap, 7.5]
    assert drawn[0, 0] == 7.5  # a copy
    assert np.isnan(scale.inverse(scale.land(scale.complete(drawn)))[:, 0]).tolist() == [True, False]
    ignorant = scale.complete(without(seen, scale.schema_))
    assert ignorant.shape == seen.shape
    assert (ignorant[:, 4] == 0).all()
    assert np.array_equal(scale.inverse(scale.land(ignorant))[:, 0] % 1, np.zeros(400))  # whole years, also if filled


@settings(deadline=None, max_examples=20)
@given(share=st.floats(0.05, 0.9), seed=st.integers(0, 99))
def test_a_resampler_draws_as_many_gaps_as_there_are(share: float, seed: int) -> None:
    registry.discover()
    X = rows(share=share, seed=seed)
    scale = Preprocess(TABLE).fit(X)
    y = (np.arange(len(X)) % 4 == 0).astype(np.int64)
    method = registry.methods["random-over"].create(random_state=seed)
    drawn = method.fit(scale.transform(X), y, scale.schema_).sample(np.zeros(2000, dtype=np.int64))
    real = np.isnan(X[y == 0, 0]).mean()
    assert abs(np.isnan(scale.inverse(drawn)[:, 0]).mean() - real) < 5 * np.sqrt(real * (1 - real) / 2000) + 1e-9


@pytest.mark.parametrize(
    ("name", "takes"), [("random-over", True), ("cgan", True), ("smote", False), ("adasyn", False)]
)  # fmt: skip
def test_who_is_shown_marks(name: str, takes: bool) -> None:
    registry.discover()
    assert takes_marks(registry.methods[name]) == takes
