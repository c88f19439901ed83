"""The study as a task: the site is the class and the condition of its measures. Its example: it runs, labels its
source, does only what is missing, and its copy of the bug is one."""

import importlib.util
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from bench.contract import checked as check
from bench.data import DataHome
from bench.measures.synthetic import measure
from tasks.simulacrum_study import SimulacrumStudy
from tasks.sources.simulacrum_tables import SITE, stand_in_table, study_table

EXAMPLE = Path(__file__).parents[2] / "examples" / "simulacrum_study.py"


@pytest.fixture(scope="module")
def study():
    spec = importlib.util.spec_from_file_location("simulacrum_study", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_runs_and_runs_again_for_free(study, tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("AUGBENCH_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    out = tmp_path / "study.jsonl"
    words = "--rows 1500 --steps 2 --seeds 1 --critic-steps 1 --max-categories 6 --models --methods gan cwgan-gp --out"
    monkeypatch.setattr(sys, "argv", ["study", *words.split(), str(out)])
    study.main()
    printed = capsys.readouterr().out
    assert "simulated stand-in, 1,500 rows" in printed
    assert "(0.00014)" in printed
    records = [json.loads(line) for line in out.read_text().splitlines()]
    assert [record["method"] for record in records] == ["real", "gan", "cwgan-gp"]
    real, gan, wgan = (record["metrics"]["mse_p"] for record in records)
    assert real < 0.005 < min(gan, wgan)
    study.main()
    assert len(out.read_text().splitlines()) == 3


def test_scores_outside_zero_and_one_leave_the_bug_without_gradient(study):
    class Scores(torch.nn.Module):
        def forward(self, rows, condition):
            return rows.sum(1)

    inside = torch.tensor([[0.3], [0.6]], requires_grad=True)
    study.AsCoded().generator(Scores(), inside, None).backward()
    assert (inside.grad < 0).all()
    outside = torch.tensor([[-2.0], [3.0]], requires_grad=True)
    study.AsCoded().generator(Scores(), outside, None).backward()
    assert (outside.grad == 0).all()


@pytest.fixture
def home(tmp_path):
    return DataHome(cache=tmp_path, offline=True)


def test_the_site_is_the_class_and_all_else_a_column(home):
    task = SimulacrumStudy("simulacrum-study", rows=3_000)
    data = task.read(task.locate(home))
    check(data)
    X, site, schema = study_table(stand_in_table(3_000, 0))
    assert (data.X == X).all()
    assert data.schema.columns == schema.columns
    assert SITE not in {column.name for column in schema.columns}
    assert data.schema.rare is None
    assert data.schema.classes[-1] == "other"
    for code, name in enumerate(data.schema.classes[:-1]):
        assert (site[data.y == code] == schema.classes.index(name)).all()
    split = task.split(data, 0)
    assert [len(split.train), len(split.valid), len(split.test)] == [2_400, 300, 300]
    for part in (split.train, split.valid, split.test):
        assert set(data.y[part]) == set(range(data.schema.n_classes))


def test_pooling_bounds_the_sites_too(home):
    task = SimulacrumStudy("simulacrum-study", rows=3_000, max_categories=12)
    schema = task.read(task.locate(home)).schema
    assert schema.n_classes == 12
    assert {"C44", "C50", "C61", "other"} <= set(schema.classes)
    assert max(len(column.categories) for column in schema.columns) == 12


def test_mse_cp_is_within_sites(home):
    """Rows of the right table under the wrong site: every frequency is right, and none within a site."""
    task = SimulacrumStudy("simulacrum-study", rows=3_000, max_categories=6)
    data = task.read(task.locate(home))
    split = task.split(data, 0)

    class Rows:
        schema = replace(data.schema, shape=(4,), columns=data.schema.columns[:4])
        X, y = data.X[split.train, :4], data.y[split.train]
        X_valid_rows, y_valid = data.X[split.valid, :4], data.y[split.valid]

    options = {"fidelity": False, "privacy": False, "study": ("rf",)}
    good, bad = (
        measure(Rows, Rows.X, labels, 0, options, whole=True).fidelity
        for labels in (Rows.y, np.random.default_rng(0).permutation(Rows.y))
    )
    assert good["mse_p"] == pytest.approx(bad["mse_p"])
    assert good["mse_cp"] * 5 < bad["mse_cp"]
    assert {"mse_rf"} <= set(good)
