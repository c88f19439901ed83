"""What follows from a folder's records, made again in memory and compared with the files that are there.

Metrics of test rows and draws of these are taken again from class probabilities (``bench.release.rescored``). Of a
release also its plots (``bench.release.drawn``) and what its records were made with. Boards, ``claims.json``,
``claims.md`` and ``report.html`` must be the same byte for byte. Two allowances for other versions of libraries than a
release was made with: Parquet files are then compared by their tables, and the page without what the libraries wrote
into it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import BenchError
from bench.records.files import CLAIMS, CLAIMS_TEXT, REPORT, SELFTEST
from bench.records.folder import RunFolder
from bench.release import drawn, environment, rescored

if TYPE_CHECKING:
    from bench.boards.board import Board

#: what a library raises at records that it cannot make a file of
_CANNOT = (OSError, BenchError, ValueError, KeyError, TypeError, AttributeError)


@dataclass
class Made:
    """What was made again from records: files by name, what they are in words, and what could not be made."""

    files: dict[str, bytes] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    boards: list[Board] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def check(run: RunFolder) -> Made:
    """What was made again from records, and in ``wrong`` where the folder's files differ from it."""
    made = Made()
    _take_again(run, made)
    if not run.only_claims and not _make_boards(run, made):
        return made
    there = {path.relative_to(run.path).as_posix() for path in (run.path / "boards").glob("[!.]*")}
    if not find_spec("pyarrow"):
        there = {name for name in there if not name.endswith(".parquet")}
    made.wrong += [f"{name}: no record gives this file" for name in sorted(there - made.files.keys())]
    _make_pages(run, made)
    made.wrong += _differences(run.path, made.files)
    if run.released:
        _check_released(run, made)
    return made


def _take_again(run: RunFolder, made: Made) -> None:
    """Take metrics and draws again from class probabilities, where there are any."""
    try:
        found = rescored.check(run)
    except BenchError as error:
        made.wrong.append(str(error))
        return
    made.wrong += found.wrong
    made.words += found.words
    made.notes += found.notes


def _check_released(run: RunFolder, made: Made) -> None:
    """What a release alone holds: plots of its boards, and what its records were made with."""
    made.wrong += [*environment.check(run.path, run.records), *_selftest(run)]
    if not run.only_claims:
        count, wrong, note = drawn.check(run.path, made.boards)
        made.wrong += wrong
        made.words += [f"{count} plots"] if count else []
        made.notes += [note] if note else []


def _make_boards(run: RunFolder, made: Made) -> bool:
    """Make the boards again; False where these records give none."""
    from bench import publish
    from bench.boards import formats

    try:
        made.boards = publish.build(run)
        made.files = {f"boards/{name}": content for name, content in formats.files(made.boards)}
    except _CANNOT as error:
        made.wrong.append(f"boards cannot be made from these records: {type(error).__name__}: {error}")
        return False
    if made.boards:
        made.words.append(f"{len(made.boards)} boards ({len(made.files)} files)")
    return True


def _make_pages(run: RunFolder, made: Made) -> None:
    """Make the claims, their text and the page again, those that are there and those that should be."""
    for name, maker in ((CLAIMS, claims_json), (CLAIMS_TEXT, _claims_text), (REPORT, _report)):
        source = CLAIMS if name == CLAIMS_TEXT else name
        if not ((run.path / name).exists() or (run.path / source).exists()):
            continue
        try:
            text = maker(run)
        except _CANNOT as error:
            made.wrong.append(f"{name} cannot be made again: {type(error).__name__}: {error}")
            continue
        if text is not None:
            made.files[name] = text.encode()
            made.words.append(name)


def _differences(folder: Path, made: Mapping[str, bytes]) -> Iterator[str]:
    """Where a folder's files are not what was made, a line each."""
    for name, content in sorted(made.items()):
        if not (folder / name).is_file():
            yield f"{name}: missing; augbench board --out {folder} makes boards"
        elif (found := (folder / name).read_bytes()) != content and not _alike(name, found, content):
            yield f"{name}{_difference(found, content)}"


def claims_json(run: RunFolder) -> str | None:
    """The claims judged again; None where they rest on records of another folder."""
    from bench.claims import evaluate

    if foreign_claims(run):
        return None
    return json.dumps(evaluate(run.records, replicates=run.replicates), indent=1, ensure_ascii=False) + "\n"


def foreign_claims(run: RunFolder) -> int:
    """How many of the records that the folder's claims rest on are not in the folder."""
    return len({key for claim in run.claims for key in claim["record_ids"]} - {record.id for record in run.records})


def _selftest(run: RunFolder) -> list[str]:
    """Where what the self-test is said to have found contradicts itself."""
    rows = run.selftest.get("controls", [])
    if run.selftest and run.selftest.get("passed") != all(row.get("ok") for row in rows):
        return [f"{SELFTEST}: passed is {run.selftest.get('passed')}, and its controls say otherwise"]
    return []


def _claims_text(run: RunFolder) -> str:
    from bench.claims import render

    return render(run.claims)


def _report(run: RunFolder) -> str:
    from bench.report import page

    return page(run.path)


def other_libraries(folder: Path) -> str:
    """The libraries that the folder's page was made with, where they are not today's; else nothing."""
    from bench.report import made_with

    path = folder / REPORT
    found = re.search(r'<meta name="made-with" content="(.*?)">', path.read_text("utf-8")) if path.is_file() else None
    return found[1] if found and found[1] != made_with() else ""


def _alike(name: str, found: bytes, made: bytes) -> bool:
    """Whether two files that differ hold the same, and differ by the versions of libraries that wrote them."""
    if name == REPORT:
        from bench.report import made_with, without_libraries

        other = f'<meta name="made-with" content="{made_with()}">'.encode() not in found
        return other and without_libraries(found.decode(errors="replace")) == without_libraries(made.decode())
    if not name.endswith(".parquet"):
        return False
    import pyarrow as pa
    from pyarrow import parquet

    try:
        return bool(parquet.read_table(pa.BufferReader(found)).equals(parquet.read_table(pa.BufferReader(made))))
    except pa.ArrowException:
        return False


def _difference(found: bytes, made: bytes) -> str:
    """Where two files part: the line, and a few letters around the first that differs."""
    if b"\0" in found + made:
        return ": differs from what the records give"
    pairs = zip_longest(found.decode(errors="replace").split("\n"), made.decode(errors="replace").split("\n"))
    number, (here, there) = next((i, pair) for i, pair in enumerate(pairs, 1) if pair[0] != pair[1])
    if here is None or there is None:
        return f":{number}: {'ends too early' if here is None else 'goes on where its records end'}"
    start = next((i for i, (a, b) in enumerate(zip(here, there, strict=False)) if a != b), min(len(here), len(there)))
    window = slice(max(0, start - 20), start + 30)
    return f":{number}: has {here[window]!r} where the records give {there[window]!r}"
