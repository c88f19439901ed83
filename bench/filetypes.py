"""What a file is, by how it begins: whatever its name says."""

from __future__ import annotations

import re
from pathlib import Path

_PAGE = re.compile(
    rb"\s*(<!--.*?-->\s*|<\?xml.*?\?>\s*)*<(!doctype html|html|head|body|script|title|meta)\b", re.I | re.S
)
#: first bytes, and what begins with them
_BEGINNINGS = (
    (b"\x1f\x8b", "gzip"),
    (b"PAR1", "a Parquet file"),
    (b"PK\x03\x04", "an Excel file or a zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)


def is_web_page(path: Path) -> bool:
    """Whether a file is HTML: what a sign-in page, a proxy or a "not found" page leaves under another name."""
    try:
        with path.open("rb") as stream:
            start = stream.read(2048)
    except OSError:
        return False
    return _PAGE.match(start.removeprefix(b"\xef\xbb\xbf")) is not None


def filetype(path: Path) -> str:
    """What the file is in words ("a web page", "gzip", "a Parquet file"), or "" where its beginning does not tell, as
    that of text. Raises ``OSError``."""
    with path.open("rb") as stream:
        start = stream.read(16)
    if is_web_page(path):
        return "a web page"
    return next((words for begins, words in _BEGINNINGS if start.startswith(begins)), "")
