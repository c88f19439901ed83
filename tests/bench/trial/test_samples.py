"""Samples: what is kept of a draw, and that a file gives back what was saved."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from bench.errors import BenchError
from bench.measures.study import Pairs
from bench.task import Column, Schema
from bench.trial.fit import FitJob
from bench.trial.monitor import TrainingMonitor
from bench.trial.samples import Sample, folder, histories, rank, save_history, take, unfinished

MIXED = Schema("tabular", (3,), ("a", "b"), (Column("x"), Column("k", ("u", "v")), Column("y", missing=True)), rare=1)
IMAGE = Schema("image", (1, 4, 4), ("a", "b"))
FIT = SimpleNamespace(task="t", method="m", seed=3, budget="quick", origin=SimpleNamespace(source="simulated"))


def rows(schema, n, seed=0):
    rng = np.random.default_rng(seed)
    y = (np.arange(n) % 10 == 0).astype(np.int64)
    X = rng.random((n, *schema.shape)).astype(np.float32)
    for i in schema.categorical:
        X[:, i] = rng.integers(0, 2, n)
    return X, y


def sample(schema, n=2000):
    X, y = rows(schema, n)
    monitor = TrainingMonitor(X, y, schema)
    monitor.record(10, {"g": 1.0, "d_real": float("nan")}, lambda: rows(schema, 100, 5))
    monitor.record(20, {"g": 0.5}, lambda: rows(schema, 60, 6), part="b")
    return take(FIT, "append:2x", schema, X, y, *rows(schema, n, 1), monitor)


@pytest.mark.parametrize("schema", [MIXED, IMAGE], ids=["mixed", "image"])
def test_a_file_gives_back_what_was_saved(schema, tmp_path: Path):
    before = sample(schema)
    path = before.save(tmp_path / "t")
    assert path.name == "m-append-2x-seed3.npz"
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    after = Sample.load(path)
    assert after.schema == schema
    assert after.history == before.history
    for name in ("task", "method", "regime", "source", "budget", "seed", "n_train", "n_synthetic", "ranking"):
        assert getattr(after, name) == getattr(before, name)
    slack = 1e-3 if schema is IMAGE else 0
    for name in ("real", "synthetic", "y_real", "y_synthetic", "frequencies"):
        np.testing.assert_allclose(getattr(after, name), getattr(before, name), atol=slack)
    assert [(s.step, s.part) for s in after.snapshots] == [(10, ""), (20, "b")]
    for a, b in zip(after.snapshots, before.snapshots, strict=True):
        np.testing.assert_allclose(a.rows, b.rows, atol=slack)
        assert a.rows.dtype == np.float32
        np.testing.assert_array_equal(a.labels, b.labels)


def test_the_points_of_predictability_come_back(tmp_path: Path):
    pairs = Pairs(np.array([0.9, 0.5]), np.array([0.8, 0.6]), ("site", "sex"))
    X, y = rows(MIXED, 50)
    after = Sample.load(take(FIT, "tstr", MIXED, X, y, X, y, predictability={"rf": pairs}).save(tmp_path))
    assert list(after.predictability) == ["rf"]
    assert after.predictability["rf"].names == pairs.names
    assert after.predictability["rf"].mse == pytest.approx(0.01)


def fit(method, seed, place):
    return FitJob("t", method, seed, 0, "quick", SimpleNamespace(source="simulated"), (), samples=place)


def test_histories_of_other_seeds_of_the_same_draw_are_found(tmp_path: Path):
    before = sample(MIXED)
    path = before.save(folder(fit("m", 3, tmp_path)))
    for seed, regime, method in (
        (4, "append:2x", "m"),
        (5, "append:2x", "m"),
        (6, "tstr", "m"),
        (7, "append:2x", "mm"),
    ):
        save_history(fit(method, seed, tmp_path), regime, before.history)
    save_history(fit("m", 8, tmp_path), "append:2x", [])  # a method that trains nothing
    assert {p.name for p in histories(path)} == {"m-append-2x-seed4.json", "m-append-2x-seed5.json"}
    assert Sample.load(path).other_histories == {4: before.history, 5: before.history}


def test_a_training_that_goes_on_leaves_its_history_beside_real_rows(tmp_path: Path):
    X, y = rows(IMAGE, 300)
    monitor = TrainingMonitor(X, y, IMAGE)
    monitor.record(10, {"g": 1.0}, lambda: rows(IMAGE, 100, 5))
    after = Sample.load(unfinished(FIT, "tstr", IMAGE, X, y, monitor).save(tmp_path))
    assert (after.n_train, after.n_synthetic, len(after.synthetic)) == (300, 0, 0)
    assert len(after.real) == 300
    assert [entry["step"] for entry in after.history] == [shot.step for shot in after.snapshots] == [10]


def test_of_images_every_class_keeps_a_row_of_the_sheet():
    X, y = rows(IMAGE, 5000)
    y[:] = 0
    y[:12] = 1
    kept = take(FIT, "tstr", IMAGE, X, y, X, y)
    assert np.bincount(kept.y_real)[1] == np.bincount(kept.y_synthetic)[1] == 8


def test_real_and_synthetic_rows_are_few_and_of_the_same_classes():
    kept = sample(MIXED, n=5000)
    assert len(kept.real) == len(kept.synthetic) <= 502
    np.testing.assert_array_equal(np.bincount(kept.y_real), np.bincount(kept.y_synthetic))
    assert (kept.n_train, kept.n_synthetic) == (5000, 5000)
    np.testing.assert_allclose(kept.frequencies.sum(axis=1), 1)  # one categorical column


def test_a_method_without_history_or_snapshots(tmp_path: Path):
    X, y = rows(MIXED, 50)
    kept = take(FIT, "balance", MIXED, X, y, X[y == 1], y[y == 1])
    after = Sample.load(kept.save(tmp_path))
    assert after.history == []
    assert after.snapshots == ()


def test_ranking_puts_the_separating_column_first_even_for_few_rare_rows():
    X, y = rows(MIXED, 100_000)
    y[:] = 0
    y[:30] = 1
    X[:30, 2] += 2
    assert rank(X, y, MIXED, np.random.default_rng(0)) == (2, 0)
    X[:, 0] = 1.0  # constant
    assert rank(X, y, MIXED, np.random.default_rng(0)) == (2, 0)
    assert rank(X, np.zeros_like(y), MIXED, np.random.default_rng(0)) == (0, 2)


@pytest.mark.parametrize("content", [b"", b"no archive", "half"])
def test_other_files_are_refused_in_one_line(content, tmp_path: Path):
    path = tmp_path / "x.npz"
    if content == "half":
        content = sample(MIXED).save(tmp_path).read_bytes()[:2000]
    path.write_bytes(content)
    with pytest.raises(BenchError, match=r"x\.npz is not a sample file"):
        Sample.load(path)
    with pytest.raises(BenchError, match="not a sample file"):
        Sample.load(tmp_path / "absent.npz")
    np.savez(path, a=np.arange(3))
    with pytest.raises(BenchError, match="not a sample file"):
        Sample.load(path)
