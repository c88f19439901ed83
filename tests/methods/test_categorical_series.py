"""Series with gaps, a channel of categories and one that is both static and categorical: every method for series."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import registry
from bench.augmenter import check_rows
from bench.config import Config
from bench.data import DataHome
from bench.errors import Unsuitable
from bench.matrix import plan
from bench.trial.preprocess import Preprocess
from tests.factories import walked
from tests.plugins import wards as plugin
from tests.plugins.wards import SCHEMA, rows

SMALL: dict[str, dict[str, Any]] = {"timegan": {"steps": 2, "hidden": 4}}


registry.discover()
FOR_SERIES = [entry.name for entry in registry.methods if "series" in entry.modalities and "none" not in entry.name]


@pytest.mark.parametrize("name", [n for n in FOR_SERIES if not registry.methods[n].regimes])
def test_every_method_draws_codes_or_says_that_it_does_not(name: str) -> None:
    X, y = rows()
    X = Preprocess(SCHEMA).fit(X).transform(X)
    options = SMALL.get(name, {"steps": 2} if "gan" in name else {})
    method = registry.methods[name].create(**options)
    if "categorical" in registry.methods[name].unfit:
        with pytest.raises(Unsuitable, match="categorical"):
            method.fit(X, y, SCHEMA)
        return
    labels = np.array([1, 0, 1, 1])
    drawn = check_rows(method.fit(X, y, SCHEMA).sample(labels), labels, SCHEMA)
    assert (drawn[..., 2] == drawn[:, :1, 2]).all()


@pytest.fixture(scope="module")
def wards() -> str:
    registry.load_plugin(Path(plugin.__file__))
    return "wards"


def test_every_classifier_and_measure_takes_them(wards: str) -> None:
    config = Config(
        tasks=(wards,), methods=("none", "smote", "timegan"), classifiers=("xgboost", "mlp", "cnn", "gru"),
        regimes=("tstr",), classifier={"cnn": {"epochs": 1}, "gru": {"epochs": 1}, "mlp": {"epochs": 1}},
        measures={"series": (2, 2), "forecast": 1, "study": ["lr"]},
    )  # fmt: skip
    matrix = plan(config, DataHome(offline=True), "cpu")
    found = walked(matrix.fits)
    assert {(r.method, r.status) for r in found} == {("none", "ok"), ("smote", "ok"), ("timegan", "skipped")}
    assert len(found) == 12
    measured = next(r for r in found if r.method == "smote")
    for name in ("ks", "tv", "association", "autocorrelation", "density", "xgboost_auc", "discriminative"):
        assert np.isfinite(measured.fidelity[name]), name
    assert "dcr_share" in measured.privacy
    assert {r.reason for r in found if r.method == "timegan"} == {
        "Unsuitable: timegan does not take categorical rows; 'event' is categorical"
    }
