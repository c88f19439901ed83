"""What the torture came to, as one page."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from harness import Tally
from tabulate import tabulate

from bench import __version__
from bench.records.provenance import commit

HEADERS = (
    "what",
    "engine",
    "tried",
    "survived",
    "records lost",
    "doubled",
    "other cells disturbed",
    "false statuses",
    "s",
)


def page(tallies: Sequence[Tally], command: str) -> str:
    """Markdown: a row for each thing that was tried, and what went wrong, if anything did."""
    rows = [
        [t.what, t.engine, f"skipped: {t.skipped}"] if t.skipped else
        [t.what, t.engine, t.tried, t.survived, t.lost, t.doubled, t.disturbed, t.false, round(t.seconds)]
        for t in tallies
    ]  # fmt: skip
    done = [t for t in tallies if not t.skipped]
    sums = [
        sum(getattr(t, name) for t in done) for name in ("tried", "survived", "lost", "doubled", "disturbed", "false")
    ]
    rows.append(["all", "", *sums, round(sum(t.seconds for t in done))])
    root = Path(__file__).resolve().parents[2]
    notes = [f"- {t.what}, {t.engine}: {note}" for t in tallies for note in t.notes]
    lines = [
        "# Reliability",
        "",
        "What the engines lose to planted methods, kills, a full disk, two runs in one folder and a clock that jumps.",
        "A cell is disturbed if its metrics, or anything else that its seed determines, differ from those of an",
        "undisturbed run. A status is false if a planted method gets another than it deserves, or a good one any but",
        "`ok`.",
        "",
        f"augbench {__version__}, commit {commit(root) or 'unknown'}, {datetime.now(UTC):%Y-%m-%d}, "
        f"Python {platform.python_version()} on {platform.system()} {platform.machine()}: `{command}`",
        "",
        tabulate(rows, HEADERS, tablefmt="github"),
        *(["", "What went wrong:", "", *notes] if notes else []),
    ]
    return "\n".join(lines) + "\n"


def say(tally: Tally) -> None:
    """One line while the torture goes on."""
    state = f"skipped: {tally.skipped}" if tally.skipped else "well" if tally.well else "NOT WELL"
    print(
        f"{tally.what}, {tally.engine}: {state}: {tally.survived} of {tally.tried} survived, lost {tally.lost}, "
        f"doubled {tally.doubled}, disturbed {tally.disturbed}, false {tally.false} ({tally.seconds:.0f} s)",
        *tally.notes, sep="\n    ", file=sys.stderr, flush=True,
    )  # fmt: skip
