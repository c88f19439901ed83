"""How fast the parts are that a run spends its time in. They run only with ``pytest --benchmark-only``.

A GAN's or a classifier's time for a full run is so many steps of what is measured here.
"""

from pathlib import Path

import numpy as np
import pytest

from bench import registry
from bench.task import Column, Schema

FEATURES = 30
RELEASE = Path(__file__).parents[2] / "results" / "v0.1"


@pytest.fixture
def fraud_like(names):
    """20,000 rows of 30 numbers, 1 % of them rare, as credit-card fraud has them."""
    rng = np.random.default_rng(0)
    y = (rng.random(20_000) < 0.01).astype(np.int64)
    X = rng.normal(size=(len(y), FEATURES)).astype(np.float32)
    X[y == 1] += rng.normal(size=FEATURES).astype(np.float32)
    columns = tuple(Column(f"v{i}") for i in range(FEATURES))
    return X, y, Schema("tabular", (FEATURES,), ("legitimate", "fraud"), columns, rare=1)


def create(kind, name, **params):
    entry = registry.BY_KIND[kind][name]
    return entry.create(random_state=0, **params)


@pytest.mark.benchmark(group="classifiers: fit")
@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("mlp", {"min_steps": 500, "max_steps": 500}),
        ("xgboost", {}),
        ("cnn", {"min_steps": 20, "max_steps": 20}),
        ("gru", {"min_steps": 20, "max_steps": 20}),
    ],
)
def test_fit(benchmark, fraud_like, name, params):
    X, y, _ = fraud_like
    model = create("classifier", name, **params)
    benchmark.pedantic(model.fit, (X, y), rounds=3, warmup_rounds=1)


@pytest.mark.benchmark(group="classifiers: predict 20,000 rows")
@pytest.mark.parametrize("name", ["mlp", "xgboost"])
def test_predict(benchmark, fraud_like, name):
    X = fraud_like[0]
    model = create("classifier", name).fit(X[:2000], np.arange(2000) % 2)
    benchmark.pedantic(model.predict_proba, (X,), rounds=5, warmup_rounds=1)


@pytest.mark.benchmark(group="methods: fill the rare class to the largest")
@pytest.mark.parametrize("name", ["random-over", "smote"])
def test_sample(benchmark, fraud_like, name):
    X, y, schema = fraud_like
    method = create("method", name).fit(X, y, schema)
    labels = np.ones(int((y == 0).sum() - (y == 1).sum()), dtype=np.int64)
    synthetic = benchmark.pedantic(method.sample, (labels,), rounds=5, warmup_rounds=1)
    assert len(synthetic) == len(labels)


@pytest.mark.benchmark(group="methods: 100 steps")
@pytest.mark.parametrize("name", ["gan", "wgan-gp"])
def test_hundred_steps(benchmark, fraud_like, name):
    X, y, schema = fraud_like
    rare = y == 1
    method = create("method", name, steps=100)
    benchmark.pedantic(method.fit, (X[rare], y[rare], schema), rounds=3, warmup_rounds=1)


@pytest.mark.benchmark(group="boards of 250,000 records")
def test_all_boards(benchmark, tmp_path):
    """Read, build, write: 60 s and 2 GB are what they may take; about 45 s of them when they were written."""
    from bench import publish
    from tests.scale import write

    write(RELEASE, 250_000, tmp_path / "large")
    benchmark.pedantic(publish.boards, (tmp_path / "large", "none"), rounds=1)


@pytest.mark.benchmark(group="metrics")
def test_score(benchmark, fraud_like):
    from bench.measures.metrics import score

    _, y, schema = fraud_like
    rare = np.random.default_rng(1).random(len(y))
    benchmark(score, y, np.column_stack((1 - rare, rare)), classes=schema.classes, rare=1, threshold=0.4)
