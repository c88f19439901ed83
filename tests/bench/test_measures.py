import numpy as np
import pytest

from bench.conformance import toy_rows
from bench.errors import BenchError
from bench.measures import Measured, check_options, measure
from bench.task import Column, Schema


class Rows:
    """A split of toy rows: two thirds to train on, one third held out."""

    def __init__(self, modality, mixed=False, copies=4):
        X, y, self.schema = toy_rows(modality, mixed=mixed)
        rng = np.random.default_rng(1)
        X, y = np.concatenate([X] * copies), np.concatenate([y] * copies)
        if modality != "tabular":
            X = np.clip(X + rng.normal(scale=0.02, size=X.shape), 0, 1).astype(np.float32)
        order = rng.permutation(len(y))
        cut = len(y) * 2 // 3
        self.X, self.y = X[order[:cut]], y[order[:cut]]
        self.X_valid_rows, self.y_valid = X[order[cut:]], y[order[cut:]]


def test_tables_get_fidelity_and_privacy():
    rows = Rows("tabular", mixed=True)
    found = measure(rows, rows.X, rows.y, 0, {}, whole=True)
    assert found.fidelity["ks"] == 0
    assert found.privacy["exact_duplicates"] == 1
    assert measure(rows, rows.X, rows.y, 0, {"fidelity": False, "privacy": False}, True) == Measured()


def test_images_get_a_frechet_distance_unless_it_is_off():
    rows = Rows("image")
    noise = np.random.default_rng(0).random(rows.X.shape).astype(np.float32)
    good = measure(rows, rows.X, rows.y, 0, {"frechet": 20}, True).fidelity["frechet_cnn"]
    bad = measure(rows, noise, rows.y, 0, {"frechet": 20}, True).fidelity["frechet_cnn"]
    assert good < bad / 10
    assert "frechet_cnn" not in measure(rows, noise, rows.y, 0, {"frechet": 0}, True).fidelity


def test_series_scores_are_for_whole_draws():
    rows = Rows("series")
    options = {"series": [30, 30], "forecast": 2}
    whole = measure(rows, rows.X, rows.y, 0, options, True).fidelity
    assert {"discriminative", "predictive", "forecast_r2", "forecast_r2_real"} <= set(whole)
    assert "discriminative" not in measure(rows, rows.X, rows.y, 0, options, False).fidelity


def test_the_study_is_measured_of_whole_draws_and_keeps_its_points():
    rows = Rows("tabular", mixed=True)
    codes = np.stack([rows.y, rows.y % 2, np.arange(len(rows.y)) % 3], axis=1).astype(np.float32)
    rows.X, rows.X_valid_rows, rows.y_valid = codes, codes, rows.y
    columns = (Column("k", ("u", "v", "w")), Column("l", ("u", "v")), Column("m", ("u", "v", "w")))
    rows.schema = Schema("tabular", (3,), rows.schema.classes, columns)
    found = measure(rows, rows.X, rows.y, 0, {"study": ["rf"]}, True)
    assert set(found.predictability) == {"rf"}
    points = found.predictability["rf"]
    assert points.names[-1] == "condition"
    np.testing.assert_array_equal(points.real, points.synthetic)  # the draw is the training rows
    assert found.fidelity["mse_rf"] == 0
    assert measure(rows, rows.X, rows.y, 0, {"study": ["rf"]}, False).predictability == {}


def test_unknown_options_are_refused():
    with pytest.raises(BenchError, match="measures has no option 'fidelty'; did you mean 'fidelity'"):
        check_options({"fidelty": True})
