"""Heartbeats of the MIT-BIH Arrhythmia Database (Moody and Mark 2001, PhysioNet), in the five AAMI classes.

48 half-hour records at 360 Hz, each beat annotated by two cardiologists. Symbols are grouped as ANSI/AAMI EC57 does:
N (N L R e j), S (A a J S), V (V E), F (F), Q (/ f Q); other annotations are not beats.

From the limb lead MLII (the first lead where a record lacks it: 102 and 104). The signal is brought to 125 Hz
(polyphase, with its anti-aliasing filter), freed of baseline wander by subtracting two median filters in a row, 200 ms
and 600 ms (de Chazal et al. 2004), and cut into windows of 96 samples, 32 before an annotation and 64 from it on:
256 ms and 512 ms, from before the P wave to the end of the T wave at usual rates. Beats too near an end are left out.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from bench.data import default_cache
from bench.errors import BenchError, DataUnavailable, InvalidData
from bench.registry import task
from bench.splits import stratified
from bench.task import Column, DataFile, Dataset, Origin, Schema, Split, Task
from tasks.sources import find_all
from tasks.sources.content import reading

if TYPE_CHECKING:
    from bench.data import DataHome
    from bench.task import Array, Labels

FOLDER = "mitdb"
_URL = "https://physionet.org/files/mitdb/1.0.0/"
_LISTED = [line.split(",") for line in (Path(__file__).parent / "sources" / "mitdb.csv").read_text("ascii").split()[1:]]
FILES = tuple(
    DataFile(f"{FOLDER}/{name}", checksum, _URL + name, "ODC-By 1.0", form="text" if name.endswith(".hea") else "bytes")
    for name, checksum in _LISTED
)
RECORDS = tuple(sorted({int(name.partition(".")[0]) for name, _ in _LISTED}))
CLASSES = ("N", "S", "V", "F", "Q")
SYMBOLS = {symbol: i for i, symbols in enumerate(("NLRej", "AaJS", "VE", "F", "/fQ")) for symbol in symbols}

#: de Chazal, O'Dwyer and Reilly 2004; records with paced beats belong to neither
DS1 = (101, 106, 108, 109, 112, 114, 115, 116, 118, 119, 122, 124, 201, 203, 205, 207, 208, 209, 215, 220, 223, 230)
DS2 = (100, 103, 105, 111, 113, 117, 121, 123, 200, 202, 210, 212, 213, 214, 219, 221, 222, 228, 231, 232, 233, 234)
VALID_RECORDS = 5

#: of the files: leads, samples a second, and more samples than any half hour has
LEADS, SAMPLED, LONGEST = 2, 360, 1_000_000
RATE, BEFORE, STEPS = 125, 32, 96
#: changes whenever the windows cut from the same files do
VERSION = 1

Signal = NDArray[np.float64]


@task("ecg", modalities=("series",), requires=("wfdb",), summary="MIT-BIH heartbeats, split between patients (DS1/DS2)")
@task(
    "ecg-slides",
    modalities=("series",),
    requires=("wfdb",),
    params={"protocol": "slides"},
    family="ecg",
    leaky=True,
    summary="MIT-BIH heartbeats, 65/20/15 at random: a patient's beats are in every part",
)
class ECG(Task):
    """MIT-BIH heartbeats: windows of 96 samples x 1 lead in millivolts, classes N S V F Q.

    ``protocol="patients"``: the 44 records without paced beats. Test rows are the 22 records of DS2; of DS1, five
    records drawn by seed are for validation and 17 for training, such that training keeps at least 70 % of every
    class. Two records are of one man (201 in DS1, 202 in DS2): so it was published, and so it is kept.

    ``protocol="slides"``: all 48 records, 65 % training, 20 % validation and 15 % test rows at random, stratified, as
    in the YData slides (Clemente). Neighbouring beats of one patient are in every part, which flatters all methods.

    Parameters
    ----------
    protocol : see above.
    rows : keep about so many rows, the same share of every class in training and test records alike, but of no class
        fewer than ``least`` where there are as many; None keeps all (100,000 of 44 records, 109,000 of 48).
    least : see ``rows``.
    """

    modality = "series"
    primary = "f1_macro"
    files: ClassVar[tuple[DataFile, ...]] = FILES

    def __init__(
        self,
        name: str,
        protocol: Literal["patients", "slides"] = "patients",
        rows: int | None = None,
        least: int = 20,
    ) -> None:
        super().__init__(name)
        if protocol not in ("patients", "slides"):
            raise BenchError(f'{name}: protocol must be "patients" or "slides", not {protocol!r}')
        if rows is not None and rows < 500:
            raise BenchError(f"{name}: rows must be 500 or more, or left out, not {rows}")
        self.protocol = protocol
        self.rows = rows
        self.least = least

    def locate(self, home: DataHome) -> Origin:
        """All 144 files in one folder. They are downloaded only on demand (``augbench data fetch``): about 95 MB."""
        here = all(home.find(file.path) for file in FILES)
        found = find_all(home, FILES, self.name) if here or home.fetch else None
        if found is None:
            absent = [file.path for file in FILES if not home.find(file.path)]
            raise DataUnavailable(
                f"{self.name}: {len(absent)} of {len(FILES)} files of the MIT-BIH database are not here "
                f"(the first is {absent[0]}); `augbench data fetch {self.name}` downloads them (95 MB)"
            )
        folders = {path.parent for path in found.paths}
        if len(folders) > 1:
            raise InvalidData(f"the MIT-BIH files lie in {' and '.join(sorted(map(str, folders)))}; put them into one")
        return Origin("real", found.kind, found.sha256, "MIT-BIH 1.0.0, 48 records", found.path.parent, "ODC-By 1.0")

    def read(self, origin: Origin) -> Dataset:
        """``groups`` are the records where patients are kept apart; ``extra["record"]`` names them in any case."""
        assert origin.path is not None
        X, y, record = _beats(origin.path, origin.sha256)
        if self.protocol == "patients":
            kept = np.flatnonzero(np.isin(record, DS1 + DS2))
            X, y, record = X[kept], y[kept], record[kept]
        if self.rows is not None and self.rows < len(y):
            kept = self._fewer(y, np.isin(record, DS2) if self.protocol == "patients" else np.zeros(len(y), bool))
            X, y, record = X[kept], y[kept], record[kept]
        schema = Schema("series", (STEPS, 1), CLASSES, (Column("MLII"),))
        groups = record if self.protocol == "patients" else None
        return Dataset(X[..., None], y, schema, origin, groups=groups, extra={"record": record})

    def split(self, dataset: Dataset, seed: int) -> Split:
        if self.protocol == "slides":
            return stratified(dataset, seed, valid=0.20, test=0.15)
        record = dataset.extra["record"]
        valid = validation_records(record, dataset.y, seed)
        in_valid, in_test = np.isin(record, valid), np.isin(record, DS2)
        train = np.flatnonzero(~in_valid & ~in_test)
        return Split(train, np.flatnonzero(in_valid), np.flatnonzero(in_test), fixed="groups")

    def _fewer(self, y: Labels, test: NDArray[np.bool_]) -> Labels:
        rng = np.random.default_rng(0)
        share = (self.rows or len(y)) / len(y)
        kept = []
        for part in (False, True):
            for code in range(len(CLASSES)):
                rows = np.flatnonzero((y == code) & (test == part))
                count = min(len(rows), max(self.least, round(share * len(rows))))
                kept.append(rng.permutation(rows)[:count])
        return np.sort(np.concatenate(kept))


def validation_records(record: Labels, y: Labels, seed: int) -> tuple[int, ...]:
    """Five records of DS1: the first drawn that leave at least 70 % of every class to training and hold N, S and V."""
    rng = np.random.default_rng(seed)
    counts = {r: np.bincount(y[record == r], minlength=len(CLASSES)) for r in DS1}
    total = np.sum(list(counts.values()), axis=0)
    for _ in range(10_000):
        chosen = tuple(sorted(rng.choice(DS1, VALID_RECORDS, replace=False).tolist()))
        held = np.sum([counts[r] for r in chosen], axis=0)
        if (held <= 0.3 * total).all() and held[:3].all():
            return chosen
    raise InvalidData("no five records of DS1 leave 70 % of every class to training; keep more rows")


def _beats(folder: Path, checksum: str) -> tuple[Array, Labels, Labels]:
    """Windows (n, 96) float32, labels and record numbers (n,) int64; kept in the per-user cache, as cutting them takes
    some seconds."""
    file = default_cache() / "parsed" / f"mitdb-{checksum[:16]}-{VERSION}.npz"
    with suppress(Exception), np.load(file) as kept:  # whatever a damaged one raises: it is cut again
        X, y, record = kept["X"], kept["y"], kept["record"]
        return X, y, record
    parts = [_record(folder, number) for number in RECORDS]
    X, y = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
    record = np.repeat(np.array(RECORDS, np.int64), [len(p[1]) for p in parts])
    with suppress(OSError):  # a cache that cannot be written costs those seconds again, nothing else
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=file.parent, suffix=".npz")
        with os.fdopen(handle, "wb") as stream:
            np.savez(stream, X=X, y=y, record=record)
        os.replace(temporary, file)
    return X, y, record


def _record(folder: Path, number: int) -> tuple[Array, Labels]:
    import wfdb

    path, remedy = folder / str(number), f"get it again from {_URL}"
    with reading(path, "a WFDB record", remedy):
        header: Any = wfdb.rdheader(str(path))
    found = (header.n_sig, header.fs, header.file_name, header.fmt)
    if found != (LEADS, SAMPLED, [f"{number}.dat"] * LEADS, ["212"] * LEADS) or not 0 < (header.sig_len or 0) < LONGEST:
        raise InvalidData(f"{path}.hea is not the header of two leads at {SAMPLED} Hz; {remedy}")
    with reading(path, "a WFDB record", remedy):
        signals: Any = wfdb.rdrecord(str(path))
        notes: Any = wfdb.rdann(str(path), "atr")
        lead = signals.sig_name.index("MLII") if "MLII" in signals.sig_name else 0
        signal = np.asarray(signals.p_signal[:, lead], np.float64)
        at, beat = np.asarray(notes.sample), np.array([SYMBOLS.get(symbol, -1) for symbol in notes.symbol], np.int64)
    if len(at) != len(beat) or not np.isfinite(signal).all():
        raise InvalidData(f"{path} holds samples or annotations that are none; {remedy}")
    return cut(signal, SAMPLED, at[beat >= 0], beat[beat >= 0])


def cut(signal: Signal, rate: int, at: Labels, labels: Labels) -> tuple[Array, Labels]:
    """Windows (n, 96) float32 around the samples ``at`` of a signal in millivolts, and their labels (n,)."""
    from scipy.ndimage import median_filter
    from scipy.signal import resample_poly

    divisor = int(np.gcd(RATE, rate))
    signal = resample_poly(signal, RATE // divisor, rate // divisor)
    wander = median_filter(median_filter(signal, RATE // 5), RATE * 3 // 5)
    start = np.round(at * (RATE / rate)).astype(np.int64) - BEFORE
    whole = (start >= 0) & (start + STEPS <= len(signal))
    windows = (signal - wander)[start[whole, None] + np.arange(STEPS)]
    return windows.astype(np.float32), labels[whole]
