"""Whether a folder's records are those that its selection states: every planned cell has one, and no other is there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from bench.errors import BenchError
from bench.records.files import SELECTION
from bench.records.folder import RunFolder
from bench.records.selection import Planned, missing


def check(run: RunFolder) -> list[str]:
    """What the records lack of the selection, and what of them is not in it, a line each; nothing where the folder
    states no selection and is no release."""
    try:
        planned, records = run.selection, run.records
    except BenchError as error:
        return [str(error)]
    if planned is None:
        return [f"{SELECTION}: missing; a release states what was selected"] if run.released else []
    name = run.records_path.name
    others = [record for record in records if Planned.of(record) not in planned]
    return [
        *(f"{name}: {line}, which {SELECTION} plans" for line in lacking(planned, missing(planned, records))),
        *(f"{name}: record {r.id} ({Planned.of(r).words}) is not of the selection ({SELECTION})" for r in others),
    ]


def lacking(planned: Iterable[Planned], gone: Iterable[Planned]) -> Iterator[str]:
    """Planned cells without a record, in words: a line a task that has none at all, else one for a cell's seeds."""
    gone = list(gone)
    whole = Counter(cell.axes[0] for cell in planned)
    counts = Counter(cell.axes[0] for cell in gone)
    yield from (f"no record of task {task} ({n} cells)" for task, n in sorted(counts.items()) if n == whole[task])
    seeds: dict[str, list[str]] = defaultdict(list)
    for cell in gone:
        if counts[cell.axes[0]] < whole[cell.axes[0]]:
            name, _, seed = cell.words.rpartition(" × ")
            seeds[name].append(seed)
    yield from (f"no record of {name} at seed {', '.join(found)}" for name, found in seeds.items())
