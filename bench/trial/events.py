"""What happens while fits run, as engines pass it on."""

from __future__ import annotations

import msgspec

from bench.records.predicted import Predicted, ScoredRows
from bench.records.record import Record


class Entered(msgspec.Struct, frozen=True, tag="entered"):
    """A fit has entered a phase (``bench.records.record.PHASES``)."""

    fit: str
    phase: str


class Scored(msgspec.Struct, frozen=True, tag="scored"):
    """The test rows that the cells of a fit are scored on; it comes before the first of them."""

    fit: str
    tested: ScoredRows


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """A cell of a fit has ended; ``predicted`` is what it said of the test rows, where that is kept."""

    fit: str
    record: Record
    predicted: Predicted | None = None


class Done(msgspec.Struct, frozen=True, tag="done"):
    """A fit has ended with all its cells: the seconds its worker took, and those that the harness took of them."""

    fit: str
    worker_s: float
    harness_s: float


Event = Entered | Scored | Ended | Done
