"""What the fuzzers share: mutated files, and the one way for a reader to end.

``AUGBENCH_FUZZ=10000 pytest tests/fuzz`` tries so many examples of each reader, other ones each time; without it, 200
that are always the same.
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from bench.errors import BenchError

MANY = int(os.environ.get("AUGBENCH_FUZZ", "0"))
settings.register_profile(
    "fuzz",
    max_examples=MANY or 200,
    derandomize=not MANY,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
#: seconds that one file of a few kilobytes may take, and what reading it may add to the memory
SECONDS, BYTES = 20, 1 << 30
#: what breaks readers: separators, quotes, brackets, byte order marks, numbers that are none or do not fit
TOKENS = (
    b"", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xed\xb3\xa9", b"\xc2\x85", b"\r\n", b"\r", b"\n", b"\n\n", b"\x1b[31m",
    b",", b";", b"\t", b" ", b'"', b"'", b"\\", b"#", b"%", b"@", b"{", b"}", b"[", b"]", b"[[", b"=", b"?", b".", b"-",
    b"nan", b"inf", b"-inf", b"1e999", b"-1", b"0", b"1.5", b"1_0", b"0x10", b"true", b'"x"', b"[]", b"{}", b"[1, 2]",
    b"9" * 19, b"9" * 400, b"99999999", b"2026-01-01", b"\xe2\x80\xa8", b"[" * 2000, b"(" * 300, b"PK\x03\x04",
    b"\x1f\x8b", b"\x08\x03", b"<html>",
)  # fmt: skip


@st.composite
def _mutated(draw: st.DrawFn, seeds: tuple[bytes, ...], most: int = 6) -> bytes:
    """A valid file with a few changes: bytes and lines altered, cut, repeated, swapped or joined; or any bytes."""
    data = draw(st.sampled_from(seeds))
    if draw(st.integers(0, 19)) == 19:
        return draw(st.binary(max_size=200))
    for _ in range(draw(st.integers(0, most))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.sampled_from([0, 1, 1, 2, 4, 8, 50, 1000])))
        how = draw(st.sampled_from(["token", "byte", "cut", "repeat", "end", "line", "word", "splice"]))
        if how == "token":
            data = data[:at] + draw(st.sampled_from(TOKENS)) + data[end:]
        elif how == "byte":
            data = data[:at] + bytes([draw(st.integers(0, 255))]) + data[at + 1 :]
        elif how == "cut":
            data = data[:at] + data[end:]
        elif how == "repeat":
            data = data[:end] + data[at:end] * draw(st.sampled_from([1, 2, 20])) + data[end:]
        elif how == "end":
            data = data[:at]
        elif how in ("line", "word"):
            mark = b"\n" if how == "line" else draw(st.sampled_from([b",", b" ", b"\t"]))
            parts = data.split(mark)
            i, j = (draw(st.integers(0, len(parts) - 1)) for _ in range(2))
            parts[i] = draw(st.sampled_from([b"", parts[j], parts[i] + mark + parts[j], *TOKENS]))
            data = mark.join(parts)
        else:
            other = draw(st.sampled_from(seeds))
            data = data[:at] + other[draw(st.integers(0, len(other))) :]
    return data


@pytest.fixture(scope="session")
def mutated() -> Callable[..., st.SearchStrategy[bytes]]:
    """``mutated(seeds)``: a strategy of changed files."""
    return _mutated


def _peak() -> int:
    """The most resident memory so far, in bytes."""
    with suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


@contextmanager
def _limits() -> Iterator[None]:
    def hang(*_: object) -> None:
        raise AssertionError(f"still reading after {SECONDS} s")

    before = signal.signal(signal.SIGALRM, hang)
    signal.alarm(SECONDS)
    with suppress(OSError):  # start the peak anew, so that a second reading shows the same
        Path("/proc/self/clear_refs").write_text("5")
    peak = _peak()
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    added = _peak() - peak
    assert added < BYTES, f"reading took {added >> 20} MiB"


@pytest.fixture(scope="session")
def ends_well() -> Callable[[Callable[[], Any]], Any]:
    """``ends_well(read)``: what ``read`` returns, or None where it raised a ``BenchError`` of one line; nothing else is
    let through, and neither a hang nor a memory that fills."""

    def call(read: Callable[[], Any]) -> Any:
        with _limits():
            try:
                return read()
            except BenchError as error:
                said = str(error)
        assert said.isprintable()  # which no line end is
        return None

    return call
