"""Looking at a comparison again with more seeds, without being wrong more often than said.

Whoever adds seeds until an interval leaves out zero finds a difference in the end, also where there is none. Here the
k-th look spends ``alpha / 2^k`` of the level: whatever the looks have to do with each other, the chance that any of
them decides wrongly is at most the sum, which stays below ``alpha`` however many looks there are (Bonferroni; alpha
spending as in Lan and DeMets 1983, Biometrika 70). So nobody needs to say before how long it will go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Looks:
    """The numbers of seeds that are looked at, rising; none where the number was chosen before, all at once."""

    counts: Sequence[int] = ()

    def share(self, n: int) -> float:
        """The part of ``alpha`` that a comparison of ``n`` seeds may spend: 1/2 at the first look, 1/4 at the
        second..."""
        return 0.5 ** (1 + sum(count < n for count in self.counts)) if self.counts else 1.0

    def following(self, n: int, most: int) -> int | None:
        """With how many seeds to look next after ``n``: twice as many as the last look had, at most ``most``; None
        where there is no further look."""
        later = [count for count in self.counts if count > n]
        count = later[0] if later else min(2 * max(self.counts, default=n), most)
        return count if n < count <= most else None

    def adding(self, count: int) -> Looks:
        return Looks(sorted({*self.counts, count}))
