"""The GANs of the slides have the published sizes, learn simple distributions, and are seeded per class."""

from __future__ import annotations

import numpy as np
import pytest

from bench import registry
from bench.conformance import toy_rows
from bench.errors import BenchError
from bench.task import Column, Schema
from methods.cgan import CGAN
from methods.gan import GAN
from methods.nn import generative

SMALL = {"steps": 3, "batch_size": 8, "generator": (8,), "critic": (8,)}


def sizes(module):
    return [(layer.in_features, layer.out_features) for layer in module.modules() if hasattr(layer, "in_features")]


def test_pacgan_is_the_gan_with_packs_of_two():
    registry.discover()
    assert registry.methods["pacgan"].create().get_params() == GAN(pac=2).get_params()


def networks(method, width, classes, monkeypatch):
    """The critic that ``fit`` built, and the generator it kept."""
    built = []
    original = generative.Critic
    monkeypatch.setattr(generative, "Critic", lambda *args: built.append(original(*args)) or built[-1])
    rng = np.random.default_rng(0)
    schema = Schema("tabular", (width,), tuple(map(str, range(classes))), tuple(Column(str(i)) for i in range(width)))
    y = np.arange(40, dtype=np.int64) % classes
    method.fit(rng.normal(size=(40, width)).astype(np.float32), y, schema)
    return sizes(next(iter(method.generators_.values()))), sizes(built[0])


def test_published_sizes(monkeypatch):
    generator, critic = networks(GAN(steps=1), 30, 2, monkeypatch)
    assert generator == [(32, 128), (128, 256), (256, 512), (512, 30)]
    assert critic == [(30, 512), (512, 256), (256, 128), (128, 1)]
    assert [a * b + b for a, b in generator] == [4224, 33024, 131584, 15390]  # as the slides print them
    assert [a * b + b for a, b in critic] == [15872, 131328, 32896, 129]


def test_published_sizes_with_the_label(monkeypatch):
    generator, critic = networks(CGAN(steps=1), 30, 2, monkeypatch)
    assert generator[0] == (33, 128)
    assert critic[0] == (31, 512)
    generator, critic = networks(CGAN(steps=1), 30, 5, monkeypatch)
    assert generator[0] == (37, 128)
    assert critic[0] == (35, 512)


def test_packing_widens_the_critic_alone(monkeypatch):
    generator, critic = networks(CGAN(steps=1, pac=3, batch_size=8), 4, 2, monkeypatch)
    assert critic[0] == (15, 512)
    assert generator[0] == (33, 128)


@pytest.mark.parametrize("method", [GAN(), CGAN()], ids=["gan", "cgan"])
def test_learns_where_each_class_is(method):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [300, 60]).astype(np.int64)
    X = (rng.normal(size=(360, 2)) * 0.3 + np.where(y[:, None] == 1, 1, -1)).astype(np.float32)
    schema = Schema("tabular", (2,), ("a", "b"), (Column("x"), Column("y")))
    method.set_params(steps=200, generator=(32, 32), critic=(32, 32), batch_size=64, learning_rate=5e-3)
    rows = method.fit(X, y, schema).sample(np.repeat([0, 1], 300))
    assert rows[:300].mean() < -0.4
    assert rows[300:].mean() > 0.4


def test_a_class_learns_the_same_whatever_else_is_wanted_and_others_are_skipped():
    X, y, schema = toy_rows()
    every = GAN(**SMALL).fit(X, y, schema)
    rare = GAN(**SMALL)
    rare.wanted = (2,)
    rare.fit(X, y, schema)
    labels = np.full(5, 2)
    np.testing.assert_array_equal(every.sample(labels), rare.sample(labels))
    assert set(rare.generators_) == {2}
    with pytest.raises(BenchError, match="'common' is not among the classes that were wanted"):
        rare.sample(np.array([0]))


def test_rows_of_a_class_do_not_depend_on_the_other_labels_asked_for():
    X, y, schema = toy_rows()
    for method in (GAN(**SMALL), CGAN(**SMALL)):
        method.fit(X, y, schema)
        mixed = method.sample(np.array([2, 0, 2, 1]))
        np.testing.assert_allclose(mixed[[0, 2]], method.sample(np.array([2, 2])), rtol=1e-5)


def test_a_class_without_training_rows_is_said():
    X, y, schema = toy_rows()
    for cls in (GAN, CGAN):
        method = cls(**SMALL).fit(X[y != 1], y[y != 1], schema)
        with pytest.raises(BenchError, match="'less' has no training rows"):
            method.sample(np.array([1]))


def test_bounded_modalities_stay_within_zero_and_one():
    for modality in ("image", "series"):
        X, y, schema = toy_rows(modality)
        rows = GAN(**SMALL).fit(X, y, schema).sample(np.array([0, 1, 2]))
        assert rows.min() >= 0
        assert rows.max() <= 1


class Recorder:
    def __init__(self):
        self.seen = []

    def wants(self, step, total):
        return step == total

    def record(self, step, losses, draw, part=""):
        rows, labels = draw()
        self.seen.append((step, part, losses, rows, labels))


@pytest.mark.parametrize(("cls", "parts"), [(GAN, ["common", "less", "rare"]), (CGAN, [""])])
def test_losses_are_reported_for_each_part(cls, parts):
    X, y, schema = toy_rows()
    method = cls(**SMALL)
    method.monitor = Recorder()
    method.fit(X, y, schema)
    assert [part for _, part, *_ in method.monitor.seen] == parts
    for step, part, losses, rows, labels in method.monitor.seen:
        assert step == 3
        assert set(losses) == {"g", "d_real", "d_synthetic", "gap"}
        assert losses["gap"] == pytest.approx(losses["d_real"] - losses["d_synthetic"], abs=1e-6)
        assert len(rows) == len(labels)
        shown = range(3) if not part else [schema.classes.index(part)]
        assert np.unique(labels, return_counts=True)[1].tolist() == [len(labels) // len(shown)] * len(shown)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": 0}, "steps must be at least 1"),
        ({"pac": 0}, "pac must be at least 1"),
        ({"generator": ()}, "generator needs at least one hidden layer"),
        ({"activation": "swish"}, "unknown activation 'swish'"),
        ({"generator": (8, 0)}, r"generator needs layers at least 1 wide, not \[8, 0\]"),
        ({"critic": (-1,)}, "critic needs layers at least 1 wide"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0"),
        ({"learning_rate": float("nan")}, "learning_rate must be above 0"),
        ({"betas": (0.5, 1.0)}, "betas must lie in 0 to 1"),
        ({"batch_norm": True, "batch_size": 1}, "batch_norm needs batch_size of at least 2"),
        ({"temperature": 0.0}, "temperature must be positive"),
        ({"temperature": (1.0, 0.0)}, "temperature must be positive"),
    ],
)
def test_senseless_options_are_refused(options, message):
    X, y, schema = toy_rows()
    with pytest.raises(BenchError, match=message):
        GAN(**{**SMALL, **options}).fit(X, y, schema)


def test_balanced_batches_show_every_class_equally_often():
    X, y, schema = toy_rows()
    for balanced, expected in ((True, [1 / 3] * 3), (False, [33 / 60, 18 / 60, 9 / 60])):
        method = CGAN(batch_size=6000, balanced=balanced)
        method.schema_, method.encoder_ = schema, generative.RowEncoder(schema)
        method.labels_ = generative.LabelEncoder(3)
        with generative.seeded(0):
            rows, condition = method._batches(X, y)()
        np.testing.assert_allclose(condition.mean(0), expected, atol=0.03)
        known = {row.tobytes() for row in method.encoder_.encode(X).numpy()}
        assert {row.tobytes() for row in rows[:50].numpy()} <= known
