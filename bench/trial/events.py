"""What happens while fits run, as engines pass it on."""

from __future__ import annotations

import msgspec

from bench.records.record import Record


class Entered(msgspec.Struct, frozen=True, tag="entered"):
    """A fit has entered a phase (``bench.records.record.PHASES``)."""

    fit: str
    phase: str


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """A cell of a fit has ended."""

    fit: str
    record: Record


class Done(msgspec.Struct, frozen=True, tag="done"):
    """A fit has ended with all its cells: the seconds its worker took, and those that the harness took of them."""

    fit: str
    worker_s: float
    harness_s: float


Event = Entered | Ended | Done
