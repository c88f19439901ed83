"""What a method is for. A regime turns training labels into the labels to draw, and says what to train on.

``real``           the training rows alone (method ``none``)
``balance``        every class filled up to the largest
``append:N``       N rows more of the rare class; ``append:2x`` twice as many as it has; ``append:N@class`` of another
``tstr``           train on synthetic, test on real: as many synthetic rows as there are training rows, no real ones
``resample``       what the method makes of the training set (``Augmenter.resample``): rows may vanish, appear, or both

Synthetic rows (``n_synthetic`` of a record, and what is measured) are those drawn; of a resampled training set those
that are none of the training rows. ``n_train`` is how many rows classifiers are trained on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.dataset import row_bytes
from bench.errors import BenchError
from bench.slugs import did_you_mean
from bench.trial.marks import without

if TYPE_CHECKING:
    from bench.task import Array, Labels, Schema

NAMES = ("real", "balance", "append", "tstr", "resample")
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
        """Raises ``BenchError`` for a regime that is not one of the five forms."""
        if text in ("real", "balance", "tstr", "resample"):
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
    def draws(self) -> bool:
        """Whether it asks for rows of given labels."""
        return self.kind not in ("real", "resample")

    def labels(self, y: Labels, schema: Schema) -> Labels:
        """The labels to draw rows for, given the training labels; sorted by class."""
        counts = np.bincount(y, minlength=schema.n_classes)
        if not self.draws:
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
        """What a classifier is trained on; ``synthetic`` is what the method gave. Real rows come first, in their order,
        as imbalanced-learn has them."""
        if self.kind in ("tstr", "resample"):
            return synthetic, synthetic_y
        if len(synthetic) == 0:
            return X, y
        return np.concatenate([X, synthetic]), np.concatenate([y, synthetic_y])

    def synthetic_rows(
        self, X: Array, y: Labels, given: Array, given_y: Labels, schema: Schema
    ) -> tuple[Array, Labels]:
        """Which of the rows (m, *schema.shape) that the method gave are synthetic: all, but of a resampled training set
        those that equal no training row X (n, *schema.shape) of their class, bit for bit but for marks, which
        classifiers do not see. So no method has to say itself what it kept."""
        if self.kind != "resample":
            return given, given_y
        known = set(zip(row_bytes(without(X, schema)), y.tolist(), strict=True))
        keys = zip(row_bytes(without(given, schema)), given_y.tolist(), strict=True)
        new = np.array([key not in known for key in keys], dtype=bool)
        return given[new], given_y[new]
