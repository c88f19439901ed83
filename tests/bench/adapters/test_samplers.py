"""An augmenter as a sampler: whatever table is given comes back as it was, followed by rows of the same kind."""

from __future__ import annotations

import warnings
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.pipeline import Pipeline
from imblearn.under_sampling import RandomUnderSampler
from imblearn.utils import estimator_checks as imblearn_checks
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from bench import registry
from bench.adapters import FromSampler, UnfitRows, as_sampler, tables
from bench.augmenter import Augmenter
from bench.errors import BenchError
from bench.task import Column, Schema
from methods.gan import GAN
from methods.smote import RandomOver, Smote

N = 60
Y = np.repeat([0, 1], [45, 15])


class Copies(Augmenter):
    """A method of its own that repeats training rows; like every method it is handed single precision."""

    def fit(self, X, y, schema):
        assert X.dtype == np.float32
        self.X_, self.y_ = X, y
        return self

    def sample(self, labels):
        rng = np.random.default_rng(self.random_state)
        return np.stack([self.X_[rng.choice(np.flatnonzero(self.y_ == label))] for label in labels])


class Constant(Augmenter):
    """Draws one number everywhere."""

    def __init__(self, value: float = 0.0, random_state: int = 0) -> None:
        super().__init__(random_state)
        self.value = value

    def fit(self, X, y, schema):
        self.shape_ = schema.shape
        return self

    def sample(self, labels):
        return np.full((len(labels), *self.shape_), self.value)


def table(classes=3, weights=(0.6, 0.3, 0.1), sep=0.5):
    X, y = make_classification(
        300, 4, n_informative=3, n_redundant=0, n_classes=classes, weights=list(weights), class_sep=sep, random_state=0
    )
    schema = Schema("tabular", (4,), tuple("abc"[:classes]), tuple(Column(f"x{i}") for i in range(4)))
    return X.astype(np.float32), y.astype(np.int64), schema


def everything() -> pd.DataFrame:
    """A frame with a column of every kind; no two rows are equal, and the index is not 0, 1, 2."""
    rng = np.random.default_rng(0)
    seconds = rng.integers(0, 10**9, N)
    columns = {
        "id": rng.integers(10**15, 10**18, N),
        "hash": rng.integers(0, 2**64, N, dtype=np.uint64, endpoint=False),
        "signed": rng.integers(-(2**63), 2**63 - 1, N),
        "epoch": rng.integers(1_600_000_000, 1_700_000_000, N),
        "constant": np.full(N, 1_700_000_123),
        "money": np.round(rng.random(N) * 1e6, 2),
        "single": rng.random(N, dtype=np.float32),
        "half": rng.random(N).astype(np.float16),
        "byte": rng.integers(-128, 128, N).astype(np.int8),
        "flag": rng.random(N) > 0.5,
        "when": pd.Timestamp("2020-01-01") + pd.to_timedelta(seconds, unit="s"),
        "zoned": pd.to_datetime(seconds, unit="s", utc=True).tz_convert("Europe/Berlin"),
        "span": pd.to_timedelta(seconds, unit="s"),
        "text": rng.choice(["a", "b", "c"], N),
        "word": np.array(rng.choice(["p", "q"], N), dtype=object),
        "grade": pd.Categorical(rng.choice(["low", "high"], N), ["never", "low", "high"], ordered=True),
        "nullable": pd.array(rng.integers(0, 9, N), dtype="Int64"),
        "count": np.array(rng.integers(0, 9, N).tolist(), dtype=object),
    }
    return pd.DataFrame(columns).set_index(np.arange(N)[::-1] + 7)


def same_start(X, rows) -> pd.DataFrame:
    """Check dtypes and the first rows; return the synthetic ones."""
    pd.testing.assert_series_equal(rows.dtypes, X.dtypes)
    pd.testing.assert_frame_equal(rows.iloc[: len(X)], X.reset_index(drop=True))
    return rows.iloc[len(X) :]


@pytest.mark.parametrize(
    ("method", "gaps"),
    [(RandomOver(), False), (RandomOver(), True), (FromSampler(RandomOverSampler()), True), (Copies(), False)],
)
def test_copied_rows_come_back_value_for_value(method, gaps):
    X = everything()
    if gaps:
        for i, name in enumerate(["money", "single", "when", "zoned", "span", "text", "word", "grade", "nullable"]):
            X.loc[X.index[i::5], name] = None
    rows, labels = as_sampler(method, random_state=3).fit_resample(X, Y)
    synthetic = same_start(X, rows)
    assert (labels[N:] == 1).all()
    assert len(synthetic) == 30
    by_id = X[Y == 1].set_index("id", drop=False)
    expected = by_id.loc[synthetic["id"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(synthetic.reset_index(drop=True), expected)


@pytest.mark.parametrize("method", [Smote(), GAN(steps=2)], ids=["smote", "gan"])
def test_synthetic_rows_have_the_kinds_of_the_columns(method):
    X = everything()
    synthetic = same_start(X, as_sampler(method).fit_resample(X, Y)[0])
    for name in ("text", "word"):
        assert set(synthetic[name]) <= set(X[name])
    assert synthetic["grade"].notna().all()
    assert (synthetic["constant"] == 1_700_000_123).all()
    assert all(type(v) is int for v in synthetic["count"])
    if isinstance(method, Smote):  # between two rows of the class, so within its range
        for name in ("id", "hash", "signed", "epoch", "money", "byte", "when", "zoned", "span", "nullable"):
            mine = X[name][Y == 1]
            assert synthetic[name].between(mine.min(), mine.max()).all(), name


@pytest.mark.parametrize("value", [1e30, -1e30])
def test_numbers_beyond_a_dtype_stay_within_it(value):
    X = everything()[["id", "hash", "signed", "byte", "flag", "when", "span", "nullable"]]
    synthetic = same_start(X, as_sampler(Constant(value)).fit_resample(X, Y)[0])
    assert set(synthetic["byte"]) == {127 if value > 0 else -128}
    assert set(synthetic["hash"]) == {2**64 - 1 if value > 0 else 0}
    assert set(synthetic["flag"]) == {value > 0}


def test_integers_are_rounded_not_cut():
    X = np.arange(2 * N).reshape(N, 2)
    rows, _ = as_sampler(Constant(2.7)).fit_resample(X, Y)
    assert rows.dtype == X.dtype
    assert set(rows[N:].ravel()) == {3}


@pytest.mark.parametrize("dtype", ["int64", "uint8", "float16", "float32", "float64", "bool", "<U3", "object", "M8[s]"])
def test_arrays_keep_their_dtype(dtype):
    numbers = np.random.default_rng(0).integers(0, 100, (N, 3))
    X = {"bool": numbers > 50, "object": numbers.astype(str).astype(object)}.get(dtype)
    X = numbers.astype(dtype) if X is None else X
    rows, _ = as_sampler(Smote()).fit_resample(X, Y)
    assert rows.dtype == X.dtype
    np.testing.assert_array_equal(rows[:N], X)


@pytest.mark.parametrize(
    "labels",
    [
        pd.Series(np.array(["no", "yes"])[Y], name="t"),
        pd.Series(np.array(["no", "yes"])[Y]).astype("category"),
        pd.Series(pd.Categorical.from_codes(Y, ["yes", "no", "never"], ordered=True)),
        pd.Series(Y).astype("Int64"),
        pd.Series(Y == 1),
        pd.DataFrame({"t": Y}),
        Y.astype(np.int8),
        np.array(["no", "yes"])[Y],
        np.array(["no", "yes"], dtype=object)[Y],
        Y == 1,
        np.array(["no", "yes"])[Y].tolist(),
    ],
    ids=lambda labels: f"{type(labels).__name__}-{getattr(labels, 'dtype', '')}",
)
def test_labels_keep_type_and_dtype(labels):
    _, found = as_sampler(Smote()).fit_resample(everything(), labels)
    assert type(found) is type(labels)
    minority = labels[-1] if isinstance(labels, list | np.ndarray) else labels.iloc[-1]
    if isinstance(labels, pd.Series):
        pd.testing.assert_series_equal(found.iloc[:N], labels)
        assert (found.iloc[N:] == minority).all()
    elif isinstance(labels, pd.DataFrame):
        pd.testing.assert_frame_equal(found.iloc[:N], labels)
    else:
        assert list(found) == [*labels, *[minority] * 30]
        assert getattr(found, "dtype", None) == getattr(labels, "dtype", None)


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "lil"])
@pytest.mark.parametrize("kind", [sparse.csr_array, sparse.csr_matrix])
def test_sparse_rows_come_back_sparse_and_are_those_of_dense_ones(form, kind):
    dense = sparse.random(N, 6, 0.4, random_state=0).toarray()
    X = kind(dense).asformat(form)
    rows, _ = as_sampler(Smote(), random_state=1).fit_resample(X, Y)
    assert type(rows) is type(X)
    np.testing.assert_array_equal(rows.toarray(), as_sampler(Smote(), random_state=1).fit_resample(dense, Y)[0])
    whole = kind((dense * 10).astype(np.int32))
    assert as_sampler(Smote()).fit_resample(whole, Y)[0].dtype == np.int32


def test_sparse_rows_that_would_fill_the_memory_are_refused(monkeypatch):
    monkeypatch.setattr(tables, "DENSE_LIMIT", 1000)
    with pytest.raises(UnfitRows, match="once they are dense, as methods need them; reduce the columns first"):
        as_sampler(Smote()).fit_resample(sparse.csr_array(np.eye(N)), Y)


@pytest.mark.parametrize(
    ("change", "method", "said"),
    [
        ({"text": [Decimal("1.10")] * N}, Smote(), "column 'text' holds decimal values"),
        ({"text": [[1]] * N}, Smote(), "column 'text' holds mixed values"),
        ({"text": pd.period_range("2020", periods=N, freq="D")}, Smote(), "column 'text' holds period"),
        ({"money": [np.nan, *[1.0] * (N - 1)]}, Smote(), "NaN .column 'money'., which Smote does not take; put an imp"),
        ({"money": [np.inf, *[1.0] * (N - 1)]}, Copies(), "infinity .column 'money'., which Copies does not take"),
        ({}, FromSampler(SMOTE()), "SMOTE needs numeric columns and 'text' is categorical; use smote or random-over"),
        ({}, Constant(np.nan), "Constant broke its contract: 30 rows hold NaN"),
        ({}, Constant(7.0), "Constant broke its contract: column 'text'"),
    ],
)
def test_what_cannot_be_adapted_is_refused_in_one_line(change, method, said):
    X = everything()[["money", "text"]].assign(**change)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(BenchError, match=said) as caught:
            as_sampler(method).fit_resample(X, Y)
    assert "\n" not in str(caught.value)


def test_columns_that_cannot_be_told_apart_are_refused():
    X = pd.DataFrame(np.zeros((N, 2)), columns=["a", "a"])
    with pytest.raises(UnfitRows, match="column 'a' twice"):
        as_sampler(Smote()).fit_resample(X, Y)


def test_a_schema_says_what_codes_are_and_must_fit():
    X, y, schema = table()
    with pytest.raises(BenchError, match="4 values a row; the rows have 3 and 2"):
        as_sampler(FromSampler(SMOTE()), schema).fit_resample(X[:, :2], y)
    codes = np.column_stack([np.linspace(0, 1, N), np.arange(N) % 3])
    coded = Schema("tabular", (2,), ("a", "b"), (Column("x"), Column("colour", ("red", "blue", "green"))))
    rows, _ = as_sampler(Smote(), coded).fit_resample(codes, Y)
    assert set(rows[N:, 1]) <= {0.0, 1.0, 2.0}
    with pytest.raises(UnfitRows, match="'colour' holds text and a schema is given"):
        as_sampler(Smote(), coded).fit_resample(everything()[["money", "text"]], Y)


def test_images_are_given_flat_and_copied_exactly():
    X = np.random.default_rng(0).random((N, 12))
    schema = Schema("image", (3, 2, 2), ("a", "b"))
    rows, _ = as_sampler(Copies(), schema).fit_resample(X, Y)
    assert {row.tobytes() for row in rows[N:]} <= {row.tobytes() for row in X[Y == 1]}


def test_as_sampler_of_an_adapted_sampler_is_the_sampler():
    X, y, _ = table()
    for rows in (X, X.astype(np.float64) * 1e6):
        ours = as_sampler(FromSampler(SMOTE()), random_state=4).fit_resample(rows, y)
        theirs = SMOTE(random_state=4).fit_resample(rows, y)
        np.testing.assert_array_equal(ours[0], theirs[0])
        np.testing.assert_array_equal(ours[1], theirs[1])


@pytest.mark.parametrize(
    ("strategy", "expected"), [("auto", None), ("minority", None), ({"seldom": 90}, 90), (lambda y: {"seldom": 70}, 70)]
)
def test_frames_string_labels_and_strategies(strategy, expected):
    X, y, _ = table()
    frame = pd.DataFrame(X, columns=["p", "q", "r", "s"])
    names = pd.Series(np.array(["often", "sometimes", "seldom"])[y], name="target")
    rows, labels = as_sampler(FromSampler(SMOTE()), sampling_strategy=strategy).fit_resample(frame, names)
    same_start(frame, rows)
    assert labels.name == "target"
    counts = labels.value_counts()
    assert counts["seldom"] == (expected or counts.max())


@pytest.mark.parametrize(("strategy", "rare"), [(0.5, 20), (1.0, 40), ("minority", 40), ({1: 13}, 13)])
def test_how_many_rows_follow(strategy, rare):
    y = np.repeat([0, 1], [40, 10])
    _, labels = as_sampler(RandomOver(), sampling_strategy=strategy).fit_resample(np.arange(50.0)[:, None], y)
    assert (labels == 1).sum() == rare


def test_a_balanced_table_comes_back_alone():
    X = everything()
    rows, labels = as_sampler(Smote()).fit_resample(X, np.arange(N) % 2)
    assert len(same_start(X, rows)) == 0
    assert len(labels) == N


def test_random_state_is_scikit_learns():
    X = np.random.default_rng(0).random((N, 3))
    a, b = (as_sampler(Smote(), random_state=5).fit_resample(X, Y)[0] for _ in range(2))
    np.testing.assert_array_equal(a, b)
    fixed, free = (as_sampler(Smote(), random_state=s) for s in (np.random.RandomState(1), None))
    assert not np.array_equal(fixed.fit_resample(X, Y)[0], fixed.fit_resample(X, Y)[0])
    assert not np.array_equal(free.fit_resample(X, Y)[0], free.fit_resample(X, Y)[0])


def test_every_method_survives_clone(names):
    for entry in registry.methods:
        if not entry.missing:
            sampler = as_sampler(entry.create(), sampling_strategy={1: 50}, random_state=3)
            copy = clone(sampler)
            assert copy.augmenter is not sampler.augmenter
            assert repr(copy) == repr(sampler)


def test_pipelines_and_cross_validation():
    X, y, _ = table(classes=2, weights=(0.8, 0.2), sep=2.0)
    steps = [
        ("over", as_sampler(FromSampler(SMOTE()))),
        ("under", RandomUnderSampler(random_state=0)),
        ("lr", LogisticRegression()),
    ]
    scores = cross_val_score(Pipeline(steps), X, np.array(["no", "yes"])[y], cv=3, scoring="roc_auc")
    assert scores.min() > 0.5


def test_a_grid_search_reaches_the_method_within_the_sampler():
    X, y, _ = table(classes=2, weights=(0.8, 0.2), sep=2.0)
    pipeline = Pipeline([("scale", StandardScaler()), ("over", as_sampler(Smote())), ("lr", LogisticRegression())])
    grid = {"over__augmenter__k_neighbors": [1, 3], "over__sampling_strategy": [0.5, 1.0]}
    search = GridSearchCV(pipeline, grid, cv=3, scoring="roc_auc", error_score="raise").fit(X, np.array(["n", "p"])[y])
    assert len(search.cv_results_["params"]) == 4
    assert search.best_score_ > 0.8
    best = search.best_estimator_.named_steps["over"]
    assert best.augmenter_.k_neighbors == search.best_params_["over__augmenter__k_neighbors"]


@pytest.mark.parametrize("method", [RandomOver(), Smote(), FromSampler(SMOTE()), GAN(steps=2)], ids=repr)
def test_the_estimator_checks_of_both_libraries_pass(method):
    sampler = as_sampler(method)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ran = check_estimator(sampler, on_fail=None)
        own = list(imblearn_checks._yield_all_checks(sampler))
        for check in own:
            check("AugmenterSampler", sampler)
    assert [(result["check_name"], result["exception"]) for result in ran if result["status"] == "failed"] == []
    assert len(own) >= 15
    assert len(ran) > 30
