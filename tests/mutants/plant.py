"""``python tests/mutants/plant.py [--quick]``: plant every fault, or those that are quick, and say how it went.

``results/mutants.md`` is written if all were planted. Exit code 1 if one was not caught."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from faults import FAULTS
from planting import ROOT, Outcome, plant
from tabulate import tabulate

TABLE = ROOT / "results" / "mutants.md"
TEXT = """# Planted faults

{} of {} faults that would make the benchmark lie are caught, each planted alone in a copy of the packages
(`tox -e mutants` makes this table; `tests/mutants/faults.py` has the texts that are replaced).

{}
"""


def main(words: Sequence[str]) -> int:
    """Plant, and say how it went."""
    quick = "--quick" in words
    chosen = [fault for fault in FAULTS if fault.quick or not quick]
    outcomes = []
    for outcome in plant(chosen, workers=min(4, os.cpu_count() or 1)):
        found = "caught" if outcome.caught else "NOT CAUGHT"
        print(f"{found} in {outcome.seconds:.0f} s: {outcome.fault.area}: {outcome.fault.what}", flush=True)
        if not outcome.caught:
            print(f"    {outcome.said}", flush=True)
        outcomes.append(outcome)
    caught = sum(outcome.caught for outcome in outcomes)
    print(f"{caught} of {len(outcomes)} planted faults are caught")
    if not quick:
        TABLE.write_text(table(outcomes), encoding="utf-8")
    return 0 if caught == len(outcomes) else 1


def table(outcomes: Sequence[Outcome]) -> str:
    """What was planted and what caught it, as Markdown."""
    lines = [
        [
            outcome.fault.area, outcome.fault.what, f"`{outcome.fault.file}`",
            f"`{outcome.fault.caught.rpartition('/')[2]}`", "yes" if outcome.caught else "**NO**",
            "yes" if outcome.fault.quick else "no",
        ]
        for outcome in outcomes
    ]  # fmt: skip
    caught = sum(outcome.caught for outcome in outcomes)
    heads = ["area", "fault", "file", "caught by", "caught", "in continuous integration"]
    return TEXT.format(caught, len(outcomes), tabulate(lines, heads, "pipe", disable_numparse=True))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
