"""What goes wrong because of what the user gave us: said in one line, exit code 2."""

from __future__ import annotations


class BenchError(Exception):
    """Something the user can mend. The message is one line: what, where, and what to do."""


class DataUnavailable(BenchError):
    """The rows of a task cannot be had here (missing files, no network, package not installed)."""


class InvalidData(BenchError):
    """A data file or a table is not what its task needs (altered, truncated, one class, NaN)."""


class Unsuitable(BenchError):
    """A method cannot work on these rows by its nature; the cell ends as ``skipped``, with the reason."""


class HarnessError(BenchError):
    """What failed is neither the user's input nor a method: a full disk, workers that keep dying. Exit code 3."""


class InvalidRows(Exception):
    """A method drew rows that break its contract; the cell ends as ``invalid``."""


class InvalidProbabilities(Exception):
    """A classifier gave probabilities that are none; the cell ends as ``invalid``."""
