"""Class probabilities against records: what rounding explains is no finding, and what it does not is one."""

from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from bench.measures.metrics import best_threshold, score
from bench.records import predicted, replicates
from bench.records.predicted import Predicted, ScoredRows
from bench.records.predictions import Predictions
from bench.records.reading import read
from bench.release import rescored
from tests import factories

N = 400


def rows(classes, rare, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(classes), rng.integers(0, classes, N - classes)])
    arrays = {"rows": np.arange(N), "labels": labels, "units": np.arange(N)}
    return ScoredRows(
        task="toy", source="simulated", classes=tuple("abcdef"[:classes]), rare=rare,
        **{name: values.astype("<i8").tobytes() for name, values in arrays.items()},
    )  # fmt: skip


def votes(rng, classes):
    """Shares of trees, each a fraction: as good as equal for many rows, and in double precision not quite."""
    leaves = rng.dirichlet(np.full(classes, 0.2), size=9).round(1)
    leaves /= leaves.sum(axis=1, keepdims=True)
    return np.stack([sum(leaves[i] / 7 for i in rng.permutation(rng.integers(0, 9, 7))) for _ in range(N)])


def sure(rng, classes):
    """Scores so far apart that single precision has no number for the difference to 1 or to 0."""
    scores = rng.normal(scale=60, size=(N, classes))
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def even(rng, classes):
    return rng.dirichlet(np.ones(classes), size=N)


def kept(tested, proba, threshold=None):
    """A cell of these probabilities with its record's metrics, which the classifier's own numbers give."""
    classes = len(tested.classes)
    if tested.rare is None or classes > 2:
        threshold = None
    elif threshold is None:  # one of the numbers themselves
        threshold = best_threshold(np.arange(N) % 2, proba[:, tested.rare])
    shares = tuple(np.arange(1, classes + 1) / np.arange(1, classes + 1).sum())
    cell = Predicted.of(proba, id="a", tested=tested.key, threshold=threshold, shares=shares)
    told = score(
        tested.numbers("labels"), proba, classes=tested.classes, rare=tested.rare, rare_classes=(),
        threshold=threshold, shares=shares,
    )  # fmt: skip
    return cell, {name: value for name, value in told.items() if not np.isnan(value)}


def findings(cell, tested, told):
    return list(rescored._parts(cell, tested, SimpleNamespace(metrics=told)))


@pytest.mark.parametrize("given", [votes, sure, even])
@pytest.mark.parametrize(("classes", "rare"), [(2, 0), (2, 1), (2, None), (3, 1), (5, None)])
def test_what_rounding_explains_is_no_finding(given, classes, rare):
    for seed in range(5):
        tested = rows(classes, rare, seed)
        cell, told = kept(tested, given(np.random.default_rng(seed), classes))
        assert findings(cell, tested, told) == []


@pytest.mark.parametrize(("classes", "rare"), [(2, 1), (3, None)])
def test_any_metric_that_was_raised_is_found(classes, rare):
    tested = rows(classes, rare)
    cell, told = kept(tested, even(np.random.default_rng(0), classes), threshold=0.3)
    for name in told:
        (found,) = findings(cell, tested, told | {name: told[name] + 1e-3})
        assert found.startswith(f"metrics.{name} is {told[name] + 1e-3!r}, and its probabilities give ")
    assert "more metrics differ" in findings(cell, tested, dict.fromkeys(told, 0.123))[0]


def test_a_metric_that_one_side_lacks_is_found():
    tested = rows(2, 1)
    cell, told = kept(tested, even(np.random.default_rng(0), 2))
    assert findings(cell, tested, told | {"f1_macro@training": 0.5}) == []  # of the task's own, not one of this set
    lacking = {name: value for name, value in told.items() if name != "f1"}
    assert findings(cell, tested, lacking) == ["f1: of the record or of its probabilities, not of both"]


@pytest.fixture(scope="module")
def once(tmp_path_factory, toy):
    chosen = factories.config("toy-jitter", tasks=("toy-fixed",), regimes=("balance",), seeds=(0,))
    return factories.run(tmp_path_factory.mktemp("run"), chosen, probabilities=True)


def check(folder, **changes):
    """What is found with its records' fields changed."""
    records = [msgspec.structs.replace(record, **changes) for record in read(folder)]
    return rescored.check(
        SimpleNamespace(path=folder, records=records, released=False, replicates=replicates.read(folder))
    )


def test_an_honest_folder(once):
    found = check(once)
    assert (found.wrong, found.notes, found.metrics, found.draws) == ([], [], 2, 0)
    assert found.words == ["test metrics of 2 records from class probabilities"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": "error"}, "it ended as error"),
        ({"task": "other"}, "its test rows are of toy-fixed (simulated)"),
        ({"test_units": ""}, "its test rows are of toy-fixed (simulated)"),
        ({"hashes": {"test": "0"}}, "its test rows are not those of the record"),
        ({"test_classes": {"many": 1}}, "its test rows are not those of the record"),
        ({"train_classes": {"many": 80, "few": 80}}, "its shares of classes, or which are rare, are not those of"),
    ],
)
def test_rows_of_another_record_are_found(once, changes, said):
    assert any(said in line for line in check(once, **changes).wrong)


def test_damage_is_a_finding_and_names_its_file(tmp_path, toy):
    chosen = factories.config(tasks=("toy-fixed",), regimes=("real",), seeds=(0,))
    folder = factories.run(tmp_path, chosen, probabilities=True)
    place = folder / "predictions" / "toy-fixed.simulated"
    (cells, tested) = (next(place.glob(f"{kind}-*.parquet")) for kind in ("cell", "rows"))
    (place / "part-0000.parquet").write_bytes(cells.read_bytes())
    assert any(f"{cells.name}, too" in line and "part-0000.parquet: record" in line for line in check(folder).wrong)
    (place / "part-0000.parquet").write_bytes(b"PAR1")
    tested.write_bytes(b"PAR1")
    lines = check(folder).wrong
    assert any("toy-fixed.simulated/part-0000.parquet: damaged (" in line for line in lines)
    assert any(f"toy-fixed.simulated/{tested.name}: damaged (" in line for line in lines)
    assert any("are not there" in line for line in lines)


def test_a_row_has_one_label_at_every_seed(once, tmp_path):
    (path,) = (once / "predictions" / "toy-fixed.simulated").glob("rows-*")
    tested = predicted.unpack_rows(path)
    other = msgspec.structs.replace(tested, labels=tested.numbers("labels")[::-1].tobytes())
    with Predictions(tmp_path) as store:
        store.add(tested)
        store.add(other)
    (line,) = rescored.check(SimpleNamespace(path=tmp_path, records=[], released=False, replicates={})).wrong
    assert "has one label here and another there" in line
