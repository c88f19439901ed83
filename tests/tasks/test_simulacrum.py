"""Official files of both releases, as a folder and as a zip; the stand-in; the targets."""

import csv
import functools
import io
import zipfile

import numpy as np
import pytest

from bench.contract import checked as check
from bench.data import DataHome
from bench.errors import BenchError, InvalidData
from tasks.simulacrum import SimulacrumSite, SimulacrumSites20, SimulacrumStage
from tasks.sources import simulacrum_files as files
from tasks.sources import simulacrum_reading as reading
from tasks.sources.simulacrum_standin import VARIABLES
from tasks.sources.simulacrum_tables import stand_in_table, take

ROWS = 400


@functools.cache
def official(release, rows=ROWS):
    """Header and rows as released: other columns too, another order, empty fields where nothing is known."""
    table = stand_in_table(rows, 3)
    values = {
        name: ["" if (v := table.categories[name][code]) == "NA" else v for code in table.codes[:, j]]
        for j, name in enumerate(VARIABLES)
    }
    values["TUMOURID"] = [str(10**7 + i) for i in range(rows)]
    values["PATIENTID"] = [str(5 * 10**8 + i // 2) for i in range(rows)]
    values["DIAGNOSISDATEBEST"] = ["2015-07-01"] * rows
    values["LINKNUMBER"] = values["PATIENTID"]
    values["DATE_FIRST_SURGERY"] = [""] * rows
    if release == "v2":
        values["GENDER"] = values.pop("SEX")
        values["QUINTILE_2019"] = values.pop("QUINTILE_2015")
        values["CHRL_TOT_27_03"] = ["0"] * rows
        values["SITE_ICDO3REV2011"] = values["SITE_ICD10_O2"]
        for name in ("ER_SCORE", "PR_SCORE", "CNS", "ACE27"):
            del values[name]
    header = sorted(values)
    return header, list(zip(*(values[name] for name in header), strict=True))


def as_csv(header, rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()


@pytest.fixture
def home(tmp_path):
    (tmp_path / "data" / "simulacrum").mkdir(parents=True)
    return DataHome(folder=tmp_path / "data", cache=tmp_path / "cache", offline=True)


def put(home, content, name="sim_av_tumour.csv"):
    path = home.folder / "simulacrum" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def zipped(content, member):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "about")
        archive.writestr(member, content)
    return out.getvalue()


def load(task, home):
    origin = task.locate(home)
    return origin, task.read(origin)


@pytest.mark.parametrize("release", ["v1", "v2"])
@pytest.mark.parametrize("packing", ["file", "folder", "zip"])
def test_official_files_are_read_as_released(home, release, packing):
    content = as_csv(*official(release))
    if packing == "zip":
        put(home, zipped(content, "simulacrum_release/Data/sim_av_tumour.csv"), f"simulacrum_{release}.zip")
    else:
        put(home, content, "sim_av_tumour.csv" if packing == "file" else "release/data/sim_av_tumour.csv")
    found, kind = files.locate(home)
    assert kind == release
    table = reading.read(found.path, packing)
    assert tuple(table.categories) == files.COLUMNS[release]
    assert len(table.categories) == (29 if release == "v1" else 26)
    assert table.codes.shape == (ROWS, len(table.categories))
    synthetic = stand_in_table(ROWS, 3)
    for name in ("SITE_ICD10_O2", "STAGE_BEST", "AGE", "GLEASON_COMBINED"):
        got = np.array(table.categories[name])[table.codes[:, list(table.categories).index(name)]]
        expected = np.array(synthetic.categories[name])[synthetic.codes[:, VARIABLES.index(name)]]
        assert (got == expected).all(), name
    assert [int(age) for age in table.categories["AGE"]] == sorted(int(age) for age in table.categories["AGE"])
    assert (np.bincount(table.patients) == 2).all()
    assert table.counts["AGE"].sum() == ROWS
    origin, data = load(SimulacrumSite("simulacrum-site", rows=0, site="C44", release=release), home)
    assert (origin.source, origin.kind, len(data)) == ("real", "folder", ROWS)
    check(data)


def test_chunks_do_not_change_the_result(home, monkeypatch):
    path = put(home, as_csv(*official("v1")))
    whole = reading.read(path, "whole")
    monkeypatch.setattr(reading, "CHUNK", 37)
    parts = reading.read(path, "parts")
    assert (whole.codes == parts.codes).all()
    assert whole.categories == parts.categories
    assert (whole.patients == parts.patients).all()


def test_blank_none_and_decimal_spellings_are_one_value(home):
    header, rows = official("v1", 4)
    rows = [list(row) for row in rows]
    for row, stage, gleason in zip(rows, ("", "None", "NULL", "2A"), ("3", "3.0", " 3 ", ""), strict=True):
        row[header.index("STAGE_BEST")] = stage
        row[header.index("GLEASON_PRIMARY")] = gleason
    table = reading.read(put(home, as_csv(header, rows)), "spelling")
    assert table.categories["STAGE_BEST"] == ("2A", "NA")
    assert table.categories["GLEASON_PRIMARY"] == ("3", "NA")


def test_commas_and_line_breaks_within_quotes_are_no_fields(home):
    header, rows = official("v1", 6)
    notes = ("a,b", "a\nb,c", 'say ""', 'a "b', "", "a,b,\n")
    rows = [[*row, note] for row, note in zip(rows, notes, strict=True)]
    header = [*header, "NOTE"]
    table = reading.read(put(home, as_csv(header, rows)), "quotes")
    assert len(table.codes) == 6


def test_a_byte_order_mark_and_small_letters_are_accepted(home):
    header, rows = official("v1", 6)
    content = as_csv([name.lower() for name in header], rows)
    assert len(reading.read(put(home, b"\xef\xbb\xbf" + content), "bom").codes) == 6


@pytest.mark.parametrize("release", ["v1", "v2"])
def test_a_missing_column_is_named(home, release):
    header, rows = official(release, 5)
    place = header.index("MORPH_ICD10_O2")
    put(home, as_csv(header[:place] + header[place + 1 :], [row[:place] + row[place + 1 :] for row in rows]))
    with pytest.raises(InvalidData, match=f"Simulacrum {release} lacks MORPH_ICD10_O2"):
        files.locate(home)


def _truncated(content):
    return content[:-60]


def _wide(content):
    lines = content.split(b"\n")
    lines[5] += b",1,2,3"
    return b"\n".join(lines)


def _semicolons(content):
    return content.replace(b",", b";")


def _no_rows(content):
    return content.split(b"\n")[0] + b"\n"


def _bad_age(content):
    head, *rest = content.split(b"\n")
    place = head.split(b",").index(b"AGE")
    cells = rest[2].split(b",")
    cells[place] = b"1967-03-02"
    return b"\n".join([head, *rest[:2], b",".join(cells), *rest[3:]])


def _ragged(content):
    """One field more in one row, one less in another: as many commas as there should be."""
    lines = content.split(b"\n")
    lines[5] += b",1"
    lines[7] = lines[7].rpartition(b",")[0]
    return b"\n".join(lines)


def _quoted(damage):
    """The same in a file that holds a quoted field."""
    return lambda content: damage(content).replace(b"2015-07-01", b'"2015-07-01"', 1)


def _open_quote(content):
    return content.replace(b",2015-07-01", b',"2015-07-01', 1)


def _bad_patient(content):
    """A wrong value early in a file that is read in more than one piece."""
    head, *rest = content.split(b"\n")
    place = head.split(b",").index(b"PATIENTID")
    cells = rest[2].split(b",")
    cells[place] = b"unknown"
    return b"\n".join([head, *rest[:2], b",".join(cells), *rest[3:-1] * 300])


def _twice(content):
    return content.replace(b"LINKNUMBER", b"AGE", 1)


def _latin1(content):
    return content.replace(b"2015-07-01", b"2015-07-01", 1)[:-2] + b"\xe9\n"


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_truncated, "truncated"),
        (_wide, "line 6: 37 fields, and the header has 34"),
        (_quoted(_wide), "line 6: 37 fields"),
        (_quoted(_ragged), "line 6: 35 fields"),
        (_quoted(_truncated), r"line 51: \d+ fields"),
        (_open_quote, "not a table as released: .*EOF inside string"),
        (_bad_patient, "not a table as released: .*unknown"),
        (_twice, "'AGE' twice"),
        (_semicolons, "lacks"),
        (_no_rows, "no rows"),
        (_bad_age, "is no age"),
        (_latin1, "UTF-8"),
    ],
)
def test_altered_files_are_refused_in_one_line(home, damage, words):
    put(home, damage(as_csv(*official("v1", 50))))
    with pytest.raises(InvalidData, match=words) as raised:
        load(SimulacrumSite("simulacrum-site", rows=0), home)
    assert "\n" not in str(raised.value)


def test_damaged_zips_are_refused(home):
    good = zipped(as_csv(*official("v1", 2_000)), "data/sim_av_tumour.csv")
    place = len(good) // 2
    path = put(home, good[:place] + bytes(200) + good[place + 200 :], "simulacrum.zip")
    with pytest.raises(InvalidData):
        load(SimulacrumSite("simulacrum-site", rows=0), home)
    path.write_bytes(good.replace(b"data/sim_av_tumour.csv", b"data/sim_av_tumour.cs\xff", 1))  # not in the directory
    with pytest.raises(InvalidData, match=r"simulacrum\.zip is not a zip that can be read"):
        load(SimulacrumSite("simulacrum-site", rows=0), home)
    path.write_bytes(b"PK no zip")
    with pytest.raises(InvalidData, match="not a zip"):
        load(SimulacrumSite("simulacrum-site"), home)


@pytest.mark.parametrize(("content", "member"), [(b"a,b\n1,2\n", "other.csv"), (b"PK", "data/simulacrum.zip")])
def test_a_zip_without_the_table_is_named(home, content, member):
    path = put(home, zipped(content, member), "wrong.zip")
    assert files.locate(home) is None
    assert home.messages == [f"{path} holds no sim_av_tumour.csv"]
    assert SimulacrumSite("simulacrum-site").locate(home).source == "simulated"


def test_a_zip_that_cannot_be_read_does_not_hide_a_good_file(home):
    put(home, b"PK no zip", "a.zip")
    put(home, zipped(b"", "other.csv"), "b.zip")
    put(home, as_csv(*official("v1", 5)))
    assert files.locate(home)[1] == "v1"
    assert len(home.messages) == 1
    assert "a.zip is not a zip" in home.messages[0]


@pytest.mark.parametrize(
    "place",
    [
        "sim_av_tumour.csv",
        "Data/sim_av_tumour.csv",
        "simulacrum_v2.1.0/Data/sim_av_tumour.csv",
        "simulacrum_v2.1.0.zip",
    ],
)
def test_the_extracted_release_may_be_the_data_folder_or_lie_in_it(home, place):
    content = as_csv(*official("v2", 5))
    put(home, zipped(content, "Data/sim_av_tumour.csv") if place.endswith("zip") else content, f"../{place}")
    (home.folder / "other").mkdir()
    (home.folder / "other" / "sim_av_tumour.csv").write_text("no table")
    found, release = files.locate(home)
    assert (release, found.kind) == ("v2", "folder")
    assert found.path == home.folder / place
    origin = SimulacrumSite("simulacrum-site", rows=3).locate(home)
    assert origin.licence == "CC BY 4.0"
    assert "at most 3 rows" in origin.note


def test_the_release_can_be_chosen_and_v1_comes_first(home):
    put(home, as_csv(*official("v2", 5)), "a/sim_av_tumour.csv")
    put(home, as_csv(*official("v1", 5)), "b/sim_av_tumour.csv")
    assert files.locate(home)[1] == "v1"
    assert files.locate(home, "v2")[0].path.parent.name == "a"
    with pytest.raises(BenchError, match="release"):
        SimulacrumSite("simulacrum-site", release="v3")


def test_the_other_release_is_no_reason_to_stand_in(home):
    path = put(home, as_csv(*official("v1", 5)))
    with pytest.raises(BenchError, match=r"simulacrum/sim_av_tumour.csv is Simulacrum v1; release 'v2' was asked for"):
        SimulacrumSite("simulacrum-site", release="v2").locate(home)
    home.fetch = True  # which finds no network here
    with pytest.raises(BenchError, match="'v2' was asked for"):
        SimulacrumSite("simulacrum-site", release="v2").locate(home)
    path.unlink()
    assert SimulacrumSite("simulacrum-site", release="v2").locate(home).source == "simulated"


def test_the_identity_follows_file_rows_and_seed(home):
    path = put(home, as_csv(*official("v1", 60)))
    first = SimulacrumSite("simulacrum-site", rows=30).locate(home).sha256
    assert SimulacrumSite("simulacrum-site", rows=30).locate(home).sha256 == first
    assert SimulacrumSite("simulacrum-site", rows=31).locate(home).sha256 != first
    assert SimulacrumSite("simulacrum-site", rows=30, sample_seed=1).locate(home).sha256 != first
    path.write_bytes(as_csv(*official("v1", 61)))
    assert SimulacrumSite("simulacrum-site", rows=30).locate(home).sha256 != first


def test_without_files_the_stand_in_says_so(home):
    task = SimulacrumStage("simulacrum-stage", rows=3_000)
    origin, data = load(task, home)
    assert (origin.source, origin.kind) == ("simulated", "stand-in")
    assert len(data) == 3_000
    assert home.messages
    assert "simulated" in home.messages[0]
    assert (task.read(origin).X == data.X).all()


@pytest.mark.parametrize("cls", [SimulacrumSite, SimulacrumStage, SimulacrumSites20])
@pytest.mark.parametrize("limit", [0, 12])
def test_targets_split_and_give_nothing_away(home, cls, limit):
    task = cls("simulacrum", rows=3_000, max_categories=limit)
    _, data = load(task, home)
    check(data)
    names = {column.name for column in data.schema.columns}
    assert not names & set(task._left_out())
    assert names | set(task._left_out()) | {"MORPH_ICD10_O2"} == set(VARIABLES)
    for j, column in enumerate(data.schema.columns):
        assert data.X[:, j].max() < len(column.categories)
        assert not limit or len(column.categories) <= limit
    split = task.split(data, 0)
    assert len(split.train) == pytest.approx(0.6 * len(data), abs=2)
    assert data.X.dtype == np.float32
    assert data.y.dtype == np.int64


def test_stage_is_asked_of_staged_primary_tumours_only(home):
    table = stand_in_table(20_000, 0)
    task = SimulacrumStage("simulacrum-stage")
    kept = task._eligible(table)
    stages = np.array(table.categories["STAGE_BEST"])[table.codes[:, VARIABLES.index("STAGE_BEST")]]
    sites = np.array(table.categories["SITE_ICD10_O2_3CHAR"])[table.codes[:, VARIABLES.index("SITE_ICD10_O2_3CHAR")]]
    assert np.isin([s[0] for s in stages[kept]], list("1234")).all()
    assert not np.isin(sites[kept], ["C77", "C78", "C79", "C80"]).any()
    y, classes = task._target(take(table, kept))
    assert classes == ("stage 1-3", "stage 4")
    assert (y == [s[0] == "4" for s in stages[kept]]).all()


def test_sites20_are_the_commonest(home):
    _, data = load(SimulacrumSites20("simulacrum-sites20", rows=3_000), home)
    assert len(data.schema.classes) == 20
    assert {"C44", "C50", "C61", "D06"} <= set(data.schema.classes)
    assert data.schema.rare is None
    _, with_histology = load(SimulacrumSites20("simulacrum-sites20", rows=3_000, morphology=True), home)
    assert with_histology.schema.width == data.schema.width + 1


def test_unknown_options_are_refused():
    with pytest.raises(BenchError, match="rows"):
        SimulacrumSite("simulacrum-site", rows=-1)
    with pytest.raises(BenchError, match="max_categories"):
        SimulacrumSite("simulacrum-site", max_categories=1)
    for options in ({"sample_seed": -1}, {"rows": 2.5}, {"rows": True}, {"max_categories": "all"}):
        with pytest.raises(BenchError, match=f"{next(iter(options))} must be a whole number, 0 or more"):
            SimulacrumSite("simulacrum-site", **options)


def test_an_unknown_site_is_refused(home):
    with pytest.raises(BenchError, match="'C999'"):
        load(SimulacrumSite("simulacrum-site", rows=100, site="C999"), home)
