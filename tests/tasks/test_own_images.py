"""A folder of images, one subfolder a class."""

import numpy as np
import pytest
from PIL import Image

from bench import registry
from bench.conformance import task_checks
from bench.data import DataHome
from bench.errors import BenchError, DataUnavailable
from bench.opening import opened


@pytest.fixture(autouse=True)
def _fresh(monkeypatch, names):
    monkeypatch.setattr(registry.tasks, "_entries", dict(registry.tasks._entries))


@pytest.fixture
def home(tmp_path):
    return DataHome(cache=tmp_path / "cache", offline=True)


def pets(folder, classes=("cat", "dog"), mode="RGB", size=(16, 12), n=12):
    rng = np.random.default_rng(0)
    for i, name in enumerate(classes):
        (folder / "pets" / name).mkdir(parents=True)
        for j in range(n - 2 * i):
            shape = (size[1], size[0], 3) if mode == "RGB" else (size[1], size[0])
            pixels = rng.integers(0, 256, shape, dtype=np.uint8)
            Image.fromarray(pixels, mode).save(folder / "pets" / name / f"{j}.png")
    (folder / "pets" / classes[0] / "Thumbs.db").write_bytes(b"no image")
    return folder / "pets"


def test_the_checks_of_a_task(tmp_path, home):
    for _, run in task_checks(opened(f"images:{pets(tmp_path)}").create(), home):
        run()


@pytest.mark.parametrize(
    ("mode", "size", "option", "shape"),
    [("RGB", (16, 12), 0, (3, 12, 16)), ("L", (28, 28), 0, (1, 28, 28)), ("RGB", (90, 70), 0, (3, 32, 32)),
     ("L", (28, 28), 8, (1, 8, 8))],
)  # fmt: skip
def test_shapes(tmp_path, home, mode, size, option, shape):
    entry = opened(f"images:{pets(tmp_path, mode=mode, size=size)}")
    task = entry.create(size=option)
    data = task.read(task.locate(home))
    assert data.X.shape == (22, *shape)
    assert (data.schema.classes, data.schema.rare, data.schema.mirror) == (("cat", "dog"), 1, False)
    assert np.bincount(data.y).tolist() == [12, 10]
    assert (entry.name, entry.params) == ("images-pets", {"form": "images", "file": "pets"})


def test_pixels_are_the_files(tmp_path, home):
    folder = pets(tmp_path)
    task = opened(f"images:{folder}").create()
    first = np.asarray(Image.open(folder / "cat" / "0.png")) / np.float32(255)
    assert np.array_equal(task.read(task.locate(home)).X[0], first.transpose(2, 0, 1))


def test_one_grey_image_among_coloured_ones_is_coloured_and_sizes_may_differ(tmp_path, home):
    folder = pets(tmp_path, classes=("a", "b", "c"))
    Image.new("L", (40, 40), 200).save(folder / "a" / "grey.png")
    task = opened(f"images:{folder}").create()
    data = task.read(task.locate(home))
    assert data.schema.shape == (3, 32, 32)
    assert (task.primary, data.schema.rare) == ("f1_macro", None)


def test_another_image_is_other_data(tmp_path, home):
    folder = pets(tmp_path)
    task = opened(f"images:{folder}").create()
    before = task.locate(home).sha256
    Image.new("RGB", (16, 12)).save(folder / "cat" / "0.png")
    assert task.locate(home).sha256 != before
    task.place = None
    with pytest.raises(DataUnavailable, match="no folder pets is here"):
        task.locate(home)


def test_what_is_no_folder_of_images_is_said(tmp_path):
    folder = pets(tmp_path)
    with pytest.raises(BenchError, match="takes its classes from subfolders"):
        opened(f"images:{folder}:label")
    with pytest.raises(BenchError, match="is not there"):
        opened("images:nowhere")
    (tmp_path / "one" / "only").mkdir(parents=True)
    with pytest.raises(BenchError, match="one needs a subfolder with images for each of two"):
        opened(f"images:{tmp_path / 'one'}")
    (folder / "dog" / "9.png").write_bytes(b"<html>")
    with pytest.raises(BenchError, match=r"9\.png is not an image: it is a web page; replace it"):
        opened(f"images:{folder}")
