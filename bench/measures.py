"""Everything that is measured of drawn rows: what is left out is said by the configuration's ``measures`` table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from bench.task import Array, Labels, Schema


class Rows(Protocol):
    """What the measures need of a split: training rows and held-out real rows (validation), preprocessed."""

    X: Array
    y: Labels
    X_valid_rows: Array
    y_valid: Labels
    schema: Schema


def measure(rows: Rows, drawn: Array, labels: Labels, seed: int, options: Mapping[str, Any]) -> dict[str, Any]:
    """Fidelity and privacy of one draw. ``options``: ``fidelity`` and ``privacy`` (bool, both on by default)."""
    from bench import fidelity, privacy

    given = (rows.X, rows.y, rows.X_valid_rows, rows.y_valid, drawn, labels, rows.schema, seed)
    return {
        "fidelity": fidelity.measure(*given) if options.get("fidelity", True) else {},
        "privacy": privacy.measure(*given) if options.get("privacy", True) else {},
    }
