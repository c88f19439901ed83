"""Cite: BibTeX and one line of provenance, consistent with CITATION.cff, the package and the records."""

import hashlib
import re
import tomllib
from pathlib import Path

import msgspec
import pytest
from pybtex import format_from_string
from pybtex.database import parse_string

from bench import LICENCE, __version__, publish
from bench.errors import BenchError
from bench.records.folder import RunFolder
from bench.records.reading import read
from bench.records.store import Store
from bench.report.cite import CITATION, cite, find_board, misc, ranges, read_cff, software
from tests import factories

ROOT = Path(__file__).parents[3]
#: fields of CFF 1.2.0's schema for the root and for a reference
CFF_ROOT = {
    "abstract", "authors", "cff-version", "commit", "contact", "date-released", "doi", "identifiers", "keywords",
    "license", "license-url", "message", "preferred-citation", "references", "repository", "repository-artifact",
    "repository-code", "title", "type", "url", "version",
}  # fmt: skip
CFF_REFERENCE = (CFF_ROOT - {"cff-version", "message", "preferred-citation", "references"}) | {"year", "month", "notes"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, toy):
    facts = {"augbench": "0.0.9", "commit": "0123456789abcdef+changes", "primary": {"toy": "roc_auc"}}
    selection = factories.config("toy-jitter", regimes=("tstr",), seeds=(0, 1, 3))
    folder = factories.run(tmp_path_factory.mktemp("run"), selection, **facts)
    publish.boards(folder, "none")
    return folder


def test_a_folder_and_a_board_are_cited_from_what_they_rest_on(folder, capsys):
    cite(folder)
    whole = capsys.readouterr().out
    cite(folder, "toy")
    board = capsys.readouterr().out
    entries = re.findall(r"^@(\w+)\{([^,]+),$", board, re.MULTILINE)
    assert entries == [("software", f"augbench-{__version__}"), ("misc", "augbench-0.0.9-toy")]
    assert "SIMULATED STAND-IN" in re.search(r"title = .*board.*", board)[0]
    for text, digest in (
        (whole, hashlib.sha256("".join(sorted(f"{r.id} {r.seal}\n" for r in read(folder))).encode())),
        (board, hashlib.sha256((folder / "boards" / "toy.json").read_bytes())),
    ):
        line = text.rstrip().splitlines()[-1]
        assert line.startswith("provenance: augbench 0.0.9; commit 0123456789ab with changes; toy: SIMULATED STAND-IN;")
        assert "; budget quick; device cpu; seeds 0-1, 3 of base seed 0; 6 records (6 ok); " in line
        assert line.endswith(f"sha256 {digest.hexdigest()[:16]}")
    for entry in re.findall(r"^@\w+\{.*?^\}$", whole + board, re.MULTILINE | re.DOTALL):
        assert entry.count("{") == entry.count("}")
        assert entry.isascii()


def test_packed_records_are_cited_alike(folder, tmp_path, capsys):
    import lzma

    cite(folder)
    plain = capsys.readouterr().out
    (tmp_path / "records.jsonl.xz").write_bytes(lzma.compress((folder / "records.jsonl").read_bytes()))
    (tmp_path / "run.json").write_bytes((folder / "run.json").read_bytes())
    cite(tmp_path)
    assert capsys.readouterr().out == plain


def test_unknown_boards_are_refused_with_a_hint(folder, tmp_path):
    with pytest.raises(BenchError, match=r"no board 'toi' .*did you mean 'toy'"):
        cite(folder, "toi")
    with pytest.raises(BenchError, match="holds no records, so no board 'toy'"):
        cite(tmp_path, "toy")


def test_a_task_with_two_boards_wants_the_right_one_named(folder, tmp_path):
    with Store(tmp_path) as store:
        for record in read(folder):
            store.append(record)
            store.append(msgspec.structs.replace(record, id=f"x{record.id}", budget="full"))
    with pytest.raises(BenchError, match=r"task 'toy' has 2 boards: name one of toy.full, toy.quick"):
        find_board(RunFolder(tmp_path), "toy")
    assert find_board(RunFolder(tmp_path), "toy.full")[1].budget == "full"


def test_without_records_the_suite_alone_is_cited(tmp_path, capsys):
    cite(tmp_path)
    out = capsys.readouterr().out
    assert out.startswith("@software{")
    assert "this cites the suite alone" in out


def test_the_citation_file_is_valid_and_says_what_the_package_says():
    yaml = pytest.importorskip("yaml")
    said = yaml.safe_load(CITATION.read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    preferred = said["preferred-citation"]
    assert set(said) <= CFF_ROOT
    assert {"cff-version", "message", "title", "authors"} <= set(said)
    assert set(preferred) <= CFF_REFERENCE
    assert (said["cff-version"], said["type"], preferred["type"]) == ("1.2.0", "software", "software")
    assert str(said["version"]) == str(preferred["version"]) == __version__
    assert said["license"] == preferred["license"] == project["license"] == LICENCE
    assert said["authors"] == preferred["authors"] == project["authors"]
    assert said["title"] == preferred["title"]
    # a release names its day; a version in development has none
    assert said.get("date-released") == preferred.get("date-released")
    assert ("date-released" in said) == (".dev" not in __version__)
    assert str(said.get("date-released", ""))[:4] == str(preferred.get("year", ""))
    assert re.fullmatch(r"|\d{4}-\d\d-\d\d", str(said.get("date-released", "")))
    about = read_cff(CITATION)
    assert about["authors"] == [f"{{{author['name']}}}" for author in said["authors"]]
    for key in ("title", "license"):
        assert about[key] == said[key]
    assert about["version"] == str(said["version"])


def test_people_and_an_address_reach_the_entry(tmp_path):
    path = tmp_path / "CITATION.cff"
    path.write_text(
        'title: "A & B"\nversion: 1.0\ndate-released: 2026-03-04\nlicense: MIT\nurl: "https://example.org/x"\nauthors:\n'
        "  - family-names: Doe\n    given-names: Jane\n  - name: The group\nkeywords:\n  - name: no author\n"
    )
    entry = software(read_cff(path))
    (found,) = parse_string(entry, "bibtex").entries.values()
    assert [str(person) for person in found.persons["author"]] == ["Doe, Jane", "{The group}"]
    assert found.fields["title"] == r"{A \& B}"
    assert (found.fields["url"], found.fields["year"], found.fields["month"]) == ("https://example.org/x", "2026", "3")


@pytest.mark.parametrize("style", ["plain", "unsrt", "alpha"])
def test_version_address_and_licence_survive_a_plain_style(folder, style):
    about = read_cff(CITATION) | {"url": "https://example.org/a_b"}
    stem, board = find_board(RunFolder(folder), "toy")
    for entry in (software(about), misc(about, stem, board, RunFolder(folder).facts, "augbench 0.0.9; commit 01_23")):
        printed = format_from_string(entry, style=style, output_backend="plaintext")
        version = "0.0.9" if "board:" in entry else __version__
        for part in (f"augbench {version}", "https://example.org/a_b", f"licence {LICENCE}"):
            assert part in printed, printed


def test_a_version_in_development_has_no_date(tmp_path):
    path = tmp_path / "CITATION.cff"
    path.write_text("title: x\nversion: 1.0.dev0\nlicense: MIT\nauthors:\n  - name: We\n")
    entry = software(read_cff(path))
    assert 'note = "development version; licence MIT"' in entry
    assert "year" not in entry
    assert "month" not in entry


def test_the_changelog_has_a_section_of_this_version():
    release = __version__.partition(".dev")[0]
    heading = f"## Unreleased: {release}" if ".dev" in __version__ else f"## {release} ("
    assert heading in (ROOT / "CHANGELOG.md").read_text()


def test_an_incomplete_or_absent_file_is_said(tmp_path):
    with pytest.raises(BenchError, match="is not there: this installation is not whole"):
        read_cff(tmp_path / "CITATION.cff")
    (tmp_path / "CITATION.cff").write_text("title: x\nversion: 1\n")
    with pytest.raises(BenchError, match="has no authors, license"):
        read_cff(tmp_path / "CITATION.cff")


def test_ranges():
    assert ranges([4, 0, 1, 2, 7, 2]) == "0-2, 4, 7"
    assert ranges([5]) == "5"
