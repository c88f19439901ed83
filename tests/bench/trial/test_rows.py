"""The rows that a trial holds: one split, scaled by its training rows, read once."""

from dataclasses import replace

import numpy as np
import pytest

from bench import registry
from bench.trial import rows
from bench.trial.rows import load_rows
from tests.factories import config, planned


def fits(seeds=(0,)):
    return planned(config("smote", regimes=("real", "balance"), seeds=seeds))


@pytest.fixture(autouse=True)
def _anew(toy):
    rows._rows.cache_clear()
    rows.load_task.cache_clear()
    yield
    rows._rows.cache_clear()
    rows.load_task.cache_clear()


def test_the_fits_of_one_seed_share_what_was_read_and_another_seed_has_another_split(monkeypatch):
    task = registry.tasks["toy"].load()
    read, times = task.read, []
    monkeypatch.setattr(task, "read", lambda self, origin: (times.append(1), read(self, origin))[1])
    none, smote, later = fits(seeds=(0, 1))[:3]
    assert load_rows(none) is load_rows(smote)
    assert load_rows(none).test_hash != load_rows(later).test_hash
    assert len(times) == 1


def test_other_options_are_other_rows():
    (first, *_) = fits()
    with_options = replace(first, task_params={"rows": 100})
    assert rows.Frozen({"a": [1]}) == rows.Frozen({"a": [1]})
    assert hash(rows.Frozen({"a": 1, "b": [2]})) == hash(rows.Frozen({"b": [2], "a": 1}))
    assert load_rows(first) is not load_rows(with_options)


def test_training_rows_alone_set_the_scale_and_the_rare_classes():
    found = load_rows(fits()[0])
    np.testing.assert_allclose(found.X.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(found.X.std(axis=0), 1, atol=1e-4)
    assert abs(found.X_test.mean(axis=0)).max() > 1e-3
    assert found.rare_classes == (1,)
    assert [len(part) for part in (found.y, found.y_valid, found.y_test)] == [120, 40, 40]
    assert found.X_shown is found.X
