"""What every planted method is: random over-sampling, and a misdeed; beside it the status that its cells deserve."""

from __future__ import annotations

from typing import ClassVar

from methods.smote import RandomOver


class Planted(RandomOver):
    """Misbehaves in ``act``, while it is fitted; those that misbehave elsewhere override that."""

    #: the statuses that its cells may end with
    deserves: ClassVar[tuple[str, ...]] = ("ok",)
    #: limits of its fits: ``timeout`` in seconds, ``memory`` in MB
    limits: ClassVar[dict[str, float]] = {}
    #: whether it is on the shorter list: one or two of a kind
    short: ClassVar[bool] = False

    def fit(self, X, y, schema):
        self.act(X, y, schema)
        return super().fit(X, y, schema)

    def act(self, X, y, schema):
        """The misdeed."""
