"""The engines give the same results, and keep failures apart."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from bench import engines
from bench.config import Config
from bench.data import DataHome
from bench.errors import BenchError
from bench.matrix import plan
from bench.records import predictions
from bench.records.reading import read
from bench.trial.events import Ended

SETTINGS = {"workers": 2, "threads": 1}
has_ray = importlib.util.find_spec("ray") is not None
needs_ray = pytest.mark.skipif(not has_ray, reason="Ray is not installed (extra augbench[ray])")
ENGINES = ["serial", "processes", pytest.param("ray", marks=[needs_ray, pytest.mark.ray])]


def run(engine, toy, tmp_path, *methods, timeout=None, seeds=(0,)):
    config = Config(
        tasks=("toy",), methods=methods, classifiers=("xgboost",), regimes=("real", "balance", "tstr"),
        timeout=timeout, seeds=seeds,
    )  # fmt: skip
    matrix = plan(config, DataHome(), "cpu")
    settings = engines.Settings(spool=tmp_path / "spool", **SETTINGS)
    found = [e.record for e in engines.run(engine, matrix.fits, settings) if isinstance(e, Ended)]
    assert len(found) == matrix.cells
    return {(r.method, r.regime, r.seed): r for r in found}


def results(records):
    return {key: (r.id, r.status, r.metrics, r.fidelity, r.privacy) for key, r in records.items()}


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES[1:])
def test_engines_agree_to_the_last_digit(engine, toy, tmp_path):
    chosen = ("none", "toy-jitter", "random-over", "smote", "toy-error")
    one = run("serial", toy, tmp_path, *chosen, seeds=(0, 1))
    other = run(engine, toy, tmp_path, *chosen, seeds=(0, 1))
    assert results(one) == results(other)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES[1:])
def test_a_fit_over_its_limit_and_a_dead_worker_take_nothing_else_with_them(engine, toy, tmp_path):
    found = run(engine, toy, tmp_path, "none", "toy-sleep", "toy-die", "toy-jitter", timeout=12)
    assert found["toy-sleep", "balance", 0].status == "timeout"
    assert found["toy-sleep", "balance", 0].phase == "fit"
    assert "longer than 12 s" in found["toy-sleep", "tstr", 0].reason
    assert found["toy-die", "balance", 0].status == "ok"  # ended before its worker died
    assert found["toy-die", "tstr", 0].status == "killed"
    assert found["toy-die", "tstr", 0].phase == "sample"
    assert found["none", "real", 0].status == "ok"
    assert found["toy-jitter", "tstr", 0].status == "ok"


def test_unknown_engine():
    with pytest.raises(BenchError, match="did you mean 'processes'"):
        engines.run("process", [], engines.Settings(1, 1, None))


@pytest.mark.slow
def test_killed_outright_and_started_again_nothing_is_lost_or_doubled(toy, tmp_path):
    words = ["run", "--task", "toy", "--method", "toy-slow", "--classifier", "xgboost", "--plugin", str(toy),
             "--seeds", "6", "--workers", "2"]  # fmt: skip
    command = [sys.executable, "-m", "bench.cli", *words, "--out"]
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    with open(tmp_path / "log", "w") as log:
        process = subprocess.Popen([*command, str(killed)], stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + 300  # a busy machine starts slowly
        while not (killed / "records.jsonl").exists() or len(list(read(killed))) < 3:
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    before = {r.id for r in read(killed)}
    assert 3 <= len(before) < 18
    for folder in (killed, whole):
        subprocess.run([*command, str(folder)], check=True, capture_output=True)
    found, expected = list(read(killed)), list(read(whole))
    assert len(found) == len({r.id for r in found}) == len(expected) == 18
    assert before <= {r.id for r in found}
    assert {r.id: json.dumps(r.metrics) for r in found} == {r.id: json.dumps(r.metrics) for r in expected}
    kept = [{p.id: p for p in predictions.read(f / "predictions" / "toy.simulated")} for f in (killed, whole)]
    assert kept[0] == kept[1]  # no cell that was killed in between is without its class probabilities
    assert set(kept[0]) == {r.id for r in found}


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_keeps_what_is_finished_and_exits_130(toy, tmp_path, times):
    words = ["run", "--task", "toy", "--method", "toy-slow", "--classifier", "xgboost", "--plugin", str(toy),
             "--seeds", "20", "--workers", "2", "--out", str(tmp_path / "out")]  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.cli", *words], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not (tmp_path / "out" / "records.jsonl").exists() or not list(read(tmp_path / "out")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    for _ in range(times):
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
    error = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert error.strip().splitlines()[-1] == "augbench: stopped; finished cells are kept, the same command goes on"
    assert {r.status for r in read(tmp_path / "out")} == {"ok"}
