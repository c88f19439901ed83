"""What a data file holds, apart from how it is packed or written: the same rows are the same data.

A download may be packed again (Debian's Fashion-MNIST holds the official images in other gzip bytes), saved with other
line ends, or given a header line. Where a file's own checksum is not the expected one, its content is compared, in the
form that its ``DataFile`` states:

``bytes``    nothing but the bytes
``gzip``     what is packed, or the file itself if it is not packed
``text``     as ``gzip``, whatever the line ends, with or without a byte order mark and a last line end
``numbers``  a table of numbers, as numbers: whatever their spelling, with or without a header line
"""

from __future__ import annotations

import gzip
import hashlib
import re
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from bench.errors import BenchError, InvalidData
from bench.filetypes import is_web_page
from bench.task import DataFile

#: bytes that content may have once it is unpacked, and a table of numbers that is read whole
LIMIT, TABLE_LIMIT = 1 << 30, 16 << 20
CHUNK = 1 << 20
#: line ends in a row that no text has
BLANK = 1 << 16
#: what reading a packed file raises if it is damaged
DAMAGED = (OSError, EOFError, zlib.error)
_LINE_ENDS = re.compile(r"\r\n|\r|\n")


@contextmanager
def reading(path: Path, what: str, remedy: str = "get it again") -> Iterator[None]:
    """Around the call of a library that parses a file: whatever it raises is ``InvalidData`` in one line.

    What parsers raise for a damaged file is nowhere stated and differs by version (of scipy's ARFF reader, say,
    ``IndexError``), so no list of exceptions would hold. Only the call itself should stand within.
    """
    try:
        yield
    except BenchError:
        raise
    except Exception as error:
        said = "it is a web page" if is_web_page(path) else str(error) or type(error).__name__
        raise InvalidData(f"{path} is not {what}: {said}; {remedy}") from error


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file, unpacked if it is gzip whatever its name says."""
    with path.open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"
        stream.seek(0)
        yield cast("IO[bytes]", gzip.GzipFile(fileobj=stream)) if packed else stream


def same_content(path: Path, file: DataFile) -> bool:
    """Whether the file at ``path`` holds what ``file`` states, in its form. A damaged file holds something else."""
    if file.form == "bytes":
        return False
    expected = file.content or file.sha256
    try:
        if file.form == "numbers":
            return numbers_sha256(read_numbers(path, file.separator)) == expected
        with opened(path) as stream:
            return expected in (_text(stream) if file.form == "text" else _whole(stream))
    except (*DAMAGED, InvalidData):
        return False


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    size = 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > LIMIT:
            raise InvalidData(f"more than {LIMIT >> 20} MiB once unpacked")
        yield chunk


def _whole(stream: IO[bytes]) -> set[str]:
    digest = hashlib.sha256()
    for chunk in _chunks(stream):
        digest.update(chunk)
    return {digest.hexdigest()}


def _text(stream: IO[bytes]) -> set[str]:
    """Checksums of the text with either kind of line ends, with a last one and without."""
    ends = (b"\n", b"\r\n")
    digests = [hashlib.sha256() for _ in ends]
    held = b""  # line ends at the end so far: only what follows tells whether they are the last
    for number, chunk in enumerate(_chunks(stream)):
        text = held + (chunk.removeprefix(b"\xef\xbb\xbf") if number == 0 else chunk)
        body = text.rstrip(b"\r\n")
        held = text[len(body) :]
        if len(held) > BLANK:
            raise InvalidData("line ends without end")
        body = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        for digest, end in zip(digests, ends, strict=True):
            digest.update(body.replace(b"\n", end))
    found = {digest.hexdigest() for digest in digests}
    for digest, end in zip(digests, ends, strict=True):
        digest.update(end)
    return found | {digest.hexdigest() for digest in digests}


def read_numbers(path: Path, separator: str = ",") -> NDArray[np.float64]:
    """A table of numbers in plain text, (rows, columns) float64, NaN and infinity as they stand.

    Line ends of any kind, blank lines, quotes around numbers and a header line (a first line without any number) are
    accepted. Raises ``InvalidData`` for anything else.
    """
    with reading(path, "a file that can be read"), opened(path) as stream:
        raw = stream.read(TABLE_LIMIT + 1)
    if len(raw) > TABLE_LIMIT:
        raise InvalidData(
            f"{path} holds more than {TABLE_LIMIT >> 20} MiB, which no table of this kind has; get it again"
        )
    with reading(path, "a table of numbers"), warnings.catch_warnings():
        warnings.simplefilter("error")
        lines = [line for line in _LINE_ENDS.split(raw.decode("utf-8-sig")) if line.strip()]
        if lines and not any(map(_is_number, lines[0].split(separator))):
            del lines[0]
        if not lines:
            raise ValueError("there are no rows in it")
        return np.loadtxt(lines, delimiter=separator, comments=None, quotechar='"', ndmin=2)


def _is_number(text: str) -> bool:
    try:
        float(text.strip().strip('"'))
    except ValueError:
        return False
    return True


def numbers_sha256(table: NDArray[np.float64]) -> str:
    """The checksum of a table of numbers (rows, columns), the same on every machine; 0.0 is -0.0."""
    plain = np.ascontiguousarray(table + 0.0, dtype="<f8")
    return hashlib.sha256(f"{plain.shape}".encode() + plain.tobytes()).hexdigest()
