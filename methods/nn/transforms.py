"""What numeric columns of a table look like to a network: as they are, as normal scores, or by their modes.

A network learns a smooth cloud of numbers with ease, and a column with spikes, long tails or several modes with pain.
Each transform here takes rows of a schema to rows of another (``schema``) and back, so that an encoder and a network
need not know of it. Images and series have no columns of that kind and are left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, Self

from bench.errors import BenchError

if TYPE_CHECKING:
    from bench.task import Array, Labels, Schema

TransformName = Literal["none", "quantile", "modes"]


class Transform(Protocol):
    """Rows of a schema to rows of another and back, by what training rows look like."""

    #: of the rows that networks learn
    schema: Schema

    def fit(self, X: Array, y: Labels) -> Self:
        """Learn from training rows (n, features) and their labels (n,) int64."""

    def transform(self, X: Array, y: Labels) -> Array:
        """Rows (n, features) as networks learn them, (n, *self.schema.shape) float32 or float64."""

    def inverse(self, X: Array, y: Labels) -> Array:
        """Rows that a network drew for the labels ``y``, in the form of the training rows."""


class Unchanged:
    """Rows as they are."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def fit(self, X: Array, y: Labels) -> Self:
        return self

    def transform(self, X: Array, y: Labels) -> Array:
        return X

    def inverse(self, X: Array, y: Labels) -> Array:
        return X


def transform(name: TransformName, schema: Schema, seed: int = 0) -> Transform:
    """The transform of that name for rows of ``schema``. Raises ``BenchError`` for a name that there is not."""
    from methods.nn.modes import Modes
    from methods.nn.quantiles import Quantiles

    if name not in ("none", "quantile", "modes"):
        raise BenchError(f"unknown transform {name!r}; known: none, quantile, modes")
    if name == "none" or schema.modality != "tabular" or not schema.numeric:
        return Unchanged(schema)
    return Quantiles(schema) if name == "quantile" else Modes(schema, seed)
