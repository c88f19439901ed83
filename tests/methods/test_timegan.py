"""TimeGAN: both kernels alike, class and static features learnt, the shift, and what it refuses."""

import numpy as np
import pytest
import torch

from bench.errors import BenchError
from bench.task import Column, Schema
from methods.nn.timegan_networks import moments
from methods.timegan import TimeGAN

STEPS = 8
SCHEMA = Schema("series", (STEPS, 2), ("low", "high"), (Column("u"), Column("v")))
SMALL = {"steps": 4, "hidden": 8, "layers": 2, "batch_size": 32}


def rows(n=96, seed=0):
    """Class 0 rises from below, class 1 falls from above."""
    rng = np.random.default_rng(seed)
    y = (np.arange(n) % 3 == 0).astype(np.int64)
    start = np.where(y == 1, 0.9, 0.1)[:, None, None] + rng.normal(0, 0.03, (n, 1, 2))
    slope = np.where(y == 1, -0.03, 0.03)[:, None, None] * np.arange(STEPS)[:, None]
    return (start + slope).clip(0, 1).astype(np.float32), y


class Losses:
    def __init__(self):
        self.seen = []

    def wants(self, step, total):
        return True

    def record(self, step, losses, draw, part=""):
        self.seen.append((part, step, dict(losses)))


def losses_of(**options):
    model = TimeGAN(**{**SMALL, **options})
    model.monitor = Losses()
    model.fit(*rows(), SCHEMA)
    return model.monitor.seen


def test_losses_do_not_depend_on_the_kernel():
    """A few steps of each phase; more would let rounding grow in the adversarial game."""
    pytest.importorskip("numba")
    compiled, plain = losses_of(kernel="numba"), losses_of(kernel="torch")
    assert [entry[:2] for entry in compiled] == [entry[:2] for entry in plain]
    assert [part for part, _, _ in plain] == ["embed"] * 4 + ["supervise"] * 4 + ["joint"] * 4
    for (_, _, ours), (_, _, theirs) in zip(compiled, plain, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-6)


def test_same_seed_same_rows_and_no_global_state():
    torch.manual_seed(1)
    before = torch.get_rng_state()
    X, y = rows()
    synthetic = [TimeGAN(**SMALL, random_state=7).fit(X, y, SCHEMA).sample(y[:20]) for _ in range(2)]
    assert np.array_equal(*synthetic)
    assert torch.equal(before, torch.get_rng_state())
    model = TimeGAN(**SMALL, random_state=7).fit(X, y, SCHEMA)
    other = model.set_params(random_state=8).sample(y[:20])
    assert not np.array_equal(synthetic[0], other)


def test_watching_changes_nothing():
    class Draws(Losses):
        def record(self, step, losses, draw, part=""):
            assert (draw is None) == (part != "joint")
            if draw is not None:
                synthetic, labels = draw()
                assert synthetic.shape == (len(labels), STEPS, 2)

    X, y = rows()
    watched = TimeGAN(**SMALL)
    watched.monitor = Draws()
    assert np.array_equal(watched.fit(X, y, SCHEMA).sample(y), TimeGAN(**SMALL).fit(X, y, SCHEMA).sample(y))


def test_rows_are_of_the_class_asked_for():
    X, y = rows(200)
    model = TimeGAN(steps=100, hidden=8, layers=1, batch_size=64, learning_rate=5e-3).fit(X, y, SCHEMA)
    synthetic = model.sample(np.repeat([0, 1], 100))
    assert synthetic.shape == (200, STEPS, 2)
    assert synthetic.dtype == np.float32
    assert synthetic.min() >= 0 <= 1 >= synthetic.max()
    levels = synthetic.mean((1, 2))
    assert levels[:100].mean() < 0.4 < 0.6 < levels[100:].mean()


def test_static_features_belong_to_their_sequence():
    """A static channel that decides the level of the other: drawn constant, both of its kinds, and linked."""
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 2, 240)
    X = np.empty((240, STEPS, 2), np.float32)
    X[..., 0] = (np.where(kind, 0.8, 0.2)[:, None] + rng.normal(0, 0.05, (240, STEPS))).clip(0, 1)
    X[..., 1] = kind[:, None]
    schema = Schema("series", (STEPS, 2), ("all",), (Column("level"), Column("kind", static=True)))
    y = np.zeros(240, np.int64)
    synthetic = TimeGAN(steps=120, hidden=8, layers=1, batch_size=64, learning_rate=5e-3).fit(X, y, schema).sample(y)
    assert np.array_equal(synthetic[..., 1], np.repeat(synthetic[:, :1, 1], STEPS, axis=1))
    assert 0.15 < (synthetic[:, 0, 1] > 0.5).mean() < 0.85
    assert np.corrcoef(synthetic[:, 0, 1], synthetic[..., 0].mean(1))[0, 1] > 0.8


def test_moments_are_those_of_the_published_code_within_each_class():
    real, synthetic = torch.rand(2, 60, 4, 3, generator=torch.Generator().manual_seed(0))
    synthetic = 0.5 * synthetic

    def published(synthetic, real):
        spread = [(rows.var(0, unbiased=False) + 1e-6).sqrt() for rows in (synthetic, real)]
        return float((spread[0] - spread[1]).abs().mean() + (synthetic.mean(0) - real.mean(0)).abs().mean())

    assert float(moments(synthetic, real, torch.zeros(60, 0))) == pytest.approx(published(synthetic, real), rel=1e-5)
    label = torch.nn.functional.one_hot(torch.arange(60) % 3, 4).float()  # the fourth class is not in the batch
    each = [published(synthetic[k::3], real[k::3]) for k in range(3)]
    assert float(moments(synthetic, real, label)) == pytest.approx(np.mean(each), rel=1e-5)


def test_classes_that_shrink_to_a_window_each_are_told_by_their_moments():
    """Two points, as far apart as the rows are spread, have the moments of the batch, but not those of any class."""
    label = torch.nn.functional.one_hot(torch.arange(200) % 2).float()
    real = torch.randn(200, 1, 1, generator=torch.Generator().manual_seed(0))
    real = (real - real.mean()) / real.std(correction=0)
    points = 2 * label[:, :1, None] - 1
    assert float(moments(points, real, torch.zeros(200, 0))) == pytest.approx(0, abs=1e-3)
    assert float(moments(points, real, label)) > 1


def test_the_shift_makes_the_supervisor_a_forecast():
    """Without it the target is a code that the supervisor is given, which says nothing of the next step."""
    torch.manual_seed(0)
    h, nothing = torch.rand(4, 5, 3), torch.zeros(4, 0)
    for shift, supervise in ((True, lambda h, *_: torch.roll(h, -1, 1)), (False, lambda h, *_: h)):
        model = TimeGAN(shift=shift)
        model.networks_ = type("Oracle", (), {"supervise": staticmethod(supervise)})
        assert float(model._supervised(h, nothing, nothing)) == 0
        model.shift = not shift
        assert float(model._supervised(h, nothing, nothing)) > 0


def test_a_skilled_discriminator_rests():
    def discriminator(**options):
        model = TimeGAN(**{**SMALL, **options}).fit(*rows(), SCHEMA)
        return torch.cat([p.flatten() for p in model.networks_.parts("discriminator")])

    still = discriminator(threshold=1e9)
    assert torch.equal(still, discriminator(threshold=1e9, steps=2, pretrain_steps=4))
    assert not torch.equal(still, discriminator())


@pytest.mark.parametrize("gamma", [0.5, 1.0])
@pytest.mark.parametrize("static", [False, True])
def test_both_losses_of_a_discriminator_that_cannot_tell_are_the_same(gamma, static):
    """It does best by the odds of 1 to 1 + gamma that steps have in its loss; shown is log 2 a term on either side."""
    X, y = rows()
    X[..., 1] = X[:, :1, 1]
    schema = Schema("series", (STEPS, 2), ("low", "high"), (Column("u"), Column("v", static=static)))
    model = TimeGAN(**SMALL, gamma=gamma, threshold=1e9)
    model.monitor = Losses()
    pretrain = model._pretrain

    def blind(*args):
        pretrain(*args)
        for weights in model.networks_.parts("discriminator"):
            weights.data.zero_()
        model.networks_.discriminator.head.bias.data.fill_(-np.log(1 + gamma))

    model._pretrain = blind
    model.fit(X, y, schema)
    losses = model.monitor.seen[-1][2]
    assert losses["d_real"] == pytest.approx((1 + static) * np.log(2), rel=1e-5)
    assert losses["d_synthetic"] == pytest.approx(losses["d_real"], rel=1e-5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("steps", 0), ("steps", -4), ("steps", 2.5), ("pretrain_steps", -1), ("batch_size", 0), ("hidden", 0),
        ("layers", 0), ("learning_rate", 0.0), ("learning_rate", float("nan")), ("gamma", -1.0),
    ],
)  # fmt: skip
def test_numbers_that_make_no_sense(name, value):
    with pytest.raises(BenchError, match=f"timegan: {name} must"):
        TimeGAN(**{**SMALL, name: value}).fit(*rows(), SCHEMA)


def test_without_pretraining():
    X, y = rows()
    assert np.isfinite(TimeGAN(**SMALL, pretrain_steps=0).fit(X, y, SCHEMA).sample(y)).all()


def test_what_it_refuses():
    X, y = rows()
    with pytest.raises(BenchError, match="saw no training rows of class 1"):
        TimeGAN(**SMALL).fit(X, np.zeros_like(y), SCHEMA).sample(y)
    with pytest.raises(BenchError, match="'v' is categorical"):
        TimeGAN(**SMALL).fit(X, y, Schema("series", (STEPS, 2), ("a", "b"), (Column("u"), Column("v", ("x",)))))
    static = Schema("series", (STEPS, 2), ("a", "b"), (Column("u", static=True), Column("v", static=True)))
    with pytest.raises(BenchError, match="all are static"):
        TimeGAN(**SMALL).fit(X, y, static)
    with pytest.raises(BenchError, match="not tabular"):
        TimeGAN(**SMALL).fit(X[:, 0], y, Schema("tabular", (2,), ("a", "b"), (Column("u"), Column("v"))))


def test_fewer_rows_than_a_batch():
    X, y = rows(9)
    assert np.isfinite(TimeGAN(**SMALL).fit(X, y, SCHEMA).sample(y)).all()


def test_static_features_and_classes_together():
    X, y = rows()
    X[..., 1] = X[:, :1, 1]
    schema = Schema("series", (STEPS, 2), ("low", "high"), (Column("u"), Column("v", static=True)))
    synthetic = TimeGAN(**SMALL).fit(X, y, schema).sample(y[:10])
    assert synthetic.shape == (10, STEPS, 2)
    assert (np.ptp(synthetic[..., 1], axis=1) == 0).all()
    assert (np.ptp(synthetic[..., 0], axis=1) > 0).all()


@pytest.mark.gpu
def test_on_an_accelerator():
    X, y = rows()
    device = torch.accelerator.current_accelerator().type
    model = TimeGAN(**SMALL, device=device).fit(X, y, SCHEMA)
    assert next(model.networks_.parameters()).device.type == device
    synthetic = model.sample(y)
    assert np.isfinite(synthetic).all()
    assert np.array_equal(synthetic, model.sample(y))
