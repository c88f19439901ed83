"""Reproduce: a record's cell comes out the same from data, and what does not is said with its size."""

import copy
import json

import pytest
from msgspec import structs

from bench.errors import BenchError
from bench.records.folder import RunFolder
from bench.records.reading import read
from bench.records.record import convert, plain
from bench.records.store import Store
from bench.release.equality import _tolerances, compare, kind_of
from bench.release.reproduce import find, rebuild, reproduce
from bench.trial.fit import now
from tests import factories


def make(folder, *methods, regimes=("balance", "tstr"), **more):
    return factories.run(folder, factories.config(*methods, regimes=regimes, **more))


@pytest.fixture(scope="module")
def folder(tmp_path_factory, toy):
    return make(tmp_path_factory.mktemp("run"), "toy-jitter", "toy-error", "toy-nan", seeds=(0, 1))


def change(folder, target, edit):
    """A copy of the folder with one record (the first toy-jitter) changed by hand; its id."""
    records = list(read(folder))
    at = next(i for i, r in enumerate(records) if r.method == "toy-jitter")
    fields = plain(records[at])
    edit(fields)
    records[at] = convert(fields)
    factories.folder(target, records)
    return records[at].id


def test_a_real_record_matches_to_the_last_bit(tmp_path, names, capsys, monkeypatch):
    monkeypatch.delenv("AUGBENCH_DATA", raising=False)
    make(tmp_path, tasks=("pima",), regimes=("real",))
    (record,) = read(tmp_path)
    assert record.source == "real"
    assert reproduce([record.id[:8]], tmp_path, offline=True) == 0
    out = capsys.readouterr().out
    assert "data, code, options and library versions are those of the record" in out
    assert f"{record.id} xgboost × real: match, 22 numbers equal to the last bit" in out
    assert out.endswith("1 of 1 records match\n")


def test_every_cell_and_failure_comes_out_the_same(folder, toy, capsys):
    records = list(read(folder))
    assert {r.status for r in records} == {"ok", "error", "invalid"}
    assert reproduce([r.id for r in records], folder, offline=True) == 0
    out = capsys.readouterr().out
    assert out.count("match, it fails alike") == sum(r.status != "ok" for r in records)
    assert out.endswith(f"{len(records)} of {len(records)} records match\n")


def test_a_changed_metric_is_found_with_its_size(folder, toy, tmp_path, capsys):
    key = change(folder, tmp_path, lambda r: r["metrics"].update(f1=r["metrics"]["f1"] + 0.25))
    assert reproduce([key], tmp_path, offline=True) == 1
    out = capsys.readouterr().out
    assert "NO MATCH: 1 of" in out
    assert "most of all metrics.f1 by 0.25" in out
    assert "its seal is broken" in out
    assert out.endswith("0 of 1 records match\n")


def test_a_changed_end_is_found(folder, toy, tmp_path, capsys):
    key = change(folder, tmp_path, lambda r: r.update(status="oom", phase="fit", reason="MemoryError: x", metrics={}))
    assert reproduce([key], tmp_path, offline=True) == 1
    assert "NO MATCH: was oom in fit (MemoryError: x), is ok" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda r: r.update(source="real"), "not run: the record's rows are real, those here simulated (two clouds)"),
        (lambda r: r["hashes"].update(data="0" * 16), "not run: the record's rows have the checksum 0000000000000000"),
        (lambda r: r.update(task="toyy"), "not run: unknown task 'toyy'; did you mean 'toy'?"),
        (lambda r: r.update(device="cuda:7"), "not run: device 'cuda:7' is not here"),
    ],
)
def test_what_cannot_be_run_again_is_said(folder, toy, tmp_path, capsys, edit, said):
    key = change(folder, tmp_path, edit)
    assert reproduce([key], tmp_path, offline=True) == 1
    assert said in capsys.readouterr().out


def test_other_code_and_versions_are_said(folder, toy, tmp_path, capsys):
    def edit(record):
        record["hashes"].update(code_method="0" * 16, versions="0" * 16)
        record["versions"]["numpy"] = "1.0"

    assert reproduce([change(folder, tmp_path, edit)], tmp_path, offline=True) == 0
    out = capsys.readouterr().out
    assert "changed: the method's code, library versions" in out
    assert "numpy was 1.0, is " in out


def test_ids_may_be_short_but_not_ambiguous_or_unknown(folder):
    records = list(read(folder))
    key = records[0].id
    run = RunFolder(folder)
    assert [r.id for r in find([key[:10], key], run)] == [key]
    with pytest.raises(BenchError, match=r"have ids that begin with ''; give more digits"):
        find([""], run)
    with pytest.raises(BenchError, match=rf"no record .* has the id 'zz{key[2:]}'; did you mean '{key}'"):
        find([f"zz{key[2:]}"], run)
    with pytest.raises(BenchError, match="holds no records"):
        reproduce([key], folder / "nowhere", offline=True)


def test_the_fit_has_its_regimes_again_and_no_cell_too_many(tmp_path, toy):
    make(tmp_path, "toy-jitter", classifiers=("xgboost", "tree"))
    shared = [r for r in read(tmp_path) if r.method == "toy-jitter"]
    chosen = [r for r in shared if r.regime == "tstr" and r.classifier == "tree"]
    fit, records = rebuild(chosen, shared, factories.HOME)
    assert fit.regimes == ("balance", "tstr")
    assert [(c.regime, c.classifier) for c in fit.cells] == [("tstr", "tree")]
    assert list(records.values()) == chosen
    assert list(records) == [chosen[0].id]  # nothing has changed, so the cell has its id
    whole, _ = rebuild(shared, shared, factories.HOME)
    assert whole.id == shared[0].fit_id


def test_a_missing_part_of_a_training_is_said(folder, toy, tmp_path, capsys):
    records = [r for r in read(folder) if r.method == "toy-jitter" and r.regime == "balance"]
    factories.folder(tmp_path, records)
    assert reproduce([records[0].id], tmp_path, offline=True) == 0
    assert "the fit had other regimes than those of its records in this folder" in capsys.readouterr().out


def test_a_dead_worker_takes_only_its_record_with_it(tmp_path, toy, capsys):
    fit = factories.planned(factories.config("toy-die", regimes=("tstr",)))[-1]
    with Store(tmp_path) as store:
        store.append(
            fit.record(fit.cells[0], "killed", started=now(), phase="sample", reason="the worker died (exit code -9)")
        )
    assert reproduce([fit.cells[0].id], tmp_path, offline=True) == 0
    assert "match, it fails alike" in capsys.readouterr().out


def test_a_time_limit_is_that_of_the_record(tmp_path, toy):
    fit = factories.planned(factories.config("toy-sleep", regimes=("tstr",), timeout=1.5))[-1]
    reason = "the fit and its cells took longer than 1.5 s"
    record = fit.record(fit.cells[0], "timeout", started=now(), phase="fit", reason=reason)
    assert rebuild([record], [record], factories.HOME)[0].timeout == 1.5


def test_compare_reports_what_is_only_on_one_side(folder):
    then = next(r for r in read(folder) if r.method == "toy-jitter")
    again = copy.deepcopy(then)
    assert compare(then, again).match
    del again.fidelity["ks"]
    again.privacy["new"] = 0.5
    again.hashes["test"] = "0" * 16
    text = str(compare(then, again))
    assert "not found again: fidelity.ks" in text
    assert "found now alone: privacy.new" in text
    assert "other test rows" in text
    again = copy.deepcopy(then)
    again.metrics["roc_auc"] = float("nan")
    assert not compare(then, again).match


def test_measures_that_came_after_a_record_are_no_difference(folder):
    now = next(r for r in read(folder) if r.method == "toy-jitter")
    then = copy.deepcopy(now)
    del then.metrics["roc_auc"]
    assert not compare(then, now).match
    then.schema = 1
    assert compare(then, now).match
    then.metrics["gone"] = 0.5
    assert not compare(then, now).match


def test_there_are_three_answers(folder):
    then = next(r for r in read(folder) if r.method == "toy-jitter")
    now = copy.deepcopy(then)
    assert compare(then, now).answer == "equal"
    now.metrics["roc_auc"] -= 1e-5
    assert compare(then, now).answer == "different"  # nothing of the platform is another
    now.machine = structs.replace(now.machine, cpu="another")
    now.versions = now.versions | {"numpy": "1.0"}
    found = compare(then, now)
    assert (found.answer, found.match) == ("within tolerance", True)
    assert str(found).startswith("match within tolerance (another processor, other versions of numpy): 1 of ")
    now.n_train += 1
    assert compare(then, now).answer == "different"  # a count is the same anywhere
    now.n_train -= 1
    now.metrics["roc_auc"] -= 0.02  # beyond what was measured of a metric, within what was of one at a threshold
    assert str(compare(then, now)).startswith("NO MATCH: 1 of ")
    now.metrics["roc_auc"] = then.metrics["roc_auc"]
    if "f1_tuned" in then.metrics:
        now.metrics["f1_tuned"] -= 0.02
        assert compare(then, now).answer == "within tolerance"
    assert {"trained", "untrained"} == set(_tolerances())
    assert all(0 < number < 2 for stated in _tolerances().values() for number in stated.values())


def test_a_number_at_a_chosen_threshold_has_a_tolerance_of_its_own():
    tuned = ("metrics.f1_tuned", "metrics.f1_tuned@training", "metrics.recall_at_precision_90@training")
    assert {kind_of(name) for name in tuned} == {"tuned"}
    assert (kind_of("metrics.f1@training"), kind_of("fidelity.ks"), kind_of("n_train")) == (
        "metrics", "fidelity", "n_train",
    )  # fmt: skip


def test_the_command_takes_the_plugin_of_the_run(augbench, folder, toy):
    record = json.loads((folder / "records.jsonl").read_text().splitlines()[-1])
    done = augbench("reproduce", record["id"], "--out", folder, "--plugin", toy, "--offline")
    assert done.stdout.endswith("1 of 1 records match\n")
