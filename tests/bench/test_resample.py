"""From class probabilities to draws of the test rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench import resample
from bench.measures import metrics
from bench.records import replicates
from bench.records.predicted import Predicted, ScoredRows
from bench.records.predictions import Predictions

LABELS = np.array([0, 1, 0, 1, 0, 0, 1, 0])


def scored(fixed: str, task: str = "ecg") -> ScoredRows:
    parts = {"rows": np.arange(8), "labels": LABELS, "units": np.arange(8) // 2}
    arrays = {name: values.astype("<i8").tobytes() for name, values in parts.items()}
    return ScoredRows(task=task, source="real", classes=("a", "b"), rare=1, fixed=fixed, **arrays)


def keep(folder: Path, tested: ScoredRows, *ids: str) -> dict[str, np.ndarray]:
    probabilities = {}
    with Predictions(folder) as store:
        store.add(tested)
        for i, key in enumerate(ids):
            p = np.random.default_rng(i).uniform(size=8).astype("f4").astype(float)
            probabilities[key] = np.stack([1 - p, p], axis=1)
            store.append(Predicted.of(probabilities[key], id=key, tested=tested.key))
    return probabilities


def test_cells_of_fixed_test_sets_get_draws_that_they_share(tmp_path: Path) -> None:
    probabilities = keep(tmp_path, scored("groups"), "a", "b", "gone")
    keep(tmp_path, scored("", "pima"), "c")
    assert resample.update(tmp_path, {"a", "b", "c"}) == 2
    found = replicates.read(tmp_path)
    assert {key: one.units for key, one in found.items()} == {"a": 4, "b": 4}
    # the share of rows of class 1 differs from draw to draw: the same in every cell, so these move together
    exact = metrics.score(LABELS, probabilities["a"], classes=("a", "b"), rare=1)
    assert np.nanmean(found["a"].values["accuracy"]) == pytest.approx(exact["accuracy"], abs=0.1)
    nan = [np.isnan(found[key].values["auprc"]) for key in ("a", "b")]
    assert (nan[0] == nan[1]).all()


def test_only_what_is_new_is_made_and_what_is_gone_goes(tmp_path: Path) -> None:
    keep(tmp_path, scored("rows"), "a")
    assert resample.update(tmp_path, {"a"}) == 1
    assert resample.update(tmp_path, {"a"}) == 0
    keep(tmp_path, scored("rows"), "b")
    assert resample.update(tmp_path, {"b"}) == 1
    assert set(replicates.read(tmp_path)) == {"b"}


def test_without_probabilities_there_is_no_file(tmp_path: Path) -> None:
    assert resample.update(tmp_path, {"a"}) == 0
    assert list(tmp_path.iterdir()) == []
