from __future__ import annotations

import gzip
import os

import numpy as np
import pytest

from bench.data import DataHome
from bench.errors import BenchError, InvalidData
from bench.task import Origin
from tasks.fashion_mnist import COUNTS, FILES, SCHEMA, FashionMNIST, _read_idx


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory):
    home = DataHome(cache=tmp_path_factory.mktemp("cache"), offline=True)
    task = FashionMNIST("fashion-mnist-imbalanced", test_rows=500)
    return task, task.read(task.locate(home)), home


def disjoint(split):
    rows = np.concatenate([split.train, split.valid, split.test])
    return len(np.unique(rows)) == len(rows)


def test_without_files_a_stand_in_is_used_and_said(stand_in):
    _, dataset, home = stand_in
    assert dataset.origin.source == "simulated"
    assert dataset.origin.kind == "stand-in"
    assert "simulated" in " ".join(home.messages)
    assert dataset.X.shape[1:] == SCHEMA.shape
    assert dataset.X.dtype == np.float32
    assert dataset.X.min() == 0.0
    assert dataset.X.max() == 1.0


def test_imbalanced_counts_are_the_published_ones_at_every_seed(stand_in):
    task, dataset, _ = stand_in
    first, second = task.split(dataset, 0), task.split(dataset, 1)
    for split in (first, second):
        assert tuple(np.bincount(dataset.y[split.train])) == COUNTS
        assert disjoint(split)
    assert not np.array_equal(np.sort(first.train), np.sort(second.train))
    assert np.array_equal(first.test, second.test)
    assert np.array_equal(task.split(dataset, 0).train, first.train)


def test_validation_and_test_hold_every_class_equally(stand_in):
    task, dataset, _ = stand_in
    split = task.split(dataset, 3)
    assert set(np.bincount(dataset.y[split.valid])) == {200}
    assert set(np.bincount(dataset.y[split.test])) == {50}
    assert dataset.extra["test"][split.test].all()
    assert not dataset.extra["test"][np.concatenate([split.train, split.valid])].any()


def test_training_rows_are_not_sorted_by_class(stand_in):
    task, dataset, _ = stand_in
    y = dataset.y[task.split(dataset, 0).train]
    assert (np.diff(y) != 0).mean() > 0.5


def test_limited_and_longtail(stand_in):
    _, dataset, _ = stand_in
    limited = FashionMNIST("fashion-mnist-2000", protocol="limited", order="file")
    assert np.array_equal(limited.split(dataset, 5).train, np.arange(2000))
    longtail = FashionMNIST("fashion-mnist-longtail", protocol="longtail", largest=400, ratio=0.05)
    counts = np.bincount(dataset.y[longtail.split(dataset, 0).train])
    assert counts[0] == 400
    assert counts[-1] == 20
    assert (np.diff(counts) < 0).all()


def test_other_images_than_those_of_the_other_tasks(tmp_path, monkeypatch, stand_in):
    first, dataset, home = stand_in
    others = FashionMNIST("fashion-mnist-longtail", protocol="longtail", test_rows=500, images="others")
    origin = others.locate(home)
    assert origin.sha256 != first.locate(home).sha256
    drawn = {image.tobytes() for image in dataset.X}
    assert not any(image.tobytes() in drawn for image in others.read(origin).X)

    def numbered(images, labels, count):  # the number of each image, in its first three pixels; labels go round
        at = np.arange(count) + (0 if "train" in images.name else 60_000)
        pixels = np.zeros((count, 28, 28), np.uint8)
        pixels[:, 0, 0], pixels[:, 0, 1], pixels[:, 0, 2] = at % 256, at // 256 % 256, at // 65536
        return pixels, np.arange(count) % 10

    monkeypatch.setattr("tasks.fashion_mnist._read_idx", numbered)
    real = Origin("real", "file", "0" * 64, "", tmp_path)

    def rows(task):
        found = task.read(real)
        numbers = np.rint(found.X[:, 0, 0, :3] * 255) @ [1, 256, 65536]
        split = task.split(found, 0)
        return numbers[np.concatenate([split.train, split.valid])], numbers[split.test]

    train, test = rows(FashionMNIST("fashion-mnist-longtail", protocol="longtail", images="others"))
    assert (train.min(), train.max()) >= (30_000, 30_000)
    assert train.max() < 50_000
    assert (test.min(), test.max()) == (50_000, 59_999)
    train, test = rows(FashionMNIST("fashion-mnist-imbalanced"))
    assert train.max() < 20_000
    assert test.min() == 60_000


def test_too_small_a_pool_is_said(stand_in):
    _, dataset, _ = stand_in
    task = FashionMNIST("fashion-mnist-longtail", protocol="longtail", largest=5000)
    with pytest.raises(InvalidData, match=r"T-shirt/top.* 800 rows .* 5000 are asked for"):
        task.split(dataset, 0)


def test_what_training_and_validation_need_together_is_said(stand_in):
    _, dataset, _ = stand_in
    with pytest.raises(BenchError, match=r"name: size \(19,000\) and valid \(2,000\) need more .* pool \(20,000\)"):
        FashionMNIST("name", protocol="limited", size=19_000)
    for size in (0, -5):
        with pytest.raises(BenchError, match=f"name: size must be at least 10, not {size}"):
            FashionMNIST("name", protocol="limited", size=size)
    with pytest.raises(BenchError, match=r"name: counts \(1,996\) and valid \(2,000\) need more .* pool \(3,000\)"):
        FashionMNIST("name", pool=3000)
    task = FashionMNIST("name", protocol="limited", size=7000)  # fits the real pool, not the stand-in's
    with pytest.raises(BenchError, match=r"size \(7,000\) and valid \(2,000\) .* than the 8,000 of the pool here"):
        task.split(dataset, 0)


@pytest.mark.parametrize(
    "options",
    [
        {"protocol": "x"},
        {"order": "x"},
        {"test_rows": 3},
        {"pool": 10**6},
        {"counts": (5, 5)},
        {"valid": 0},
        {"images": "x"},
        {"images": "others", "pool": 30_000},
    ],
)
def test_wrong_options(options):
    with pytest.raises(BenchError, match=r"^name: "):
        FashionMNIST("name", **options)


def test_idx_files(tmp_path):
    images, labels = tmp_path / "images.gz", tmp_path / "labels.gz"
    pixels = np.arange(3 * 784).astype(np.uint8)

    def write(path, head, body):
        path.write_bytes(gzip.compress(b"".join(n.to_bytes(4, "big") for n in head) + body))

    write(images, (2051, 3, 28, 28), pixels.tobytes())
    write(labels, (2049, 3), bytes([9, 0, 4]))
    read, codes = _read_idx(images, labels, 2)
    assert np.array_equal(read.ravel(), pixels[: 2 * 784])
    assert codes.tolist() == [9, 0]
    with pytest.raises(InvalidData, match=r"images\.gz is not the Fashion-MNIST file"):
        _read_idx(images, labels, 4)
    write(labels, (2049, 3), bytes([9, 10, 4]))
    with pytest.raises(InvalidData, match="the label 10"):
        _read_idx(images, labels, 3)
    images.write_bytes(images.read_bytes()[:-20])
    with pytest.raises(InvalidData, match="not a whole gzip file"):
        _read_idx(images, labels, 3)


def test_an_altered_file_is_not_passed_over(tmp_path):
    for file in FILES:
        path = tmp_path / file.path
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"not it")
    with pytest.raises(InvalidData, match="sha256"):
        FashionMNIST("x").locate(DataHome(folder=tmp_path, cache=tmp_path / "cache", offline=True))


@pytest.mark.parametrize(("content", "count"), [(b"", 4), (b"<html>403</html>", 4),
                                                (gzip.compress(b"\0\0\x08\x03", mtime=0)[:-5], 3)])  # fmt: skip
def test_empty_cut_or_other_files_are_refused_also_if_one_is_missing(tmp_path, content, count):
    for file in FILES[:count]:
        path = tmp_path / file.path
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    with pytest.raises(InvalidData, match="altered or truncated"):
        FashionMNIST("x").locate(DataHome(folder=tmp_path, cache=tmp_path / "cache", offline=True))


def test_files_that_a_browser_unpacked_are_said_beside_the_stand_in(tmp_path):
    for file in FILES:
        path = (tmp_path / file.path).with_suffix("")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"\0\0\x08\x03")
    home = DataHome(folder=tmp_path, cache=tmp_path / "cache", offline=True)
    assert FashionMNIST("x").locate(home).source == "simulated"
    assert "official .gz files" in " ".join(home.messages)


@pytest.mark.skipif("AUGBENCH_DATA" not in os.environ, reason="needs the real images in AUGBENCH_DATA")
def test_real_images(tmp_path):
    home = DataHome.resolve(offline=True)
    home.cache = tmp_path
    task = FashionMNIST("fashion-mnist-imbalanced")
    origin = task.locate(home)
    assert origin.source == "real"
    dataset = task.read(origin)
    split = task.split(dataset, 0)
    assert tuple(np.bincount(dataset.y[split.train])) == COUNTS
    assert np.bincount(dataset.y[split.test]).tolist() == [1000] * 10
    assert dataset.y[:5].tolist() == [9, 0, 0, 3, 0]  # the file's first labels
    assert dataset.X[0, 0, 14, 14] > 0.5  # an ankle boot's middle
