from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from bench.augmenter import check_rows
from bench.errors import BenchError
from bench.registry import methods
from bench.task import Schema
from methods.dcgan import DCGAN
from methods.nn.dcgan_networks import Discriminator, Generator, doublings, padded
from methods.nn.diffaugment import cutout, diffaugment, flip, translation

QUICK = {"steps": 3, "batch_size": 16, "width": 4, "latent": 8}


def halves(n, shape=(1, 8, 8)):
    """Class 0 is bright in its upper half, class 1 in its lower half, class 2 has no rows."""
    rng = np.random.default_rng(0)
    X = rng.uniform(0, 0.1, (n, *shape)).astype(np.float32)
    y = np.arange(n) % 2
    middle = shape[1] // 2
    X[y == 0, :, :middle] += 0.8
    X[y == 1, :, middle:] += 0.8
    return X, y, Schema("image", shape, ("upper", "lower", "absent"))


@pytest.mark.parametrize("shape", [(1, 8, 8), (1, 28, 28), (3, 9, 13), (1, 40, 70)])
@pytest.mark.parametrize("head", ["projection", "auxiliary"])
def test_any_size_and_channels(shape, head):
    X, y, schema = halves(20, shape)
    method = DCGAN(head=head, **QUICK).fit(X, y, schema)
    labels = np.array([0, 1, 1])
    rows = check_rows(method.sample(labels), labels, schema)
    assert rows.dtype == np.float32
    assert rows.min() >= 0
    assert rows.max() <= 1


def test_padding_is_the_least_that_the_strides_divide():
    assert padded((1, 28, 28)) == (1, 28, 28)
    assert padded((3, 9, 13)) == (3, 12, 16)
    assert doublings(64, 40) == 3
    assert padded((1, 64, 43)) == (1, 64, 48)


@pytest.mark.parametrize(
    "options", [{}, {"spectral": True}, {"head": "auxiliary"}, {"augment": ("translation",)}, {"ema": 0.9}]
)
def test_learns_which_class_is_which(options):
    X, y, schema = halves(200)
    method = DCGAN(steps=120, batch_size=32, width=16, latent=16, lr=1e-3, **options).fit(X, y, schema)
    rows = method.sample(np.repeat([0, 1], 50))
    upper = rows[:, :, :4].mean(axis=(1, 2, 3)) - rows[:, :, 4:].mean(axis=(1, 2, 3))
    assert upper[:50].mean() > 0.4
    assert upper[50:].mean() < -0.4


def test_same_seed_same_images_and_no_trace_in_the_global_generator():
    X, y, schema = halves(20)
    torch.manual_seed(1)
    before = torch.get_rng_state()
    method = DCGAN(random_state=5, **QUICK).fit(X, y, schema)
    labels = np.array([0, 1, 0, 1])
    rows = method.sample(labels)
    assert torch.equal(before, torch.get_rng_state())
    assert np.array_equal(rows, method.sample(labels))
    assert np.array_equal(rows, DCGAN(random_state=5, **QUICK).fit(X, y, schema).sample(labels))
    assert not np.array_equal(rows, method.set_params(random_state=6).sample(labels))


def test_images_are_drawn_from_the_average_of_weights():
    X, y, schema = halves(20)
    labels = np.array([0, 1, 0, 1])
    last, averaged = (DCGAN(random_state=5, ema=ema, **QUICK).fit(X, y, schema) for ema in (0.0, 0.9))
    assert not np.array_equal(last.sample(labels), averaged.sample(labels))
    watched = DCGAN(random_state=5, ema=0.9, **QUICK)
    watched.monitor = Recorder()
    assert np.array_equal(watched.fit(X, y, schema).sample(labels), averaged.sample(labels))
    with pytest.raises(BenchError, match="ema must lie in 0"):
        DCGAN(ema=1.0, **QUICK).fit(X, y, schema)


class Recorder:
    def __init__(self):
        self.entries = []

    def wants(self, step, total):
        return step != 2

    def record(self, step, losses, draw, part=""):
        torch.rand(7)  # a monitor may draw; training must not notice
        self.entries.append((step, losses, *draw()))


def test_being_watched_changes_nothing():
    X, y, schema = halves(20)
    alone = DCGAN(**QUICK).fit(X, y, schema)
    watched = DCGAN(**QUICK)
    watched.monitor = Recorder()
    watched.fit(X, y, schema)
    labels = np.array([0, 1, 0, 1])
    assert np.array_equal(alone.sample(labels), watched.sample(labels))
    assert [entry[0] for entry in watched.monitor.entries] == [1, 3]
    _, losses, rows, synthetic = watched.monitor.entries[-1]
    assert {"g", "d_real", "d_synthetic"} <= set(losses)
    assert all(np.isfinite(value) for value in losses.values())
    assert set(synthetic) == {0, 1}
    assert rows.shape == (len(synthetic), 1, 8, 8)


def test_heads_are_what_their_papers_say():
    projection = Discriminator((1, 8, 8), 3, 4, "projection").eval()
    auxiliary = Discriminator((1, 8, 8), 3, 4, "auxiliary").eval()
    images = torch.rand(5, 1, 8, 8)
    first, second = torch.zeros(5, dtype=torch.int64), torch.ones(5, dtype=torch.int64)
    features = projection.body(images)
    expected = features @ projection.project.weight[1] + projection.real(features)[:, 0]
    assert torch.allclose(projection(images, second), expected, atol=1e-6)
    assert not torch.equal(projection(images, first), projection(images, second))
    assert torch.equal(auxiliary(images, first), auxiliary(images, second))
    assert auxiliary.classify(images, first)[1].shape == (5, 3)


def test_initialisation():
    generator = Generator((1, 28, 28), 10, 100, 64)
    assert generator.project.weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert generator.first == (128, 7, 7)
    discriminator = Discriminator((1, 28, 28), 10, 64)
    norms = [m for m in discriminator.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert len(norms) == 1  # none after the first convolution
    assert norms[0].weight.std().item() == pytest.approx(0.02, rel=0.3)


def test_spectral_norms_are_one():
    discriminator = Discriminator((1, 28, 28), 10, 8, spectral=True)
    for _ in range(50):
        discriminator(torch.rand(4, 1, 28, 28), torch.zeros(4, dtype=torch.int64))
    for module in (discriminator.body[0], discriminator.body[2], discriminator.real, discriminator.project):
        norm = torch.linalg.matrix_norm(module.weight.flatten(1), 2).item()
        assert norm == pytest.approx(1.0, abs=0.02)


def test_differentiable_augmentation():
    torch.manual_seed(0)
    images = torch.full((64, 1, 16, 16), -1.0)
    images[:, :, 4:10, 3:6] = 1.0
    mirrored = flip(images)
    assert 10 < (mirrored != images).any(dim=3).any(dim=2).any(dim=1).sum() < 54
    moved = translation(images)
    assert (moved == 1).sum(dim=(1, 2, 3)).tolist() == [18] * 64
    assert set(moved.unique().tolist()) == {-1.0, 1.0}
    assert len({tuple(image.nonzero()[0].tolist()) for image in (moved[:, 0] == 1)}) > 5
    assert ((cutout(torch.ones(64, 1, 16, 16)) == 0).sum(dim=(1, 2, 3)) <= 64).all()
    source = torch.rand(4, 1, 16, 16, requires_grad=True)
    diffaugment(source, ("flip", "translation", "cutout")).sum().backward()
    assert torch.isfinite(source.grad).all()
    assert diffaugment(source, ()) is source


def test_user_errors():
    X, y, schema = halves(20)
    with pytest.raises(BenchError, match="class 'absent' has no training rows"):
        DCGAN(**QUICK).fit(X, y, schema).sample(np.array([2]))
    wrong = [{"head": "x"}, {"augment": ("x",)}, {"steps": 0}, {"batch_size": 1}, {"lr": 0.0}, {"beta1": 1.0}]
    for options in (*wrong, {"auxiliary_weight": -1.0}):
        with pytest.raises(BenchError, match=r"^DCGAN: "):
            DCGAN(**{**QUICK, **options}).fit(X, y, schema)
    with pytest.raises(BenchError, match="a mirrored image leaves its class"):
        DCGAN(**{**QUICK, "augment": ("flip",)}).fit(X, y, replace(schema, mirror=False))


def test_registered_under_both_names():
    import methods.dcgan  # noqa: F401

    assert methods_of("dcgan") == {}
    assert methods_of("acgan") == {"head": "auxiliary"}


def methods_of(name):
    return dict(methods[name].params)
