"""scikit-learn's handwritten digits with an imbalanced training part: a real image task that works anywhere.

Data: Alpaydin & Kaynak 1998, "Optical Recognition of Handwritten Digits" (UCI, CC BY 4.0), the 1,797 test images of it
that scikit-learn ships: (1, 8, 8), 17 grey levels, about 180 a digit.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.errors import DataUnavailable
from bench.registry import task
from bench.splits import stratified
from bench.task import Dataset, Origin, Schema, Split, Task
from tasks.sources import file_sha256
from tasks.sources.imbalance import exponential_counts, take_counts

if TYPE_CHECKING:
    from bench.data import DataHome

SCHEMA = Schema(
    modality="image",
    shape=(1, 8, 8),
    classes=tuple(str(digit) for digit in range(10)),
    mirror=False,  # a mirrored digit is no digit
)


@task("digits-imbalanced", modalities=("image",), requires=("sklearn",))
class Digits(Task):
    """scikit-learn's 8 x 8 digits, exponentially fewer training images a class.

    Parameters
    ----------
    largest : training images of the digit 0, at most 100.
    ratio : of the digit 9's training images to them; those of the others lie between, exponentially.
    """

    modality = "image"
    primary = "f1_weighted"

    def __init__(self, name: str, largest: int = 100, ratio: float = 0.05) -> None:
        super().__init__(name)
        self.counts = exponential_counts(largest, SCHEMA.n_classes, ratio)

    def locate(self, home: DataHome) -> Origin:
        path = Path(str(files("sklearn.datasets.data") / "digits.csv.gz"))
        if not path.is_file():
            raise DataUnavailable(f"{self.name}: {path} is missing; reinstall scikit-learn")
        return Origin("real", "package", file_sha256(path), "packaged in scikit-learn", path, "CC BY 4.0")

    def read(self, origin: Origin) -> Dataset:
        from sklearn.datasets import load_digits

        pixels, labels = load_digits(return_X_y=True)
        X = (pixels.reshape(-1, *SCHEMA.shape) / 16).astype(np.float32)
        return Dataset(X, labels.astype(np.int64), SCHEMA, origin)

    def split(self, dataset: Dataset, seed: int) -> Split:
        """60/20/20 at random, stratified; then the training part is thinned to the class counts."""
        whole = stratified(dataset, seed)
        order = np.random.default_rng(seed).permutation(whole.train)
        return Split(take_counts(order, dataset.y, self.counts, SCHEMA), whole.valid, whole.test)
