"""A run's folder as boards, page, verification and citation see it: every file is read once."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from bench.errors import BenchError
from bench.records import findings, reading, replicates, runfile, selection
from bench.records.files import CLAIMS, RECORDS, RUN, SUMS
from bench.records.record import Record
from bench.records.runfile import RunFacts
from bench.records.selection import Planned


class RunFolder:
    """The records and facts of one folder, read when they are first asked for. Nothing here writes.

    Every property raises ``BenchError`` for a file that is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of_run(cls, path: Path) -> RunFolder:
        """The folder of a run. Raises ``BenchError`` if it holds no records."""
        if not reading.has_records(path):
            raise BenchError(f"{path} holds no records ({RECORDS}); run augbench run first or name the folder of a run")
        return cls(path)

    @cached_property
    def records(self) -> list[Record]:
        """Every record, one an id, in the order written."""
        return list(self._resolved[0].values())

    @property
    def contested(self) -> list[str]:
        """Ids under which there are different records; of each ``records`` has the one that ended last."""
        return self._resolved[1]

    @cached_property
    def _resolved(self) -> tuple[dict[str, Record], list[str]]:
        return reading.resolved(reading.read(self.path))

    @cached_property
    def facts(self) -> RunFacts:
        """What ``run.json`` says of the last run; empty where there is none."""
        return runfile.read(self.path)

    @cached_property
    def replicates(self) -> dict[str, replicates.Replicate]:
        """The metrics of cells over draws of their test rows, by record; of those that were kept."""
        return replicates.read(self.path)

    @cached_property
    def selection(self) -> frozenset[Planned] | None:
        """The cells that were planned; None where the folder states none."""
        return selection.read(self.path)

    @cached_property
    def selftest(self) -> dict[str, Any]:
        """What the self-test found; empty where it was not run."""
        return findings.selftest(self.path)

    @cached_property
    def audit(self) -> dict[str, Any]:
        """What the audit of the splits found; empty where it was not run."""
        return findings.audit(self.path)

    @cached_property
    def claims(self) -> list[dict[str, Any]]:
        """The judged claims; empty where there are none."""
        return findings.claims(self.path)

    @property
    def records_path(self) -> Path:
        """The file that the records are read from."""
        return reading.path_of(self.path)

    @property
    def released(self) -> bool:
        """Whether the folder is a release: a closed list of files with checksums."""
        return (self.path / SUMS).exists()

    @property
    def only_claims(self) -> bool:
        """Whether the folder is of ``augbench claims``. It has no boards: its claims run one method with many options,
        of which a board would show the newest."""
        return (self.path / CLAIMS).exists() and not (self.path / RUN).exists()

    @cached_property
    def date(self) -> str:
        """The day on which the newest record ended, ``2026-11-25``; "" without records that tell it."""
        return max((record.ended for record in self.records), default="")[:10]
