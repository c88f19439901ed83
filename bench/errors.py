"""What goes wrong because of what the user gave us: said in one line, exit code 2."""

from __future__ import annotations

import re

#: whatever ends a line, with the blanks around it
_LINE_END = re.compile(r"\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*")
#: characters of a message at most: a file may put any text into one
LONGEST = 2000


class BenchError(Exception):
    """Something the user can mend. The message is one line: what, where, and what to do.

    It stays one printable line whatever text of a file or of another library is put into it.
    """

    def __str__(self) -> str:
        text = one_line(super().__str__())
        return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"


def one_line(text: str) -> str:
    """Text without line ends, and with what cannot be printed (control characters, half surrogates) escaped."""
    text = _LINE_END.sub(" ", text).strip()
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def said(error: BaseException) -> str:
    """An exception in words: its message, behind its type where that is not one of ours or of a failed import."""
    text = one_line(str(error))
    plain = isinstance(error, BenchError | ImportError) and text
    return text if plain else f"{type(error).__name__}: {text}" if text else type(error).__name__


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
