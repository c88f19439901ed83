import numpy as np
import pytest

from bench.conformance import toy_rows
from bench.errors import BenchError
from bench.measures import study
from bench.measures.synthetic import Measured, check_options, measure
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


def categories():
    rows = Rows("tabular", mixed=True)
    codes = np.stack([rows.y, rows.y % 2, np.arange(len(rows.y)) % 3], axis=1).astype(np.float32)
    rows.X, rows.X_valid_rows, rows.y_valid = codes, codes, rows.y
    columns = (Column("k", ("u", "v", "w")), Column("l", ("u", "v")), Column("m", ("u", "v", "w")))
    rows.schema = Schema("tabular", (3,), rows.schema.classes, columns)
    return rows


def test_the_study_is_measured_of_whole_draws_and_keeps_its_points():
    rows = categories()
    found = measure(rows, rows.X, rows.y, 0, {"study": ["rf"]}, True)
    assert set(found.predictability) == {"rf"}
    points = found.predictability["rf"]
    assert points.names[-1] == "condition"
    np.testing.assert_array_equal(points.real, points.synthetic)  # the draw is the training rows
    assert found.fidelity["mse_rf"] == 0
    assert measure(rows, rows.X, rows.y, 0, {"study": ["rf"]}, False).predictability == {}


def test_what_the_study_learns_from_real_rows_is_learnt_once_and_makes_no_difference(monkeypatch):
    learnt = []
    original = study.predictability
    monkeypatch.setattr(study, "predictability", lambda *args: learnt.append(len(args[0])) or original(*args))
    rng = np.random.default_rng(0)
    rows, options = categories(), {"study": ["lr", "rf"], "fidelity": False, "privacy": False}
    draws = [rows.X[rng.permutation(len(rows.X))] for _ in range(2)]
    shared = [measure(rows, synthetic, rows.y, 0, options, True) for synthetic in draws]
    assert len(learnt) == 2 * (2 + 1)  # a model: both sides of the first draw, one side of the second
    alone = [measure(categories(), synthetic, rows.y, 0, options, True) for synthetic in draws]
    for one, other in zip(shared, alone, strict=True):
        assert one.fidelity == other.fidelity
        for model in ("lr", "rf"):
            np.testing.assert_array_equal(one.predictability[model].real, other.predictability[model].real)
            np.testing.assert_array_equal(one.predictability[model].synthetic, other.predictability[model].synthetic)
    learnt.clear()
    measure(rows, draws[0], rows.y, 1, options, True)  # another seed learns from other rows
    measure(rows, draws[0][:20], rows.y[:20], 1, options, True)  # fewer synthetic rows, fewer real ones beside them
    assert len(learnt) == 2 * (2 + 2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fidelty": True}, "measures has no option 'fidelty'; did you mean 'fidelity'"),
        ({"fidelity": "no"}, "measures: fidelity must be bool, not 'no'"),
        ({"frechet": True}, "measures: frechet must be int, not True"),
        ({"frechet": -1}, "measures: frechet must not be negative, not -1"),
        ({"series": [20]}, r"measures: series must be \[int, int\], not \[20\]"),
        ({"series": "abc"}, r"measures: series must be \[int, int\], not 'abc'"),
        ({"series": [-5, 0]}, r"measures: series must not be negative, not \[-5, 0\]; 0 leaves it out"),
        ({"forecast": -1}, "measures: forecast must not be negative"),
        ({"study": "rf"}, "measures: study must be a list of 'lr' or 'rf', not 'rf'"),
        ({"study": ["foo"]}, "measures: study must be a list of 'lr' or 'rf'"),
        ({"study": True}, "measures: study must be a list of 'lr' or 'rf', not True"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(BenchError, match=message):
        check_options(options)


def test_right_options_are_taken():
    check_options({"fidelity": False, "frechet": 0, "series": (2000, 5000), "forecast": 0, "study": ["rf"]})
