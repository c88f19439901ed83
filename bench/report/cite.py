"""``augbench cite``: BibTeX for the suite and for a board, and one line that says what its numbers rest on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import BenchError
from bench.messages import answer
from bench.records.folder import RunFolder
from bench.records.identity import records_digest
from bench.records.reading import has_records
from bench.records.record import Record
from bench.records.runfile import RunFacts

if TYPE_CHECKING:
    from bench.boards.board import Board

#: what a BibTeX key does without
_KEY = re.compile(r"[^A-Za-z0-9.+-]+")
_PACKAGED = Path(__file__).resolve().parents[1] / "CITATION.cff"
#: the one citation file: a wheel carries it inside the package (setup.py), a clone has it at its root
CITATION = _PACKAGED if _PACKAGED.exists() else _PACKAGED.parents[1] / "CITATION.cff"


def cite(folder: Path, board: str | None = None) -> None:
    """Print how to cite the suite, the board if one is named, and the provenance of the folder's or board's numbers.

    Raises ``BenchError`` for an unknown board, and for a board of a folder without records.
    """
    if not has_records(folder) or not RunFolder(folder).records:
        if board is not None:
            raise BenchError(f"{folder} holds no records, so no board {board!r}; name the folder of a run with --out")
        answer(software(read_cff(CITATION)))
        answer(f"\n{folder} holds no records: this cites the suite alone; name the folder of a run with --out")
        return
    run = RunFolder(folder)
    answer(f"{bibtex(run, board)}\n\nprovenance: {provenance(run, board)}")


def bibtex(run: RunFolder, board: str | None = None) -> str:
    """BibTeX of the suite, and of the board if one is named."""
    about = read_cff(CITATION)
    if board is None:
        return software(about)
    stem, found = find_board(run, board)
    return f"{software(about)}\n\n{misc(about, stem, found, run.facts, provenance(run, stem))}"


def provenance(run: RunFolder, board: str | None = None) -> str:
    """One line: version and commit (of the last run into the folder), sources, budgets, devices, seeds, how many
    records, and the digest of the records, as every board file has it, or of the board as JSON."""
    from bench.boards.board import SOURCE_LABELS

    if board is None:
        records, digest = run.records, f"records sha256 {records_digest(run.records)}"
    else:
        records, digest = _of_board(run, board)
    facts = run.facts
    commit, _, changes = (facts.commit or "unknown").partition("+")
    tasks = sorted({f"{record.task}: {SOURCE_LABELS[record.source]}" for record in records})
    bases = _joined(str(record.config.base_seed) for record in records)
    ok = sum(record.ok for record in records)
    return "; ".join(
        (
            f"augbench {facts.augbench or 'unknown'}",
            f"commit {commit[:12]}{' with changes' if changes else ''}",
            ", ".join(tasks),
            f"budget {_joined(record.budget for record in records)}",
            f"device {_joined(record.device for record in records)}",
            f"seeds {ranges(record.seed for record in records)} of base seed {bases}",
            f"{len(records)} records ({ok} ok)",
            digest,
        )
    )


def _of_board(run: RunFolder, name: str) -> tuple[list[Record], str]:
    """The records that a board rests on, and the digest of the board as JSON."""
    from bench.boards.formats import render

    stem, found = find_board(run, name)
    ids = {key for row in found.rows for key in (*row["record_ids"], *row["reference_ids"])}
    digest = f"boards/{stem}.json sha256 {_digest([render(found, 'json').encode()])}"
    return [record for record in run.records if record.id in ids], digest


def find_board(run: RunFolder, name: str) -> tuple[str, Board]:
    """The board of this name (that of its files, or a task that has one board alone), and the name of its files."""
    from bench import publish
    from bench.boards.formats import stems
    from bench.slugs import did_you_mean

    boards = publish.build(run)
    named = dict(zip(stems(boards), boards, strict=True))
    if name in named:
        return name, named[name]
    found = [(stem, board) for stem, board in named.items() if name == board.task]
    if len(found) == 1:
        return found[0]
    if found:
        raise BenchError(f"task {name!r} has {len(found)} boards: name one of {', '.join(stem for stem, _ in found)}")
    raise BenchError(f"no board {name!r} in {run.path}{did_you_mean(name, named)}")


def ranges(numbers: Iterable[int]) -> str:
    """``0-4, 7`` for 0, 1, 2, 3, 4 and 7."""
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in found)


def _joined(values: Iterable[str]) -> str:
    return ", ".join(sorted(set(values)))


def _digest(parts: Iterable[bytes]) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(part)
    return found.hexdigest()[:16]


def software(about: Mapping[str, Any]) -> str:
    """The suite's BibTeX entry."""
    year, month, _ = about.get("date-released", "--").split("-")
    told = {"title": f"{{{_tex(about['title'])}}}", "year": year, "month": month.lstrip("0")}
    return _entry("software", f"augbench-{about['version']}", about, told, "" if year else "development version")


def misc(about: Mapping[str, Any], stem: str, board: Board, run: RunFacts, line: str) -> str:
    """A board's BibTeX entry; its heading says the source as loudly as the board does."""
    version = run.augbench or about["version"]
    told = {"title": f"{{{_tex(f'augbench board: {board.heading}')}}}", "year": board.date[:4]}
    return _entry("misc", f"augbench-{_KEY.sub('-', version)}-{stem}", {**about, "version": version}, told, line)


def _entry(kind: str, key: str, about: Mapping[str, Any], told: Mapping[str, str], note: str) -> str:
    """An entry, written by pybtex. The fields ``version``, ``url`` and ``license`` are for styles that know them; the
    plain ones print none of these, so ``howpublished`` and ``note`` say them again."""
    from pybtex.database import BibliographyData, Entry, Person

    url = about.get("url") or about.get("repository-code") or ""
    fields = {
        **told,
        "version": _tex(about["version"]),
        "url": url,
        "license": about["license"],
        "howpublished": ", ".join(filter(None, (f"augbench {_tex(about['version'])}", url and rf"\url{{{url}}}"))),
        "note": "; ".join(filter(None, (_tex(note), f"licence {about['license']}"))),
    }
    persons = {"author": [Person(name) for name in about["authors"]]}
    entry = Entry(kind, [(name, value) for name, value in fields.items() if value], persons)
    return _written(BibliographyData({key: entry}))


def _written(entries: Any) -> str:
    """BibTeX text; ours is LaTeX already, so that pybtex must encode nothing of it again."""
    from pybtex.database.output.bibtex import Writer

    class Plain(Writer):  # type: ignore[misc, unused-ignore]
        def _encode(self, text: str) -> str:
            return text

    return str(Plain().to_string(entries)).strip()


def _tex(text: str) -> str:
    from bench.boards.latex import tex

    return tex(text)


def read_cff(path: Path) -> dict[str, Any]:
    """The plain fields of a ``CITATION.cff``, and ``authors`` as BibTeX names.

    Reads what this project's file uses of YAML: one field a line, and a list of authors. ``date-released`` is absent
    while a version is in development. Raises ``BenchError`` where the file is absent or lacks a field.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        raise BenchError(f"{path} is not there: this installation is not whole; install augbench again") from None
    about: dict[str, Any] = {
        key: value.strip().strip("\"'") for key, value in re.findall(r"^([a-z-]+):[ ]+(.+)$", text, re.MULTILINE)
    }
    block = re.search(r"^authors:\n((?:[ ]+.*\n)+)", text, re.MULTILINE)
    authors = re.split(r"^[ ]+- ", block[1], flags=re.MULTILINE)[1:] if block else []
    about["authors"] = [_author(dict(re.findall(r"([a-z-]+):[ ]+(.+)", entry))) for entry in authors]
    if missing := {"title", "version", "license", "authors"} - {k for k, v in about.items() if v}:
        raise BenchError(f"{path} has no {', '.join(sorted(missing))}")
    return about


def _author(fields: Mapping[str, str]) -> str:
    plain = {key: value.strip().strip("\"'") for key, value in fields.items()}
    if "name" in plain:
        return f"{{{_tex(plain['name'])}}}"  # a group: braces keep it from being read as a person
    return _tex(", ".join(plain[key] for key in ("family-names", "given-names") if key in plain))
