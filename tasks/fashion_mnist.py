"""Fashion-MNIST with few or imbalanced training images; the official 10,000 test images.

Data: Xiao, Rasul & Vollgraf 2017 (arXiv 1708.07747). The protocols are those of ivanch/self-trainer ("Data
augmentation with GAN", 2018), which trained a small CNN on the first 2,000 training images (F1 0.81, with generated
ones 0.83), and on 1,996 of them with the class counts below (0.746 and 0.787); one run each, without seeds. Here every
seed draws its own training images, so that intervals mean something; ``order="file"`` takes the first ones as the
source did.

Images are (1, 28, 28) in [0, 1]. Training and validation images come from the first ``pool`` official training images.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from bench.errors import BenchError, InvalidData
from bench.registry import task
from bench.task import DataFile, Dataset, Origin, Schema, Split, Task
from tasks.sources import find_all, garments
from tasks.sources.content import opened, reading
from tasks.sources.imbalance import exponential_counts, take_counts

if TYPE_CHECKING:
    from bench.data import DataHome
    from bench.task import Labels

FOLDER = "fashion_mnist"
_URL = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"  # the mirror that torchvision downloads from


def _file(name: str, checksum: str, content: str) -> DataFile:
    note = "official IDX file, however it is packed (Debian: dataset-fashion-mnist)"
    return DataFile(f"{FOLDER}/{name}", checksum, _URL + name, "MIT", note, form="gzip", content=content)


FILES = (
    _file(
        "train-images-idx3-ubyte.gz",
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    ),
    _file(
        "train-labels-idx1-ubyte.gz",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    ),
    _file(
        "t10k-images-idx3-ubyte.gz",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    ),
    _file(
        "t10k-labels-idx1-ubyte.gz",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
)
SCHEMA = Schema(modality="image", shape=(1, 28, 28), classes=garments.CLASSES)
#: training images of each class in ivanch/self-trainer's imbalanced run
COUNTS = (134, 59, 18, 479, 31, 526, 510, 125, 33, 81)
TRAIN_IMAGES, TEST_IMAGES = 60_000, 10_000
#: where ``images="others"`` begins to take official training images, and which of them it tests on
OTHERS, OTHERS_TEST = 30_000, slice(TRAIN_IMAGES - TEST_IMAGES, TRAIN_IMAGES)
MOST_POOL = {"first": TRAIN_IMAGES, "others": TRAIN_IMAGES - TEST_IMAGES - OTHERS}
#: drawing is slower than reading, so the stand-in's pool is at most this
STAND_IN_POOL = 8_000


@task(
    "fashion-mnist-imbalanced",
    modalities=("image",),
    family="fashion-mnist",
    summary="Fashion-MNIST, 18 to 526 training images a class",
)
@task(
    "fashion-mnist-2000",
    modalities=("image",),
    params={"protocol": "limited"},
    family="fashion-mnist",
    summary="Fashion-MNIST, 2,000 training images",
)
@task(
    "fashion-mnist-longtail",
    modalities=("image",),
    params={"protocol": "longtail", "images": "others"},
    family="fashion-mnist",
    development=True,
    summary="Fashion-MNIST, exponentially fewer of other training images a class, to choose defaults on",
)
class FashionMNIST(Task):
    """Fashion-MNIST with a small training set.

    Parameters
    ----------
    protocol : ``"imbalanced"`` (``counts`` images of each class), ``"limited"`` (``size`` images, classes as they
        come) or ``"longtail"`` (``largest`` images of the first class, ``largest * ratio`` of the last).
    order : ``"seed"`` draws the training images at random, anew for every seed; ``"file"`` takes the first ones.
    valid : validation images, the same number of each class, from the images that training leaves.
    test_rows : test images, the first ones of each class in equal number; 10,000 is all of them.
    pool : official training images that training and validation draw from, no fewer than both together (of the
        stand-in, 8,000 at most).
    images : ``"first"`` draws from the first official training images, and tests on the official test images;
        ``"others"`` from those behind the first 30,000, and tests on the last 10,000 of them, so that what is chosen by
        such rows has seen no row of the other tasks (``pool`` is then 20,000 at most).
    """

    modality = "image"
    primary = "f1_weighted"
    files: ClassVar[tuple[DataFile, ...]] = FILES

    def __init__(
        self,
        name: str,
        protocol: Literal["imbalanced", "limited", "longtail"] = "imbalanced",
        counts: Sequence[int] = COUNTS,
        size: int = 2000,
        largest: int = 500,
        ratio: float = 0.02,
        order: Literal["seed", "file"] = "seed",
        valid: int = 2000,
        test_rows: int = TEST_IMAGES,
        pool: int = 20_000,
        images: Literal["first", "others"] = "first",
    ) -> None:
        super().__init__(name)
        if protocol not in ("imbalanced", "limited", "longtail"):
            raise BenchError(f'{name}: protocol must be "imbalanced", "limited" or "longtail", not {protocol!r}')
        if images not in ("first", "others"):
            raise BenchError(f'{name}: images must be "first" or "others", not {images!r}')
        if order not in ("seed", "file"):
            raise BenchError(f'{name}: order must be "seed" or "file", not {order!r}')
        most = MOST_POOL[images]
        if not 10 <= test_rows <= TEST_IMAGES or not 10 <= pool <= most:
            raise BenchError(f"{name}: test_rows must be 10 to {TEST_IMAGES:,} and pool 10 to {most:,}")
        if len(counts) != SCHEMA.n_classes or min(counts) < 2 or valid < 10:
            raise BenchError(f"{name}: counts must be ten numbers of at least 2, and valid at least 10")
        self.protocol = protocol
        self.counts = exponential_counts(largest, SCHEMA.n_classes, ratio) if protocol == "longtail" else tuple(counts)
        what, rows = ("size", size) if protocol == "limited" else ("counts", sum(self.counts))
        if rows < 10:
            raise BenchError(f"{name}: {what} must be at least 10, not {rows}")
        if rows + valid > pool:
            raise BenchError(f"{name}: {what} ({rows:,}) and valid ({valid:,}) need more images than pool ({pool:,})")
        self.size = size
        self.order = order
        self.valid = valid
        self.test_rows = test_rows
        self.pool = pool
        self.images = images
        self._stand_in_pool = min(pool, STAND_IN_POOL)

    def locate(self, home: DataHome) -> Origin:
        """The four official files, else a stand-in: as many procedurally drawn garments."""
        found = find_all(home, FILES, "fashion-mnist")
        if found is None:
            home.say(
                "fashion-mnist: procedurally drawn garments stand in (simulated); for the real images put the four "
                f"official .gz files into {FOLDER}/ of a data folder"
            )
            content = Path(garments.__file__).read_bytes()
            drawn = f"{self._stand_in_pool} {self.test_rows}" + f" {self.images}" * (self.images != "first")
            checksum = sha256(content + drawn.encode()).hexdigest()
            return Origin("simulated", "stand-in", checksum, "procedurally drawn garments")
        folders = {path.parent for path in found.paths}
        if len(folders) > 1:
            where = " and ".join(sorted(map(str, folders)))
            raise InvalidData(f"the four Fashion-MNIST files lie in {where}; put them into one folder")
        return Origin("real", found.kind, found.sha256, "the four official files", found.path.parent, FILES[0].licence)

    def read(self, origin: Origin) -> Dataset:
        """The pool and the test images; ``extra["test"]`` (n,) bool marks the latter."""
        if origin.source == "simulated":
            labels = np.arange(self._stand_in_pool + self.test_rows, dtype=np.int64) % SCHEMA.n_classes
            images = garments.draw(labels, seed=0 if self.images == "first" else 1)
            cut = self._stand_in_pool
            train, test = (images[:cut], labels[:cut]), (images[cut:], labels[cut:])
        else:
            assert origin.path is not None
            train_images, train_labels, test_images, test_labels = (origin.path / Path(f.path).name for f in FILES)
            if self.images == "first":
                train = _read_idx(train_images, train_labels, self.pool)
                test = _read_idx(test_images, test_labels, TEST_IMAGES)
            else:
                pixels, codes = _read_idx(train_images, train_labels, TRAIN_IMAGES)
                train, test = ((pixels[part], codes[part]) for part in (slice(OTHERS, OTHERS + self.pool), OTHERS_TEST))
        per_class = self.test_rows // SCHEMA.n_classes
        kept = take_counts(np.arange(len(test[1])), test[1], [per_class] * SCHEMA.n_classes, SCHEMA)
        y = np.concatenate([train[1], test[1][kept]])
        X = np.concatenate([train[0], test[0][kept]])[:, None].astype(np.float32)
        X /= 255
        return Dataset(X, y, SCHEMA, origin, extra={"test": np.arange(len(y)) >= len(train[1])})

    def split(self, dataset: Dataset, seed: int) -> Split:
        """Training images from the pool by protocol and seed, validation from its rest, the official test images."""
        rng = np.random.default_rng(seed)
        test = dataset.extra["test"]
        pool, y = np.flatnonzero(~test), dataset.y
        if self.protocol == "limited" and self.size + self.valid > len(pool):  # the stand-in's is smaller
            raise BenchError(
                f"{self.name}: size ({self.size:,}) and valid ({self.valid:,}) need more images than the "
                f"{len(pool):,} of the pool here"
            )
        order: Labels = rng.permutation(pool) if self.order == "seed" else pool
        train = order[: self.size] if self.protocol == "limited" else take_counts(order, y, self.counts, SCHEMA)
        rest = rng.permutation(np.setdiff1d(pool, train))
        each = self.valid // SCHEMA.n_classes
        valid = take_counts(rest, y, [each] * SCHEMA.n_classes, SCHEMA)
        return Split(train, valid, np.flatnonzero(test), fixed="rows")


def _read_idx(images: Path, labels: Path, count: int) -> tuple[NDArray[np.uint8], Labels]:
    """The first ``count`` images (n, 28, 28) and labels (n,) of a pair of gzipped IDX files; the rest stays packed."""
    pixels = _read_ubyte(images, 2051, 16, count * 784).reshape(-1, 28, 28)
    codes = _read_ubyte(labels, 2049, 8, count).astype(np.int64)
    if codes.max() >= SCHEMA.n_classes:
        raise InvalidData(f"{labels} holds the label {codes.max()}; there are ten classes, 0 to 9")
    return pixels, codes


def _read_ubyte(path: Path, magic: int, header: int, size: int) -> NDArray[np.uint8]:
    """``size`` bytes after the header. Magic 2051 is an IDX file of bytes in three dimensions, 2049 in one."""
    with reading(path, "a whole gzip file", f"get it again from {_URL}{path.name}"), opened(path) as stream:
        head, content = stream.read(header), stream.read(size)
    if len(head) < header or int.from_bytes(head[:4], "big") != magic or len(content) < size:
        raise InvalidData(f"{path} is not the Fashion-MNIST file of that name; get it again from {_URL}{path.name}")
    return np.frombuffer(content, dtype=np.uint8)
