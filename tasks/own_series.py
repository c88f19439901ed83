"""Series of the user's own: ``--task series:file.npz``, or a long table, ``--task series:file.csv:label``.

An ``.npz`` file holds ``X`` (n, steps) or (n, steps, channels) and ``y`` (n,), numbers or words; ``groups`` (n,) and
``channels``, their names, if there are any. A long table has one row a step: a column ``id`` says whose step it is, a
column ``time`` puts it in order (``--time`` names another one), the label is the same in all rows of an id, and all
other columns of numbers are channels. All series are of one length. With a group (``--group``, or ``groups``) series
of one patient are not parted by a split.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from bench.errors import BenchError, DataUnavailable, InvalidData
from bench.registry import task
from bench.registry.opening import place_and_label
from bench.tables.columns import Cells
from bench.tables.files import Form, Raw, form_of, nearest, read
from bench.tables.inference import infer
from bench.tables.values import encode
from bench.task import Column, Dataset, Opened, Origin, Schema, Split, Task
from tasks.sources import file_sha256
from tasks.sources.content import reading
from tasks.sources.tables import duplicate_groups

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bench.data import DataHome


@task("series", modalities=("series",), opens=True, summary="your own series, FILE.npz or a long table FILE.csv:LABEL")
class OwnSeries(Task):
    """Series of your own.

    Parameters
    ----------
    form : "series".
    file : the file's name; it is looked for where it was opened, then in the data folder.
    label, time, group : columns of a long table; group may be "".
    """

    modality = "series"

    def __init__(
        self, name: str, form: str = "series", file: str = "", label: str = "", time: str = "time", group: str = ""
    ) -> None:
        super().__init__(name)
        self.form, self.file, self.label, self.time, self.group = form, file, label, time, group

    @classmethod
    def opened(cls, kind: str, text: str, **given: str) -> Opened:
        """What ``series:`` is followed by: an ``.npz`` file, or a table and its label."""
        path, label = place_and_label(text, f"{kind}:FILE.npz or {kind}:FILE.csv:LABEL")
        if path.suffix == ".npz" and (label or any(given.values())):
            raise BenchError(f"{path.name} holds its labels and groups (y, groups); leave label, group and time out")
        if path.suffix != ".npz" and not label:
            raise BenchError(f"{path.name} is a long table; which column is the label? {kind}:{path.name}:LABEL")
        told = {"form": kind, "file": path.name, "label": label, **given}
        called = (path.name.removesuffix(".gz").rpartition(".")[0], *([label] if label else []))
        return Opened({key: value for key, value in told.items() if value}, path, called)

    def locate(self, home: DataHome) -> Origin:
        """The file that was opened, else one of its name in the data folder."""
        place = self.place or home.find(self.file)
        if place is None or not place.is_file():
            raise DataUnavailable(f"{self.name}: {self.file} is not here; name its folder with --data-dir")
        dataset = self.read(Origin("real", "folder", _sha256(place), self.file, place, "your own"))
        steps, channels = dataset.schema.shape
        note = f"{self.file}: {len(dataset):,} series of {steps:,} steps x {channels}"
        return Origin("real", "folder", dataset.origin.sha256, note, place, "your own")

    def read(self, origin: Origin) -> Dataset:
        """Every series. Raises ``InvalidData`` for what are none, or are of several lengths."""
        assert origin.path is not None
        parts = _arrays(origin.path) if origin.path.suffix == ".npz" else self._long(origin.path)
        X, words, names, groups = parts
        if len(set(words)) > 2:
            self.primary = "f1_macro"  # type: ignore[misc]
        found, codes, counts = np.unique(words, return_inverse=True, return_counts=True)
        order = np.lexsort((found, -counts))  # from the commonest to the rarest
        y = np.argsort(order)[codes].astype(np.int64)
        columns = tuple(Column(name, missing=bool(np.isnan(X[..., i]).any())) for i, name in enumerate(names))
        classes = tuple(str(found[i]) for i in order)
        schema = Schema("series", X.shape[1:], classes, columns, rare=1 if len(classes) == 2 else None)
        self.group = self.group or ("groups" if groups is not None else "")
        if groups is None:
            groups = duplicate_groups(X.reshape(len(X), -1))
        return Dataset(X, y, schema, origin, groups)

    def split(self, dataset: Dataset, seed: int) -> Split:
        """At random and stratified, or by whole groups."""
        from bench.splits import whole_groups

        return whole_groups(dataset, seed) if self.group else super().split(dataset, seed)

    def words(self, origin: Origin) -> Sequence[str]:
        dataset = self.read(origin)
        counts = np.bincount(dataset.y)
        shown = ", ".join(
            f"{name} {count:,}" for name, count in list(zip(dataset.schema.classes, counts, strict=True))[:6]
        )
        channels = ", ".join(column.name for column in dataset.schema.columns[:8])
        return (f"{origin.note}; {shown}", f"channels: {channels}")

    def _long(self, path: Path) -> tuple[NDArray[np.float32], NDArray[Any], list[str], NDArray[np.int64] | None]:
        """Series of a long table."""
        raw = read(path, cast("Form", form_of(path)))
        wanted = {"id": "id", "time": self.time, "label": self.label, "group": self.group}
        named = {key: nearest(name, raw.names, path.name) for key, name in wanted.items() if name}
        ids = _codes(raw, named["id"], path.name)
        times = _times(raw, named["time"], path.name)
        at = np.lexsort((times, ids))
        lengths = np.bincount(ids)
        if len(set(lengths)) > 1:
            usual = int(np.bincount(lengths).argmax())
            odd = int(np.flatnonzero(lengths != usual)[0])
            name = _cells(raw, named["id"]).words[int(np.flatnonzero(ids == odd)[0])].as_py()
            raise InvalidData(
                f"{path.name}: series {name!r} has {lengths[odd]} steps and most have {usual}; cut them to one length"
            )
        shape = (len(lengths), int(lengths[0]))
        again = np.diff(times[at].reshape(shape), axis=1) <= 0
        if again.any():
            raise InvalidData(f"{path.name}: {int(again.any(axis=1).sum())} series have two steps of one time")
        names, channels = _channels(raw, set(named.values()), path.name)
        X = np.stack([values[at].reshape(shape) for values in channels], axis=-1).astype(np.float32)
        words = _constant(raw, named["label"], at, shape, path.name)
        groups = None
        if self.group:
            groups = np.unique(_constant(raw, named["group"], at, shape, path.name), return_inverse=True)[1]
        return X, words, names, groups


def _sha256(path: Path) -> str:
    return file_sha256(path) if path.suffix == ".npz" else read(path, cast("Form", form_of(path))).sha256


def _held(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of an ``.npz`` file, which may hold no Python objects, ``X`` and ``y`` among them."""
    remedy = "save it with np.savez(file, X=..., y=...)"
    with reading(path, "an .npz file of plain arrays", remedy), np.load(path, allow_pickle=False) as file:
        held = {name: file[name] for name in file.files}
    absent = [name for name in ("X", "y") if name not in held]
    if absent:
        raise InvalidData(f"{path.name} holds no array {absent[0]!r}; it holds {', '.join(held) or 'none'}")
    X, y = held["X"], held["y"]
    if X.ndim not in (2, 3) or X.dtype.kind not in "iuf" or not X.size or y.shape != X.shape[:1]:
        raise InvalidData(
            f"{path.name}: X must be numbers (n, steps) or (n, steps, channels) and y (n,); they are "
            f"{X.dtype} {X.shape} and {y.shape}"
        )
    return held


def _arrays(path: Path) -> tuple[NDArray[np.float32], NDArray[Any], list[str], NDArray[np.int64] | None]:
    """Series of an ``.npz`` file."""
    held = _held(path)
    X, y = held["X"], held["y"]
    X = X.reshape(*X.shape[:2], -1).astype(np.float32)
    names = [str(name) for name in held.get("channels", [f"channel {i + 1}" for i in range(X.shape[2])])]
    if len(names) != X.shape[2]:
        raise InvalidData(f"{path.name}: {len(names)} names for {X.shape[2]} channels")
    groups = np.unique(held["groups"], return_inverse=True)[1] if "groups" in held else None
    if groups is not None and len(groups) != len(X):
        raise InvalidData(f"{path.name}: {len(groups)} groups for {len(X)} series")
    return X, y.astype(str), names, groups


def _cells(raw: Raw, name: str) -> Cells:
    return Cells(name, raw.table.column(raw.names.index(name)).combine_chunks())


def _times(raw: Raw, name: str, where: str) -> NDArray[np.float64]:
    """When each row was, (n,): numbers or dates. Raises ``InvalidData``."""
    cells = _cells(raw, name)
    column = infer(cells, {"kind": "date" if cells.numbers is None else "decimal"})
    if cells.gaps.any() or not column.used:
        raise InvalidData(f"{where}: the time {name!r} {column.why or 'is missing in some rows'}")
    return encode(cells, column)


def _codes(raw: Raw, name: str, where: str) -> NDArray[np.int64]:
    """The values of a column as numbers from 0, in sorted order. Raises ``InvalidData`` where one is missing."""
    cells = _cells(raw, name)
    if cells.gaps.any():
        raise InvalidData(f"{where}: {name!r} is missing in {int(cells.gaps.sum()):,} rows")
    words = np.asarray(cells.words.to_numpy(zero_copy_only=False), dtype=str)
    return np.unique(words, return_inverse=True)[1].astype(np.int64)


def _constant(raw: Raw, name: str, at: NDArray[np.int64], shape: tuple[int, int], where: str) -> NDArray[Any]:
    """One value a series. Raises ``InvalidData`` for a series that has two."""
    _codes(raw, name, where)
    words = np.asarray(_cells(raw, name).words.to_numpy(zero_copy_only=False), dtype=str)[at].reshape(shape)
    if (words != words[:, :1]).any():
        raise InvalidData(f"{where}: {name!r} changes within a series; it must be the same in all rows of an id")
    return words[:, 0]


def _channels(raw: Raw, taken: set[str], where: str) -> tuple[list[str], list[NDArray[np.float64]]]:
    """The columns of numbers that are nothing else, NaN where one is missing."""
    names, found = [], []
    for name in raw.names:
        cells = _cells(raw, name)
        if name in taken or cells.numbers is None or not len(cells.numbers):
            continue
        values = np.full(len(cells.values), np.nan)
        values[~cells.gaps] = cells.numbers
        names.append(name)
        found.append(values)
    if not found:
        raise InvalidData(f"{where} has no column of numbers beside {', '.join(sorted(taken))}")
    return names, found
