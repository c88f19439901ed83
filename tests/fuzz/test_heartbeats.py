"""WFDB records (header, signal, annotations) and the cache of their windows end in windows, or in one line."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from tasks import ecg

wfdb = pytest.importorskip("wfdb")
pytestmark = pytest.mark.filterwarnings("ignore")
FUZZ = settings.get_profile("fuzz")
SAMPLES = 3000


@pytest.fixture(scope="module")
def record(tmp_path_factory) -> dict[str, bytes]:
    """Eight seconds of two leads with a beat every second, as MIT-BIH writes them (format 212)."""
    folder = tmp_path_factory.mktemp("record")
    rng = np.random.default_rng(0)
    signal = rng.normal(0, 0.3, (SAMPLES, 2)).clip(-2, 2)
    wfdb.wrsamp(
        "100", 360, ["mV", "mV"], ["MLII", "V5"], signal, fmt=["212"] * 2, adc_gain=[200.0] * 2, baseline=[1024] * 2,
        write_dir=str(folder),
    )  # fmt: skip
    wfdb.wrann("100", "atr", np.arange(300, 2900, 360), list("NVAF/N+~")[:8], write_dir=str(folder))
    return {end: (folder / f"100.{end}").read_bytes() for end in ("hea", "dat", "atr")}


@pytest.mark.parametrize("part", ["hea", "dat", "atr"])
def test_records(part, record, mutated, ends_well, tmp_path):
    for end, data in record.items():
        (tmp_path / f"100.{end}").write_bytes(data)
    X, y = ecg._record(tmp_path, 100)
    assert len(X) == len(y) == 6

    def read() -> None:
        X, y = ecg._record(tmp_path, 100)
        assert X.shape == (len(y), 96)
        assert X.dtype == np.float32
        assert np.isfinite(X).all()
        assert set(y) <= set(range(5))

    @FUZZ
    @given(mutated((record[part],)))
    def example(data: bytes) -> None:
        (tmp_path / f"100.{part}").write_bytes(data)
        ends_well(read)

    example()


def test_kept_windows(mutated, ends_well, tmp_path, monkeypatch):
    """What is damaged in the cache is cut again; what is kept there is what was cut."""
    cut = np.zeros((40, 96), np.float32), np.arange(40) % 5
    monkeypatch.setattr(ecg, "_record", lambda *_: cut)
    monkeypatch.setattr(ecg, "default_cache", lambda: tmp_path)
    monkeypatch.setattr(ecg, "RECORDS", (100,))
    expected = ecg._beats(tmp_path, "0" * 64)
    (kept,) = (tmp_path / "parsed").iterdir()
    seed = kept.read_bytes()

    @FUZZ
    @given(mutated((seed,)))
    def example(data: bytes) -> None:
        kept.write_bytes(data)
        found = ends_well(lambda: ecg._beats(tmp_path, "0" * 64))
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_array_equal(a, b)

    example()
