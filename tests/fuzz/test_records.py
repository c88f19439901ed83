"""Readers of records and of ``run.json`` end in what the file says, or in one line that names the file and the line."""

from __future__ import annotations

import copy
import io
import json
import lzma
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.errors import BenchError
from bench.records import reading, runfile
from bench.records.files import DEEPEST, PARQUET, RECORDS, RUN, XZ, shallow
from bench.records.packed import pack
from bench.records.record import convert, encode, plain, sealed
from bench.records.runfile import RunFacts
from bench.records.store import Store
from tests.factories import record, scored

pytestmark = pytest.mark.filterwarnings("ignore")
FUZZ = settings.get_profile("fuzz")
#: stands for an array of so many levels, which ``json`` itself could not write
DEEP = "levels: "
#: values of every type and of none that fits
VALUES = (
    None, True, False, 0, 1, 2, 3, -1, 2**63, 10**30, 10**400, 0.5, 1e308, float("nan"), float("inf"), -float("inf"),
    "", "ok", "error", "harness", "real", "x" * 300, "\x00\x1b[31m\u2028", "caf\udce9", "\ud83d", "日本", [], [1, "a"],
    {}, {"a": 1}, {"a": None}, {"auprc": 0.5}, {"base_seed": 1}, {"base_seed": True}, {"steps": 10**400},
    {"caf\udce9": "x"}, {"unit": "steps", "length": 1, "published": 0},
    *(f"{DEEP}{levels}" for levels in (90, 150, 850, 100_000)),
)  # fmt: skip
#: a record of augbench 0.1, which told some facts by names and had other options
OLD: dict[str, Any] = {
    **{"id": "0a", "fit_id": "f", "task": "keel-ecoli4", "source": "real", "method": "gan", "classifier": "mlp"},
    **{"regime": "real", "seed": 0, "budget": "quick", "status": "ok", "phase": "", "reason": ""},
    **{"metrics": {"auprc": 0.5}, "times": {"fit": 1.5}, "cpu_s": {}, "device_ms": {}, "device": "cpu", "threads": 1},
    **{"peak_rss_mb": 9.5, "peak_device_mb": None, "energy_j": None, "n_train": 9, "n_synthetic": 0, "n_test": 3},
    **{"fidelity": {}, "privacy": {}, "hashes": {"data": "d"}, "versions": {"python": "3.11"}, "seal": "s"},
    "config": {"base_seed": 0, "task": {}, "method": {"steps": 50}, "classifier": {}, "measures": {"study": ["lr"]}},
    "machine": {"workers_beside": 1, "exclusive": False, "load_1m": 2.5},
}
TRAINED = {"unit": "steps", "length": 50.0, "published": 5000.0, "source": "a paper"}
TODAY = tuple(
    plain(sealed(one))
    for one in (
        scored(
            "pima", "gan", regime="balance", trained=TRAINED, config={"base_seed": 1, "method": {"sizes": [[1], 2]}}
        ),
        scored("digits", "none", status="timeout", seed=1, output="Δ ± 日本", limit_s=60.0),
        record(id="c", train_classes={"0": 5, "1": 2}, cpu_s={"fit": 0.25}, versions={"python": "3.11"}),
    )
)
FACTS: dict[str, Any] = {
    **{"augbench": "0.2.0", "command": ["augbench", "run"], "started": "2026-11-25T12:00:00+00:00", "commit": None},
    **{"selection": {"tasks": ["pima"]}, "engine": {"workers": 2}, "data": {"pima": {"source": "real", "note": "x"}}},
    **{
        "primary": {"pima": "auprc"},
        "comparisons": {"pima": [["smote", "xgboost", "balance"]]},
        "looks": {"pima": [5]},
    },
    **{"left_out": {"gan": "no steps"}, "versions": {"python": "3.11"}, "machine": {"cores": 2, "memory_gb": 7.8}},
}


def text(value: Any) -> bytes:
    """A value as JSON (and NaN, half characters and any depth beyond), on one line."""
    line = json.dumps(value, separators=(",", ":")).encode()
    return re.sub(rb'"levels: (\d+)"', lambda found: b"[" * int(found[1]) + b"]" * int(found[1]), line)


@st.composite
def changed(draw: st.DrawFn, values: Sequence[dict[str, Any]]) -> bytes:
    """A JSON object with a few fields of any level set, dropped, added, or said twice."""
    value = copy.deepcopy(draw(st.sampled_from(values)))
    twice = b""
    for _ in range(draw(st.integers(0, 3))):
        place: Any = value
        while True:
            key = draw(st.sampled_from([*place, "new", "schema", "config", ""]))
            if not (isinstance(place.get(key), dict) and draw(st.booleans())):
                break
            place = place[key]
        how, other = (
            draw(st.sampled_from(["set", "set", "drop", "twice"])),
            copy.deepcopy(draw(st.sampled_from(VALUES))),
        )
        if how == "set":
            place[key] = other
        elif how == "drop":
            place.pop(key, None)
        else:
            twice += b"," + text({key: other})[1:-1]
    return text(value)[:-1] + twice + b"}"


@st.composite
def files(draw: st.DrawFn, mutated: Callable[..., st.SearchStrategy[bytes]]) -> bytes:
    """Lines of records of both schemes, some twice, some changed; the last one whole, without its end, or cut off."""
    line = st.one_of(changed([OLD, *TODAY]), changed(TODAY))
    whole = b"\n".join([*draw(st.lists(line, max_size=4)), b""])
    if draw(st.booleans()):
        return draw(mutated((whole, text(OLD) + b"\n", *map(text, TODAY))))
    return whole[: len(whole) - draw(st.sampled_from([0, 0, 0, 1, 2, 200]))]


def holds(found: Any, said: Any) -> bool:
    """Whether a value that was read is what the file says, where it says something of it."""
    if isinstance(said, dict):
        return isinstance(found, dict) and all(key in found and holds(found[key], said[key]) for key in said)
    if isinstance(said, list):
        return isinstance(found, list) and len(found) == len(said) and all(map(holds, found, said))
    return found == said or (isinstance(found, float) and found == float(said))


def read(folder: Path) -> list[reading.Record]:
    """The records of a folder, each of which can be written, read and packed again as it is."""
    try:
        found = list(reading.read(folder))
    except BenchError as error:
        path = re.escape(str(reading.path_of(folder)))
        if not re.match(rf"{path}(:\d+ is not a record| is damaged (after|at) record \d+)", str(error)):
            raise AssertionError(f"it names no line: {error}") from error
        raise
    assert [convert(plain(one)) for one in found] == found
    assert all(shallow(plain(one)) for one in found)
    return found


def check_lines(folder: Path) -> None:
    found, texts = read(folder), [line for _, line in reading.lines(folder)]
    # a run may be writing the last line
    cut = len(found) < len(texts) and reading.path_of(folder).name == RECORDS and not texts[-1].endswith(b"\n")
    assert len(found) == len(texts) - cut
    for one, line in zip(found, texts, strict=False):
        said = json.loads(line)
        same = said if one.schema == 2 else {k: said[k] for k in ("id", "task", "seed", "metrics", "hashes", "status")}
        assert holds(plain(one), same)
        if one.schema == 2:
            assert reading.decode(encode(one)) == one


def test_lines(mutated, ends_well, tmp_path):
    @FUZZ
    @given(files(mutated))
    def example(data: bytes) -> None:
        (tmp_path / RECORDS).write_bytes(data)
        ends_well(lambda: check_lines(tmp_path))

    (tmp_path / RECORDS).write_bytes(b"".join(text(one) + b"\n" for one in (OLD, *TODAY, TODAY[0])))
    check_lines(tmp_path)
    example()


def test_a_store(mutated, ends_well, tmp_path):
    """What opens a file for a run leaves its whole lines as they were, and adds to them."""
    path, new = tmp_path / RECORDS, record(id="not there yet")

    def store() -> None:
        with Store(tmp_path) as opened:
            ids = [*opened.records, new.id]
            assert opened.append(new)
        assert list(dict.fromkeys(one.id for one in read(tmp_path))) == ids

    def forget() -> None:
        with Store(tmp_path) as opened:
            ids = list(opened.records)
            opened.forget(ids[:1])
        assert list(dict.fromkeys(one.id for one in read(tmp_path))) == ids[1:]

    @FUZZ
    @given(files(mutated))
    def example(data: bytes) -> None:
        path.write_bytes(data)
        ends_well(store)
        assert path.read_bytes().startswith(data[: data.rfind(b"\n") + 1])
        ends_well(forget)

    path.write_bytes(text(OLD) + b"\n" + text(TODAY[0]))
    store()
    forget()
    example()


def test_compressed_lines(mutated, ends_well, tmp_path):
    seeds = tuple(
        lzma.compress(b"".join(text(one) + b"\n" for one in several), preset=0, check=check)
        for several in ((OLD, *TODAY), (OLD,) * 30)
        for check in (lzma.CHECK_CRC64, lzma.CHECK_NONE)
    )
    inside = files(mutated).map(lambda data: lzma.compress(data, preset=0))

    @FUZZ
    @given(st.one_of(mutated(seeds), inside))
    def example(data: bytes) -> None:
        (tmp_path / XZ).write_bytes(data)
        ends_well(lambda: check_lines(tmp_path))

    for seed in seeds:
        (tmp_path / XZ).write_bytes(seed)
        check_lines(tmp_path)
    example()


def parquet(table: Any, **how: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **how)
    return out.getvalue()


COLUMNS = (
    pa.array([None] * 3), pa.array([1, 2, 2**63 - 1]), pa.array([0.5, float("nan"), 1e308]), pa.array(["a", "b", None]),
    pa.array(["{}", "[" * 5000, "{"]), pa.array([b"\xff", b"{}", b""]), pa.array([[1], [], None]),
    pa.array([b"\xff", b"{}", b"\xed\xa0\x80"]).view(pa.string()),
    pa.array([[("a", 0.5)], [("auprc", float("nan"))], []], pa.map_(pa.string(), pa.float64())),
    pa.array([True, None, False]), pa.array([{"a": 1}] * 3), pa.array([2**62] * 3, pa.timestamp("ms")),
    pa.array([2**63 - 1] * 3, pa.duration("s")), pa.array(["2", "2", "2"]).dictionary_encode(),
    pa.array(["error"] * 3), pa.array(['{"base_seed":0,"task":{"a":NaN}}'] * 3),
    pa.array(['{"base_seed":0,"task":{"a":' + "[" * 200 + "]" * 200 + "}}"] * 3), pa.array(['{"base_seed":1e400}'] * 3),
)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn, whole: Any) -> bytes:
    """The Parquet file of records with a few columns of another type, missing, renamed, twice or in another order."""
    table = whole
    for _ in range(draw(st.integers(1, 3))):
        i = draw(st.integers(0, table.num_columns - 1))
        name, how = table.column_names[i], draw(st.sampled_from(["set", "set", "set", "drop", "add", "name", "order"]))
        if how == "set":
            table = table.set_column(i, name, draw(st.sampled_from(COLUMNS)))
        elif how == "drop":
            table = table.remove_column(i)
        elif how == "add":
            table = table.append_column(draw(st.sampled_from([name, "new"])), draw(st.sampled_from(COLUMNS)))
        elif how == "name":
            table = table.rename_columns([*table.column_names[:i], "new", *table.column_names[i + 1 :]])
        else:
            table = table.select(table.column_names[i:] + table.column_names[:i])
        if len(set(table.column_names)) < table.num_columns:
            break
    return parquet(table)


def test_packed_records(mutated, ends_well, tmp_path):
    records = [reading.decode(text(one)) for one in TODAY]
    packed = pack(records)
    table = pq.read_table(io.BytesIO(packed))
    seeds = packed, parquet(table, compression="none", use_dictionary=False), pack([])

    @FUZZ
    @given(st.one_of(mutated(seeds), tables(table)))
    def example(data: bytes) -> None:
        (tmp_path / PARQUET).write_bytes(data)
        ends_well(lambda: read(tmp_path))

    for seed, expected in zip(seeds, (records, records, []), strict=True):
        (tmp_path / PARQUET).write_bytes(seed)
        assert read(tmp_path) == expected
    example()


def test_facts_of_a_run(mutated, ends_well, tmp_path):
    path = tmp_path / RUN

    def facts() -> None:
        said = path.read_bytes()
        found = runfile.read(tmp_path)
        known: Mapping[str, Any] = {k: v for k, v in json.loads(said).items() if k in RunFacts.__struct_fields__}
        assert holds(msgspec.to_builtins(found), known)
        assert shallow(msgspec.to_builtins(found))
        assert all(len(cell) == 3 for cells in found.comparisons.values() for cell in cells)
        runfile.write(tmp_path, found)
        assert runfile.read(tmp_path) == found

    @FUZZ
    @given(st.one_of(changed([FACTS]), mutated((text(FACTS), b"{}"))))
    def example(data: bytes) -> None:
        path.write_bytes(data)
        ends_well(facts)

    path.write_bytes(text(FACTS))
    facts()
    example()


@pytest.mark.parametrize("levels", [DEEPEST - 10, DEEPEST + 10, 100_000])
def test_levels(levels, tmp_path):
    """Levels that one reader takes, every writer must take from any depth of calls."""
    (tmp_path / RECORDS).write_bytes(
        text(TODAY[0] | {"config": {"base_seed": 0, "task": {"a": f"{DEEP}{levels}"}}}) + b"\n"
    )
    if levels < DEEPEST:
        assert len(read(tmp_path)) == 1
    else:
        with pytest.raises(BenchError, match=r"records.jsonl:1 is not a record of augbench: it is nested too deeply"):
            read(tmp_path)
