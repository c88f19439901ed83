"""``augbench verify --rerun 5%``: a random share of a folder's records run again, to accept or refuse results that
somebody else has sent.

Which records are drawn nobody can know beforehand. They are run by the code, tasks and data that are installed here:
what the folder holds is read as records, checked, and nothing of it is ever imported or executed. A record of a plugin
that is not installed here cannot be run again, so it is not accepted.
"""

from __future__ import annotations

import random
import re
import secrets
from collections.abc import Sequence
from math import ceil
from pathlib import Path

from bench.errors import BenchError
from bench.messages import answer
from bench.records.folder import RunFolder
from bench.records.record import Record
from bench.release.reproduce import fit_again
from bench.release.verify import verify

#: how a cell may end that its code and its rows decide; the others depend on the machine's memory and speed
REPEATABLE = ("ok", "error", "invalid", "skipped")
#: one false record in so many is what the chances that are printed speak of
FALSE = 20


def rerun(
    folder: Path, share: str, data_dir: Path | None = None, offline: bool = False, digest: str | None = None,
    random_state: int | None = None,
) -> int:  # fmt: skip
    """Verify the folder, run a share of its records again, and say whether it is accepted: 0 if it is, else 1.

    ``share`` is ``5%`` or a number of records; ``random_state`` draws those of an earlier time again. Raises
    ``BenchError`` for a share that is none, and as ``verify`` does.
    """
    run = RunFolder.of_run(folder)
    asked(share, 1)  # before anything is run
    if verify(folder, digest):
        answer(f"refused: {folder} does not verify, so nothing of it was run again")
        return 1
    state = secrets.randbits(32) if random_state is None else random_state
    chosen = draw(run.records, share, state)
    if not chosen:
        raise BenchError(f"{folder} holds no record that could be run again")
    answer(f"{len(chosen)} of {len(run.records)} records are run again, drawn by the seed {state}")
    matches = again(chosen, run, data_dir, offline)
    if lost := len(chosen) - matches:
        answer(f"refused: {lost} of {len(chosen)} records did not come out the same, or could not be run")
        return 1
    met = 1 - (1 - 1 / FALSE) ** len(chosen)
    chance = f"were one record in {FALSE} false, that would have shown with a chance of {met:.0%}"
    answer(f"accepted: {matches} of {len(chosen)} records came out the same; {chance}")
    return 0


def asked(share: str, count: int) -> int:
    """How many of ``count`` records ``5%`` or ``12`` are, at least one. Raises ``BenchError`` for another text."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(%?)", share.strip())
    number = float(found[1]) if found else 0.0
    if not found or number <= 0 or (found[2] and number > 100) or not (found[2] or number.is_integer()):
        raise BenchError(f"--rerun takes a share of the records, such as 5%, or how many, such as 12; not {share!r}")
    return min(count, max(1, ceil(count * number / 100 if found[2] else number)))


def draw(records: Sequence[Record], share: str, random_state: int) -> list[Record]:
    """A share of the records that can be run again, at random; of several of one cell, as likely as any."""
    able = sorted((record for record in records if record.status in REPEATABLE), key=lambda record: record.id)
    return random.Random(random_state).sample(able, asked(share, len(able))) if able else []


def again(chosen: Sequence[Record], run: RunFolder, data_dir: Path | None, offline: bool) -> int:
    """Run these records' cells; how many come out the same. Threads are those of each record."""
    from bench.data import DataHome
    from bench.engines.worker import cap_threads

    cap_threads(1)  # before numerical libraries are imported
    home = DataHome.resolve(data_dir, offline)
    fits: dict[str, list[Record]] = {}
    for record in chosen:
        fits.setdefault(record.fit_id, []).append(record)
    return sum(fit_again(mine, run, home) for mine in fits.values())
