"""A table of the user's own: ``--task csv:data.csv:label``, and so ``tsv:``, ``parquet:`` and ``excel:``.

What the columns are is inferred from all rows, or said in a TOML file beside the data (:mod:`bench.tables.options`).
Equal rows stay together in a split unless rows must coincide; with ``group`` the rows of one group do, and with
``time`` rows are split in its order. Where the file lies is in no record; what it is called, its label and what was
said of it are. Its checksum is of its content, whatever its line ends and packing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np

from bench.errors import DataUnavailable
from bench.registry import task
from bench.registry.opening import place_and_label
from bench.tables.files import Form, read
from bench.tables.options import TableOptions, checked, load
from bench.tables.schema import Table
from bench.task import Dataset, Opened, Origin, Split, Task
from tasks.sources.tables import duplicate_groups

if TYPE_CHECKING:
    from pathlib import Path

    from bench.data import DataHome


@task("csv", "tsv", "parquet", "excel", requires=("pyarrow",), opens=True, summary="your own table, FILE:LABEL")
class OwnTable(Task):
    """A table of your own.

    Parameters
    ----------
    form : "csv", "tsv", "parquet" or "excel".
    file : the file's name; it is looked for where it was opened, then in the data folder.
    label, positive, group, time, encoding, separator, decimal, missing, columns : see :mod:`bench.tables.options`.
    """

    modality = "tabular"

    def __init__(
        self,
        name: str,
        form: str = "csv",
        file: str = "",
        label: str = "",
        positive: str = "",
        group: str = "",
        time: str = "",
        encoding: str = "",
        separator: str = "",
        decimal: str = "",
        missing: Sequence[str] = (),
        columns: dict | None = None,  # type: ignore[type-arg]  # as bench.options knows it
    ) -> None:
        super().__init__(name)
        self.form, self.file = form, file
        told = {
            "label": label, "positive": positive, "group": group, "time": time, "encoding": encoding,
            "separator": separator, "decimal": decimal, "missing": list(missing), "columns": columns or {},
        }  # fmt: skip
        self.options = TableOptions(**checked(told, name))

    @classmethod
    def opened(cls, kind: str, text: str, **given: str) -> Opened:
        """What ``csv:`` is followed by: a file and its label, which may also stand in the file's TOML file."""
        path, label = place_and_label(text, f"{kind}:FILE:LABEL")
        options = load(path, **(given | ({"label": label} if label else {})))
        raw = read(path, cast("Form", kind), options.encoding, options.separator)
        table = Table.of(raw, options, path.name)
        features = table.features
        categorical = sum(column.kind in ("category", "boolean") for column in features)
        traits = ("categorical",) if 2 * categorical > len(features) else ()
        told = {"form": kind, "file": path.name, **table.options.given}
        return Opened(told, path, (path.name.removesuffix(".gz").rpartition(".")[0], table.options.label), traits)

    def locate(self, home: DataHome) -> Origin:
        """The file that was opened, else one of its name in the data folder. Reads it, as its content tells."""
        place = self.place or home.find(self.file)
        if place is None or not place.exists():
            raise DataUnavailable(f"{self.name}: {self.file} is not here; name its folder with --data-dir")
        table = self._table(place)
        self._rank(table)
        note = f"{self.file}: {'; '.join(table.words())}"
        return Origin("real", "folder", table.raw.sha256, note, place, "your own")

    def read(self, origin: Origin) -> Dataset:
        """Every row. Raises ``InvalidData`` for what is no table to be learned from."""
        assert origin.path is not None
        table = self._table(origin.path)
        self._rank(table)
        dataset = table.dataset(origin)
        if dataset.groups is None and not _coincide(dataset):
            return replace(dataset, groups=duplicate_groups(dataset.X))
        return dataset

    def split(self, dataset: Dataset, seed: int) -> Split:
        """At random and stratified, by whole groups, or in the order of time, as the columns named say."""
        from bench.splits import in_time, whole_groups

        if dataset.order is not None:
            return in_time(dataset)
        return whole_groups(dataset, seed) if self.options.group else super().split(dataset, seed)

    def words(self, origin: Origin) -> Sequence[str]:
        assert origin.path is not None
        return tuple(self._table(origin.path).words())

    def _table(self, path: Path) -> Table:
        raw = read(path, cast("Form", self.form), self.options.encoding, self.options.separator)
        return Table.of(raw, self.options, self.file)

    def _rank(self, table: Table) -> None:
        """Boards of more than two classes sort by the mean of the classes' F1."""
        if len(table.classes[0]) > 2:
            self.primary = "f1_macro"  # type: ignore[misc]


def _coincide(dataset: Dataset) -> bool:
    """Whether there are more rows than combinations of values, so that some must be equal; or equal rows carry a time,
    and are separate events."""
    distinct = [len(np.unique(dataset.X[:, j])) for j in range(dataset.X.shape[1])]
    return dataset.order is not None or bool(np.log(distinct).sum() < np.log(len(dataset)))
