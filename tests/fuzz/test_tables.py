"""Readers of data files end in rows that keep their task's contract, or in one line."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from bench.contract import checked as check
from bench.data import DataHome
from bench.task import DataFile, Origin
from tasks import credit_fraud
from tasks.ecg5000 import CLASSES, ECG5000, FILES
from tasks.fashion_mnist import _read_idx
from tasks.keel import Keel
from tasks.pima import Pima
from tasks.simulacrum import SimulacrumSite
from tasks.sources import files, keel_tables
from tasks.sources.content import read_numbers, same_content
from tasks.sources.simulacrum_standin import VARIABLES
from tasks.sources.simulacrum_tables import stand_in_table
from tasks.sources.tables import read_arff
from tasks.stocks import Stocks, _read_package

pytestmark = pytest.mark.filterwarnings("ignore")
FUZZ = settings.get_profile("fuzz")
RNG = np.random.default_rng(0)


def text(rows: object, separator: str = ",", header: str = "") -> bytes:
    lines = [separator.join(f"{value:g}" for value in row) for row in np.asarray(rows)]
    return "\n".join([*([header] if header else []), *lines, ""]).encode()


def idx(magic: int, shape: tuple[int, ...]) -> bytes:
    sizes = b"".join(n.to_bytes(4, "big") for n in shape)
    return magic.to_bytes(4, "big") + sizes + bytes(i % 10 for i in range(int(np.prod(shape))))


def payments() -> bytes:
    """492 frauds and 108 others, whose features are small whole numbers."""
    names = [*credit_fraud.COLUMNS, "Class", "random_sample"]
    rows = np.column_stack([np.arange(600), RNG.integers(0, 9, (600, 29)), np.arange(600) < 492, np.ones(600)])
    return text(rows, ",", ",".join(f'"{name}"' for name in names))


def tumours(release: str = "v1") -> bytes:
    table = stand_in_table(150, 3)
    names = [*VARIABLES, "PATIENTID"]
    rows = [
        [*(table.categories[name][code] for name, code in zip(VARIABLES, row, strict=True)), str(i // 2)]
        for i, row in enumerate(table.codes)
    ]
    if release == "v2":
        renamed = {"SEX": "GENDER", "QUINTILE_2015": "QUINTILE_2019", "ACE27": "CHRL_TOT_27_03"}
        names = [renamed.get(name, name) for name in names]
    return "\n".join([",".join(names), *(",".join(row) for row in rows), ""]).encode()


def zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/sim_av_tumour.csv", data)
    return out.getvalue()


PIMA = text(np.column_stack([RNG.integers(0, 200, (768, 8)), RNG.integers(0, 2, 768)]))
CLOSE = np.exp(np.cumsum(RNG.normal(0, 0.01, 250)))
STOCKS = text(np.column_stack([CLOSE] * 5 + [np.full(250, 1e6)]), ",", "Open,High,Low,Close,Adj_Close,Volume")
GOOG = b"Ticker,Date,Open,High,Low,Close,Adj Close,Volume\n" + b"".join(
    b"GOOG,2010-%02d-%02d,1,2,1,%d,1,9\n" % (m, d, d) for m in range(1, 9) for d in range(1, 29)
)
BEATS = text(np.column_stack([np.arange(60) % 5 + 1, RNG.normal(size=(60, 140)).round(2)]), "\t")
ARFF = (
    b"@relation t\n@attribute Size real [0.1, 7.9]\n@attribute Kind {a, b, c}\n@attribute N integer [0,9]\n"
    b"@attribute Class {positive, negative}\n@data\n"
    + b"".join(
        b"%d.5, %s, %d, %s\n" % (i, b"abc"[i % 3 :][:1], i % 9, (b"positive", b"negative")[i % 3 > 0])
        for i in range(30)
    )
)
HEPATITIS = b"".join(b"%d,%d,?,%d.0,x\n" % (i % 3 // 2 + 1, i, i % 7) for i in range(30))
GERMAN = b"".join(b"  %d  %d   %d.5  %d \n" % (i, i % 5, i % 7, i % 3 // 2 + 1) for i in range(30))
IMAGES, LABELS = idx(2051, (20, 28, 28)), idx(2049, (20,))


def origin(path: Path, kind: str = "folder") -> Origin:
    return Origin("real", kind, str(path.stat().st_mtime_ns), "made for a test", path)  # type: ignore[arg-type]


def numbers(path: Path) -> None:
    table = read_numbers(path)
    assert table.ndim == 2
    assert table.dtype == np.float64
    assert table.size


def beats(path: Path) -> None:
    for file in FILES:
        (path.parent / Path(file.path).name).write_bytes(path.read_bytes() if "TRAIN" in file.path else BEATS)
    task = ECG5000("ecg5000")
    data = task.read(Origin("real", "folder", "", "", path.parent))
    assert data.y.min() >= 0
    assert data.y.max() < len(CLASSES)
    check(data)


def whole(task):
    def read(path: Path) -> None:
        data = task.read(origin(path))
        check(data)
        assert len(data.X) == len(data.y)
        assert np.isfinite(data.X[..., [not c.missing for c in data.schema.columns]]).all()

    return read


def packaged_prices(path: Path) -> None:
    prices = _read_package(path)
    assert np.isfinite(prices).all()


def keel_table(name: str):
    task = Keel(name)

    def read(path: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(keel_tables, "package_file", lambda *_: path)
            data = task.read(task.locate(DataHome(offline=True)))
        check(data)

    return read


def arff(path: Path) -> None:
    table = read_arff(path)
    assert not table.columns.empty


def images(path: Path) -> None:
    (path.parent / "labels").write_bytes(gzip.compress(LABELS, mtime=0))
    pixels, codes = _read_idx(path, path.parent / "labels", 20)
    assert pixels.shape == (20, 28, 28)
    assert codes.shape == (20,)


def labels(path: Path) -> None:
    (path.parent / "images").write_bytes(gzip.compress(IMAGES, mtime=0))
    _, codes = _read_idx(path.parent / "images", path, 20)
    assert codes.max() < 10


def registry(path: Path) -> None:
    home = DataHome(folder=path.parent, cache=path.parent / "cache", offline=True)
    for name in ("sim_av_tumour.csv", "release.zip"):
        (path.parent / "simulacrum").mkdir(exist_ok=True)
        (path.parent / "simulacrum" / name).unlink(missing_ok=True)
    zip_file = path.read_bytes()[:2] == b"PK"
    put = path.parent / "simulacrum" / ("release.zip" if zip_file else "sim_av_tumour.csv")
    put.write_bytes(path.read_bytes())
    task = SimulacrumSite("simulacrum-site", rows=0, site="C44", max_categories=20)
    found = task.locate(home)
    if found.source == "real":
        check(task.read(found))


def contents(path: Path) -> None:
    for form in ("gzip", "text", "numbers"):
        assert same_content(path, DataFile("x", "0" * 64, form=form)) is False  # type: ignore[arg-type]


def ledger(path: Path) -> None:
    home = DataHome(folder=path.parent, cache=path.parent / "cache", offline=True)
    home.cache.mkdir(exist_ok=True)
    state = path.stat()
    known = path.read_bytes().replace(b"PATH", str(path.resolve()).encode())
    known = known.replace(b"1, 2, 3", f"{state.st_size}, {state.st_mtime_ns}, {state.st_ctime_ns}".encode())
    (home.cache / files.LEDGER).write_bytes(known)
    assert files.find(home, DataFile(path.name)) is not None


READERS = {
    "numbers": (numbers, (b"a,b,c\n1,2.5,-3\n4,5,1e-3\n", b"1,2\r\n3,4\r\n", gzip.compress(b"1,2\n3,4\n", mtime=0))),
    "pima": (whole(Pima("pima")), (PIMA,)),
    "stocks": (whole(Stocks("stocks", steps=3)), (STOCKS,)),
    "stocks-published": (whole(Stocks("stocks-leaky", protocol="published", steps=3)), (STOCKS,)),
    "stocks-packaged": (packaged_prices, (gzip.compress(GOOG, mtime=0), GOOG)),
    "ecg5000": (beats, (BEATS,)),
    "credit-fraud": (whole(credit_fraud.CreditFraud("credit-fraud")), (payments(), gzip.compress(payments(), mtime=0))),
    "arff": (arff, (ARFF,)),
    "keel-arff": (keel_table("keel-iris0"), (ARFF,)),
    "keel-comma": (keel_table("keel-hepatitis"), (HEPATITIS,)),
    "keel-blanks": (keel_table("keel-german"), (GERMAN,)),
    "idx-images": (images, (gzip.compress(IMAGES, mtime=0), IMAGES)),
    "idx-labels": (labels, (gzip.compress(LABELS, mtime=0), LABELS)),
    "simulacrum": (registry, (tumours(), tumours("v2"), zipped(tumours()))),
    "content": (contents, (gzip.compress(b"1,2\n3,4\n", mtime=0), b"1,2\r\n3,4\r\n", IMAGES[:300])),
    "ledger": (ledger, (b'{"PATH": [1, 2, 3, "ab"], "/c": [1, 2, 3, "cd"]}', b"{}")),
}


@pytest.mark.parametrize("name", READERS)
def test_data_files(name, mutated, ends_well, tmp_path):
    read, seeds = READERS[name]

    @FUZZ
    @given(mutated(seeds))
    def example(data: bytes) -> None:
        path = tmp_path / "file"
        path.write_bytes(data)
        ends_well(lambda: read(path))

    for seed in seeds:  # a reader that refuses everything would pass
        (tmp_path / "file").write_bytes(seed)
        read(tmp_path / "file")
    example()
