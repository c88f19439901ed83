"""What follows from a folder's records, made again in memory and compared with the files that are there.

Boards, ``claims.json``, ``claims.md`` and ``report.html`` must be the same byte for byte. Two allowances for other
versions of libraries than a release was made with: Parquet files are then compared by their tables, and the page
without what the libraries wrote into it.
"""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from itertools import zip_longest
from pathlib import Path

from bench.errors import BenchError
from bench.records.files import CLAIMS, CLAIMS_TEXT, REPORT
from bench.records.folder import RunFolder


def check(run: RunFolder) -> tuple[list[str], list[str]]:
    """What was made again from records, in words, and where the folder's files differ from it."""
    from bench import publish
    from bench.boards import formats

    folder = run.path
    try:
        boards = [] if run.only_claims else publish.build(run)
        made = {f"boards/{name}": content for name, content in formats.files(boards)}
    except (BenchError, ValueError, KeyError, TypeError, AttributeError) as error:
        return [], [f"boards cannot be made from these records: {type(error).__name__}: {error}"]
    there = {path.relative_to(folder).as_posix() for path in (folder / "boards").glob("[!.]*")}
    if not find_spec("pyarrow"):
        there = {name for name in there if not name.endswith(".parquet")}
    wrong = [f"{name}: no record gives this file" for name in sorted(there - made.keys())]
    words = [f"{len(boards)} boards ({len(made)} files)"] if boards else []
    for name, maker in ((CLAIMS, claims_json), (CLAIMS_TEXT, _claims_text), (REPORT, _report)):
        source = CLAIMS if name == CLAIMS_TEXT else name
        if (folder / name).exists() or (folder / source).exists():
            try:
                text = maker(run)
            except (OSError, BenchError, ValueError, KeyError, TypeError) as error:
                wrong.append(f"{name} cannot be made again: {type(error).__name__}: {error}")
                continue
            if text is not None:
                made[name] = text.encode()
                words.append(name)
    for name in sorted(made):
        if not (folder / name).is_file():
            wrong.append(f"{name}: missing; augbench board --out {folder} makes boards")
        elif (found := (folder / name).read_bytes()) != made[name] and not _alike(name, found, made[name]):
            wrong.append(f"{name}{_difference(found, made[name])}")
    return words, wrong


def claims_json(run: RunFolder) -> str | None:
    """The claims judged again; None where they rest on records of another folder."""
    from bench.claims import evaluate

    if foreign_claims(run):
        return None
    return json.dumps(evaluate(run.records), indent=1, ensure_ascii=False) + "\n"


def foreign_claims(run: RunFolder) -> int:
    """How many of the records that the folder's claims rest on are not in the folder."""
    return len({key for claim in run.claims for key in claim["record_ids"]} - {record.id for record in run.records})


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
