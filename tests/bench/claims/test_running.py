"""Running claims: what is missing is run once, shared between claims, and judged."""

import json

import pytest

from bench.claims import running
from bench.claims.evaluation import evaluate
from bench.claims.files import load
from bench.data import DataHome
from bench.errors import BenchError
from bench.records import predictions
from bench.records.store import read

CLAIM = """
title = "SMOTE raises recall"
statement = "s"
where = "w"
year = 2020
protocol = "p"
sources = ["simulated"]

[as_published]
tasks = ["toy"]
methods = ["smote"]
classifiers = ["tree"]
regimes = ["{regime}"]

[[row]]
quantity = "recall gained"
metric = "metrics.recall"
of = {{method = "smote"}}
minus = {{method = "none"}}
at_least = -1.0
"""


@pytest.fixture
def claims(tmp_path, toy, monkeypatch):
    folder = tmp_path / "claims"
    folder.mkdir()
    (folder / "one.toml").write_text(CLAIM.format(regime="balance"))
    (folder / "two.toml").write_text(CLAIM.format(regime="append:2x"))
    found = load(folder)
    monkeypatch.setattr(running, "load", lambda: found)
    monkeypatch.setattr(running, "evaluate", lambda records, **more: evaluate(records, found, **more))
    monkeypatch.setattr(running.engines, "run", _serially)
    return found


def _serially(engine, fits, settings):
    from bench.engines.serial import serial

    return serial(list(fits), settings)


def test_claims_that_share_a_fit_share_its_cells(claims):
    fits = running.planned(claims, "quick", DataHome(offline=True), "cpu")
    assert len(fits) == 2 * 3  # none and smote at three seeds
    assert sorted(len(fit.cells) for fit in fits) == [1, 1, 1, 2, 2, 2]


def test_what_is_missing_is_run_once_and_judged(claims, tmp_path, capsys):
    out = tmp_path / "out"
    assert running.run(["one"], "quick", out, None, True, False) == 0
    assert len(list(read(out))) == 6
    assert {cell.id for cell in predictions.read(out / "predictions" / "toy.simulated")} == {r.id for r in read(out)}
    found = json.loads((out / "claims.json").read_text())
    assert [(c["id"], c["verdict"]) for c in found] == [("one", "reproduced"), ("two", "undecided")]
    assert (out / "claims.md").read_text().startswith("# Published claims")
    before = (out / "claims.json").read_bytes(), (out / "claims.md").read_bytes()
    capsys.readouterr()
    running.run(["one"], "quick", out, None, True, False)
    assert "all 6 cells are there already" in capsys.readouterr().err
    assert before == ((out / "claims.json").read_bytes(), (out / "claims.md").read_bytes())
    running.run([], "quick", out, None, True, False)
    assert len(list(read(out))) == 9
    assert json.loads((out / "claims.json").read_text()) == evaluate(read(out), claims)


def test_rows_that_a_claim_is_not_about_are_left_out_and_said(claims, tmp_path, capsys):
    from dataclasses import replace

    real_only = [replace(claim, sources=("real",)) for claim in claims]
    assert running.planned(real_only, "quick", DataHome(offline=True), "cpu") == []
    assert "one left out: toy is simulated here, the claim is about real rows" in capsys.readouterr().err


def test_a_budget_below_the_least_plans_nothing(claims):
    from dataclasses import replace

    later = [replace(claim, least="standard") for claim in claims]
    assert running.planned(later, "quick", DataHome(offline=True), "cpu") == []
    assert "runs from standard on" in running.listing(later, "quick")


def test_listing_runs_nothing(claims, tmp_path, capsys):
    assert running.run([], "quick", tmp_path / "none", None, True, True) == 0
    assert "SMOTE raises recall" in capsys.readouterr().out
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("ids", "budget", "said"),
    [(["on"], "quick", "unknown claim 'on'; did you mean 'one'"), ([], "fast", "unknown budget 'fast'")],
)
def test_unknown_names_are_said(claims, tmp_path, ids, budget, said):
    with pytest.raises(BenchError, match=said):
        running.run(ids, budget, tmp_path / "out", None, True, False)


def test_the_command_lists_the_shipped_claims(augbench):
    assert "zetagan-baseline" in augbench("claims", "--list").stdout
    assert augbench("claims", "zetagan-baselin", check=2).stderr.count("did you mean 'zetagan-baseline'") == 1
