"""Names as file names, names as one line of text, and the name that was meant.

Tasks, methods and classifiers are named by whoever writes them, classes by whoever collected the rows: ``lib/copies``,
``/elsewhere/x``, ``T-shirt/top``, ``N/A``, ``<img ...>``. A name never becomes a path, markup or a control sequence:
file names are made by :func:`slug`, printed lines by :func:`printable`, cells of CSV by :func:`cell`, Markdown and
LaTeX by ``bench.boards.markup`` and ``bench.boards.latex``, the page by jinja's autoescape.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from bench.errors import one_line

#: what is its own slug: lower-case words, digits and ``_`` joined by single hyphens
_ORDINARY = re.compile(r"[a-z0-9_]+(-[a-z0-9_]+)*")
#: what Windows keeps for devices, whatever follows a dot
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])")
#: what boards and the files beside them are called: no file of a task, method or classifier is
RESERVED = frozenset({"overall", "standing", "measures", "csv-metadata"})
_UNSAFE = re.compile(r"[^A-Za-z0-9_]+")
#: a name of this length is kept as it is; of a longer one so much is kept in front of the hash
LONGEST = 64
_KEPT = 48
#: the part of a regime before the class that it names, if any
_REGIME = re.compile(r"[a-z]+(:[0-9.]+x?)?")
#: control characters, line and paragraph separators, lone surrogates, and marks that turn the direction of text
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def slug(name: str) -> str:
    """``name`` as a part of a file name: letters, digits, ``_`` and ``-`` alone, at most 64 of them.

    An ordinary name (``pima``, ``keel-glass0``, ``wgan-gp``) is its own slug. Any other (a capital letter counts, since
    not every file system tells it from a small one; so does a ``RESERVED`` name) loses what is unsafe and gets two
    hyphens and ten digits of its SHA-256, so that different names have different slugs, also where letters of both
    cases are one.
    """
    taken = name in RESERVED or _DEVICES.fullmatch(name)
    if len(name) <= LONGEST and _ORDINARY.fullmatch(name) and not taken:
        return name
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    kept = _UNSAFE.sub("-", plain)[:_KEPT].strip("-") or "x"
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{re.sub('-{2,}', '-', kept)}--{digest}"


def regime_slug(regime: str) -> str:
    """A regime as a part of a file name: ``append:2x`` as ``append-2x``, the class that it names by :func:`slug`."""
    head, at, name = regime.partition("@")
    if not _REGIME.fullmatch(head):
        return slug(regime)
    return head.replace(":", "-") + (f"@{slug(name)}" if at else "")


def draw_stem(method: str, regime: str, seed: int) -> str:
    """What the files of one draw are called, less their ends: ``<method>-<regime>-seed<seed>``."""
    return f"{slug(method)}-{regime_slug(regime)}-seed{seed}"


def rows_folder(task: str, source: str) -> str:
    """The folder of a task's files where tasks of several sources lie beside each other: ``<task>.<source>``."""
    return f"{slug(task)}.{slug(source)}"


def fault(name: object) -> str | None:
    """What keeps ``name`` from being a name; None for any text of one line that is not blank."""
    if not isinstance(name, str):
        return f"is {type(name).__name__}, not text"
    if not name.strip():
        return "is blank"
    if found := _CONTROL.search(name):
        return f"holds the control character {found[0].encode('unicode_escape').decode()}"
    return None


def printable(text: str) -> str:
    """Text of others as one may print it: control characters, lone surrogates and marks of direction are written out
    (``\\x1b``), so that none of them acts on a terminal. Tabs and line breaks stay."""
    return _CONTROL.sub(lambda m: m[0] if m[0] in "\t\n" else m[0].encode("unicode_escape").decode(), text)


def cell(value: Any) -> Any:
    """What is to stand in a table that a spreadsheet may open: text that would be a formula there (``=cmd|...``) gets
    an apostrophe in front, which makes it text; it is one printable line. Numbers stay."""
    if not isinstance(value, str):
        return value
    text = one_line(value)
    return f"'{text}" if text[:1] in tuple("=+-@") else text


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``"; did you mean 'smote'?"``, or a short list of what is known."""
    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]!r}?"
    shown = ", ".join(known[:12]) + (" ..." if len(known) > 12 else "")
    return f"; known: {shown}" if known else ""
