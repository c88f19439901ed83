"""Each kind of rows at the edge catches the method that breaks on it, in one line that says what to do."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pytest

from bench.augmenter import Augmenter
from bench.conformance.edges import edge_checks
from bench.errors import Unsuitable


class Resampling(Augmenter):
    """Training rows of the class again."""

    def fit(self, X: Any, y: Any, schema: Any) -> Self:
        self.X_, self.y_, self.schema_ = X, y, schema
        self.look()
        return self

    def look(self) -> None:
        """Where a subclass goes wrong."""

    def sample(self, labels: Any) -> Any:
        rng = np.random.default_rng(self.random_state)
        return self.X_[[rng.choice(np.flatnonzero(self.y_ == label)) for label in labels]]


class NeedsThree(Resampling):
    def look(self) -> None:
        if np.bincount(self.y_).min() < 3:
            raise IndexError("no third neighbour\nat all")


class DividesByItsSpread(Resampling):
    def sample(self, labels: Any) -> Any:
        with np.errstate(all="ignore"):
            return super().sample(labels) * (self.X_.std(axis=0) / self.X_.std(axis=0))


class DividesByTheSpreadOfAClass(Resampling):
    def sample(self, labels: Any) -> Any:
        with np.errstate(all="ignore"):
            spread = self.X_[self.y_ == 2].std(axis=0)
            return super().sample(labels) * (spread / spread)


class NeedsDistinctNumbers(Resampling):
    def look(self) -> None:
        numbers = self.X_[:, self.schema_.numeric]
        if numbers.shape[1] > 1 and len(np.unique(numbers[:, 1])) < len(numbers) / 2:
            raise ValueError("ties")


class ThinksInSingle(Resampling):
    def look(self) -> None:
        if self.X_.dtype == np.float64:
            raise TypeError("expected Float but found Double")


class LosesAnAxis(Resampling):
    def sample(self, labels: Any) -> Any:
        rows = super().sample(labels)
        return rows[:, 0] if rows.shape[1] == 1 else rows


class NeedsNumbers(Resampling):
    def look(self) -> None:
        self.X_[:, self.schema_.numeric].max(axis=1)


class InvertsACovariance(Resampling):
    def look(self) -> None:
        if self.X_.shape[1] > len(self.X_):
            raise np.linalg.LinAlgError("Singular matrix")


class KnowsItsColumns(Resampling):
    def sample(self, labels: Any) -> Any:
        return super().sample(labels)[:, : len(self.schema_.columns) - len(self.schema_.marks)]


#: rows where a column of some class has one value
EVEN_SPREADS = {"a_constant_column", "a_column_constant_in_one_class", "a_class_of_two_rows", "missing_values"}


class Declines(NeedsThree):
    def look(self) -> None:
        raise Unsuitable("it never works")


def failures(method: Augmenter, mixed: bool = True) -> dict[str, str]:
    found = {}
    for name, check in edge_checks(method, "tabular", mixed):
        try:
            check()
        except AssertionError as error:
            found[name] = str(error)
    return found


@pytest.mark.parametrize("mixed", [True, False])
def test_a_sound_method_passes_and_one_that_declines_too(mixed: bool) -> None:
    assert failures(Resampling(), mixed) == {}
    assert failures(Declines(), mixed) == {}


@pytest.mark.parametrize(
    ("method", "caught"),
    [
        (NeedsThree(), {"a_class_of_two_rows"}),
        (DividesByItsSpread(), {"a_constant_column"}),
        (DividesByTheSpreadOfAClass(), EVEN_SPREADS),
        (KnowsItsColumns(), {"missing_values"}),
        (NeedsDistinctNumbers(), {"whole_numbers"}),
        (ThinksInSingle(), {"double_precision"}),
        (LosesAnAxis(), {"one_feature", "one_column_of_categories"}),
        (NeedsNumbers(), {"one_column_of_categories"}),
        (InvertsACovariance(), {"more_columns_than_rows"}),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Augmenter) else "",
)  # fmt: skip
def test_each_kind_of_rows_catches_its_fault(method: Augmenter, caught: set[str]) -> None:
    assert caught & set(failures(method))
    assert set(failures(method)) <= caught


def test_a_failure_is_one_line_that_says_what_to_do() -> None:
    (line,) = failures(NeedsThree()).values()
    assert line == (
        "a class of two rows: IndexError: no third neighbour at all; mend fit() and sample() for such rows, "
        "or raise bench.errors.Unsuitable with the reason"
    )


def test_a_method_that_takes_no_marks_is_told_how_to_say_so() -> None:
    (line,) = failures(KnowsItsColumns()).values()
    assert line == (
        "missing values: rows have shape (4,), not (6,); take marks, the categorical columns that say what is missing, "
        'or declare unfit=("missing",)'
    )


def test_a_method_that_is_shown_no_marks_is_not_tried_on_them() -> None:
    assert "missing_values" in dict(edge_checks(Resampling()))
    assert "missing_values" not in dict(edge_checks(Resampling(), marked=False))


def test_images_and_series_have_a_class_of_two_rows() -> None:
    for modality in ("image", "series"):
        (name, check), *more = edge_checks(Resampling(), modality)
        assert (name, more) == ("a_class_of_two_rows", [])
        check()
