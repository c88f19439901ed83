"""How synthetic rows are used. A regime turns training labels into the labels to draw, and says what to train on.

``real``           the training rows alone (method ``none``)
``balance``        every class filled up to the largest
``append:N``       N rows more of the rare class; ``append:2x`` twice as many as it has; ``append:N@class`` of another
``tstr``           train on synthetic, test on real: as many synthetic rows as there are training rows, no real ones
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.errors import BenchError
from bench.slugs import did_you_mean

if TYPE_CHECKING:
    from bench.task import Array, Labels, Schema

NAMES = ("real", "balance", "append", "tstr")
#: a number with a digit too many should be said, and not fill the memory
MOST_ROWS = 10_000_000
_APPEND = re.compile(r"append:(?P<count>\d+(?:\.\d+)?)(?P<times>x?)(?:@(?P<cls>.+))?")


@dataclass(frozen=True)
class Regime:
    """A parsed regime; ``str()`` gives the text back. ``count`` and ``times`` belong to ``append``."""

    kind: str
    text: str
    count: float = 0.0
    times: bool = False
    cls: str | None = None

    def __str__(self) -> str:
        return self.text

    @classmethod
    def parse(cls, text: str) -> Regime:
        """Raises ``BenchError`` for a regime that is not one of the four forms."""
        if text in ("real", "balance", "tstr"):
            return cls(text, text)
        match = _APPEND.fullmatch(text)
        if match:
            count, times = float(match["count"]), match["times"] == "x"
            if 0 < count <= MOST_ROWS and (times or count == int(count)):
                return cls("append", text, count, times, match["cls"])
        if text.startswith("append"):
            raise BenchError(
                f"regime {text!r}: write append:N, append:2x or append:N@class with N above 0, at most {MOST_ROWS:,}"
            )
        raise BenchError(f"unknown regime {text!r}{did_you_mean(text, NAMES)}")

    @property
    def synthetic(self) -> bool:
        return self.kind != "real"

    def labels(self, y: Labels, schema: Schema) -> Labels:
        """The labels to draw rows for, given the training labels; sorted by class."""
        counts = np.bincount(y, minlength=schema.n_classes)
        if self.kind == "real":
            wanted = np.zeros_like(counts)
        elif self.kind == "balance":
            wanted = counts.max() - counts
        elif self.kind == "tstr":
            wanted = counts
        else:
            code = self._class(counts, schema)
            wanted = np.zeros_like(counts)
            wanted[code] = round(self.count * counts[code]) if self.times else int(self.count)
        return np.repeat(np.arange(schema.n_classes), wanted)

    def _class(self, counts: Labels, schema: Schema) -> int:
        if self.cls is None:
            return schema.rare if schema.rare is not None else int(counts.argmin())
        if self.cls not in schema.classes:
            raise BenchError(f"regime {self.text!r}: no class {self.cls!r}{did_you_mean(self.cls, schema.classes)}")
        return schema.classes.index(self.cls)

    def training_rows(self, X: Array, y: Labels, synthetic: Array, synthetic_y: Labels) -> tuple[Array, Labels]:
        """What a classifier is trained on. Real rows come first, in their order, as imbalanced-learn has them."""
        if self.kind == "tstr":
            return synthetic, synthetic_y
        if len(synthetic) == 0:
            return X, y
        return np.concatenate([X, synthetic]), np.concatenate([y, synthetic_y])
