"""The study's example: it runs, labels its source, does only what is missing, and its copy of the bug is one."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest
import torch

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
