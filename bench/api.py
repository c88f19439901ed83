"""The suite from Python, in four functions; ``import bench`` offers them and imports nothing heavy until one is called.

::

    import bench

    more = bench.augment(frame, label="y", method="smote")       # the frame, and synthetic rows behind
    bench.list_methods("tabular")                                # what there is
    found = bench.benchmark(frame, label="y", methods=["smote"]) # a small matrix on one's own rows
    found = bench.load_results("results/local")                  # the records of a run, a row each
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import types
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import BenchError

if TYPE_CHECKING:
    import pandas as pd

    from bench.records.record import Record
    from bench.tables.schema import Table

__all__ = ["augment", "benchmark", "list_methods", "load_results"]

#: the file that a frame is put into for a matrix, which is what its task is called by
_FRAME = "frame.parquet"


def augment(
    frame: pd.DataFrame,
    label: str,
    method: str = "auto",
    *,
    rows: int | None = None,
    per_class: int | None = None,
    where: str = "",
    seed: int = 0,
    mark: bool = False,
    only_synthetic: bool = False,
    budget: str = "standard",
    report: bool = False,
    device: str = "auto",
    workers: int | None = None,
    **options: Any,
) -> pd.DataFrame:
    """The frame with synthetic rows behind its own: the same columns, order and dtypes, a new index.

    Parameters
    ----------
    frame : a table with one row an example; ``label`` names the column to be predicted, of text or a few numbers.
    method : a name of ``list_methods``, or ``"auto"``: the one that a small matrix inside the rows recommends.
    rows, per_class : how many synthetic rows, in the classes' proportions or of every class; by default what fills
        every class up to the largest.
    where : only synthetic rows that fulfil this: ``"amount > 1000 and city == Rome"``.
    seed : another one draws other rows; the same one the same rows.
    mark : add a column ``synthetic`` (bool). only_synthetic : leave the real rows out.
    budget : how long the method trains: ``"smoke"``, ``"quick"``, ``"standard"`` or ``"full"``.
    report : also ask whether it helps. device : ``"auto"``, ``"cpu"``, ``"cuda"``. workers : fits at once.
    **options : ``positive``, ``group``, ``time``, ``missing``, ``columns``, as in ``bench.tables.options``.

    Returns the frame. ``attrs["augbench"]`` says the ``method`` that was used (None: nothing is recommended, and no row
    was added), the ``advice`` of the matrix where one was run, and in ``lacking`` what could not be drawn.

    Raises ``bench.errors.BenchError`` in one line for rows, names and numbers that cannot be used.
    """
    from bench import registry
    from bench.augmenting import augment as work
    from bench.augmenting.table import as_frame

    registry.discover()
    table = _table(frame, label, options)
    asked = work.Asked(method, rows, per_class, where, seed, mark, only_synthetic, budget, device)
    work.check(table, asked)
    found = None
    if report or method == work.AUTO:
        with tempfile.TemporaryDirectory(prefix="augbench-") as folder, _apart_from_main():
            place = _saved(table, Path(folder))
            found = work.worth_of(place, "parquet", table.options.given, method, workers=workers)
    name = work.chosen(method, found)
    told: dict[str, Any] = {"method": name, "advice": found.advice if found else "", "lacking": []}
    if name is None:
        made = frame.iloc[:0] if only_synthetic else frame.copy()
    else:
        whole, told["lacking"] = work.augmented(table, work.named(asked, name))
        made = as_frame(whole, frame, 0 if only_synthetic else len(frame))
    made.attrs["augbench"] = told
    return made


def benchmark(
    data: pd.DataFrame | str | Sequence[str],
    label: str = "",
    methods: Sequence[str] = ("class-weight", "moved-threshold", "random-over", "smote"),
    classifiers: Sequence[str] = (),
    regimes: Sequence[str] = ("balance",),
    seeds: int = 5,
    budget: str = "quick",
    out: str | Path | None = None,
    workers: int | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Run a matrix, and give its records as ``load_results`` does. No augmentation is always among the methods.

    Parameters
    ----------
    data : a frame with its ``label``; or names of tasks, of files of one's own too (``"csv:data.csv:label"``).
    methods, classifiers, regimes, seeds, budget : as ``augbench run`` has them; () is what the budget has.
    out : the folder that records and boards are kept in; None keeps nothing.
    workers : fits at once; None is one a core.
    **options : of a frame, as in :func:`augment`.

    Raises ``bench.errors.BenchError`` as ``augbench run`` does.
    """
    import pandas as pd

    from bench import config as settings
    from bench import registry
    from bench.cli.names import expand, patterns
    from bench.run import execute

    registry.discover()
    with tempfile.TemporaryDirectory(prefix="augbench-") as folder:
        if isinstance(data, pd.DataFrame):
            tasks: tuple[str, ...] = (_opened(_table(data, label, options), Path(folder)),)
        else:
            tasks = expand("tasks", [data] if isinstance(data, str) else list(data)) or ()
        kept = Path(out) if out is not None else Path(folder, "out")
        given = {
            "tasks": tasks, "methods": tuple(methods), "classifiers": tuple(classifiers), "seeds": seeds,
            "regimes": ("real", *regimes), "out": kept, "pictures": False, "workers": workers,
        }  # fmt: skip
        with contextlib.redirect_stdout(io.StringIO()), _apart_from_main():  # boards print themselves
            execute(patterns(settings.load(budget, None, given)))
        return load_results(kept)


def load_results(folder: str | Path) -> pd.DataFrame:
    """The records of a run or a release, one row a cell, failed ones too.

    Columns: the axes (``task``, ``source``, ``method``, ``classifier``, ``regime``, ``seed``, ``budget``, ``device``),
    ``status`` and ``reason``, every metric of test rows under its name, of validation rows as ``valid_...``, measures
    of synthetic rows as ``synthetic_...``, seconds as ``..._s``, and the record's ``id``. NaN where a cell has no such
    number. Raises ``bench.errors.BenchError`` for a folder without records.
    """
    import pandas as pd

    from bench.records.folder import RunFolder

    records = RunFolder.of_run(Path(folder)).records
    if not records:
        raise BenchError(f"{folder} holds no records")
    return pd.DataFrame([_row(record) for record in records])


def list_methods(modality: str = "") -> pd.DataFrame:
    """What methods there are, one a row: ``name``, ``modalities``, ``draws`` (whether it draws rows), ``trivial``,
    ``ready`` (whether all that it requires is installed) and ``summary``. ``modality``: ``"tabular"``, ``"image"`` or
    ``"series"`` alone."""
    import pandas as pd

    from bench import registry

    registry.discover()
    rows = [
        {
            "name": entry.name, "modalities": ", ".join(entry.modalities), "draws": entry.draws and not entry.reference,
            "trivial": entry.trivial, "ready": entry.missing is None, "summary": entry.summary,
        }
        for entry in registry.methods
        if not modality or modality in entry.modalities
    ]  # fmt: skip
    if not rows:
        raise BenchError(f"no method is for {modality!r}; modalities are tabular, image and series")
    return pd.DataFrame(rows)


@contextlib.contextmanager
def _apart_from_main() -> Iterator[None]:
    """Workers do not import the script that calls, which may have no ``if __name__ == "__main__"``: they would run it
    again."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _row(record: Record) -> dict[str, Any]:
    axes = ("task", "source", "method", "classifier", "regime", "seed", "budget", "device", "status", "reason")
    return {
        **{name: getattr(record, name) for name in axes},
        **record.metrics,
        **{f"valid_{name}": value for name, value in record.valid.items()},
        **{f"synthetic_{name}": value for name, value in (record.fidelity | record.privacy).items()},
        **{f"{phase}_s": seconds for phase, seconds in record.times.items()},
        "id": record.id,
    }


def _table(frame: pd.DataFrame, label: str, options: dict[str, Any]) -> Table:
    from bench.tables.files import of_frame
    from bench.tables.options import TableOptions, checked
    from bench.tables.schema import Table

    told = checked({"label": label, **options}, "the frame")
    return Table.of(of_frame(frame), TableOptions(**told), "the frame")


def _saved(table: Table, folder: Path) -> Path:
    """The table in a file, with what was said of it beside."""
    import pyarrow.parquet as pq

    from bench.tables.options import beside, to_toml

    place = folder / _FRAME
    pq.write_table(table.raw.table, place)
    beside(place).write_text(to_toml(table, _FRAME), encoding="utf-8")
    return place


def _opened(table: Table, folder: Path) -> str:
    from bench.opening import opened

    entry = opened(f"parquet:{_saved(table, folder)}")
    assert entry is not None
    return entry.name
