"""Every file of a board says where its numbers come from, each format in its own place."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import LICENCE, publish
from bench.boards import formats, provenance
from bench.records import selection
from bench.records.folder import RunFolder
from bench.records.identity import records_digest
from bench.records.record import Record, encode, sealed
from bench.records.selection import Planned


@pytest.fixture
def run(mixed: list[Record], tmp_path: Path) -> RunFolder:
    records = [sealed(record) for record in mixed]
    (tmp_path / "records.jsonl").write_bytes(b"".join(map(encode, records)))
    facts = {"augbench": "0.0.9", "commit": "c" * 40, "data": {records[0].task: {"licence": "CC0 of the rows"}}}
    (tmp_path / "run.json").write_text(json.dumps(facts))
    selection.write(tmp_path, map(Planned.of, records))
    return RunFolder(tmp_path)


def test_every_format_says_it_all(run: RunFolder) -> None:
    files = dict(formats.files(publish.build(run)))
    about = provenance.of_folder(run)
    assert about["records"] == f"sha256 {records_digest(run.records)}"
    assert about["selection"] == f"sha256 {selection.digest(run.selection or ())}"
    assert (about["augbench"], about["commit"], about["licence"]) == ("0.0.9", "c" * 40, LICENCE)
    described = {table["url"]: table for table in json.loads(files[provenance.SIDECAR])["tables"]}
    assert set(described) == {name for name in files if name.endswith(".csv")}
    for name, content in files.items():
        end = name.rpartition(".")[2]
        if end == "csv":
            said = described[name]["dc:provenance"]
            assert described[name]["dc:license"] == LICENCE
            assert next(csv.reader(content.decode().splitlines()))[0] in ("task", "method_a")  # no line of comment
        elif end == "parquet":
            parquet = pytest.importorskip("pyarrow.parquet")
            import pyarrow as pa

            metadata = parquet.read_schema(pa.BufferReader(content)).metadata
            said = " ".join(value.decode() for key, value in metadata.items() if key.startswith(b"augbench."))
        else:
            said = content.decode()
        assert all(value in said for value in about.values()), name
        if run.records[0].task in name:
            assert "CC0 of the rows" in said, name


def test_a_changed_record_or_selection_is_another_digest(run: RunFolder, record: Callable[..., Record]) -> None:
    other = [sealed(r) for r in run.records]
    other[0].metrics["auprc"] = 0.123
    assert records_digest([sealed(r) for r in other]) != records_digest(run.records)
    assert records_digest(run.records[::-1]) == records_digest(run.records)
    bare = [record(id=str(i), seed=i) for i in range(3)]  # older than seals
    assert records_digest(bare) != records_digest([*bare[:2], record(id="2", seed=2, metrics={"auprc": 0.1})])


def test_boards_of_no_folder_say_nothing(mixed: list[Record]) -> None:
    from bench.boards.tables import build

    assert all(b"licence" not in content for _, content in formats.files(build(mixed)))
