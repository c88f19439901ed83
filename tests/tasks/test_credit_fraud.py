"""Credit fraud: what the stand-in promises, how real rows are chosen, and that neither passes for the other."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.contract import checked as check
from bench.data import DataHome
from bench.errors import BenchError, InvalidData
from bench.task import Dataset, Origin
from tasks.credit_fraud import FRAUDS, ROWS, SUBSET, WHOLE, CreditFraud
from tasks.sources import calibrate_credit_fraud
from tasks.sources.credit_fraud_standin import COLUMNS, KNOTS, NUMBERS, draw

DATA = os.environ.get("AUGBENCH_DATA")
real = pytest.mark.skipif(not DATA, reason="AUGBENCH_DATA is not set")


@pytest.fixture
def home(tmp_path: Path) -> DataHome:
    (tmp_path / "folder").mkdir()
    return DataHome(folder=tmp_path / "folder", cache=tmp_path / "cache", offline=True)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """Drawn rows in the form of the subset file, with all 492 frauds, two of them equal."""
    X, y = draw(1500, FRAUDS, seed=1)
    twins = np.flatnonzero(y == 1)[:2]
    X[twins[1]] = X[twins[0]]
    table = pd.DataFrame(X, columns=list(COLUMNS))
    table["Class"] = y
    table["random_sample"] = np.where((y == 1) | (np.arange(len(y)) % 2 == 0), 1, 0)
    table["n_sources"] = 1
    return table


def read(table: pd.DataFrame, path: Path, **options: object) -> Dataset:
    table.to_csv(path, index=False)
    return CreditFraud("credit-fraud", **options).read(Origin("real-subset", "folder", "x", "", path))  # type: ignore[arg-type]


def load(home: DataHome, **options: object) -> Dataset:
    task = CreditFraud("credit-fraud", **options)  # type: ignore[arg-type]
    return task.read(task.locate(home))


def test_without_files_the_rows_are_simulated_and_one_line_says_so(home: DataHome) -> None:
    data = load(home, rows=5000)
    assert (data.origin.source, data.origin.kind) == ("simulated", "stand-in")
    assert len(home.messages) == 1
    assert "simulated stand-in" in home.messages[0]
    check(data)


@settings(max_examples=10, deadline=None)
@given(st.integers(100, 9_000))
def test_the_stand_in_has_the_size_asked_for_and_the_true_prevalence(rows: int) -> None:
    data = load(DataHome(offline=True, cache=Path("/nonexistent")), rows=rows)
    assert len(data) == rows
    assert data.y.sum() == max(10, round(rows * 492 / 284_807))
    assert data.X.dtype == np.float32
    assert np.isfinite(data.X).all()


def test_the_whole_stand_in_has_the_shape_of_the_real_file(home: DataHome) -> None:
    data = load(home)
    assert data.X.shape == (ROWS, 30)
    assert data.y.sum() == FRAUDS
    assert data.order is not None
    assert (np.diff(data.order) >= 0).all()


def test_the_stand_in_is_the_same_every_time_and_its_size_is_part_of_its_identity(home: DataHome) -> None:
    first, again, other = load(home, rows=1000), load(home, rows=1000), load(home, rows=1001)
    np.testing.assert_array_equal(first.X, again.X)
    assert first.origin.sha256 == again.origin.sha256 != other.origin.sha256


def test_the_stand_in_has_the_calibrated_marginals_and_correlations() -> None:
    numbers = json.loads(NUMBERS.read_text())["legitimate"][0]
    X, y = draw(12_000, 10, seed=0)
    again = calibrate_credit_fraud.measure(pd.DataFrame(X[y == 0], columns=list(COLUMNS)))
    middle = np.abs(KNOTS) < 1.7
    spread = np.diff(np.array(numbers["quantiles"])[:, [15, 25]])  # -1 to 1 standard deviation
    gap = np.abs(np.array(again["quantiles"]) - np.array(numbers["quantiles"])) / spread
    assert gap[:, middle].max() < 0.2
    synthetic, wanted = (np.concatenate([np.array(r) for r in m["correlation"]]) for m in (again, numbers))
    assert np.abs(synthetic - wanted).max() < 0.06


def test_frauds_can_be_found_but_not_all_of_them() -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import average_precision_score, roc_auc_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X, y = draw(5000, 400, seed=0)
    half = np.arange(len(y)) % 2 == 0
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=200)).fit(X[half], y[half])
    scores = model.predict_proba(X[~half])[:, 1]
    assert 0.85 < average_precision_score(y[~half], scores) < 0.98
    assert 0.94 < roc_auc_score(y[~half], scores) < 0.995


@pytest.mark.parametrize("wrong", [0, -5, 99, ROWS + 1])
def test_a_senseless_number_of_rows_is_refused(wrong: int) -> None:
    with pytest.raises(BenchError, match="rows must lie between 100 and 284,807"):
        CreditFraud("credit-fraud", rows=wrong)


def test_only_the_near_random_rows_of_the_subset_are_used_unless_asked(rows: pd.DataFrame, tmp_path: Path) -> None:
    data = read(rows, tmp_path / "subset.csv.gz")
    assert len(data) == rows["random_sample"].sum()
    assert data.y.sum() == FRAUDS
    assert len(read(rows, tmp_path / "subset.csv.gz", random_sample=False)) == len(rows)


def test_a_file_without_the_extra_columns_is_read_whole(rows: pd.DataFrame, tmp_path: Path) -> None:
    data = read(rows[[*COLUMNS, "Class"]], tmp_path / "creditcard.csv")
    assert len(data) == len(rows)
    np.testing.assert_allclose(data.X, rows[list(COLUMNS)].to_numpy(np.float32), rtol=1e-6)


def test_a_cap_keeps_the_prevalence_and_the_order(rows: pd.DataFrame, tmp_path: Path) -> None:
    every = read(rows, tmp_path / "subset.csv.gz", random_sample=False)
    capped = read(rows, tmp_path / "subset.csv.gz", random_sample=False, rows=400)
    assert len(capped) == 400
    assert capped.y.mean() == pytest.approx(every.y.mean(), abs=0.002)
    assert capped.order is not None
    assert (np.diff(capped.order) >= 0).all()


def test_equal_payments_stay_together(rows: pd.DataFrame, tmp_path: Path) -> None:
    data = read(rows, tmp_path / "subset.csv.gz")
    assert data.groups is not None
    assert len(data) - len(np.unique(data.groups)) == 1
    for seed in range(5):
        split = CreditFraud("credit-fraud").split(data, seed)
        assert not set(data.groups[split.train]) & set(data.groups[np.concatenate([split.valid, split.test])])


def test_the_leaky_variant_shows_methods_every_fraud_and_changes_nothing_else(
    rows: pd.DataFrame, tmp_path: Path
) -> None:
    data = read(rows, tmp_path / "subset.csv.gz")
    leaky = CreditFraud("credit-fraud-leaky", leak=True)
    for seed in range(2):
        honest, split = CreditFraud("credit-fraud").split(data, seed), leaky.split(data, seed)
        assert honest.shown is None
        for part in ("train", "valid", "test"):
            np.testing.assert_array_equal(getattr(split, part), getattr(honest, part))
        added = np.setdiff1d(split.shown, split.train)
        held_out = np.concatenate([split.valid, split.test])
        np.testing.assert_array_equal(added, np.sort(held_out[data.y[held_out] == 1]))
        assert set(split.train) <= set(split.shown)


def test_the_first_payments_train_the_last_test_and_equal_times_stay_together(
    rows: pd.DataFrame, tmp_path: Path
) -> None:
    table = rows.sort_values("Time", ignore_index=True)
    cut = int(len(table) * 0.7)
    table.loc[cut - 2 : cut, "Time"] = table.loc[cut, "Time"]
    table["random_sample"] = 1
    data = read(table, tmp_path / "subset.csv.gz")
    assert data.order is not None
    for seed in (0, 1):
        split = CreditFraud("credit-fraud", protocol="first").split(data, seed)
        assert len(split.test) == len(table) - cut + 2
        np.testing.assert_array_equal(np.concatenate([split.train, split.valid, split.test]), np.arange(len(data)))
        assert len(split.train) == pytest.approx(0.63 * len(data), abs=3)
        assert data.order[split.valid].max() < data.order[split.test].min()


def test_another_protocol_is_refused() -> None:
    with pytest.raises(BenchError, match="not 'last'"):
        CreditFraud("credit-fraud", protocol="last")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [WHOLE.path, SUBSET.path])
def test_an_altered_file_never_becomes_a_stand_in(home: DataHome, name: str) -> None:
    assert home.folder is not None
    (home.folder / "credit_fraud").mkdir()
    (home.folder / name).write_bytes(gzip.compress(b"Time,V1\n0,1\n"))
    with pytest.raises(InvalidData, match="altered or truncated"):
        CreditFraud("credit-fraud").locate(home)
    assert home.messages == []


def test_a_file_of_another_form_is_invalid(rows: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "creditcard.csv"
    with pytest.raises(InvalidData, match="has no column 'V7'"):
        read(rows.drop(columns="V7"), path)
    with pytest.raises(InvalidData, match="does not hold 492 frauds"):
        read(rows.iloc[:500], path)
    with pytest.raises(InvalidData, match="is not the credit-card csv"):
        read(rows.astype({"V1": object}).replace({"V1": {rows["V1"].iloc[0]: "x"}}), path)
    truncated = tmp_path / "creditcard.csv.gz"
    truncated.write_bytes(gzip.compress(path.read_bytes())[:5000])
    with pytest.raises(InvalidData, match="is not the credit-card csv"):
        CreditFraud("credit-fraud").read(Origin("real", "folder", "x", "", truncated))


def test_the_calibration_can_be_run_again(rows: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows.to_csv(tmp_path / "rows.csv", index=False)
    monkeypatch.setattr(calibrate_credit_fraud, "NUMBERS", tmp_path / "numbers.json")
    calibrate_credit_fraud.main(tmp_path / "rows.csv")
    numbers = json.loads((tmp_path / "numbers.json").read_text())
    shipped = json.loads(NUMBERS.read_text())
    assert numbers.keys() == shipped.keys()
    assert sum(part["rows"] for part in numbers["fraud"]) == FRAUDS
    assert numbers["legitimate"][0]["rows"] == (rows["random_sample"] * (1 - rows["Class"])).sum()
    assert [len(q) for q in numbers["legitimate"][0]["quantiles"]] == [len(KNOTS)] * len(COLUMNS)


def test_the_shipped_numbers_are_small() -> None:
    assert NUMBERS.stat().st_size < 60_000


@real
def test_the_real_subset_is_what_its_description_says(home: DataHome) -> None:
    home.folder = Path(str(DATA))
    data, every = load(home), load(home, random_sample=False)
    assert (len(data), len(every)) == (32_029, 43_668)
    assert data.y.sum() == every.y.sum() == FRAUDS
    assert {data.origin.source, every.origin.source} == {"real-subset"}
    assert data.origin.sha256 != every.origin.sha256 == SUBSET.sha256
    assert home.messages == []
    check(data)


@real
def test_the_shipped_numbers_are_those_of_the_real_subset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrate_credit_fraud, "NUMBERS", tmp_path / "numbers.json")
    calibrate_credit_fraud.main(Path(str(DATA)) / SUBSET.path)
    again, shipped = json.loads((tmp_path / "numbers.json").read_text()), json.loads(NUMBERS.read_text())
    assert again["measured_on"] == shipped["measured_on"]
    for kind in ("legitimate", "fraud"):
        for a, b in zip(again[kind], shipped[kind], strict=True):
            np.testing.assert_allclose(a["quantiles"], b["quantiles"], rtol=1e-3, atol=1e-6)
